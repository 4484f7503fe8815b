"""Messages of syslog, and how they follow one another in a stream: RFC 3164, RFC 5424, RFC 6587."""

import re

from seatwise.ingest.protocols import one_line
from seatwise.logs.wrappers import WRAPPERS

MOST = 1 << 16  # bytes of a message
_COUNT = re.compile(rb"([1-9]\d{0,8}) (?=<)")
_BEGUN_COUNT = re.compile(rb"[1-9]\d{0,8} ?")
_PRIORITY = re.compile(rb"<\d{1,3}>")
_TAG = re.compile(rb"([\w./()-]+)(?:\[[\w.-]*\])?: $")
_APP = re.compile(rb"(?:\d+ )?(?:<\d{1,3}>)?1 \S+ \S+ (\S+) ")


class Frames:
    """Takes messages out of a stream: each begins with the number of its bytes, or ends with a line feed."""

    def __init__(self) -> None:
        self.rest = bytearray()
        self.to_skip = 0  # bytes of a counted message that is too long
        self.is_skipping = False  # a line that is too long, up to its end
        self.long = 0  # messages that were too long

    @property
    def is_torn(self) -> bool:
        """Whether a message would be cut off if nothing more came."""
        return bool(self.rest or self.to_skip or self.is_skipping)

    def feed(self, data: bytes) -> list[bytes]:
        self.rest += data
        found = []
        while (message := self._next()) is not None:
            if message:
                found.append(message)
        return found

    def _next(self) -> bytes | None:
        """The next message; empty where it is none, None where its end has not come yet."""
        if self.to_skip:
            self.to_skip -= len(self._take(min(self.to_skip, len(self.rest))))
            return None if self.to_skip else b""
        if not self.is_skipping:
            if counted := _COUNT.match(self.rest):
                return self._counted(int(counted[1]), counted.end())
            if _BEGUN_COUNT.fullmatch(self.rest):
                return None
        return self._line()

    def _counted(self, size: int, start: int) -> bytes | None:
        if size > MOST:
            self._take(start)
            self.long, self.to_skip = self.long + 1, size
            return b""
        return self._take(start + size)[start:] if len(self.rest) >= start + size else None

    def _line(self) -> bytes | None:
        end = self.rest.find(b"\n")
        if not self.is_skipping and (end if end >= 0 else len(self.rest)) > MOST:
            self.long, self.is_skipping = self.long + 1, True
        if end < 0:
            if self.is_skipping:
                self.rest.clear()
            return None
        line = self._take(end + 1)[:-1]
        was_skipped, self.is_skipping = self.is_skipping, False
        return b"" if was_skipped else line

    def _take(self, size: int) -> bytes:
        taken = bytes(self.rest[:size])
        del self.rest[:size]
        return taken


def line_of(message: bytes) -> tuple[str, bytes]:
    """The tag or application name of a message, and its line without what syslog puts before it."""
    text = one_line(message.rstrip(b"\r\n\0"))
    line = WRAPPERS["syslog5424"].unwrap(text)
    app = _APP.match(text) if line != text else None
    if app is None:
        line = WRAPPERS["syslog"].unwrap(text)
        app = _TAG.search(text[: len(text) - len(line)])
    return app[1].decode("ascii", "replace") if app else "", _PRIORITY.sub(b"", line, count=1) if line == text else line
