"""Taking a line of text apart, by literals and fields or, in a W3C log, by blanks. See `splitting.py`."""

from collections.abc import MutableSequence

from seatwise.logs.layout import FITS, KINDS, METHOD, REQUEST, TIME, URI, Program
from seatwise.logs.scan import Bytes, escaped, find, is_blank
from seatwise.logs.times import time_starts


def literal_fits(buf: Bytes, p: int, end: int, program: Program, k: int) -> bool:
    """Whether literal k stands at p."""
    first = program.literal_at[k]
    last = program.literal_at[k + 1]
    if end - p < last - first:
        return False
    for q in range(first, last):
        if buf[p] != program.literals[q]:
            return False
        p += 1
    return True


def field_end(buf: Bytes, p: int, end: int, program: Program, k: int) -> int:
    """Where field k, which begins at p, ends: before the first whole literal k + 1 that is not escaped, or -1."""
    first = program.literal_at[k + 1]
    length = program.literal_at[k + 2] - first
    last_field = k + 1 == len(program.kinds)
    if length == 0:
        return end if last_field else find(buf, p, end, 47)
    start = p
    p += program.least[k]
    byte = program.literals[first]
    quoted = byte == 34 and program.quotes == 1
    before_time = not last_field and program.kinds[k + 1] == TIME
    if byte == 32 and program.kinds[k] == REQUEST:
        p = bare_request_end(buf, p, end)
        if p < 0:
            return -1
    while True:
        p = find(buf, p, end, byte)
        if p >= end:
            return -1
        fits = length == 1 or literal_fits(buf, p, end, program, k + 1)
        if fits and quoted and p > start and buf[p - 1] == 92 and escaped(buf, start, p):
            fits = False
        if fits and before_time and not time_starts(buf, p + length, end):
            fits = False
        if fits:
            return p
        p += 1


def bare_request_end(buf: Bytes, p: int, end: int) -> int:
    """Where a request ends that stands without quotes, GET /a b HTTP/1.1 or a lone `-`; -1 if none stands at p."""
    q = p
    while q < end and ((buf[q] >= 65 and buf[q] <= 90) or buf[q] == 45 or buf[q] == 95):
        q += 1
    if q == p or q >= end or buf[q] != 32:
        return -1
    if q == p + 1 and buf[p] == 45:
        return q
    while q + 6 <= end:
        if buf[q + 1] == 72 and buf[q + 2] == 84 and buf[q + 3] == 84 and buf[q + 4] == 80 and buf[q + 5] == 47:
            return q + 6
        q = find(buf, q + 1, end, 32)
    return -1


def split_text(buf: Bytes, p: int, end: int, program: Program, spans: MutableSequence[int]) -> int:
    """Split the line p..end by literals and fields."""
    count = len(program.kinds)
    if not literal_fits(buf, p, end, program, 0):
        return p
    p += program.literal_at[1]
    for k in range(count):
        stop = field_end(buf, p, end, program, k)
        if stop < 0:
            return p
        kind = program.kinds[k]
        if kind == REQUEST:  # those of the line before: an empty request would leave them as they are
            spans[2 * METHOD] = 0
            spans[2 * METHOD + 1] = 0
            spans[2 * URI] = 0
            spans[2 * URI + 1] = 0
        spans[2 * kind] = p
        spans[2 * kind + 1] = stop
        p = stop + program.literal_at[k + 2] - program.literal_at[k + 1]  # field_end has seen that it stands there
    return FITS if p == end else p


def split_w3c(buf: Bytes, p: int, end: int, program: Program, spans: MutableSequence[int]) -> int:
    """Split the line p..end at its blanks; a string in quotes may hold some, and its quotes doubled."""
    for k in range(2 * KINDS):
        spans[k] = 0
    for k in range(len(program.kinds)):
        while p < end and is_blank(buf[p]):
            p += 1
        if p >= end:
            return p
        first = p
        stop = p
        if buf[p] == 34:
            first = p + 1
            stop = find(buf, first, end, 34)
            while stop + 1 < end and buf[stop + 1] == 34:
                stop = find(buf, stop + 2, end, 34)
            if stop >= end or (stop + 1 < end and not is_blank(buf[stop + 1])):
                return p
            p = stop + 1
        else:
            while p < end and not is_blank(buf[p]):
                p += 1
            stop = p
        spans[2 * program.kinds[k]] = first
        spans[2 * program.kinds[k] + 1] = stop
    while p < end and is_blank(buf[p]):
        p += 1
    return FITS if p == end else p
