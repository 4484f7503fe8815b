"""Following logs while they are written to: whatever has grown is read again from its beginning.

Reading the same lines again changes nothing (docs/adr/0003), so no place within a file has to be kept, and nothing is
lost or counted twice whatever happens to the file or to us. A file is known by its first lines, not by its name: one
that was renamed, copied and truncated, or compressed is the same file. Each has one import, brought up to date.
"""

import glob
import hashlib
import os
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Max

from seatwise.ledger.ingestion import FOLLOWED, UNUSABLE, fail, ingest
from seatwise.ledger.models import LogImport, Source
from seatwise.lib.batches import among
from seatwise.logs.chunks import BYTE_ORDER_MARK
from seatwise.logs.inputs import Input, UnreadableInput, unreadable
from seatwise.logs.notices import InputCode
from seatwise.logs.places import one_of_many

ROTATED = re.compile(r"[.-]\d[\w.-]*(?:\.(?:gz|bz2|xz|zst))?|[.-]old|\.bak")  # what rotation puts behind a name
BUSY = 20  # times the seconds that reading took until a file is read again, so that it takes 5 % of a processor at most
LONGEST_PAUSE = 600.0  # seconds until what could not be used is tried again
CLOCK_SET_BACK = 2 * 3600 * 10**9  # nanoseconds by which a clock may have been set back while nobody followed
BLOCK = 1 << 16


@dataclass
class File:
    """A file as it lies there: its name, size, time of change (ns), and the SHA-256 of its first lines."""

    name: str
    size: int
    changed: int
    beginning: str


