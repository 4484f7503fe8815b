"""The C library of this path between guard pages, as a program of its own: questions in, answers out, as lines of JSON.

A question is {"files"}, which are read by two threads, or {"format", "zone", "hosts", "data" in base64}. The data is
read twice: once it ends where memory ends, once it begins where memory begins, so that reading one byte outside it ends
this program. Around it lie bytes that would change the result if they were taken into account.
"""

import base64
import ctypes
import functools
import json
import mmap
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seatwise.logs import engine, library
from seatwise.logs.c_reader import CLines, CReader
from seatwise.logs.chunks import BYTE_ORDER_MARK, Buffer
from seatwise.logs.engine import Worker
from seatwise.logs.fields import FormatError
from seatwise.logs.judging import Engine
from seatwise.logs.places import find_inputs
from seatwise.logs.reading import Reading, read_inputs
from seatwise.logs.rules import Rules
from seatwise.logs.sections import Sections
from seatwise.logs.tests.guarded_answers import answer_of
from seatwise.logs.tests.samples import read_chunk, source

ROOM = 96 * mmap.PAGESIZE
PROT_NONE = 0


def guarded_memory() -> mmap.mmap:
    """Memory whose first and last page cannot be read."""
    memory = mmap.mmap(-1, ROOM + 2 * mmap.PAGESIZE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    libc = ctypes.CDLL(None, use_errno=True)
    for guard in (address, address + mmap.PAGESIZE + ROOM):
        if libc.mprotect(ctypes.c_void_p(guard), ctypes.c_size_t(mmap.PAGESIZE), PROT_NONE) != 0:
            raise OSError(ctypes.get_errno(), "mprotect")
    return memory


@functools.cache
def engine_in(memory: mmap.mmap) -> Engine:
    """The C library, which sees this memory in place of what Python sees."""

    class GuardedReader(CReader):
        def read(self, lines: CLines, data: Any, start: int, end: int) -> None:
            super().read(lines, memory, start, end)

    return Engine(CLines, GuardedReader, len(memory), 1)


@functools.cache
def reading_for(memory: mmap.mmap, form: str, zone: str, hosts: tuple[str, ...]) -> Reading:
    """What reads with these settings."""
    how = source(form, zone=zone, rules=Rules(hosts=hosts, programs=("BOT",)))
    return Reading([how], engine_in(memory))


def answers(question: dict[str, Any], memory: mmap.mmap) -> Iterator[dict[str, Any] | str]:
    """What is found in the data at the end, and at the beginning, of the memory that can be read."""
    reading = reading_for(memory, question["format"], question["zone"], tuple(question["hosts"]))
    data = base64.b64decode(question["data"])
    mark = 3 if data.startswith(BYTE_ORDER_MARK) else 0
    first, last = mmap.PAGESIZE, mmap.PAGESIZE + ROOM
    for start, around in ((last - len(data), b"\\"), (first, b'"')):
        copy = bytearray(around * (ROOM + 2 * mmap.PAGESIZE))  # for Python, whose mmap.find reads outside, too
        copy[start : start + len(data)] = data
        memory[first:last] = copy[first:last]
        reading.file_of.clear()
        reading.sections = Sections(reading.sources[0].format)
        reading.crews[0][0] = Worker(reading.engine, reading.programs[0])
        try:
            yield answer_of(read_chunk(reading, Buffer(copy), start + mark, start + len(data)))
        except FormatError:
            yield "FormatError"


def by_two_threads(files: list[str]) -> dict[str, Any]:
    """What is found in files of the combined format."""
    return answer_of(read_inputs(find_inputs(files), source(), by=engine.in_c(2)))


def main() -> None:
    """Answer until there are no more questions."""
    library.SOURCES, name = Path(sys.argv[1]).parent, Path(sys.argv[1]).name
    library.file_name = lambda system="": name
    assert library.load() is not None
    memory = guarded_memory()
    for line in sys.stdin:
        question = json.loads(line)
        found = [by_two_threads(question["files"])] if "files" in question else list(answers(question, memory))
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
