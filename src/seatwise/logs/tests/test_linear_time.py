"""The reader in plain Python, and the sections of W3C logs, look at each byte a few times, whatever stands there."""

from typing import Any

import pytest

from seatwise.logs import plain_splitting
from seatwise.logs.chunks import Buffer, Chunk
from seatwise.logs.engine import plain
from seatwise.logs.formats import parse_format
from seatwise.logs.reading import Reading
from seatwise.logs.tests.samples import source


class CountedBytes(bytes):
    """Bytes that count how many of them were copied."""

    copied = 0

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        self.copied += len(found) if isinstance(found, bytes) else 1
        return found


class CountedBuffer(bytearray):
    """A buffer that counts how many bytes were searched."""

    searched = 0

    def find(self, what: Any, start: Any = 0, end: Any = None) -> int:
        found = super().find(what, start, end)
        self.searched += (len(self) if found < 0 else found) - start
        return found


@pytest.mark.parametrize("text", [b'\\" ', b" [", b'\\\\\\" '])
def test_a_line_of_many_ends_that_are_none_is_not_copied_for_each(text: bytes) -> None:
    line = CountedBytes(b'192.0.2.7 - a [10/Oct/2026:13:55:36 +0000] "' + text * 1000 + b'" 200')
    if text == b" [":
        line = CountedBytes(b"192.0.2.7 - a" + text * 1000 + b"10/Oct/2026:13:55:36 +0000] ")
    with pytest.raises(plain_splitting.DoesNotFit):
        plain_splitting.split_text(line, parse_format("combined"))
    assert line.copied < 3 * len(line)


def test_a_log_of_many_remarks_is_not_searched_to_its_end_for_each() -> None:
    data = CountedBuffer(b"#Remark\n" * 1000)
    reading = Reading([source("iis")], plain())
    pieces = reading.pieces(Chunk(Buffer(data), 0, len(data)))
    assert [(piece.start, piece.end) for piece in pieces] == [(0, len(data))]
    assert data.searched < 3 * len(data)


def test_a_directive_behind_a_byte_order_mark_begins_a_section() -> None:
    fields = b"#Fields: date time cs-method cs-uri-stem cs-username sc-status\n"
    data = bytearray(b"x\n\xef\xbb\xbf" + fields + b"y\n" + fields[:-1])
    pieces = Reading([source("iis")], plain()).pieces(Chunk(Buffer(data), 0, len(data)))
    assert [(piece.start, piece.end) for piece in pieces] == [(0, 68), (68, len(data)), (len(data), len(data))]
