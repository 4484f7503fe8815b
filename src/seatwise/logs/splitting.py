"""Taking a line apart: a line of text by a program of literals and fields, a line of JSON by a tree of names.

Compiled and interpreted alike, as `scan.py`. Both splitters write the range of each field that matters into `spans`
(start at 2 * kind, end at 2 * kind + 1; an absent field is the empty range 0, 0) and return FITS, or the position at
which the line stops fitting its format.
"""

from collections.abc import MutableSequence
from typing import NamedTuple

from seatwise.logs.scan import Bytes, Ints, find, is_blank, time_starts

FITS = -1

SKIP, LOGIN, TIME, DATE, CLOCK, REQUEST, METHOD, URI, PATH, STATUS, HOST = range(11)
KINDS = 11

LEAF = 1 << 20  # a target in a tree of names that is a field, not another object
MAX_DEPTH = 12  # of the objects that wanted names lie in; others may be nested as they like
MAX_OBJECTS = 32


class Program(NamedTuple):
    """What a format was compiled to. In text, field k of `kinds` stands behind literal k; literal n closes the line.

    A JSON format has a tree instead: object n has the names children[n]..children[n + 1]; name c is the text
    names[name_at[c]:name_at[c + 1]] and leads to targets[c], an object or LEAF + kind.
    """

    json: int  # 1 for a tree of names, 0 for literals and fields
    w3c: int  # 1 if blanks separate the fields, whatever the literals, and lines that begin with # are directives
    escapes: int  # RAW, BY_SERVER or BY_JSON: what is to be undone
    quotes: int  # 1 if a quote behind a backslash ends no field
    unquoted: int  # 1 if the login stands between blanks, not between quotes
    silent: int  # 1 if no field names the user: such lines cover no day
    day: int  # the epoch day of a W3C log whose lines have none, by its #Date; else -1
    since: int  # the second of that day
    kinds: Ints
    least: Ints  # bytes of each field in which the literal behind it is not looked for
    literals: Bytes
    literal_at: Ints
    children: Ints
    names: Bytes
    name_at: Ints
    targets: Ints
    below: Ints  # for each object, the kinds of the fields below it, as bits


def escaped(buf: Bytes, start: int, p: int) -> bool:
    """Whether the byte at p has an odd number of backslashes before it, none looked for before `start`."""
    q = p
    while q > start and buf[q - 1] == 92:
        q -= 1
    return (p - q) % 2 == 1


def string_end(buf: Bytes, p: int, end: int) -> int:
    """The position of the quote that ends the string whose text begins at p, or `end`."""
    start = p
    while True:
        q = find(buf, p, end, 34)
        if q >= end or buf[q - 1] != 92 or not escaped(buf, start, q):
            return q
        p = q + 1


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


def trim_login(buf: Bytes, spans: MutableSequence[int]) -> None:
    """Leave out the blanks around the login."""
    p = spans[2 * LOGIN]
    end = spans[2 * LOGIN + 1]
    while p < end and is_blank(buf[p]):
        p += 1
    while p < end and is_blank(buf[end - 1]):
        end -= 1
    spans[2 * LOGIN] = p
    spans[2 * LOGIN + 1] = end


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


def split_line(buf: Bytes, p: int, end: int, program: Program, spans: MutableSequence[int]) -> int:
    """Split the line p..end as its format says."""
    fits = FITS - 1
    if program.json == 1:
        fits = split_json(buf, p, end, program, spans)
    elif program.w3c == 1:
        fits = split_w3c(buf, p, end, program, spans)
    else:
        fits = split_text(buf, p, end, program, spans)
    if fits == FITS:
        trim_login(buf, spans)
    return fits


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


def skip_space(buf: Bytes, p: int, end: int) -> int:
    """The first position from p that holds no white space of JSON."""
    while p < end and (buf[p] == 32 or buf[p] == 9 or buf[p] == 13):
        p += 1
    return p


def skip_bare(buf: Bytes, p: int, end: int) -> int:
    """The end of a number or name that begins at p."""
    while p < end:
        c = buf[p]
        if c == 44 or c == 125 or c == 93 or c == 32 or c == 9 or c == 13 or c == 34 or c == 58 or c == 123 or c == 91:
            return p
        p += 1
    return p


