"""The smallest pieces of the reader: searching, numbers, globs and undoing escapes in a buffer of bytes.

Plain functions over integers and indexable bytes, one source for two ways of running: interpreted as they stand, or
compiled by `compiled.py`. Rules for that: no NumPy scalars, no exceptions, no objects; hashes stay within 63 bits.
Every position is an index into `buf`; a range is `start <= p < end`, and nothing outside it is read.
"""

from collections.abc import MutableSequence, Sequence

Bytes = Sequence[int]
Ints = Sequence[int]


RAW, BY_SERVER, BY_JSON = range(3)  # how what stands in a line was escaped


def find(buf: Bytes, p: int, end: int, byte: int) -> int:
    """The first position of `byte` in p..end, or `end`. Compiled code uses memchr in its place."""
    at: int = buf.find(byte, p, end)  # type: ignore[attr-defined]
    return end if at < 0 else at


def alike(buf: Bytes, p: int, end: int, table: Bytes, q: int) -> bool:
    """Whether p..end reads as what stands in the table from q. Compiled code uses memcmp in its place."""
    return bytes(buf[p:end]) == bytes(table[q : q + end - p])


def number(buf: Bytes, p: int, end: int) -> int:
    """The decimal number that fills p..end (at most 18 digits), or -1."""
    if end - p < 1 or end - p > 18:
        return -1
    value = 0
    for q in range(p, end):
        digit = buf[q] - 48
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


def decimal(buf: Bytes, p: int, end: int) -> tuple[int, int]:
    """The whole part of a number as JSON may write it, such as 200.0 or 1.76e9, and 1 if it was cut; (-1, 0) for none.

    At most 18 digits before the exponent, and in what is found.
    """
    value = 0
    digits = 0
    fraction = -1
    while p < end and ((buf[p] >= 48 and buf[p] <= 57) or (buf[p] == 46 and fraction < 0 and digits > 0)):
        if buf[p] == 46:
            fraction = 0
        else:
            value = value * 10 + buf[p] - 48
            digits += 1
            if fraction >= 0:
                fraction += 1
        if digits > 18:
            return -1, 0
        p += 1
    if digits == 0 or fraction == 0:
        return -1, 0
    shift = -fraction if fraction > 0 else 0
    if p < end:
        if buf[p] != 69 and buf[p] != 101:
            return -1, 0
        p += 1
        minus = p < end and buf[p] == 45
        if p < end and (buf[p] == 45 or buf[p] == 43):
            p += 1
        exponent = number(buf, p, end) if end - p <= 3 else -1
        if exponent < 0:
            return -1, 0
        shift += -exponent if minus else exponent
    cut = 0
    while shift < 0:
        if value % 10 != 0:
            cut = 1
        value //= 10
        shift += 1
    while shift > 0 and value > 0:
        if value >= 100000000000000000:
            return -1, 0
        value *= 10
        shift -= 1
    return value, cut


def two(buf: Bytes, p: int) -> int:
    """The two digits at p, or -1."""
    tens = buf[p] - 48
    ones = buf[p + 1] - 48
    if tens < 0 or tens > 9 or ones < 0 or ones > 9:
        return -1
    return tens * 10 + ones


def four(buf: Bytes, p: int) -> int:
    """The four digits at p, or -1."""
    high = two(buf, p)
    low = two(buf, p + 2)
    return high * 100 + low if high >= 0 and low >= 0 else -1


def glob(buf: Bytes, p: int, end: int, pattern: Bytes, first: int, last: int) -> bool:
    """Whether pattern[first:last] fits all of p..end; `*` stands for any bytes, also none."""
    q = first
    star = -1
    mark = p
    while p < end:
        if q < last and pattern[q] == 42:
            star = q
            mark = p
            q += 1
        elif q < last and pattern[q] == buf[p]:
            p += 1
            q += 1
        elif star >= 0:
            q = star + 1
            mark += 1
            p = mark
        else:
            return False
    while q < last and pattern[q] == 42:
        q += 1
    return q == last


