"""The gate in front of Django: a request of a proxy is answered from memory, past sessions, messages and the rest.

What else a proxy hands on (signing in at a service, its pages) goes to Django, without the cookies that are not the
gate's: at a service's address nobody acts by the session they have here.
"""

import re
from collections.abc import Callable, Iterable, MutableMapping
from http import HTTPStatus
from typing import Any

from django.conf import settings

from seatwise import configuration
from seatwise.gate import answering
from seatwise.gate.memory import Memory

Environ = MutableMapping[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

PLACE = re.compile(r"/gate/([a-z0-9][a-z0-9_-]{0,49})/(?:(redirecting|traefik|begin|redeem|refused)/)?\Z")
LONGEST_COOKIES = 20_000  # characters that are looked at


class Gate:
    """Answers what is asked of the gate, and hands everything else on."""

    def __init__(self, site: Application, memory: Memory) -> None:
        self.site, self.memory = site, memory
        self.host = configuration.ORIGIN.value().netloc

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """WSGI."""
        path = environ.get("PATH_INFO", "")
        place = PLACE.match(path) if path.startswith("/gate/") else None
        if place is None:
            return self.site(environ, start_response)
        code, kind = place.groups()
        if kind in (None, "redirecting", "traefik"):
            verdict = answering.verdict_for(environ, code, self.memory.verdict)
            if kind is None or verdict is None or verdict.is_ == "allowed":
                return _send(
                    answering.answer(verdict, environ, with_cookies=kind == "traefik"), environ, start_response
                )
        return self.site(self._at_service(environ), start_response)

    def _at_service(self, environ: Environ) -> Environ:
        """The request as it is for Django: at our own address, with the gate's cookies only."""
        kept = [part for part in environ.get("HTTP_COOKIE", "")[:LONGEST_COOKIES].split(";") if _is_kept(part.strip())]
        return {**environ, "HTTP_HOST": self.host, "HTTP_COOKIE": ";".join(kept)}


def _is_kept(cookie: str) -> bool:
    name = cookie.partition("=")[0].removeprefix("__Host-")
    return name.startswith("seatwise-") or name == settings.LANGUAGE_COOKIE_NAME


def _send(answer: answering.Answer, environ: Environ, start_response: Any) -> Iterable[bytes]:
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", answer.headers)
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [answer.body]


def in_front_of(site: Application) -> Gate:
    """The gate before Django's application, with the memory of this process."""
    from seatwise.gate.asking import look_up_patiently

    return Gate(site, Memory(look_up_patiently, configuration.GATE_GRACE.value()))
