"""The one way out of the site: an HTTP request, and its answer within limits of time and size.

Certificates are checked. Redirects are not followed: a token is sent to no other address than the one that was entered.
Nothing here is written to a log, and no message names a header. The variables that say which proxy to use are heeded
(HTTPS_PROXY, NO_PROXY), but not for this machine.
"""

import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from seatwise.configuration import LOOPBACK

SILENCE = 30.0  # seconds without a byte
LONGEST = 120.0  # seconds for an answer as a whole
MOST_BYTES = 20 * 1024 * 1024


class NoAnswer(Exception):
    """No whole answer came: it is not known whether what was asked for was done. The message says why."""


@dataclass(frozen=True)
class Request:
    """A request. Its headers hold secrets, so they are not shown."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status is."""

    status: int
    headers: Mapping[str, str]  # by lower-case names
    body: bytes


Send = Callable[[Request], Answer]


def send(request: Request, *, silence: float = SILENCE, longest: float = LONGEST, most: int = MOST_BYTES) -> Answer:
    """Send it once. Raises NoAnswer."""
    parts = urlsplit(request.url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise NoAnswer("it would cross the network readable: the address has to begin with https")
    asked = urllib.request.Request(  # noqa: S310 - looked at above
        request.url, data=request.body, headers=dict(request.headers), method=request.method
    )
    until = time.monotonic() + longest
    try:
        with _opener(parts.hostname in LOOPBACK).open(asked, timeout=silence) as answer:
            body = _read(answer, until, most)
            return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, body)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(_why(error)) from None


def _opener(on_this_machine: bool) -> urllib.request.OpenerDirector:
    """Without what follows redirects, and without what makes errors of statuses."""
    opener = urllib.request.OpenerDirector()
    opener.add_handler(urllib.request.ProxyHandler({} if on_this_machine else None))
    opener.add_handler(urllib.request.HTTPHandler())
    opener.add_handler(urllib.request.HTTPSHandler(context=ssl.create_default_context()))
    return opener


def _read(answer: http.client.HTTPResponse, until: float, most: int) -> bytes:
    read = bytearray()
    while some := answer.read1(65536):
        read += some
        if len(read) > most:
            raise NoAnswer(f"the answer is larger than {most // 1024 // 1024} MB")
        if time.monotonic() > until:
            raise NoAnswer("the answer takes too long")
    if answer.length:  # read1 says nothing of an answer that ends early
        raise NoAnswer("the answer ends in its middle")
    return bytes(read)


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {reason.verify_message}"
    if isinstance(reason, TimeoutError):
        return "no answer came in time"
    return str(reason) or type(reason).__name__
