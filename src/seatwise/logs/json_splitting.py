"""Taking a line of JSON apart, by a tree of names. See `splitting.py`."""

from collections.abc import MutableSequence

from seatwise.logs.layout import FITS, KINDS, LEAF, Program
from seatwise.logs.scan import Bytes, escaped, find


def string_end(buf: Bytes, p: int, end: int) -> int:
    """The position of the quote that ends the string whose text begins at p, or `end`."""
    start = p
    while True:
        q = find(buf, p, end, 34)
        if q >= end or buf[q - 1] != 92 or not escaped(buf, start, q):
            return q
        p = q + 1


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