def hex_digits(buf: Bytes, p: int, count: int) -> int:
    """The number that `count` hexadecimal digits at p make, or -1."""
    value = 0
    for q in range(p, p + count):
        c = buf[q]
        if c >= 48 and c <= 57:
            digit = c - 48
        elif c >= 65 and c <= 70:
            digit = c - 55
        elif c >= 97 and c <= 102:
            digit = c - 87
        else:
            return -1
        value = value * 16 + digit
    return value


def put_utf8(out: MutableSequence[int], n: int, code: int) -> int:
    """Write a code point as UTF-8 at out[n]; a lone surrogate becomes its three bytes. The position after it."""
    if code < 0x80:
        out[n] = code
        return n + 1
    if code < 0x800:
        out[n] = 0xC0 | (code >> 6)
        out[n + 1] = 0x80 | (code & 63)
        return n + 2
    if code < 0x10000:
        out[n] = 0xE0 | (code >> 12)
        out[n + 1] = 0x80 | ((code >> 6) & 63)
        out[n + 2] = 0x80 | (code & 63)
        return n + 3
    out[n] = 0xF0 | (code >> 18)
    out[n + 1] = 0x80 | ((code >> 12) & 63)
    out[n + 2] = 0x80 | ((code >> 6) & 63)
    out[n + 3] = 0x80 | (code & 63)
    return n + 4


def unescape(buf: Bytes, p: int, end: int, out: MutableSequence[int], escapes: int) -> int:
    r"""Undo the escapes in p..end into `out`; the number of bytes written, never more than read.

    BY_SERVER: `\"`, `\\`, and `\xHH` of a byte that nginx and Apache do escape. BY_JSON: `\uHHHH` (also as a pair of
    surrogates), `\"`, `\\`, `\/`, and `\xHH`, which nginx writes into JSON made by hand. Any other backslash stands for
    itself: nobody's login holds a control character, and CORP\bob is what servers write that do not escape.
    Sources: nginx ngx_http_log_module (escape=default, json), Apache util.c ap_escape_logitem, RFC 8259 section 7.
    """
    n = 0
    while p < end:
        c = buf[p]
        if c != 92 or p + 1 >= end or escapes == RAW:
            out[n] = c
            n += 1
            p += 1
            continue
        kind = buf[p + 1]
        if kind == 120 and p + 3 < end:
            code = hex_digits(buf, p + 2, 2)
            if code >= 0 and (escapes == BY_JSON or code < 32 or code == 34 or code == 92 or code > 126):
                out[n] = code
                n += 1
                p += 4
                continue
        if kind == 117 and p + 5 < end and escapes == BY_JSON:
            code = hex_digits(buf, p + 2, 4)
            if code >= 0:
                p += 6
                if code >= 0xD800 and code < 0xDC00 and p + 5 < end and buf[p] == 92 and buf[p + 1] == 117:
                    low = hex_digits(buf, p + 2, 4)
                    if low >= 0xDC00 and low < 0xE000:
                        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                        p += 6
                n = put_utf8(out, n, code)
                continue
        if kind == 34 or kind == 92 or (kind == 47 and escapes == BY_JSON):
            out[n] = kind
            n += 1
            p += 2
            continue
        out[n] = c
        n += 1
        p += 1
    return n


def percent_decode(out: MutableSequence[int], p: int, end: int) -> int:
    """Undo %HH once, in place, in p..end; where it then ends."""
    n = p
    while p < end:
        c = out[p]
        if c == 37 and p + 2 < end:
            code = hex_digits(out, p + 1, 2)
            if code >= 0:
                out[n] = code
                n += 1
                p += 3
                continue
        out[n] = c
        n += 1
        p += 1
    return n


def escaped(buf: Bytes, start: int, p: int) -> bool:
    """Whether the byte at p has an odd number of backslashes before it, none looked for before `start`."""
    q = p
    while q > start and buf[q - 1] == 92:
        q -= 1
    return (p - q) % 2 == 1


def is_blank(c: int) -> bool:
    """Whether a byte is a space or a tab."""
    return c == 32 or c == 9
