"""A zip file (PKWARE's APPNOTE 6.3) that can be written in one way only, so that its bytes can be checked one by one.

Members stand one after another from the first byte on, each once; then their directory, in the same order; then its
end. There are no comments, descriptors, encryption or gaps, and no extra fields but those of zip64, where a number does
not fit. What a header says follows from the member and its place alone, so a reader makes each anew and compares.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_LARGE_END = struct.Struct("<4sQ2H2L4Q4sLQL")  # of zip64: the end, and what points to it
STORED, DEFLATED = 0, 8
_VERSION, _VERSION_OF_LARGE, _UNIX, _FILE_MODE, _UTF_8 = 20, 45, 3 << 8, 0o100644 << 16, 0x800
_SEE_EXTRA, _MANY = 0xFFFFFFFF, 0xFFFF
LARGE = _SEE_EXTRA  # sizes and places from here on do not fit into four bytes
_TIME, _DATE = 0, (1 << 5) | 1  # 1980-01-01, so that the bytes do not depend on a clock
PIECE = 1 << 16


class NotTheSame(Exception):
    """Some byte is not the one that should be there. The message says where."""


@dataclass(frozen=True)
class Member:
    """What the headers of a member say."""

    name: str
    method: int
    crc: int
    packed: int
    size: int

    def local(self) -> bytes:
        """The header before the content."""
        large = max(self.packed, self.size) >= LARGE
        extra = struct.pack("<2H2Q", 1, 16, self.size, self.packed) if large else b""
        name = self.name.encode()
        return _LOCAL.pack(b"PK\x03\x04", *self._common(large=large), len(name), len(extra)) + name + extra

    def central(self, offset: int) -> bytes:
        """The entry of the directory."""
        large = max(self.packed, self.size, offset) >= LARGE
        extra = struct.pack("<2H3Q", 1, 24, self.size, self.packed, offset) if large else b""
        name = self.name.encode()
        version, *common = self._common(large=large)
        head = (b"PK\x01\x02", version | _UNIX, version, *common, len(name), len(extra), 0, 0, 0, _FILE_MODE)
        return _CENTRAL.pack(*head, _SEE_EXTRA if large else offset) + name + extra

    def _common(self, *, large: bool) -> tuple[int, ...]:
        version = _VERSION_OF_LARGE if large else _VERSION
        sizes = (_SEE_EXTRA, _SEE_EXTRA) if large else (self.packed, self.size)
        flags = 0 if self.name.isascii() else _UTF_8
        return (version, flags, self.method, _TIME, _DATE, self.crc, *sizes)


def write(out: IO[bytes], members: Iterable[tuple[Member, Iterable[bytes]]]) -> None:
    """Write a zip file of these members and their packed contents, which come in pieces."""
    listed: list[Member] = []
    for member, pieces in members:
        out.write(member.local())
        out.writelines(pieces)
        listed.append(member)
    out.write(directory_of(listed))


def size_of(members: Sequence[Member]) -> int:
    """The bytes of a zip file of these members."""
    return sum(len(member.local()) + member.packed for member in members) + len(directory_of(members))


def directory_of(members: Sequence[Member]) -> bytes:
    """All that comes after the last member."""
    offset, entries = 0, []
    for member in members:
        entries.append(member.central(offset))
        offset += len(member.local()) + member.packed
    return b"".join(entries) + _end(len(members), sum(map(len, entries)), offset)


def _end(count: int, size: int, offset: int) -> bytes:
    if count < _MANY and max(size, offset) < LARGE:
        return _END.pack(b"PK\x05\x06", 0, 0, count, count, size, offset, 0)
    versions = (_VERSION_OF_LARGE | _UNIX, _VERSION_OF_LARGE)
    large = (b"PK\x06\x06", 44, *versions, 0, 0, count, count, size, offset, b"PK\x06\x07", 0, offset + size, 1)
    return _LARGE_END.pack(*large) + _END.pack(b"PK\x05\x06", 0, 0, _MANY, _MANY, _SEE_EXTRA, _SEE_EXTRA, 0)


class Packing:
    """Packs a content that comes in pieces, and knows its member."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj(6, zlib.DEFLATED, -15)
        self._crc = self._size = self._packed = 0

    def take(self, piece: bytes) -> bytes:
        """What is packed of it so far; it may come with a later piece."""
        self._crc = zlib.crc32(piece, self._crc)
        self._size += len(piece)
        return self._counted(self._stream.compress(piece))

    def rest(self) -> bytes:
        """What is left after the last piece."""
        return self._counted(self._stream.flush())

    def member(self, name: str) -> Member:
        """What its headers say, once it is whole."""
        return Member(name, DEFLATED, self._crc, self._packed, self._size)

    def _counted(self, packed: bytes) -> bytes:
        self._packed += len(packed)
        return packed


