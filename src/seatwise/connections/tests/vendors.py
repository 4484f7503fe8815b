"""Stand-ins for GitHub's API of Copilot seats and for Microsoft Graph's usage reports."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from seatwise.connections.tests.stand_in import Answer, StandIn

TOKEN, SECRET, CLIENT = "github-token-cccc", "client~secret-dddd", "11111111-2222-3333-4444-555555555555"
ACCESS = "access-token-eeee"
ACTIVE = (
    "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Has Teams License,Has Exchange License,"
    "Teams Last Activity Date,Exchange Last Activity Date,Report Period"
)
APPS = "Report Refresh Date,User Principal Name,Last Activation Date,Last Activity Date,Report Period,Windows"


@dataclass
class GitHub(StandIn):
    """An organization `acme`, and an enterprise of the same name."""

    seats: list[dict[str, Any]] = field(default_factory=list)
    total: int | None = None  # what it says; None: what is so

    def add(self, login: str, last: str | None, **more: Any) -> None:
        assignee = {"login": login, "id": len(self.seats), "type": "User"}
        given = {"created_at": "2026-01-05T00:00:00Z", "plan_type": "business", "pending_cancellation_date": None}
        self.seats.append(
            {**given, "assignee": assignee, "last_activity_at": last, "last_activity_editor": None, **more}
        )

    def answer(self, method: str, target: str, token: str, body: bytes) -> Answer:
        parts = urlsplit(target)
        asked = {key: int(values[0]) for key, values in parse_qs(parts.query).items()}
        if token != TOKEN:
            return 401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"}
        if parts.path not in ("/orgs/acme/copilot/billing/seats", "/enterprises/acme/copilot/billing/seats"):
            return 404, {"message": "Not Found"}
        size = asked["per_page"]
        first = (asked["page"] - 1) * size
        total = len({seat["assignee"]["login"] for seat in self.seats}) if self.total is None else self.total
        return 200, {"total_seats": total, "seats": self.seats[first : first + size]}


@dataclass
class Graph(StandIn):
    """A tenant `acme.example`; where apps sign in, and where reports are, is the same address."""

    reports: dict[str, str] = field(default_factory=dict)
    secret: str = SECRET
    allowed: bool = True

    def answer(self, method: str, target: str, token: str, body: bytes) -> Answer:
        if method == "POST" and target == "/acme.example/oauth2/v2.0/token":
            asked = {key: values[0] for key, values in parse_qs(body.decode()).items()}
            wanted = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": self.secret}
            if asked != {**wanted, "scope": f"{self.address}/.default"}:
                said = f"AADSTS7000215: Invalid client secret provided: {asked['client_secret']}\nTrace ID: 1"
                return 401, {"error": "invalid_client", "error_description": said}
            return 200, {"access_token": ACCESS, "expires_in": 3599}
        if method == "GET" and target.startswith("/v1.0/reports/"):
            name = target.removeprefix("/v1.0/reports/").removesuffix("(period='D30')")
            if token != ACCESS or not self.allowed or name not in self.reports:
                return 403, {"error": {"code": "S2SUnauthorized", "message": "Invalid permission."}}
            return 302, b"", {"Location": f"{self.address}/download/{name}"}
        if method == "GET" and target.startswith("/download/") and not token:
            return 200, b"\xef\xbb\xbf" + self.reports[target.removeprefix("/download/")].encode()
        return 404, {"error": {"code": "NotFound", "message": "Not found."}}
