"""Opening what may be a log: a file, an object, a stream; plain or compressed, told by content."""

import bz2
import gzip
import io
import lzma
import re
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from seatwise.lib.decoding import wide_encoding
from seatwise.lib.notices import Notice, Unusable
from seatwise.logs.formats import Format
from seatwise.logs.holes import Holes
from seatwise.logs.json_arrays import ArrayCutOff
from seatwise.logs.members import CutOff, FollowedByOther, Members
from seatwise.logs.notices import InputCode
from seatwise.logs.record_lines import RecordLines
from seatwise.logs.remote import NoObject, is_address, open_object

STANDARD_INPUT = "-"
TOLD_BY = 512  # bytes by which a file is told that is no log
HEAD = 1 << 18  # bytes looked at to find the format
MOST_TIMES = 250  # that a log is larger when it is unpacked: usual are 10 to 30
UNPACKED_ANYWAY = 1 << 30  # bytes, whatever it was packed to
MOST_MEMORY = 1 << 29  # bytes that unpacking may need; xz -9 needs 64 MiB, zstd --ultra 128 MiB
NO_LOGS = (InputCode.ZIP, InputCode.TAR, InputCode.PACKED_OTHERWISE, InputCode.NO_LOG, InputCode.UNMARKED)
_PACKED = {
    b"7z\xbc\xaf\x27\x1c": "7-Zip", b"Rar!\x1a\x07": "RAR", b"\x04\x22\x4d\x18": "LZ4", b"\x1f\x9d": "compress",
    b"\x5d\x00\x00": "LZMA", b"\x89LZO\0": "LZO", b"\xff\x06\x00\x00sNaPpY": "Snappy", b"MSCF\0": "CAB",
}  # fmt: skip
_OTHER_KINDS = {
    b"SQLite format 3\0": "SQLite", b"\x89PNG\r\n": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"%PDF-": "PDF",
    b"ElfFile\0": "EVTX", b"\x7fELF": "ELF", b"\xd0\xcf\x11\xe0": "XLS", b"LPKSHHRH": "journald",
    b"\xd4\xc3\xb2\xa1": "pcap", b"\0\0\1\0": "ICO", b"PAR1": "Parquet",
}  # fmt: skip
_TAR = re.compile(rb"ustar(?:\0|  \0)")  # POSIX pax, "ustar Interchange Format"; GNU tar


class UnreadableInput(Unusable):
    """Input that cannot be read."""


class Readable(Protocol):
    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill the buffer; the number of bytes, 0 at the end."""


@dataclass
class Input:
    """One log to read. `size` is its size in bytes as it lies there, 0 if unknown."""

    name: str
    size: int = 0
    path: str = ""  # where it lies, if it is called something else
    compression: str = ""
    head: bytes = b""  # of a stream only: what was read to look at it
    stream: BinaryIO | None = None  # standard input or a pipe: it can be read only once
    problem: Notice | None = None  # why it is passed over
    wrapper: tuple[str, ...] = ()  # what is around its lines, outermost first
    form: Format | None = None  # where it was found out, or differs from that of the others
    mark: str = ""  # what tells its content from others of its name, where that is known without reading it
    raw: BinaryIO | None = None  # while it is open: where it is read from, which tells how far we are

    def open(self, *, ahead: bool = True) -> Readable:
        """The unpacked bytes from the beginning on. A plain file is read to where it ended when it was found."""
        if self.stream is not None:
            if self.raw is not None:
                raise UnreadableInput(InputCode.STREAM_TWICE, file=self.name)
            self.raw = Joined(self.head, self.stream)  # type: ignore[assignment]
        else:
            self.raw = self.begin(ahead=ahead)
        if self.compression:
            return RecordLines(Unpacked(self.name, self.raw, self.compression, self.size))  # type: ignore[arg-type]
        return RecordLines(Limited(self.name, self.raw, self.size) if self.size else self.raw)  # type: ignore[arg-type]

    def begin(self, *, ahead: bool = True) -> BinaryIO:
        """The file or object as it lies there, from its beginning on; `ahead` if it will be read to its end."""
        if not is_address(self.path):
            return open(self.path or self.name, "rb", buffering=0)
        try:
            return open_object(self.path, ahead=ahead)  # type: ignore[return-value]
        except NoObject as error:
            raise UnreadableInput(error.notice.code, **error.notice.values) from None

    def close(self) -> None:
        """Close the file or pipe, but not standard input."""
        opened = self.raw if self.stream is None else self.stream
        if opened is not None and self.name != STANDARD_INPUT:
            opened.close()

    def look(self) -> bytes:
        """The first unpacked bytes, at most HEAD of them."""
        if self.stream is not None:
            head = RecordLines(unpack(io.BytesIO(self.head), self.compression))
            return self.checked(head_of(head, short_ok=True))
        try:
            return self.checked(head_of(self.open(ahead=False)))
        finally:
            self.close()

    def checked(self, head: bytes) -> bytes:
        """The first unpacked bytes, refused where they are packed once more or no log."""
        if self.compression:
            refuse_other(self.name, head)
            if again := compression_of(head):
                raise UnreadableInput(InputCode.PACKED_TWICE, file=self.name, inner=again, outer=self.compression)
        if b"\n" not in head and head.count(b"\r") > 1:
            raise UnreadableInput(InputCode.CARRIAGE_RETURNS, file=self.name)
        return head


class Limited:
    """The first `size` bytes of a stream: what is written to a file while it is read waits for the next time."""

    def __init__(self, name: str, raw: BinaryIO, size: int) -> None:
        self.name, self.raw, self.left = name, raw, size

    def readinto(self, buffer: memoryview, /) -> int | None:
        got: int = self.raw.readinto(buffer[: self.left]) or 0  # type: ignore[attr-defined]
        if not got and self.left and len(buffer):
            raise UnreadableInput(InputCode.SHRANK, file=self.name, missing=self.left)
        self.left -= got
        return got


class Unpacked:
    """A packed stream unpacked, unless it is made to fill what it is unpacked into."""

    def __init__(self, name: str, raw: BinaryIO, compression: str, size: int) -> None:
        self.name, self.raw, self.size = name, raw, size
        self.stream, self.compression = unpack(raw, compression), compression
        self.made = 0

    def readinto(self, buffer: memoryview, /) -> int | None:
        try:
            got = self.stream.readinto(buffer) or 0
        except unpack_errors() as error:
            raise why_it_broke(self.raw, self.compression, error) from None
        self.made += got
        packed = self.size or getattr(self.raw, "taken", 0)
        if self.made > UNPACKED_ANYWAY and self.made > MOST_TIMES * packed:
            raise UnreadableInput(InputCode.TOO_LARGE, file=self.name, times=MOST_TIMES)
        return got


class Joined(io.RawIOBase):
    """What was already read of a stream, and then the rest of it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self.head, self.rest = memoryview(head), rest
        self.taken = 0  # bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        if self.head:
            count = min(len(buffer), len(self.head))
            buffer[:count] = self.head[:count]
            self.head = self.head[count:]
        else:
            count = self.rest.readinto(buffer) or 0  # type: ignore[attr-defined]
        self.taken += count
        return count


