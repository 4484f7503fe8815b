"""Taking the body of a request whole, before a thread is used for it: within its size, and within its time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig

from seatwise.server import limits
from seatwise.server.spools import Spool

Receive = Callable[[], Awaitable[Mapping[str, Any]]]


class TooLate(Exception):
    """The body did not come in time."""


class Gone(Exception):
    """The client ended the connection."""


class TooLarge(Exception):
    """The body is larger than it may be."""


class TooLargeToRead:
    """In place of a body that was not taken: Django says so when somebody reads it."""

    def read(self, size: int = -1) -> NoReturn:
        """Refuse, which Django answers in words."""
        raise RequestDataTooBig("the body is larger than is taken here")

    readline = readlines = __iter__ = read


async def take(receive: Receive, spool: Spool, most: Callable[[], Awaitable[int]]) -> None:
    """Write the body to a spool. Raises TooLarge, TooLate, Gone, and Full of the spool.

    `most` is asked how large it may be when it does not stay in memory. Of such a body each second must bring BODY_RATE
    bytes, after the first ones.
    """
    clock = asyncio.get_running_loop().time
    began = clock()
    more = True
    while more:
        seconds = limits.SMALL_BODY_SECONDS + (spool.size / limits.BODY_RATE if spool.on_disk else 0)
        try:
            async with asyncio.timeout_at(began + seconds):
                message = await receive()
        except TimeoutError:
            raise TooLate from None
        if message["type"] == "http.disconnect":
            raise Gone
        data = message.get("body", b"")
        more = bool(message.get("more_body"))
        size = spool.size + len(data)
        if size > limits.IN_MEMORY and size > await most():
            raise TooLarge
        if data:
            spool.write(data)
