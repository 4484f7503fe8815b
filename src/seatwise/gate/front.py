"""The gate in front of Django: a request of a proxy is answered from memory, past sessions, messages and the rest.

It needs no thread: what is not known yet is awaited. What else a proxy hands on (signing in at a service, its pages)
goes to Django, without the cookies that are not the gate's: at a service's address nobody acts by the session they have
here.
"""

import asyncio
import contextlib
import functools
import re

from django.conf import settings

from seatwise import configuration
from seatwise.gate import answers
from seatwise.gate.memory import Memory, NotKnownYet
from seatwise.gate.verdicts import Verdict
from seatwise.server.answers import Answer
from seatwise.server.requests import Environ

PLACE = re.compile(r"/gate/([a-z0-9][a-z0-9_-]{0,49})/(?:(redirecting|traefik|begin|redeem|refused)/)?\Z")
LONGEST_COOKIES = 20_000  # characters that are looked at


class Gate:
    """Answers what is asked of the gate, and lets everything else through: the front of the server's shell."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.host = configuration.ORIGIN.value().netloc

    async def __call__(self, environ: Environ) -> Answer | None:
        """The answer; None for what Django is to be asked, which is then changed into what Django may see."""
        path = environ["PATH_INFO"]
        place = PLACE.match(path) if path.startswith("/gate/") else None
        if place is None:
            return None
        code, kind = place.groups()
        if kind in (None, "redirecting", "traefik"):
            verdict = await self._verdict(environ, code)
            if kind is None or verdict is None or verdict.is_ == "allowed":
                if kind is None and environ["REQUEST_METHOD"] == "GET":
                    return _ready(verdict)
                return _sent(answers.answer(verdict, environ, with_cookies=kind == "traefik"), environ)
        self._put_at_service(environ)
        return None

    async def _verdict(self, environ: Environ, code: str) -> Verdict | None:
        try:
            return answers.verdict_for(environ, code, self.memory.at_once)
        except NotKnownYet as wait:
            return await self._awaited(environ, code, wait.patience)

    async def _awaited(self, environ: Environ, code: str, patience: float) -> Verdict | None:
        loop = asyncio.get_running_loop()
        asked = loop.create_future()

        def told() -> None:
            if not asked.done():
                asked.set_result(None)

        def look(secret: str) -> Verdict | None:
            if not self.memory.when_asked(secret, lambda: loop.call_soon_threadsafe(told)):
                told()
            return None

        answers.verdict_for(environ, code, look)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asked, patience)
        return answers.verdict_for(environ, code, self.memory.last)

    def _put_at_service(self, environ: Environ) -> None:
        """Make the request what it is for Django: at our own address, with the gate's cookies only."""
        kept = [part for part in environ.get("HTTP_COOKIE", "")[:LONGEST_COOKIES].split(";") if _is_kept(part.strip())]
        environ.update(HTTP_HOST=self.host, HTTP_COOKIE=";".join(kept))


def _is_kept(cookie: str) -> bool:
    name = cookie.partition("=")[0].removeprefix("__Host-")
    return name.startswith("seatwise-") or name == settings.LANGUAGE_COOKIE_NAME


@functools.lru_cache(10_000)  # it is said of the same people again and again
def _ready(verdict: Verdict | None) -> Answer:
    """The answer to a proxy that wants no cookies, which depends on nothing but the verdict."""
    return _sent(answers.answer(verdict, {}), {"REQUEST_METHOD": "GET"})


def _sent(answer: answers.Answer, environ: Environ) -> Answer:
    return Answer.of(answer.status, answer.headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body)
