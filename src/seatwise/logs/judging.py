"""What every reader of lines offers, the C library and the plain one, so that either can be used."""

from collections.abc import Callable, Iterable, MutableSequence, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from seatwise.lib.notices import Notice
from seatwise.logs.formats import Format
from seatwise.logs.rules import Rules, Zones


@dataclass(frozen=True)
class How:
    """What lines are judged by."""

    form: Format
    rules: Rules
    zones: Zones
    today: int


@dataclass(frozen=True)
class Judged:
    """What becomes of one line, all of it looked at whatever decides."""

    reason: str  # before programs are told from people
    at: int | None = None  # where it stops fitting its format; None if it fits
    instant: int = -1  # seconds since 1970; below 0 if its time cannot be read
    day: int = -1
    status: int = -1
    path_class: str = "other_service"  # api, asset, access (a screen) or other_service
    fields: dict[str, bytes] | None = None  # the text of each role that is there, as it stands in the line

    def field(self, role: str) -> bytes:
        return (self.fields or {}).get(role, b"")


@dataclass(frozen=True)
class Found:
    """All that one reader found; what is iterated over is so once."""

    counts: list[int]  # lines of each reason
    logins: Iterable[tuple[bytes, int, int]]  # as the user wrote it, its first instant, its accesses
    months: Iterable[tuple[int, int, int, int]]  # number of the login, month, mask of access days, of program days


class Lines(Protocol):
    """Lines of one format, by one set of rules."""

    def judge(self, text: bytes) -> Judged:
        """What becomes of one line, without its line end."""


class Reader(Protocol):
    """What reads chunks and keeps what it found. It is used by one thread at a time."""

    @property
    def lines(self) -> int:
        """How many lines this chunk had so far."""

    @property
    def counts(self) -> MutableSequence[int]:
        """How many lines of each reason there were in all chunks."""

    def begin(self) -> None:
        """Begin another chunk."""

    def read(self, lines: Any, data: bytearray, start: int, end: int) -> None:
        """Judge every line in data[start:end], a last one without a line end too."""

    def pass_over(self) -> None:
        """Count a line that was too long to be kept."""

    def days(self) -> list[int]:
        """The days of this chunk's lines, ascending."""

    def samples(self, reason: int) -> list[tuple[int, int, int]]:
        """The first lines of a reason: the number of each in its chunk, its start, its end."""

    def found(self, others: Sequence[Any]) -> Found:
        """All that was found, by others of its engine too. Those are not used again."""


@dataclass(frozen=True)
class Engine:
    """A way of reading lines, the size of its buffers, how many threads run at once, and what there is to say of it."""

    lines: Callable[[How], Lines]
    reader: Callable[[], Reader]
    buffer_size: int
    workers: int
    notice: Notice | None = None
