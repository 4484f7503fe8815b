"""The configuration of a proxy, ready for a service. The same templates make the files of docs/gate/."""

import itertools
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.template.loader import render_to_string

from seatwise import configuration
from seatwise.gate import answers, cookies
from seatwise.gate.origins import origin_of

PROXIES = {"nginx": "nginx.conf", "caddy": "Caddyfile", "traefik": "traefik.yml"}

# What the gate's answers say; a client that sends one of them, however it is spelled, is not to be believed.
OURS = ("X-Seatwise-Login", "X-Seatwise-Login-Written", answers.VERDICT)

# What frameworks believe of where they are and what was asked. At the front, a client has nothing to say about it.
# Proxies by themselves see to the three of PLACED.
PLACED = ("X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Server")
BELIEVED = (
    *("Forwarded", "Proxy", "Script-Name", "Path-Info", "X-Script-Name", "X-Original-URL", "X-Original-URI"),
    *("X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-Path", "X-Forwarded-Uri", "X-Forwarded-Method"),
    *("X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Groups", "X-Forwarded-Preferred-Username"),
)

READ_AS = {
    "nginx": "--format combined",
    "caddy": "--format caddy",
    "traefik": "--format traefik-json --login-field request_X-Seatwise-Login-Written",
}


@dataclass(frozen=True)
class Setup:
    """What a configuration is made of. `origins` are the service's; the others can be written into it by hand.

    `seatwise` is where this site listens and `upstream` where the service does, as host and port; `inside` is where
    Traefik asks itself, with the gate's answer.
    """

    code: str
    origins: tuple[str, ...]
    seatwise: str
    upstream: str = "127.0.0.1:8080"
    logs: str = "/var/log"
    certificate: str = "/etc/ssl/certs/service.pem"
    certificate_key: str = "/etc/ssl/private/service.key"
    inside: str = "127.0.0.1:8079"

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
    def places(self) -> dict[str, str]:
        """By each host, what a browser sends as Host: with the port, where it is another than usual."""
        return {urlsplit(origin).hostname or "": urlsplit(origin).netloc for origin in reversed(self.origins)}

    @property
    def allowed(self) -> str:
        """What the header with the verdict says of who may come in."""
        return answers.allowed(self.code)

    @property
    def spellings(self) -> list[str]:
        """The gate's headers as a server might spell them that lets underscores in names pass, but as they are."""
        return [each for name in OURS for each in _spellings(name) if each != name]

    @property
    def believed(self) -> tuple[str, ...]:
        """Headers that a client may not send to a service, beside those that each proxy sets anew."""
        return BELIEVED

    @property
    def placed(self) -> tuple[str, ...]:
        """Headers that nginx hands on as a client sent them, and other proxies do not."""
        return PLACED

    @property
    def cookie(self) -> str:
        return cookies.name(cookies.KEY, self.code, https=self.https)

    @property
    def origin(self) -> str:
        """How this site's address begins."""
        return origin_of(configuration.ORIGIN.value().geturl())


def _spellings(name: str) -> list[str]:
    first, *parts = name.split("-")
    separators = itertools.product("-_", repeat=len(parts))
    return [first + "".join(map("".join, zip(each, parts, strict=True))) for each in separators]


EXAMPLE = Setup("wiki", ("https://wiki.example.com",), "127.0.0.1:8000")


def listening() -> str:
    """Where `seatwise serve` listens if it is told nothing else."""
    origin = configuration.ORIGIN.value()
    return f"127.0.0.1:{origin.port}" if origin.scheme == "http" and origin.port else "127.0.0.1:8000"