def skip_container(buf: Bytes, p: int, end: int) -> int:
    """The position behind the object or list that begins at p, or -1. Only its strings and brackets are looked at."""
    depth = 0
    while p < end:
        c = buf[p]
        if c == 34:
            p = string_end(buf, p + 1, end)
        elif c == 123 or c == 91:
            depth += 1
        elif c == 125 or c == 93:
            depth -= 1
            if depth == 0:
                return p + 1
        p += 1
    return -1


def skip_value(buf: Bytes, p: int, end: int) -> int:
    """The position behind the value that begins at p, or -1 if none does."""
    if p >= end:
        return -1
    c = buf[p]
    if c == 34:
        q = string_end(buf, p + 1, end)
        return q + 1 if q < end else -1
    if c == 123 or c == 91:
        return skip_container(buf, p, end)
    q = skip_bare(buf, p, end)
    return q if q > p else -1


def is_null(buf: Bytes, p: int, end: int) -> bool:
    """Whether p..end is the bare word null."""
    return end - p == 4 and buf[p] == 110 and buf[p + 1] == 117 and buf[p + 2] == 108 and buf[p + 3] == 108


def keep_value(buf: Bytes, p: int, end: int, kind: int, spans: MutableSequence[int]) -> None:
    """Remember the value p..end: the text of a string, a bare word or number, or the first of these in a list."""
    spans[2 * kind] = 0
    spans[2 * kind + 1] = 0
    if buf[p] == 91:
        p = skip_space(buf, p + 1, end)
        if p >= end or buf[p] == 93 or buf[p] == 91 or buf[p] == 123:
            return
        end = skip_value(buf, p, end)
        if end < 0:
            return
    if buf[p] == 34:
        spans[2 * kind] = p + 1
        spans[2 * kind + 1] = end - 1
    elif buf[p] != 123 and not is_null(buf, p, end):
        spans[2 * kind] = p
        spans[2 * kind + 1] = end


def child_named(buf: Bytes, p: int, end: int, program: Program, parent: int) -> int:
    """The target of the name p..end within object `parent` of the tree, or -1."""
    for c in range(program.children[parent], program.children[parent + 1]):
        first = program.name_at[c]
        if program.name_at[c + 1] - first == end - p:
            same = True
            for q in range(p, end):
                if buf[q] != program.names[first + q - p]:
                    same = False
                    break
            if same:
                return program.targets[c]
    return -1


def forget_object(program: Program, wanted: int, spans: MutableSequence[int]) -> None:
    """Forget the fields below an object: its name came again, and the last of equal names counts."""
    for kind in range(KINDS):
        if (program.below[wanted] >> kind) & 1 == 1:
            spans[2 * kind] = 0
            spans[2 * kind + 1] = 0


def split_json(buf: Bytes, p: int, end: int, program: Program, spans: MutableSequence[int]) -> int:
    """Split the line p..end, one JSON object, by the names wanted. The last of several equal names counts.

    Looked at strictly: the brackets, commas, colons and strings on the way to wanted names, and what follows the
    object. Within what is skipped only strings and brackets count; a bare word may be any.
    """
    for k in range(2 * KINDS):
        spans[k] = 0
    p = skip_space(buf, p, end)
    if p >= end or buf[p] != 123:
        return p
    path = 0  # the objects we are in, five bits each
    depth = 0
    here = 0
    p = skip_space(buf, p + 1, end)
    closing = p < end and buf[p] == 125
    while True:
        if closing:
            p = skip_space(buf, p + 1, end)
            if depth == 0:
                return FITS if p == end else p
            depth -= 1
            here = path & 31
            path >>= 5
        else:
            if p >= end or buf[p] != 34:
                return p
            stop = string_end(buf, p + 1, end)
            if stop >= end:
                return p
            target = child_named(buf, p + 1, stop, program, here)
            p = skip_space(buf, stop + 1, end)
            if p >= end or buf[p] != 58:
                return p
            p = skip_space(buf, p + 1, end)
            if target >= 0 and target < LEAF:
                forget_object(program, target, spans)
                if p < end and buf[p] == 123:
                    path = (path << 5) | here
                    here = target
                    depth += 1
                    p = skip_space(buf, p + 1, end)
                    closing = p < end and buf[p] == 125
                    continue
            stop = skip_value(buf, p, end)
            if stop < 0:
                return p
            if target >= LEAF:
                keep_value(buf, p, stop, target - LEAF, spans)
            p = skip_space(buf, stop, end)
        if p >= end:
            return p
        closing = buf[p] == 125
        if not closing:
            if buf[p] != 44:
                return p
            p = skip_space(buf, p + 1, end)
