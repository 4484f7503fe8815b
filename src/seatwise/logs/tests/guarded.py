"""The compiled kernel between guard pages, as a program of its own: questions in, answers out, as lines of JSON.

A question is {"files"}, which are read by two threads, or {"format", "zone", "hosts", "data" in base64}. The data is
read twice: once it ends where memory ends, once it begins where memory begins, so that reading one byte outside it ends
this program. Around it lie bytes that would change the result if they were taken into account. Run with
NUMBA_BOUNDSCHECK=1 and SEATWISE_CACHE_DIR set.
"""

import base64
import ctypes
import functools
import json
import mmap
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from seatwise.logs import engine
from seatwise.logs.chunks import BYTE_ORDER_MARK, Buffer
from seatwise.logs.engine import Worker
from seatwise.logs.fields import FormatError
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
def reading_for(form: str, zone: str, hosts: tuple[str, ...]) -> Reading:
    """What reads with these settings."""
    by = engine.machine_code(1)
    if by is None:
        raise SystemExit("there is no numba")
    return Reading(source(form, zone=zone, rules=Rules(hosts=hosts, programs=("BOT",))), by)


def answers(question: dict[str, Any], memory: mmap.mmap) -> Iterator[dict[str, Any] | str]:
    """What is found in the data at the end, and at the beginning, of the memory that can be read."""
    reading = reading_for(question["format"], question["zone"], tuple(question["hosts"]))
    data = base64.b64decode(question["data"])
    view = np.frombuffer(memory, np.uint8)
    mark = 3 if data.startswith(BYTE_ORDER_MARK) else 0
    first, last = mmap.PAGESIZE, mmap.PAGESIZE + ROOM
    for start, around in ((last - len(data), b"\\"), (first, b'"')):
        copy = bytearray(around * (ROOM + 2 * mmap.PAGESIZE))  # for Python, whose mmap.find reads outside, too
        copy[start : start + len(data)] = data
        memory[first:last] = copy[first:last]
        reading.file_of.clear()
        reading.sections = Sections(reading.source.format)
        reading.workers[0] = Worker(reading.engine, reading.programs)
        try:
            buffer = Buffer(copy, view)
            yield answer_of(read_chunk(reading, buffer, start + mark, start + len(data)))
        except FormatError:
            yield "FormatError"


def by_two_threads(files: list[str]) -> dict[str, Any]:
    """What is found in files of the combined format."""
    return answer_of(read_inputs(find_inputs(files), source(), by=engine.machine_code(2)))


def main() -> None:
    """Answer until there are no more questions."""
    memory = guarded_memory()
    for line in sys.stdin:
        question = json.loads(line)
        found = [by_two_threads(question["files"])] if "files" in question else list(answers(question, memory))
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
