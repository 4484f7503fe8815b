"""A file whose records are no lines, or that is in UTF-16: as lines of UTF-8, one record each, in constant memory."""

import codecs
from typing import Protocol

from seatwise.logs import json_arrays, sign_in_tables

BLOCK = 1 << 16  # bytes read at once
LONGEST_HEADINGS = 1 << 14  # bytes of the first line, where it may be headings
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Stream(Protocol):
    def readinto(self, buffer: memoryview, /) -> int | None: ...


class Records(Protocol):
    """What makes lines of records whose bytes come piece by piece."""

    def lines(self, data: bytes) -> bytes:
        """What stands in the next bytes, as lines."""

    def end(self) -> bytes:
        """The lines still missing; EOFError where a record does not end."""


class RecordLines:
    """A stream as it is, or, where it begins as an array of objects or an export of sign-ins does, a line a record."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.ready = memoryview(b"")
        self.begun = self.ended = False
        self.decoder: codecs.IncrementalDecoder | None = None  # of UTF-16
        self.records: Records | None = None

    def readinto(self, buffer: memoryview, /) -> int | None:
        while not self.ready:
            if self.ended:
                return 0
            if self.begun and self.records is None and self.decoder is None:
                return self.stream.readinto(buffer)
            self.ready = memoryview(self.next_lines())
        count = min(len(buffer), len(self.ready))
        buffer[:count] = self.ready[:count]
        self.ready = self.ready[count:]
        return count

    def next_lines(self) -> bytes:
        """What comes next; nothing, and `ended`, at the end."""
        data = self.read_some() if self.begun else self.begin()
        if data:
            return data if self.records is None else self.records.lines(data)
        self.ended = True
        return b"" if self.records is None else self.records.end()

    def read_some(self) -> bytes:
        """The next bytes, as UTF-8; nothing at the end alone."""
        while data := self.read_bytes():
            if not self.begun and (wide := _UTF_16.get(data[:2])):
                self.decoder, data = codecs.getincrementaldecoder(wide)("replace"), data[2:]
            self.begun = True
            if self.decoder is not None:
                data = self.decoder.decode(data).encode("utf-8", "replace")
            if data:
                return data
        return b""

    def read_bytes(self) -> bytes:
        """The next bytes as they are: two at least, unless it ends with one, since one is half a mark of UTF-16."""
        block, have = bytearray(BLOCK), 0
        while have < 2 and (got := self.stream.readinto(memoryview(block)[have:])):
            have += got
        return bytes(block[:have])

    def begin(self) -> bytes:
        """The first bytes; they tell what they are."""
        head = b""
        while more := self.read_some():
            head += more
            is_line = b"\n" in head or len(head) > LONGEST_HEADINGS
            if json_arrays.begun_by(head) or (is_line and not json_arrays.may_begin(head)):
                break
        self.begun = True
        self.records = json_arrays.begun_by(head) or sign_in_tables.begun_by(head)
        return head
