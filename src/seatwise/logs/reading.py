"""Reading logs: many files, in any order, compressed or not, into facts and an account of every line."""

import contextlib
import os
import queue
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from seatwise.lib import days
from seatwise.lib.notices import Notice
from seatwise.logs import coverage
from seatwise.logs.chunks import BYTE_ORDER_MARK, Buffer, Chunk, cut
from seatwise.logs.detection import detect, note_wrappers
from seatwise.logs.engine import Kept, Piece, Worker, fastest
from seatwise.logs.facts import Facts, Sample, cover
from seatwise.logs.fields import FormatError
from seatwise.logs.formats import AUTO, Format, parse_format
from seatwise.logs.gathering import LoginRules, gather
from seatwise.logs.holes import Holes
from seatwise.logs.inputs import STANDARD_INPUT, Input, UnreadableInput, unpack_errors, why_not
from seatwise.logs.judging import Engine, How, Lines
from seatwise.logs.layout import SAMPLES
from seatwise.logs.line_summary import describe
from seatwise.logs.login_warnings import login_warnings
from seatwise.logs.notices import FormatCode, InputCode
from seatwise.logs.places import find_inputs
from seatwise.logs.rules import Rules, Zones
from seatwise.logs.sections import Sections
from seatwise.logs.wrappers import WRAPPERS, unwrapped

NEXT_DIRECTIVE = re.compile(b"\n(?:" + BYTE_ORDER_MARK + b")?#")

Progress = Callable[[int, int], None]  # bytes read so far, and in all (0 if unknown)
Job = tuple[int, Chunk, list[Piece]]  # the number of a chunk, the chunk, and its pieces


@dataclass(frozen=True)
class Source:
    """How logs are to be read: everything but the logs."""

    format: Format
    zones: Zones
    rules: Rules = field(default_factory=Rules)
    logins: LoginRules = field(default_factory=LoginRules)
    silence: int = coverage.SILENCE  # days between two lines of a file up to which those between are covered
    today: int = 0  # the day it is; lines after the next one are refused as future

    def how(self, form: Format) -> How:
        """What lines of a format are judged by."""
        return How(form, self.rules, self.zones, self.today)


def read(
    files: Sequence[str],
    *,
    format: str = AUTO,  # noqa: A002 - the field's term
    rules: Rules | None = None,
    time_zone: str = "UTC",
    today: int | None = None,
) -> Facts:
    """The facts of log files (names, globs, directories, "-"), days in `time_zone`.

    Raises FormatError, UnreadableInput, LoginCollision or days.UnknownZone; then nothing was counted.
    """
    inputs = find_inputs(files)
    rules = rules or Rules()
    if today is None:
        today = days.today(days.zone(time_zone))
    if format == AUTO:
        form = detect(inputs).format
    else:
        form = parse_format(format)
        note_wrappers(inputs, form)
    zones = Zones(time_zone)
    return read_inputs(inputs, Source(form, zones, rules, today=today))


def read_inputs(
    inputs: Sequence[Input], source: Source, *, on_progress: Progress | None = None, by: Engine | None = None
) -> Facts:
    """The facts of inputs that were found, read as `source` says, by the fastest engine or by `by`."""
    return read_for_all(inputs, [source], on_progress=on_progress, by=by)[0]


def read_for_all(
    inputs: Sequence[Input], sources: Sequence[Source], *, on_progress: Progress | None = None, by: Engine | None = None
) -> list[Facts]:
    """The facts of inputs for each of the sources, which differ by their rules alone. The inputs are read once."""
    used = [found for found in inputs if found.problem is None]
    for form in [sources[0].format, *(found.form for found in used if found.form is not None)]:
        if any(source.rules.hosts for source in sources) and not form.has_host:
            raise FormatError(FormatCode.NO_HOST, format=form.name)
    if inputs and not used:
        why = inputs[0].problem
        assert why is not None
        raise UnreadableInput(InputCode.NONE_USED, why=why) if inputs[1:] else UnreadableInput(why.code, **why.values)
    reading = Reading(sources, by or fastest())
    reading.run(used, on_progress)
    reading.said += several_formats(used)
    names = {(found.form or sources[0].format).name for found in used}
    every = [reading.facts(number, used) for number in range(len(sources))]
    for facts in every:
        facts.account.passed_over = [found.problem for found in inputs if found.problem is not None]
        facts.account.said = [*reading.said, *login_warnings(facts, names)]
    return every


