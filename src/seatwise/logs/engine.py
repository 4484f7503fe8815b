"""One reader at work: a state, the kernel that fills it (interpreted or compiled), and room when it runs out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from seatwise.logs import compiled, kernel
from seatwise.logs.chunks import Buffer, Chunk
from seatwise.logs.facts import NEEDS_A_LOOK, REASON_NAMES
from seatwise.logs.kernel import Judgement, State
from seatwise.logs.layout import KINDS, Program
from seatwise.logs.program import INTERPRETED, Tables, arrays


@dataclass(frozen=True)
class Engine:
    """A way of running the kernel: its tables, its functions, the size of its buffers and how many run at once."""

    tables: Tables
    read_lines: Callable[..., int]
    rehash_logins: Callable[..., None]
    rehash_facts: Callable[..., None]
    buffer_size: int
    workers: int

    def buffer(self) -> Buffer:
        """New memory for a chunk."""
        return self.seen(Buffer(bytearray(self.buffer_size), None))

    def seen(self, buffer: Buffer) -> Buffer:
        """The buffer, as this kernel sees it."""
        if self.tables is INTERPRETED:
            buffer.view = buffer.data
        else:
            import numpy as np  # noqa: PLC0415 - slow to import, and interpreting does without it

            buffer.view = np.frombuffer(buffer.data, np.uint8)
        return buffer


def interpreted() -> Engine:
    """The kernel as it stands: no waiting, some 8,000 lines a second."""
    return Engine(INTERPRETED, kernel.read_lines, kernel.rehash_logins, kernel.rehash_facts, 2 * kernel.LONGEST_LINE, 1)


def machine_code(workers: int) -> Engine | None:
    """The compiled kernel, millions of lines a second; None where there is no numba for this machine."""
    functions = compiled.load()
    if functions is None:
        return None
    return Engine(
        arrays(),
        functions.read_lines,
        functions.rehash_logins,
        functions.rehash_facts,
        4 * kernel.LONGEST_LINE,
        workers,
    )


def new_state(tables: Tables) -> State:
    """Empty tables, small to begin with."""
    logins, facts = 1 << 11, 1 << 12
    n = tables.fill(10, 0)
    n[kernel.LATEST_DAY] = -1
    return State(
        n=n,
        counts=tables.fill(kernel.REASONS, 0),
        samples=tables.fill(3 * kernel.REASONS * kernel.SAMPLES, 0),
        spans=tables.fill(2 * KINDS, 0),
        seen=tables.space(kernel.DAYS),
        scratch=tables.space(kernel.LONGEST_LINE),
        arena=tables.space(1 << 16),
        login_at=tables.fill(logins // 2 + 1, 0),
        hashes=tables.fill(logins // 2, 0),
        ways=tables.fill(logins // 2, 0),
        first_seen=tables.fill(logins // 2, 0),
        hits=tables.fill(logins // 2, 0),
        login_slots=tables.fill(logins, -1),
        keys=tables.fill(facts, -1),
        days=tables.fill(facts, 0),
        program_days=tables.fill(facts, 0),
    )


def enlarged(old: Any, new: Any) -> Any:
    """A larger table with the contents of the old one at its beginning."""
    new[: len(old)] = old
    return new


def grow(state: State, engine: Engine, length: int) -> State:
    """The same state with room for one more fact and one more login of `length` bytes."""
    fill, space = engine.tables.fill, engine.tables.space
    if 2 * (state.n[kernel.LOGINS] + 1) > len(state.login_slots):
        size = 4 * len(state.login_slots)
        slots = fill(size, -1)
        engine.rehash_logins(slots, state)
        state = state._replace(
            login_at=enlarged(state.login_at, fill(size // 2 + 1, 0)),
            hashes=enlarged(state.hashes, fill(size // 2, 0)),
            ways=enlarged(state.ways, fill(size // 2, 0)),
            first_seen=enlarged(state.first_seen, fill(size // 2, 0)),
            hits=enlarged(state.hits, fill(size // 2, 0)),
            login_slots=slots,
        )
    if 2 * (state.n[kernel.FACTS] + 1) > len(state.keys):
        size = 4 * len(state.keys)
        keys, masks, programs = fill(size, -1), fill(size, 0), fill(size, 0)
        engine.rehash_facts(keys, masks, programs, state)
        state = state._replace(keys=keys, days=masks, program_days=programs)
    if state.n[kernel.ARENA] + length > len(state.arena):
        state = state._replace(arena=enlarged(state.arena, space(2 * len(state.arena) + length)))
    return state


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
    """A state and what its chunks were like. Programs are told apart by number (W3C logs change theirs midway)."""

    engine: Engine
    programs: list[tuple[Program, Judgement]]
    state: State = field(init=False)
    lines: dict[int, int] = field(default_factory=dict)  # of each chunk
    days: dict[int, list[int]] = field(default_factory=dict)  # of the lines of each chunk
    kept: dict[str, list[Kept]] = field(default_factory=lambda: {name: [] for name in NEEDS_A_LOOK})

    def __post_init__(self) -> None:
        self.state = new_state(self.engine.tables)

    def read(self, number: int, chunk: Chunk, pieces: list[Piece]) -> None:
        """Judge all lines of chunk number `number`, which has these pieces."""
        n = self.state.n
        n[kernel.LINES] = 0
        n[kernel.FIRST_DAY], n[kernel.LAST_DAY] = kernel.NO_DAY, -1
        if chunk.too_long:
            self.count_too_long(number)
        for piece in pieces:
            self.read_piece(number, chunk.buffer, piece)
        n = self.state.n
        self.lines[number] = int(n[kernel.LINES])
        if n[kernel.LAST_DAY] >= 0:
            first, last = int(n[kernel.FIRST_DAY]), int(n[kernel.LAST_DAY])
            self.days[number] = [first + i for i, seen in enumerate(bytes(self.state.seen[first : last + 1])) if seen]
            self.state.seen[first : last + 1] = self.engine.tables.space(last + 1 - first)

    def read_piece(self, number: int, buffer: Buffer, piece: Piece) -> None:
        """Run the kernel over a piece, enlarging the tables as often as it asks."""
        self.state.spans[:] = self.engine.tables.fill(2 * KINDS, 0)
        self.state.n[kernel.LOCAL_ZONE] = 0
        program, judgement = self.programs[piece.program]
        at = piece.start
        while at < piece.end:
            at = int(self.engine.read_lines(buffer.view, at, piece.end, program, judgement, self.state))
            self.keep_samples(number, buffer.data, piece.program)
            if at < piece.end:
                newline = buffer.data.find(b"\n", at, piece.end)
                self.state = grow(self.state, self.engine, (newline if newline >= 0 else piece.end) - at)

    def keep_samples(self, number: int, data: bytearray, program: int) -> None:
        """Keep the lines that the kernel has newly noted."""
        for name, kept in self.kept.items():
            reason = REASON_NAMES.index(name)
            for i in range(len(kept), min(kernel.SAMPLES, int(self.state.counts[reason]))):
                at = 3 * (reason * kernel.SAMPLES + i)
                line, start, end = (int(value) for value in self.state.samples[at : at + 3])
                text = bytes(data[start:end]) if end - start <= kernel.LONGEST_LINE else None
                kept.append(Kept(number, line, text, program))

    def count_too_long(self, number: int) -> None:
        """Count a line that was passed over."""
        if self.state.counts[kernel.MALFORMED] < kernel.SAMPLES:
            self.kept["malformed"].append(Kept(number, 0, None, 0))
        self.state.counts[kernel.MALFORMED] += 1
        self.state.n[kernel.LINES] += 1
