"""One reader at work: the C library, or plain Python where there is none, and what its chunks were like."""

import os
from dataclasses import dataclass, field

from seatwise.lib.notices import Notice
from seatwise.logs import library
from seatwise.logs.c_reader import CLines, CReader
from seatwise.logs.chunks import Buffer, Chunk
from seatwise.logs.facts import NEEDS_A_LOOK, REASON_NAMES
from seatwise.logs.judging import Engine, How, Lines, Reader
from seatwise.logs.layout import LONGEST_LINE, SAMPLES
from seatwise.logs.notices import InputCode


def plain() -> Engine:
    """Plain Python, which reads everything, slowly, and says so."""
    from seatwise.logs.plain_reader import PlainLines, PlainReader  # noqa: PLC0415 - hardly ever needed

    notice = Notice(InputCode.NO_LIBRARY, {"file": str(library.SOURCES / library.LOG)})
    return Engine(PlainLines, PlainReader, 2 * LONGEST_LINE, 1, notice)


def in_c(workers: int) -> Engine | None:
    """The C library, millions of lines a second; None where it was not made for this machine."""
    return Engine(CLines, CReader, 2 * LONGEST_LINE, workers) if library.load() is not None else None


def fastest() -> Engine:
    """The C library on all cores, or plain Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return in_c(min(cores, 8)) or plain()


def lines_of(how: How) -> Lines:
    """What judges single lines."""
    return fastest().lines(how)


@dataclass(frozen=True)
class Kept:
    """A line kept to show what a reason means. `text` is None for one too long to be kept."""

    chunk: int
    line: int  # from 0, within the chunk
    text: bytes | None
    program: int  # which program was to split it


@dataclass(frozen=True)
class Piece:
    """A part of a chunk that one program reads."""

    program: int
    start: int
    end: int


@dataclass
class Worker:
    """A reader and what its chunks were like. Formats are told apart by number (W3C logs change theirs midway)."""

    engine: Engine
    programs: list[Lines]
    reader: Reader = field(init=False)
    lines: dict[int, int] = field(default_factory=dict)  # of each chunk
    days: dict[int, list[int]] = field(default_factory=dict)  # of the lines of each chunk
    kept: dict[str, list[Kept]] = field(default_factory=lambda: {name: [] for name in NEEDS_A_LOOK})

    def __post_init__(self) -> None:
        self.reader = self.engine.reader()

    def read(self, number: int, chunk: Chunk, pieces: list[Piece]) -> None:
        """Judge all lines of chunk number `number`, which has these pieces."""
        self.reader.begin()
        if chunk.too_long:
            self.pass_over(number)
        for piece in pieces:
            self.reader.read(self.programs[piece.program], chunk.buffer.data, piece.start, piece.end)
            self.keep_samples(number, chunk.buffer, piece.program)
        self.lines[number] = self.reader.lines
        self.days[number] = self.reader.days()

    def keep_samples(self, number: int, buffer: Buffer, program: int) -> None:
        """Keep the lines that the reader has newly noted."""
        for name, kept in self.kept.items():
            for line, start, end in self.reader.samples(REASON_NAMES.index(name))[len(kept) :]:
                text = bytes(buffer.data[start:end]) if end - start <= LONGEST_LINE else None
                kept.append(Kept(number, line, text, program))

    def pass_over(self, number: int) -> None:
        """Count a line that was too long to be kept."""
        if self.reader.counts[0] < SAMPLES:
            self.kept["malformed"].append(Kept(number, 0, None, 0))
        self.reader.pass_over()
