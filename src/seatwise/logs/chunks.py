"""Cutting a stream into buffers of whole lines, in constant memory whatever the lines are like."""

import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from seatwise.logs.holes import Holes
from seatwise.logs.inputs import Readable
from seatwise.logs.layout import LONGEST_LINE

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
AT_ONCE = 1 << 19  # bytes read: they are still near the processor when their lines are looked at


@dataclass
class Buffer:
    """Memory that is filled again and again."""

    data: bytearray


@dataclass
class Chunk:
    """Whole lines, buffer.data[start:end], or in place of them one line too long to be kept (`too_long`)."""

    buffer: Buffer
    start: int
    end: int
    too_long: bool = False


def cut(
    stream: Readable,
    pool: "queue.Queue[Buffer]",
    holes: Holes | None = None,
    is_part: Callable[[bytes], bool] | None = None,
) -> Iterator[Chunk]:
    """The stream as chunks. Each takes a buffer from the pool; who has read a chunk puts its buffer back.

    Lines of which `is_part` says that they go on in the next one end no chunk, if they have room in one. A line of more
    than LONGEST_LINE bytes is passed over and shows as one chunk `too_long`. A byte order mark at the beginning is not
    part of the first line, and `holes` are no part of any.
    """
    holes = holes or Holes()
    buffer = pool.get()
    kept = 0  # bytes of an unfinished line at the beginning of the buffer
    skipping = False
    at_start = True
    while got := stream.readinto(memoryview(buffer.data)[kept : kept + AT_ONCE]):
        start, end = 0, holes.close(buffer.data, kept, kept + got)
        if end <= kept:
            kept = end
            continue
        if at_start:
            if end < 3 and BYTE_ORDER_MARK.startswith(buffer.data[:end]):
                kept = end
                continue
            start = 3 if buffer.data.startswith(BYTE_ORDER_MARK) else 0
            at_start = False
        if skipping:
            newline = buffer.data.find(b"\n", start, end)
            if newline < 0:
                kept = 0
                continue
            skipping, start = False, newline + 1
        last = buffer.data.rfind(b"\n", start, end) + 1
        if is_part is not None and last > start:
            last = without_parts(buffer.data, start, last, end, is_part)
        tail = buffer.data[max(last, start) : end]
        full = buffer
        buffer = pool.get()
        if len(tail) > LONGEST_LINE + 1:  # one more, for the CR of a line as long as can be
            skipping, kept = True, 0
        else:
            buffer.data[: len(tail)] = tail
            kept = len(tail)
        yield Chunk(full, start, max(last, start))
        if skipping:
            yield Chunk(buffer, 0, 0, too_long=True)
            buffer = pool.get()
    rest = 0 if at_start and buffer.data[:kept] == BYTE_ORDER_MARK else kept
    yield Chunk(buffer, 0, 0 if skipping else rest)


def without_parts(data: bytearray, start: int, last: int, end: int, is_part: Callable[[bytes], bool]) -> int:
    """Where the last whole line of data[start:last] ends; `last` if there is none, or too much behind it."""
    whole = last
    while whole > start:
        first = max(data.rfind(b"\n", start, whole - 1) + 1, start)
        if not is_part(bytes(data[first:whole])):
            return whole if end - whole <= LONGEST_LINE else last
        whole = first
    return last
