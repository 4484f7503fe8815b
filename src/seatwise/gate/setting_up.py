"""The configuration of a proxy, ready for a service. The same templates make the files of docs/gate/."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.template.loader import render_to_string

from seatwise import configuration
from seatwise.gate import cookies
from seatwise.gate.origins import origin_of

PROXIES = {"nginx": "nginx.conf", "caddy": "Caddyfile", "traefik": "traefik.yml"}

READ_AS = {
    "nginx": "--format combined",
    "caddy": "--format caddy",
    "traefik": "--format traefik-json --login-field request_X-Seatwise-Login-Written",
}


@dataclass(frozen=True)
class Setup:
    """What a configuration is made of. `origins` are the service's; the others can be written into it by hand.

    `seatwise` is where this site listens and `upstream` where the service does, as host and port.
    """

    code: str
    origins: tuple[str, ...]
    seatwise: str
    upstream: str = "127.0.0.1:8080"
    logs: str = "/var/log"
    certificate: str = "/etc/ssl/certs/service.pem"
    certificate_key: str = "/etc/ssl/private/service.key"

    def render(self, proxy: str) -> str:
        """The configuration for nginx, caddy or traefik."""
        return render_to_string(f"gate/{PROXIES[proxy]}", {"setup": self})

    def commands(self, proxy: str) -> str:
        """How the log of such a proxy becomes a source, and is read."""
        source, log = f"{self.code}-gate", f"{self.logs}/{proxy}/{self.code}.log"
        add = f"seatwise source add {source} --service {self.code} {READ_AS[proxy]}"
        return f"{add}\nseatwise ingest {source} {log}\n"

    @property
    def word(self) -> str:
        """The code as a part of the names of variables."""
        return self.code.replace("-", "_")

    @property
    def https(self) -> bool:
        """Whether people reach the service by https."""
        return self.origins[0].startswith("https://")

    @property
    def port(self) -> int:
        """At which port they do."""
        return urlsplit(self.origins[0]).port or (443 if self.https else 80)

    @property
    def hosts(self) -> list[str]:
        """The names of hosts by which the service is known."""
        return list(dict.fromkeys(urlsplit(origin).hostname or "" for origin in self.origins))

    @property
    def cookie(self) -> str:
        """The name of the gate's cookie."""
        return cookies.name(cookies.KEY, self.code, https=self.https)

    @property
    def origin(self) -> str:
        """How this site's address begins."""
        return origin_of(configuration.ORIGIN.value().geturl())


EXAMPLE = Setup("wiki", ("https://wiki.example.com",), "127.0.0.1:8000")


def listening() -> str:
    """Where `seatwise serve` listens if it is told nothing else."""
    origin = configuration.ORIGIN.value()
    return f"127.0.0.1:{origin.port}" if origin.scheme == "http" and origin.port else "127.0.0.1:8000"