def compression_of(head: bytes) -> str:
    """gzip, bzip2, xz or zstd by the first bytes (RFC 1952, bzip2 manual, xz format 1.1.0, RFC 8878), else ""."""
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    if head[:3] == b"BZh" and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return "bzip2"
    if head[:6] == b"\xfd7zXZ\x00":
        return "xz"
    skippable = len(head) >= 4 and 0x50 <= head[0] <= 0x5F and head[1:4] == b"\x2a\x4d\x18"
    return "zstd" if head[:4] == b"\x28\xb5\x2f\xfd" or skippable else ""


def unpack(raw: BinaryIO, compression: str) -> Readable:
    """The stream unpacked; members that follow one another are read as one."""
    if compression == "gzip":
        try:
            from isal import igzip  # noqa: PLC0415 - slow to import, and most logs are plain
        except ImportError:
            return gzip.GzipFile(fileobj=raw)
        return igzip.IGzipFile(fileobj=raw)  # type: ignore[no-untyped-call]
    if compression == "bzip2":
        return Members(raw, bz2.BZ2Decompressor)
    if compression == "xz":
        return Members(raw, lambda: lzma.LZMADecompressor(memlimit=MOST_MEMORY))
    if compression == "zstd":
        import zstandard  # noqa: PLC0415 - slow to import, and not all that look for logs open one

        return Members(raw, zstandard.ZstdDecompressor(max_window_size=MOST_MEMORY).decompressobj)
    return raw  # type: ignore[return-value]


def why_it_broke(raw: BinaryIO, compression: str, error: BaseException) -> BaseException:
    """The error that unpacking raised; for gzip, whose reader does not tell them apart, what is really wrong."""
    if compression != "gzip" or isinstance(raw, Joined):
        return error
    raw.seek(0)
    strict, buffer = Members(raw, lambda: zlib.decompressobj(zlib.MAX_WBITS | 16)), bytearray(HEAD)
    try:
        while strict.readinto(memoryview(buffer)):
            pass
    except (CutOff, FollowedByOther) as found:
        return found
    except zlib.error:
        pass
    return error


def unpack_errors() -> tuple[type[BaseException], ...]:
    """What unpacking raises when the bytes are not what they should be."""
    import zstandard  # noqa: PLC0415 - slow to import, and not all that look for logs open one

    return (EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError)


def head_of(stream: Readable, *, short_ok: bool = False) -> bytes:
    buffer = bytearray(HEAD)
    got = 0
    holes = Holes()
    try:
        while got < HEAD and (more := stream.readinto(memoryview(buffer)[got:])):
            got = holes.close(buffer, got, got + more)
    except unpack_errors():
        if not short_ok:
            raise
    return bytes(buffer[:got])


def refuse_other(name: str, head: bytes) -> None:
    """Refuse what is known not to be a log although it could be read as bytes."""
    for magic, program in _PACKED.items():
        if head.startswith(magic):
            raise UnreadableInput(InputCode.PACKED_OTHERWISE, file=name, program=program)
    for magic, kind in _OTHER_KINDS.items():
        if head.startswith(magic):
            raise UnreadableInput(InputCode.NO_LOG, file=name, kind=kind)
    if head[:4] == b"PK\x03\x04":
        raise UnreadableInput(InputCode.ZIP, file=name)
    if wide_encoding(head[: len(head) & ~1], marked=False):
        raise UnreadableInput(InputCode.UNMARKED, file=name)
    if _TAR.search(head, 0, TOLD_BY) is not None:
        raise UnreadableInput(InputCode.TAR, file=name)


def unreadable(name: str, error: BaseException) -> UnreadableInput:
    """The error for a file that cannot be opened or unpacked."""
    why = getattr(error, "strerror", None) or why_not(error) or type(error).__name__
    return UnreadableInput(InputCode.UNREADABLE, file=name, why=why)


def why_not(error: BaseException) -> str | Notice:
    """What the system, or who unpacks, says of an error: "" for nothing."""
    if isinstance(error, FollowedByOther):
        return Notice(InputCode.FOLLOWED_BY_OTHER)
    if isinstance(error, ArrayCutOff):
        return Notice(InputCode.ENDS_WITHIN)
    return Notice(InputCode.ENDS_PACKED) if isinstance(error, CutOff) else str(error)
