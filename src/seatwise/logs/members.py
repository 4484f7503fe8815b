"""Unpacking bzip2, xz and zstd strictly: all members of a file, and nothing that is cut off or damaged in silence.

The readers of Python and of zstandard stop without a word where a file is cut off in the middle of a frame (zstd) or
where a second member is damaged (bzip2, xz); lines would be missing and nobody would know.
"""

import io
from collections.abc import Callable
from typing import BinaryIO, Protocol

BLOCK = 1 << 16  # bytes read from the file at once
HEADER = 10  # bytes of the shortest header of a member
FED = 1 << 10  # bytes unpacked at once: a hostile file makes some 30 MB of them at most


class CutOff(EOFError):
    """A packed stream that ends within a member."""


class FollowedByOther(OSError):
    """A packed stream with something behind its last member that is no other member."""


class Decompressor(Protocol):
    @property
    def eof(self) -> bool:
        """Whether the member has ended."""

    @property
    def unused_data(self) -> bytes:
        """What followed its end."""

    def decompress(self, data: bytes, /) -> bytes:
        """What these bytes unpack to."""


class Members(io.RawIOBase):
    """The members of a packed stream, unpacked, one behind the other; zero bytes between them are padding.

    Reading raises CutOff where the stream ends within a member, FollowedByOther where something else follows the
    last one, or what the decompressor raises for damaged bytes.
    """

    def __init__(self, raw: BinaryIO, start: Callable[[], Decompressor]) -> None:
        self.raw, self.start = raw, start
        self.member: Decompressor | None = None
        self.ended = 0  # members
        self.fresh = False  # whether nothing of the member was unpacked yet
        self.packed = b""
        self.ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        while not self.ready:
            if not self.packed and not (packed := self.raw.read(BLOCK)):
                if self.member is not None:
                    raise FollowedByOther if self.ended and self.fresh else CutOff
                return 0
            self.ready = memoryview(self.unpack_some(self.packed or packed))
        count = min(len(buffer), len(self.ready))
        buffer[:count] = self.ready[:count]
        self.ready = self.ready[count:]
        return count

    def unpack_some(self, packed: bytes) -> bytes:
        """Unpack the first FED bytes and keep the rest for later."""
        if self.member is None:
            packed = packed.lstrip(b"\0")
            if not packed:
                self.packed = b""
                return b""
            self.member, self.fresh = self.start(), True
        try:
            found = self.member.decompress(packed[:FED])
        except Exception:
            if self.ended and self.fresh:
                raise FollowedByOther from None
            raise
        self.fresh = self.fresh and not found and len(packed) < HEADER
        self.packed = packed[FED:]
        if self.member.eof:
            self.packed = self.member.unused_data + self.packed
            self.member = None
            self.ended += 1
        return found
