"""What is particular to the reader in C: its tables, and the memory that it is given."""

import weakref
from typing import Any

import pytest

from seatwise.logs import c_reader, library
from seatwise.logs.library import LOGIN
from seatwise.logs.tests.samples import combined, source

pytestmark = pytest.mark.skipif(library.load() is None, reason="no C library")

# Logins of one hash, if no key goes into it.
COLLIDING = ["5UW7el!$", "1zs*V`fp", "2l8Dw&g6", "R4mBB$2U"]


def read(data: bytes | bytearray) -> c_reader.CReader:
    """A reader that has read this."""
    reader = c_reader.CReader()
    reader.read(c_reader.CLines(source().how(source().format)), data, 0, len(data))
    return reader


def hashes(reader: c_reader.CReader) -> list[int]:
    """The hash of each login."""
    table = c_reader.memory(reader.state.logins, reader.state.login_count * LOGIN.size)
    return [fields[5] for fields in LOGIN.iter_unpack(table)]


def test_nobody_can_choose_logins_that_collide() -> None:
    data = bytearray(b"".join(map(combined, [*COLLIDING, "a", "a-login-of-more-than-8-bytes"])))
    one, other = read(data), read(data)
    assert len(set(hashes(one)[: len(COLLIDING)])) > 1
    assert hashes(one) != hashes(other)
    assert list(one.logins()) == list(other.logins())


def test_a_buffer_is_free_as_soon_as_it_was_read() -> None:
    data = bytearray(combined("alice"))
    read(data)
    data.extend(b"x")  # BufferError if somebody still holds it


def test_bytes_are_read_as_well() -> None:
    assert [login for login, *_ in read(combined("alice")).logins()] == [b"alice"]


def test_a_reader_is_not_freed_at_the_end_of_python_while_threads_read(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    finalize = weakref.finalize

    def kept(*args: Any) -> Any:
        made.append(finalize(*args))
        return made[-1]

    monkeypatch.setattr(weakref, "finalize", kept)
    reader = c_reader.CReader()
    assert reader.lines == 0
    assert [found.atexit for found in made] == [False]
