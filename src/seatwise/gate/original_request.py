"""What proxies say of the request they ask about. Only for where to go back to, and only within the allow-list."""

from dataclasses import dataclass

from django.http import HttpRequest

from seatwise.gate.origins import origin_of, safe_path


@dataclass(frozen=True)
class Wanted:
    """What somebody wanted at a service. `origin` is empty where the proxy did not say, or said nonsense."""

    origin: str
    path: str
    method: str
    is_page: bool

    @property
    def address(self) -> str:
        return self.origin + self.path


def wanted(request: HttpRequest) -> Wanted:
    """From the X-Forwarded headers that the proxies of docs/gate.md set anew on each request.

    A browser that forges them chooses among the allow-listed addresses of one service, for itself.
    """
    said = request.headers
    origin = origin_of(f"{said.get('X-Forwarded-Proto', '')}://{said.get('X-Forwarded-Host', '')}")
    method = said.get("X-Forwarded-Method", "GET").upper()
    mode = said.get("Sec-Fetch-Mode", "navigate")
    is_page = method in ("GET", "HEAD") and mode == "navigate"
    return Wanted(origin, safe_path(said.get("X-Forwarded-Uri", "/")), method, is_page)