class Reader:
    """Reads member by member and compares every header. Nothing is held in memory but one piece of a content."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._members: list[Member] = []

    def stored(self, name: str, most: int) -> bytes:
        """The content of the next member, which is not packed and has at most so many bytes. Raises NotTheSame."""
        head = self._file.read(_LOCAL.size)
        size = int(_LOCAL.unpack(head)[8]) if len(head) == _LOCAL.size else most + 1
        if size > most:
            raise NotTheSame(f"{name} does not stand where it should")
        rest = self._file.read(len(name.encode()))
        content = self._file.read(size)
        self._take(Member(name, STORED, zlib.crc32(content), len(content), size), head + rest)
        return content

    def packed(
        self, name: str, packed: int, size: int, see: Callable[[bytes], None], out: Callable[[bytes], None]
    ) -> None:
        """The next member, of which both sizes are known: `see` gets its packed bytes, `out` its content, in pieces.

        Never more than `size` bytes are unpacked. Raises NotTheSame, after the last packed byte was read.
        """
        head = self._file.read(len(Member(name, DEFLATED, 0, packed, size).local()))
        unpacking = _Unpacking(size, out)
        left = packed
        while left and (piece := self._file.read(min(left, PIECE))):
            left -= len(piece)
            see(piece)
            unpacking.take(piece)
        if left or not unpacking.is_whole():
            raise NotTheSame(f"{name} is not as it was sealed")
        self._take(Member(name, DEFLATED, unpacking.crc, packed, size), head)

    def end(self) -> None:
        """After the last member: the directory, and nothing more. Raises NotTheSame."""
        expected = directory_of(self._members)
        if self._file.read(len(expected)) != expected:
            raise NotTheSame("its directory is not the one that was sealed")
        if self._file.read(1):
            raise NotTheSame("something was added after its end")

    def _take(self, member: Member, head: bytes) -> None:
        if head != member.local():
            raise NotTheSame(f"what stands before {member.name} is not what was sealed")
        self._members.append(member)


class _Unpacking:
    """Unpacks pieces, up to a size."""

    def __init__(self, size: int, out: Callable[[bytes], None]) -> None:
        self._stream = zlib.decompressobj(-15)
        self._left, self._out, self._fits = size, out, True
        self.crc = 0

    def take(self, piece: bytes) -> None:
        """Unpack a piece; once something does not fit, nothing more is unpacked."""
        more = bool(piece)
        while more and self._fits:
            most = min(self._left, PIECE) + 1
            try:
                content = self._stream.decompress(piece, most)
            except zlib.error:
                content, self._fits = b"", False
            piece = self._stream.unconsumed_tail
            more = bool(piece) or len(content) == most  # it may hold back what did not fit into `most`
            self._left -= len(content)
            self._fits = self._fits and self._left >= 0 and not self._stream.unused_data
            if self._fits:
                self.crc = zlib.crc32(content, self.crc)
                self._out(content)

    def is_whole(self) -> bool:
        """Whether the stream ended, with its last byte, and has the size that was said."""
        return self._fits and self._left == 0 and self._stream.eof