def several_formats(inputs: Sequence[Input]) -> list[Notice]:
    """That inputs were read in several formats: a log of another server may be among them, which covers its days."""
    names: dict[str, list[str]] = {}
    for found in inputs:
        if found.form is not None:
            names.setdefault(found.form.name, []).append(os.path.basename(found.name))
    if len(names) < 2:
        return []
    which = "; ".join(f"{form}: {', '.join(files[:3])}{', …' if files[3:] else ''}" for form, files in names.items())
    return [Notice(InputCode.SEVERAL_FORMATS, {"formats": which})]


def unwrap(chunk: Chunk, wrapper: Sequence[str]) -> None:
    """Take what is around the lines of a chunk off them."""
    if wrapper:
        data = chunk.buffer.data
        block = unwrapped(bytes(data[chunk.start : chunk.end]), wrapper)
        data[chunk.start : chunk.start + len(block)] = block  # which may be longer, and then so is the buffer
        chunk.end = chunk.start + len(block)


class Reading:
    """One run over some inputs: chunks go to crews, one of each thread, in which each source has a worker; what they
    found is put together at the end.
    """

    def __init__(self, sources: Sequence[Source], by: Engine) -> None:
        self.sources, self.engine = sources, by
        self.formats: list[Format] = []  # by number of program
        self.programs: list[list[Lines]] = [[] for _ in sources]
        self.sections = Sections(sources[0].format)
        self.program_for(sources[0].format)
        self.crews = [[Worker(by, programs) for programs in self.programs] for _ in range(by.workers)]
        self.pool: queue.Queue[Buffer] = queue.LifoQueue()
        self.file_of: list[int] = []  # of each chunk
        self.said = [by.notice] if by.notice is not None else []  # what there is to say about what was read
        for _ in range(by.workers + 3):
            self.pool.put(Buffer(bytearray(by.buffer_size)))

    def run(self, inputs: Sequence[Input], on_progress: Progress | None) -> None:
        """Read all inputs."""
        chunks = self.chunks(inputs, on_progress)
        if len(self.crews) > 1:
            self.read_side_by_side(chunks)
            return
        for job in chunks:
            self.read_chunk(self.crews[0], job)

    def read_chunk(self, crew: Sequence[Worker], job: Job) -> None:
        """Have a crew read a chunk, and give its buffer back."""
        try:
            for worker in crew:
                worker.read(*job)
        finally:
            self.pool.put(job[1].buffer)

    def read_side_by_side(self, chunks: Iterator[Job]) -> None:
        """Read with a thread for each crew."""
        work: queue.Queue[Job | None] = queue.Queue(len(self.crews))
        failures: list[BaseException] = []

        def serve(crew: Sequence[Worker]) -> None:
            while (job := work.get()) is not None:
                try:
                    self.read_chunk(() if failures else crew, job)
                except BaseException as error:
                    failures.append(error)

        threads = [threading.Thread(target=serve, args=(crew,), daemon=True) for crew in self.crews]
        for thread in threads:
            thread.start()
        try:
            for job in chunks:
                work.put(job)
                if failures:
                    break
        finally:
            for _ in threads:
                work.put(None)
            for thread in threads:
                thread.join()
        if failures:
            raise failures[0]

    def chunks(self, inputs: Sequence[Input], on_progress: Progress | None) -> Iterator[Job]:
        """All chunks of all inputs, numbered, with the programs that read them."""
        total = sum(found.size for found in inputs) if all(found.size for found in inputs) else 0
        done = 0
        for i, found in enumerate(inputs):
            self.sections = Sections(found.form or self.sources[0].format)
            try:
                if found.compression:
                    found.look()
                holes = Holes()
                is_part = WRAPPERS[found.wrapper[0]].is_part if found.wrapper else None
                for chunk in cut(found.open(), self.pool, holes, is_part):
                    unwrap(chunk, found.wrapper)
                    self.file_of.append(i)
                    yield len(self.file_of) - 1, chunk, self.pieces(chunk)
                    if on_progress is not None and found.size and found.raw is not None:
                        on_progress(done + found.raw.tell(), total)
            except unpack_errors() as error:
                why = why_not(error) or Notice(InputCode.ENDS_WITHIN)
                raise UnreadableInput(InputCode.NOT_TO_THE_END, file=found.name, why=why) from None
            finally:
                found.close()
            done += found.size
            if holes.passed:
                self.said.append(Notice(InputCode.HOLES, {"file": found.name, "bytes": holes.passed}))

    def pieces(self, chunk: Chunk) -> list[Piece]:
        """The pieces of a chunk: one, but in a W3C log one more for each directive."""
        if not self.sections.form.directives:
            return [Piece(self.program_for(self.sections.form), chunk.start, chunk.end)]
        pieces = []
        start = at = chunk.start
        data = chunk.buffer.data
        while at < chunk.end:
            newline = data.find(b"\n", at, chunk.end)
            stop = newline + 1 if newline >= 0 else chunk.end
            before = self.program_for(self.sections.form)
            mark = 3 if data[at : at + 3] == BYTE_ORDER_MARK else 0
            if self.sections.follow(bytes(data[at + mark : stop])):
                pieces.append(Piece(before, start, stop))
                start = stop
            following = NEXT_DIRECTIVE.search(data, max(at, stop - 1), chunk.end)
            at = following.start() + 1 if following else chunk.end
        pieces.append(Piece(self.program_for(self.sections.form), start, chunk.end))
        return pieces

    def program_for(self, form: Format) -> int:
        """The number of the program for lines of a format, made if it is new."""
        with contextlib.suppress(ValueError):
            return self.formats.index(form)
        self.formats.append(form)
        for source, programs in zip(self.sources, self.programs, strict=True):
            programs.append(self.engine.lines(source.how(form)))
        return len(self.formats) - 1

    def facts(self, number: int, inputs: Sequence[Input]) -> Facts:
        """What all workers of a source found, put together."""
        source, workers = self.sources[number], [crew[number] for crew in self.crews]
        programs = frozenset(source.logins.key(login) for login in source.rules.programs)
        facts = gather(workers[0].reader.found([worker.reader for worker in workers[1:]]), source.logins, programs)
        names = [os.path.abspath(found.name) if found.name != STANDARD_INPUT else "-" for found in inputs]
        found: dict[str, set[int]] = {name: set() for name in names}
        lines = dict.fromkeys(names, 0)
        for worker in workers:
            for chunk, seen in worker.days.items():
                found[names[self.file_of[chunk]]].update(seen)
                lines[names[self.file_of[chunk]]] += worker.lines[chunk]
        readable = {name: seen for name, seen in found.items() if not coverage.parts_its_set(lines[name], seen)}
        cover(facts, coverage.covered_spans(readable, source.silence))
        self.add_samples(facts, workers, inputs)
        return facts

    def add_samples(self, facts: Facts, workers: Sequence[Worker], inputs: Sequence[Input]) -> None:
        """The first lines of each reason that needs a look, described without anything personal."""
        first_line = self.first_lines(workers)

        def place(kept: Kept) -> tuple[int, int]:
            return kept.chunk, kept.line

        for name in workers[0].kept:
            kept = sorted((k for worker in workers for k in worker.kept[name]), key=place)[:SAMPLES]
            facts.account.samples[name] = [
                Sample(
                    inputs[self.file_of[k.chunk]].name,
                    first_line[k.chunk] + k.line,
                    describe(k.text, workers[0].programs[k.program]),
                )
                for k in kept
            ]

    def first_lines(self, workers: Sequence[Worker]) -> list[int]:
        """The number, from 1, of the first line of each chunk within its file."""
        lines = {number: count for worker in workers for number, count in worker.lines.items()}
        first: list[int] = []
        for number, file in enumerate(self.file_of):
            same = number > 0 and self.file_of[number - 1] == file
            first.append(first[-1] + lines[number - 1] if same else 1)
        return first