class Follower:
    """Follows the logs of a source since some time (ns). The command sees to it that only one does at a time."""

    def __init__(
        self, source: Source, places: Sequence[str], since: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.source, self.places, self.since, self.clock = source, places, since, clock
        self.seen: dict[str, tuple[tuple[int, int, int], File | None]] = {}  # by name: as it lay there, and what it is
        self.not_before: dict[str, float] = {}  # by beginning
        self.pauses: dict[str, float] = {}  # by beginning, of those that could not be used
        self.told: dict[str, str] = {}  # by name: why it cannot be read
        self.is_current = False  # whether files were there at the last look, and it left nothing of them unread
        self.left_unread = False

    def look(self) -> Iterator[str]:
        """Read what has changed since it was read last; a line for each import in which something is new."""
        self.source.refresh_from_db()
        imports = LogImport.objects.followed(self.source.revision)
        lie_there = []
        self.is_current = self.left_unread = is_there = False
        for name, is_rotated in self.names():
            is_there |= not is_rotated
            try:
                file = self.file(name)
                self.told.pop(name, None)
            except UnreadableInput as error:
                if self.told.get(name) != str(error):
                    yield f"{name}: {error}"
                self.told[name] = str(error)
                self.left_unread = True
                continue
            if file is not None:
                lie_there.append((file, is_rotated))
        beginnings = sorted({file.beginning for file, _is_rotated in lie_there})
        known = {each.followed: each for each in imports.filter(followed__in=among(beginnings, "text"))}
        last = imports.aggregate(last=Max("followed_at"))["last"] or 0
        since = max(self.since, last - CLOCK_SET_BACK)
        files: dict[str, list[File]] = defaultdict(list)
        for file, is_rotated in lie_there:
            if not is_rotated or self.is_wanted(file, known, since):
                files[file.beginning].append(file)
        # The oldest first: what a fault keeps from being read must not be older than what was read last.
        for beginning, same in sorted(files.items(), key=lambda item: max(file.changed for file in item[1])):
            if self.clock() >= self.not_before.get(beginning, 0.0):
                yield from self.bring_up_to_date(beginning, same, known.get(beginning))
            elif not is_as_read(known.get(beginning), *lies_as(same)):
                self.left_unread = True
        self.is_current = is_there and not self.left_unread

    def is_pausing(self) -> bool:
        """Whether files that were changed are left unread for now: reading them took long, or they were unusable."""
        return self.clock() < max(self.not_before.values(), default=0.0)

    def names(self) -> Iterator[tuple[str, bool]]:
        """The names that were given, and whatever rotation made of them: each once, and whether it is such a one."""
        given = dict.fromkeys(name for place in self.places for name in names_at(place))
        yield from ((name, False) for name in given)
        for name in given:
            for other in sorted(glob.glob(f"{glob.escape(name)}[.-]*")):
                if other not in given and ROTATED.fullmatch(other.removeprefix(name)):
                    yield other, True

    def file(self, name: str) -> File | None:
        """A file as it lies there now; None where no whole line is in it yet. Raises UnreadableInput."""
        try:
            found = os.stat(name)
        except FileNotFoundError:
            raise UnreadableInput(InputCode.NO_FILE, file=name) from None
        except OSError as error:
            raise unreadable(name, error) from None
        lies = (found.st_ino, found.st_size, found.st_mtime_ns)
        if name not in self.seen or self.seen[name][0] != lies:
            beginning = beginning_of(name) if found.st_size else ""
            file = File(name, found.st_size, found.st_mtime_ns, beginning) if beginning else None
            self.seen[name] = lies, file
        return self.seen[name][1]

    @staticmethod
    def is_wanted(file: File, known: dict[str, LogImport], since: int) -> bool:
        """Whether a rotated file was followed before it was rotated, or came while nobody followed."""
        return file.beginning in known or file.changed >= since

    def bring_up_to_date(self, beginning: str, same: list[File], known: LogImport | None) -> Iterator[str]:
        """Read what lies there under one beginning, if it is not what was read last, and its import was not removed."""
        size, changed = lies_as(same)
        if is_as_read(known, size, changed):
            return
        was_left, self.left_unread = self.left_unread, True
        if known and known.state == LogImport.State.REMOVED:
            return
        try:
            read = [whole_lines(found) for file in same for found in inputs_of(file.name)]
        except (OSError, UnreadableInput):
            return  # it is gone meanwhile: the next look tells
        inputs = [found for found in read if found is not None]
        if not inputs:
            return
        before = known.problem if known else {}
        log_import = known or LogImport(state=LogImport.State.RUNNING, followed=beginning)
        log_import.revision = self.source.revision
        log_import.files = [os.path.basename(file.name) for file in same]
        log_import.followed_size, log_import.followed_at = size, changed
        log_import.bytes_total = sum(found.size for found in inputs)
        if known is None:
            log_import.save()
        started = self.clock()
        try:
            said = ingest(log_import, inputs)
        except UNUSABLE as error:
            if error.notice.code == InputCode.SHRANK:
                return  # it was truncated meanwhile: the next look finds what is there then
            log_import.save(update_fields=FOLLOWED)  # what is unread reaches until then
            pause = min(2 * self.pauses.get(beginning, 5.0), LONGEST_PAUSE)
            self.pauses[beginning], self.not_before[beginning] = pause, self.clock() + pause
            if error.notice.as_json() != before:  # else it was said already
                fail(log_import, error.notice)
                yield f"{log_import}: {error.notice}"
            return
        self.left_unread = was_left
        self.pauses.pop(beginning, None)
        ended = self.clock()
        self.not_before[beginning] = ended + BUSY * (ended - started)
        if said:
            yield f"{log_import}: {size} bytes"


def lies_as(same: Sequence[File]) -> tuple[int, int]:
    """The size and the time of change of files that are one."""
    return sum(file.size for file in same), max(file.changed for file in same)


def is_as_read(known: LogImport | None, size: int, changed: int) -> bool:
    """Whether what lies there is what an import has read."""
    if known is None or known.state != LogImport.State.DONE:
        return False
    return (known.followed_size, known.followed_at) == (size, changed)


def names_at(place: str) -> list[str]:
    """The files that one word names: a file, which need not be there yet, those of a glob, or of a directory."""
    if os.path.isdir(place):
        return sorted(entry.path for entry in os.scandir(place) if entry.is_file() and not entry.name.startswith("."))
    return sorted(glob.glob(place)) if glob.has_magic(place) else [place]


def inputs_of(name: str) -> list[Input]:
    """A file as it can be read. Raises UnreadableInput."""
    inputs = one_of_many(name)
    for found in inputs:
        if found.problem is not None:
            raise UnreadableInput(found.problem.code, **found.problem.values)
    return inputs


def beginning_of(name: str) -> str:
    """The SHA-256 of a log's lines up to the first that is no directive; empty where that is not whole yet. Raises
    UnreadableInput.
    """
    for found in inputs_of(name):
        try:
            head = found.look()
        except OSError as error:
            raise unreadable(name, error) from None
        end = 0
        while stop := head.find(b"\n", end) + 1:
            line, end = head[end:stop].removeprefix(BYTE_ORDER_MARK), stop
            if not line.startswith(b"#"):
                return hashlib.sha256(head[:end]).hexdigest()
    return ""


def whole_lines(found: Input) -> Input | None:
    """An input that ends with its last whole line; None where there is none. A packed file is whole."""
    if not found.compression:
        with open(found.name, "rb") as file:
            found.size = end_of_lines(file.fileno(), found.size)
    return found if found.size else None


def end_of_lines(descriptor: int, size: int) -> int:
    """Where the last whole line ends within the first bytes of an open file; 0 where none does."""
    at = size
    while at > 0:
        start = max(at - BLOCK, 0)
        last = os.pread(descriptor, at - start, start).rfind(b"\n")
        if last >= 0:
            return start + last + 1
        at = start
    return 0
