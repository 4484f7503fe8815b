"""Sending an answer: while a reader is waited for, only the next piece is in memory. `readers` cuts slow ones."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import IO, Any

from seatwise.server import limits
from seatwise.server.answers import Answer, Header
from seatwise.server.bodies import Receive

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
