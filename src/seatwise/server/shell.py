"""The ASGI application: what each request goes through before Django is asked, and afterwards."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from seatwise.server import bodies, limits, pages
from seatwise.server.answers import Answer, Application, Header, taken
from seatwise.server.bodies import Receive, TooLargeToRead
from seatwise.server.health import PAUSE, Health
from seatwise.server.readers import Readers
from seatwise.server.requests import Environ, UnusableRequest, environ_of, says_length
from seatwise.server.spools import DiskFull, Full, Spool, Store
from seatwise.server.threads import Busy, Threads

logger = logging.getLogger(__name__)

METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
HEALTH = "/health/"
BEGINNING = 0.1  # seconds between two looks until the server listens
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
LAST: Header = (b"connection", b"close")


async def send_answer(send: Send, receive: Receive, answer: Answer, *, is_last: bool = False) -> None:
    """Send all of it. `is_last` ends the connection, as where a body was not read."""
    headers = [*answer.headers, LAST] if is_last else answer.headers
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.file is None:
        await send({"type": "http.response.body", "body": answer.body})
        return
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        await _send_pieces(send, answer.file, gone)
    finally:
        gone.cancel()


async def _send_pieces(send: Send, file: IO[bytes], gone: "asyncio.Future[None]") -> None:
    """Reading is done here: what was just written is in the system's memory, and other files are those of the site."""
    while (piece := file.read(limits.IN_MEMORY)) and not gone.done():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b""})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@dataclass(frozen=True)
class Site:
    """What stands behind the shell.

    `front` answers at once, or lets a request through, which it may change. `body_limit` says how large a body may be
    that does not stay in memory; it and `ask_database` run in a thread.
    """

    django: Application
    front: Callable[[Environ], Awaitable[Answer | None]]
    body_limit: Callable[[Environ], int]
    ask_database: Callable[[], None]
    data: Path


class Shell:
    """One for each process. Its parts begin with the event loop."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.readers = Readers()
        self.bodies = Store(site.data, files=limits.BODIES_ON_DISK)
        self.answers = Store(site.data, size=limits.ANSWERS_ON_DISK)
        self.threads = Threads()
        self.health = Health(site.ask_database, site.data, self.threads)
        self.watching: asyncio.Task[None] | None = None

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        environ: Environ = {}
        unread = False
        try:
            environ = environ_of(scope)
            unread = environ["seatwise.has_body"]
            answer = await self._at_once(environ)
            if answer is None:
                with_body = _Taking(self, environ, receive)
                answer = await with_body.answer()
                unread = not with_body.was_read
        except UnusableRequest:
            answer = pages.page(400, environ)
        except bodies.Gone:
            return
        except bodies.TooLate:
            answer = pages.page(408, environ)
        except DiskFull:
            answer = pages.page(507, environ)
        except (Busy, Full):
            answer = pages.page(503, environ)
        except Exception:
            logger.exception("a request could not be answered")
            answer = pages.page(500, environ)
        try:
            await send_answer(send, receive, answer, is_last=unread)
        finally:
            answer.close()

    async def _at_once(self, environ: Environ) -> Answer | None:
        """What needs no thread."""
        if environ["PATH_INFO"] == HEALTH and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            return self.health.answer()
        answer = await self.site.front(environ)
        if answer is None and environ["REQUEST_METHOD"] not in METHODS:
            return pages.page(405, environ)
        return answer

    async def _live(self, receive: Receive, send: Send) -> None:
        """Begin with the server, and end with it."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.health.look()
                self.watching = asyncio.ensure_future(self._watch())
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self.watching:
                    self.watching.cancel()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _watch(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.readers.look)
                await asyncio.sleep(PAUSE if self.readers.port else BEGINNING)
                await self.health.look()
            except Exception:
                logger.exception("the server could not look after itself")
                await asyncio.sleep(PAUSE)


class _Taking:
    """One request for Django: its body first, then a thread."""

    def __init__(self, shell: Shell, environ: Environ, receive: Receive) -> None:
        self.shell, self.environ, self.receive = shell, environ, receive
        self.was_read = not environ["seatwise.has_body"]
        self.limit: int | None = None

    async def answer(self) -> Answer:
        """Django's answer. Raises what `bodies.take` and the threads raise."""
        spool = Spool(self.shell.bodies)
        try:
            self.environ["wsgi.input"] = await self._body(spool)
            return await self.shell.threads.run(self._ask)
        finally:
            spool.close()

    def _ask(self) -> Answer:
        return taken(self.shell.site.django, self.environ, self.shell.answers)

    async def _body(self, spool: Spool) -> Any:
        """The body as a file; in place of one that is too large, one that says so when it is read."""
        if self.was_read:
            return spool.begin()
        length = says_length(self.environ)
        try:
            if length is not None and length > limits.IN_MEMORY and length > await self._limit():
                return TooLargeToRead()
            await bodies.take(self.receive, spool, self._limit)
        except bodies.TooLarge:
            self.environ.setdefault("CONTENT_LENGTH", str(await self._limit() + 1))  # so that it is not taken for none
            return TooLargeToRead()
        self.was_read = True
        self.environ.setdefault("CONTENT_LENGTH", str(spool.size))
        return spool.begin()

    async def _limit(self) -> int:
        """How large a body may be that does not stay in memory. Asked once."""
        if self.limit is None:
            self.limit = await self.shell.threads.run(lambda: self.shell.site.body_limit(self.environ))
        return self.limit
