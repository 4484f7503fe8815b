"""The mark of a file's content: with name and size it tells whether two files are one.

A file of up to 1 MiB is taken whole, of a larger one 64 KiB at each of 17 places from its beginning to its end: logs
are written once, so files of one name and size that are the same there are the same. A stream is taken whole. What an
object store calls the ETag of an object is its mark; where it has none, the first 1 MiB are taken.
"""

import hashlib
from collections.abc import Callable
from typing import BinaryIO

from seatwise.logs.inputs import Input, unreadable
from seatwise.logs.remote import is_address

WHOLE = 1 << 20  # bytes up to which a file is taken whole
PLACES = 16
PIECE = 1 << 16
BEGINNING = 1 << 12


def marking(found: Input) -> Callable[[], tuple[int, str]]:
    """What says the size and the mark of an input once it was read. A file is looked at now, as it was found."""
    if found.stream is not None:
        stream = Watched(found.head, found.stream)
        found.stream = stream  # type: ignore[assignment]
        return stream.found
    mark = found.mark or mark_of(found)
    return lambda: (found.size, mark)


def mark_of(found: Input) -> str:
    """The mark of the first bytes of a file, as many as it had when it was found."""
    digest = hashlib.sha256()
    remote = is_address(found.path)
    file = found.begin(ahead=False)
    try:
        if remote:
            digest.update(read_exactly(file, WHOLE))  # it may come as a stream
        elif found.size <= WHOLE:
            digest.update(read_exactly(file, found.size))
        else:
            for i in range(PLACES + 1):
                file.seek((found.size - PIECE) * i // PLACES)
                digest.update(read_exactly(file, PIECE))
    finally:
        file.close()
    return f"sha256:{digest.hexdigest()}"


def read_exactly(file: BinaryIO, size: int) -> bytes:
    """So many bytes, or all there are."""
    data = b""
    while len(data) < size and (more := file.read(size - len(data))):
        data += more
    return data


def beginning_of(found: Input) -> str:
    """What tells a file from another of its name while it may still grow: its size and mark where a store says it, or
    its first bytes. Raises UnreadableInput."""
    if found.mark:
        return f"{found.size} {found.mark}"
    if found.problem is not None:
        return ""  # it is not opened
    try:
        with found.begin(ahead=False) as file:
            return hashlib.sha256(read_exactly(file, BEGINNING)).hexdigest()
    except OSError as error:
        raise unreadable(found.name, error) from None


class Watched:
    """A stream that notes what is read of it, behind the beginning that was read before."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self.stream, self.size, self.digest = stream, len(head), hashlib.sha256(head)

    def readinto(self, buffer: memoryview, /) -> int:
        count = self.stream.readinto(buffer) or 0  # type: ignore[attr-defined]
        self.digest.update(buffer[:count])
        self.size += count
        return count

    def close(self) -> None:
        self.stream.close()

    def found(self) -> tuple[int, str]:
        return self.size, f"sha256:{self.digest.hexdigest()}"
