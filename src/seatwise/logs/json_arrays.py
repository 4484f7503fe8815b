"""A file that is one JSON array, or whose objects go over several lines: as one object a line, in constant memory."""

import re
from typing import Protocol

BLOCK = 1 << 16  # bytes read at once
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\[\s*\{\s*\"|\{[ \t\r]*\n)")
_MAY_BEGIN = re.compile(rb"\xef?\xbb?|\xef\xbb\xbf\s*(?:\[\s*)?(?:\{\s*)?|\s*(?:\[\s*)?(?:\{\s*)?")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*("?)|[{}\r\n]', re.DOTALL)
_REST_OF_STRING = re.compile(rb'(?:[^"\\]|\\.)*("?)', re.DOTALL)
_BETWEEN = re.compile(rb"[\s,\[\]]+")


class ArrayCutOff(EOFError):
    """An array, or an object in it, that does not end."""


class Stream(Protocol):
    def readinto(self, buffer: memoryview, /) -> int | None: ...


class ObjectLines:
    """A stream as it is, or, where it begins as an array of objects does, these objects, each a line.

    What else stands between objects is a line of its own. Reading raises ArrayCutOff where the array does not end.
    """

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.ready = memoryview(b"")
        self.begun = self.as_is = False
        self.depth = 0  # of the objects we are in
        self.is_open = self.within = False  # whether an array has not ended; whether we are in a string
        self.rest = b""  # a backslash at the end of what was read

    def readinto(self, buffer: memoryview, /) -> int | None:
        while not self.ready:
            if self.as_is:
                return self.stream.readinto(buffer)
            if not (data := self.read_some()):
                if self.depth or self.is_open:
                    raise ArrayCutOff
                return 0
            self.ready = memoryview(data if self.as_is else self.lines(data))
        count = min(len(buffer), len(self.ready))
        buffer[:count] = self.ready[:count]
        self.ready = self.ready[count:]
        return count

    def read_some(self) -> bytes:
        """The next bytes; the first ones tell whether this is an array."""
        block, have = bytearray(BLOCK), 0
        while got := self.stream.readinto(memoryview(block)[have:]):
            have += got
            if self.begun or _MAY_BEGIN.fullmatch(block, 0, have) is None:
                break
        if not self.begun:
            self.begun, self.as_is = True, _BEGINS.match(block, 0, have) is None
        return bytes(block[:have])

    def lines(self, data: bytes) -> bytes:
        """What stands in the next bytes, as lines."""
        data = self.rest + data
        out: list[bytes] = []
        at = start = 0  # what is not yet copied; where tokens begin
        if self.within and (found := _REST_OF_STRING.match(data)):
            self.within, start = not found[1], found.end()
        for found in () if self.within else _TOKEN.finditer(data, start):
            token = found[0]
            if token[:1] == b'"':
                self.within = not found[1]
                start = found.end()
            elif token == b"{":
                if self.depth == 0:
                    out.append(self.between(data[at : found.start()]))
                    at = found.start()
                self.depth += 1
            elif token == b"}" and self.depth:
                self.depth -= 1
                if self.depth == 0:
                    out += [data[at : found.end()], b"\n"]
                    at = found.end()
            elif self.depth and token != b"}":
                out += [data[at : found.start()], b" "]
                at = found.end()
        self.rest = data[start:] if self.within and data[start:] == b"\\" else b""
        tail = data[at : len(data) - len(self.rest)]
        out.append(tail if self.depth else self.between(tail))
        return b"".join(out)

    def between(self, text: bytes) -> bytes:
        """What stands between two objects and does not belong there, as a line."""
        if b"[" in text or b"]" in text:
            self.is_open = text.rfind(b"[") > text.rfind(b"]")
        other = _BETWEEN.sub(b" ", text.removeprefix(b"\xef\xbb\xbf")).strip()
        return other and other + b"\n"
