"""The smallest pieces of the reader: searching, unescaping, globs and times in a buffer of bytes.

Plain functions over integers and indexable bytes, one source for two ways of running: interpreted as they stand, or
compiled by `compiled.py`. Rules for that: no NumPy scalars, no exceptions, no objects; hashes stay within 63 bits.
Every position is an index into `buf`; a range is `start <= p < end`, and nothing outside it is read.
"""

from collections.abc import MutableSequence, Sequence

Bytes = Sequence[int]
Ints = Sequence[int]

NAIVE = 1 << 40  # the offset of a time that names none
UNREADABLE = 1 << 41  # the offset of a text that is no time


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


def two(buf: Bytes, p: int) -> int:
    """The two digits at p, or -1."""
    tens = buf[p] - 48
    ones = buf[p + 1] - 48
    if tens < 0 or tens > 9 or ones < 0 or ones > 9:
        return -1
    return tens * 10 + ones


def epoch_day(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a date of the Gregorian calendar, or -1 if there is no such day from 1970 on.

    Source: days_from_civil in H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    """
    if year < 1970 or month < 1 or month > 12 or day < 1 or day > 31:
        return -1
    if day > 28:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        if month == 2 and (day > 29 or not leap):
            return -1
        if day == 31 and (month == 4 or month == 6 or month == 9 or month == 11):
            return -1
    y = year - 1 if month <= 2 else year
    era = y // 400
    of_era = y - era * 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def month_index(day: int) -> int:
    """`year * 12 + month - 1` of an epoch day, shifted left by 5, plus the day of the month less one.

    Source: civil_from_days, as above.
    """
    z = day + 719468
    era = z // 146097
    of_era = z - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    date = of_year - (153 * shifted + 2) // 5
    month = shifted + 2 if shifted < 10 else shifted - 10
    year = year_of_era + era * 400 + (1 if month <= 1 else 0)
    return ((year * 12 + month) << 5) | date


def month_name(buf: Bytes, p: int) -> int:
    """1 to 12 for the English three-letter name at p (Jan … Dec), or 0."""
    name = (buf[p] << 16) | (buf[p + 1] << 8) | buf[p + 2]
    if name == 0x4A616E:
        return 1
    if name == 0x466562:
        return 2
    if name == 0x4D6172:
        return 3
    if name == 0x417072:
        return 4
    if name == 0x4D6179:
        return 5
    if name == 0x4A756E:
        return 6
    if name == 0x4A756C:
        return 7
    if name == 0x417567:
        return 8
    if name == 0x536570:
        return 9
    if name == 0x4F6374:
        return 10
    if name == 0x4E6F76:
        return 11
    if name == 0x446563:
        return 12
    return 0


def zone_offset(buf: Bytes, p: int, end: int) -> int:
    """Seconds east of UTC of what fills p..end: nothing (NAIVE), Z, ±hh, ±hhmm or ±hh:mm; else UNREADABLE."""
    if p == end:
        return NAIVE
    if end - p == 1 and (buf[p] == 90 or buf[p] == 122):
        return 0
    sign = buf[p]
    length = end - p
    if (sign != 43 and sign != 45) or (length != 3 and length != 5 and length != 6):
        return UNREADABLE
    hours = two(buf, p + 1)
    minutes = 0
    if length == 5:
        minutes = two(buf, p + 3)
    if length == 6:
        minutes = two(buf, p + 4) if buf[p + 3] == 58 else -1
    if hours < 0 or hours > 24 or minutes < 0 or minutes > 59:
        return UNREADABLE
    seconds = hours * 3600 + minutes * 60
    return -seconds if sign == 45 else seconds


def clock(buf: Bytes, p: int, end: int) -> tuple[int, int]:
    """HH:MM:SS, a fraction after `.` or `,` if any, and the offset, filling p..end: (second of the day, offset).

    A second of 60 is a leap second and belongs to the next minute. The offset is UNREADABLE if the text is no time.
    """
    if end - p < 8 or buf[p + 2] != 58 or buf[p + 5] != 58:
        return 0, UNREADABLE
    hours = two(buf, p)
    minutes = two(buf, p + 3)
    seconds = two(buf, p + 6)
    if hours < 0 or hours > 23 or minutes < 0 or minutes > 59 or seconds < 0 or seconds > 60:
        return 0, UNREADABLE
    q = p + 8
    if q < end and (buf[q] == 46 or buf[q] == 44):
        q += 1
        start = q
        while q < end and buf[q] >= 48 and buf[q] <= 57:
            q += 1
        if q == start:
            return 0, UNREADABLE
    if q + 1 < end and buf[q] == 32:
        q += 1
    return hours * 3600 + minutes * 60 + seconds, zone_offset(buf, q, end)


def iso_date(buf: Bytes, p: int) -> int:
    """The epoch day of YYYY-MM-DD in the ten bytes at p, or -1."""
    century = two(buf, p)
    year = two(buf, p + 2)
    if century < 0 or year < 0 or buf[p + 4] != 45 or buf[p + 7] != 45:
        return -1
    return epoch_day(century * 100 + year, two(buf, p + 5), two(buf, p + 8))


def clf_date(buf: Bytes, p: int) -> int:
    """The epoch day of DD/Mon/YYYY in the eleven bytes at p, or -1."""
    century = two(buf, p + 7)
    year = two(buf, p + 9)
    if century < 0 or year < 0 or buf[p + 2] != 47 or buf[p + 6] != 47:
        return -1
    return epoch_day(century * 100 + year, month_name(buf, p + 3), two(buf, p))


def unix_time(buf: Bytes, p: int, end: int) -> int:
    """Seconds since 1970 of a number that fills p..end, its fraction dropped, or -1.

    Whole numbers of 10^11 and more are milliseconds, of 10^14 microseconds, of 10^17 nanoseconds.
    """
    dot = p
    while dot < end and buf[dot] != 46:
        dot += 1
    if dot == end - 1:
        return -1
    for q in range(dot + 1, end):
        if buf[q] < 48 or buf[q] > 57:
            return -1
    length = dot - p
    value = -1
    if length == 19:
        value = number(buf, p, dot - 1)
        return value // 100000000 if value >= 0 and number(buf, dot - 1, dot) >= 0 else -1
    value = number(buf, p, dot)
    if value >= 100000000000000000:
        return value // 1000000000
    if value >= 100000000000000:
        return value // 1000000
    if value >= 100000000000:
        return value // 1000
    return value


def read_time(buf: Bytes, p: int, end: int) -> tuple[int, int]:
    """The time that fills p..end: (seconds since 1970 by its own clock, its offset or NAIVE or UNREADABLE).

    Read are 10/Oct/2000:13:55:36 -0700 (CLF), 2000-10-10T13:55:36.5+09:00 (ISO 8601) and Unix time.
    """
    length = end - p
    if length >= 19 and buf[p + 4] == 45:
        day = iso_date(buf, p)
        if day < 0 or (buf[p + 10] != 84 and buf[p + 10] != 32 and buf[p + 10] != 116):
            return 0, UNREADABLE
        second, offset = clock(buf, p + 11, end)
        return day * 86400 + second, offset
    if length >= 20 and buf[p + 2] == 47:
        day = clf_date(buf, p)
        if day < 0 or (buf[p + 11] != 58 and buf[p + 11] != 32):
            return 0, UNREADABLE
        second, offset = clock(buf, p + 12, end)
        return day * 86400 + second, offset
    value = unix_time(buf, p, end)
    return value, 0 if value >= 0 else UNREADABLE


def time_starts(buf: Bytes, p: int, end: int) -> bool:
    """Whether what begins at p looks like a time: it tells the ` [` before one from a ` [` within a login."""
    if end - p < 10 or buf[p] < 48 or buf[p] > 57 or buf[p + 1] < 48 or buf[p + 1] > 57:
        return False
    if buf[p + 2] == 47:
        return buf[p + 6] == 47
    if buf[p + 4] == 45:
        return buf[p + 7] == 45
    return number(buf, p, p + 10) >= 0


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


def simple_escape(c: int) -> int:
    r"""What stands for `\c`: quotes, backslash and slash themselves, n t r b f v their control characters; else -1."""
    if c == 34 or c == 39 or c == 92 or c == 47:
        return c
    if c == 110:
        return 10
    if c == 116:
        return 9
    if c == 114:
        return 13
    if c == 98:
        return 8
    if c == 102:
        return 12
    if c == 118:
        return 11
    return -1


def unescape(buf: Bytes, p: int, end: int, out: MutableSequence[int]) -> int:
    r"""Undo the escapes of servers and of JSON in p..end into `out`; the number of bytes written, never more than read.

    `\xHH` and `\uHHHH` (also as a pair of surrogates) and the simple ones; any other backslash stands for itself.
    Sources: nginx ngx_http_log_module (escape=default, json), Apache util.c ap_escape_logitem, RFC 8259 section 7.
    """
    n = 0
    while p < end:
        c = buf[p]
        if c != 92 or p + 1 >= end:
            out[n] = c
            n += 1
            p += 1
            continue
        kind = buf[p + 1]
        if kind == 120 and p + 3 < end:
            code = hex_digits(buf, p + 2, 2)
            if code >= 0:
                out[n] = code
                n += 1
                p += 4
                continue
        if kind == 117 and p + 5 < end:
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
        plain = simple_escape(kind)
        if plain >= 0:
            out[n] = plain
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
