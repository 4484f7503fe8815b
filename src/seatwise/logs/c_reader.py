"""The reader in C: millions of lines a second, without holding up other threads."""

import ctypes
import os
import struct
import weakref
from collections.abc import Iterator, MutableSequence, Sequence
from typing import Any

from seatwise.logs import library
from seatwise.logs.escapes import unescape
from seatwise.logs.facts import REASON_NAMES
from seatwise.logs.fields import ROLES
from seatwise.logs.judging import Found, How, Judged
from seatwise.logs.layout import DAYS, LONGEST_LINE, SAMPLES
from seatwise.logs.library import FACT, LOGIN
from seatwise.logs.program import compile_format, judgement


def memory(address: int | None, length: int) -> memoryview:
    """What lies there, as long as it does."""
    return memoryview((ctypes.c_char * length).from_address(address) if address and length else b"").cast("B")


class CLines:
    """Lines of one format, by one set of rules."""

    def __init__(self, how: How) -> None:
        log = how.zones.of_log(how.form.log_zone)
        self.program = compile_format(how.form)
        self.judgement = judgement(how.rules, how.zones.organization, log, how.today)

    def judge(self, text: bytes) -> Judged:
        """What becomes of one line, without its line end."""
        if len(text) > LONGEST_LINE:
            return Judged("malformed", 0)
        found = library.Judged()
        if library.load().seatwise_judge(self.program, self.judgement, text, len(text), found) < 0:
            raise MemoryError
        spans = zip(ROLES, found.spans[2::2], found.spans[3::2], strict=True)  # what is skipped stands first
        return Judged(
            REASON_NAMES[found.reason],
            None if found.at < 0 else found.at,
            found.instant,
            found.day,
            found.status,
            REASON_NAMES[found.path_class],
            {role: text[start:end] for role, start, end in spans if start < end},
        )


class CReader:
    """What reads chunks and keeps what it found."""

    def __init__(self) -> None:
        self.library = library.load()
        state = self.library.seatwise_new(*struct.unpack("QQ", os.urandom(16)))
        if not state:
            raise MemoryError
        # Not at the end of Python: threads may still be reading then.
        self.free = weakref.finalize(self, self.library.seatwise_free, state)
        self.free.atexit = False
        self.state: Any = state.contents

    @property
    def lines(self) -> int:
        found: int = self.state.lines
        return found

    @property
    def counts(self) -> MutableSequence[int]:
        found: MutableSequence[int] = self.state.counts
        return found

    def begin(self) -> None:
        """Begin another chunk."""
        self.state.lines = 0
        ctypes.memset(self.state.seen, 0, DAYS)

    def pass_over(self) -> None:
        """Count a line that was too long to be kept."""
        self.state.counts[0] += 1
        self.state.lines += 1

    def days(self) -> list[int]:
        seen = memory(self.state.seen, DAYS).tobytes()
        found, day = [], seen.find(1)
        while day >= 0:
            found.append(day)
            day = seen.find(1, day + 1)
        return found

    def samples(self, reason: int) -> list[tuple[int, int, int]]:
        kept = min(SAMPLES, self.state.counts[reason])
        return [(line, start, end) for line, start, end in self.state.samples[reason][:kept]]

    def read(self, lines: CLines, data: Any, start: int, end: int) -> None:
        """Judge every line in data[start:end], a last one without a line end too."""
        if not 0 <= start <= end <= len(data):
            raise IndexError
        buffer = ctypes.c_char * len(data)
        memory = buffer.from_buffer_copy(data) if isinstance(data, bytes) else buffer.from_buffer(data)
        address = ctypes.addressof(memory)
        if self.library.seatwise_read(self.state, lines.program, lines.judgement, address, start, end) < 0:
            raise MemoryError

    def found(self, others: Sequence["CReader"]) -> Found:
        """All that was found, by others too. Those are not used again."""
        for other in others:
            if self.library.seatwise_join(self.state, other.state) < 0:
                raise MemoryError
            other.free()
        return Found(list(self.state.counts), self.logins(), self.months())

    def logins(self) -> Iterator[tuple[bytes, int, int]]:
        arena = memory(self.state.arena, self.state.arena_length)
        for at, first_seen, hits, _, length, _, escapes, _ in LOGIN.iter_unpack(
            memory(self.state.logins, self.state.login_count * LOGIN.size)
        ):
            yield unescape(arena[at : at + length].tobytes(), escapes), first_seen, hits

    def months(self) -> Iterator[tuple[int, int, int, int]]:
        table = memory(self.state.facts, self.state.fact_count * FACT.size)
        for key, days, program_days in FACT.iter_unpack(table):
            yield key >> 24, key & 0xFFFFFF, days, program_days
