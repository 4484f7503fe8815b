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

RAW, BY_SERVER, BY_JSON = range(3)  # how what stands in a line was escaped

MOST_BLANKS = 5  # within a login that stands unquoted: María de los Ángeles García López


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
    """Seconds east of UTC of what fills p..end: nothing (NAIVE), Z, UTC, GMT, ±hh, ±hhmm or ±hh:mm; else UNREADABLE.

    The name of a zone in brackets may follow an offset, as Java writes it.
    """
    if p == end:
        return NAIVE
    if buf[end - 1] == 93:
        end -= 1
        while end > p and buf[end] != 91:
            end -= 1
        if end == p:
            return UNREADABLE
    length = end - p
    if length == 1 and (buf[p] == 90 or buf[p] == 122):
        return 0
    if length == 3:
        name = (buf[p] << 16) | (buf[p + 1] << 8) | buf[p + 2]
        if name == 0x555443 or name == 0x474D54:
            return 0
    sign = buf[p]
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

    Seconds may be left out. A second of 60 is a leap second and belongs to the next minute. The offset is UNREADABLE
    if the text is no time.
    """
    if end - p < 5 or buf[p + 2] != 58:
        return 0, UNREADABLE
    hours = two(buf, p)
    minutes = two(buf, p + 3)
    seconds = 0
    q = p + 5
    if q < end and buf[q] == 58:
        if end - p < 8:
            return 0, UNREADABLE
        seconds = two(buf, p + 6)
        q = p + 8
    if hours < 0 or hours > 23 or minutes < 0 or minutes > 59 or seconds < 0 or seconds > 60:
        return 0, UNREADABLE
    if q == p + 8:
        q = fraction_end(buf, q, end)
        if q < 0:
            return 0, UNREADABLE
    if q + 1 < end and buf[q] == 32:
        q += 1
    return hours * 3600 + minutes * 60 + seconds, zone_offset(buf, q, end)


def iso_date(buf: Bytes, p: int) -> int:
    """The epoch day of YYYY-MM-DD or YYYY/MM/DD in the ten bytes at p, or -1."""
    century = two(buf, p)
    year = two(buf, p + 2)
    if century < 0 or year < 0 or buf[p + 4] != buf[p + 7] or (buf[p + 4] != 45 and buf[p + 4] != 47):
        return -1
    return epoch_day(century * 100 + year, two(buf, p + 5), two(buf, p + 8))


def clf_date(buf: Bytes, p: int, between: int) -> int:
    """The epoch day of DD/Mon/YYYY in the eleven bytes at p, or -1; `between` is the slash, or what stands for it."""
    century = two(buf, p + 7)
    year = two(buf, p + 9)
    if century < 0 or year < 0 or buf[p + 2] != between or buf[p + 6] != between:
        return -1
    return epoch_day(century * 100 + year, month_name(buf, p + 3), two(buf, p))


def unix_time(buf: Bytes, p: int, end: int) -> int:
    """Seconds since 1970 of a number that fills p..end, its fraction dropped, or -1.

    Whole numbers of 10^11 and more are milliseconds, of 10^14 microseconds, of 10^17 nanoseconds.
    """
    dot = p
    while dot < end and buf[dot] != 46 and buf[dot] != 69 and buf[dot] != 101:
        dot += 1
    if dot == end - 1:
        return -1
    plain = dot == end or buf[dot] == 46
    for q in range(dot + 1, end):
        if buf[q] < 48 or buf[q] > 57:
            plain = False
    length = dot - p
    value = -1
    if not plain:
        value, _ = decimal(buf, p, end)
    elif length == 19:
        value = number(buf, p, dot - 1)
        return value // 100000000 if value >= 0 and number(buf, dot - 1, dot) >= 0 else -1
    else:
        value = number(buf, p, dot)
    if value >= 100000000000000000:
        return value // 1000000000
    if value >= 100000000000000:
        return value // 1000000
    if value >= 100000000000:
        return value // 1000
    return value


def basic_time(buf: Bytes, p: int, end: int) -> tuple[int, int]:
    """A time as read_time has it, written YYYYMMDDTHHMMSS with or without a fraction and an offset."""
    century = two(buf, p)
    year = two(buf, p + 2)
    hours = two(buf, p + 9)
    minutes = two(buf, p + 11)
    seconds = two(buf, p + 13)
    if century < 0 or year < 0 or hours < 0 or hours > 23 or minutes < 0 or minutes > 59 or seconds < 0 or seconds > 60:
        return 0, UNREADABLE
    day = epoch_day(century * 100 + year, two(buf, p + 4), two(buf, p + 6))
    q = fraction_end(buf, p + 15, end)
    if day < 0 or q < 0:
        return 0, UNREADABLE
    return day * 86400 + hours * 3600 + minutes * 60 + seconds, zone_offset(buf, q, end)


def fraction_end(buf: Bytes, p: int, end: int) -> int:
    """Where the fraction of a second ends that may stand at p, or -1 if nothing follows its `.` or `,`."""
    if p >= end or (buf[p] != 46 and buf[p] != 44):
        return p
    q = p + 1
    while q < end and buf[q] >= 48 and buf[q] <= 57:
        q += 1
    return q if q > p + 1 else -1


def mail_time(buf: Bytes, p: int, end: int) -> tuple[int, int]:
    """A time as read_time has it, written 10 Oct 2000 13:55:36 GMT; its weekday was passed over."""
    if end - p < 20 or buf[p + 11] != 32 or buf[p + 17] != 58:
        return 0, UNREADABLE
    day = clf_date(buf, p, 32)
    if day < 0:
        return 0, UNREADABLE
    second, offset = clock(buf, p + 12, end)
    return day * 86400 + second, offset


def asctime(buf: Bytes, p: int, end: int) -> tuple[int, int]:
    """A time as read_time has it, written Tue Oct 10 13:55:36 2000, a fraction of the second or not."""
    date = two(buf, p + 8) if buf[p + 8] != 32 else buf[p + 9] - 48
    century = two(buf, end - 4)
    year = two(buf, end - 2)
    if century < 0 or year < 0 or buf[end - 5] != 32 or buf[p + 16] != 58 or end - 5 < p + 19:
        return 0, UNREADABLE
    day = epoch_day(century * 100 + year, month_name(buf, p + 4), date)
    second, offset = clock(buf, p + 11, end - 5)
    if day < 0 or offset != NAIVE:
        return 0, UNREADABLE
    return day * 86400 + second, offset


def read_time(buf: Bytes, p: int, end: int) -> tuple[int, int]:
    """The time that fills p..end: (seconds since 1970 by its own clock, its offset or NAIVE or UNREADABLE).

    Read are 10/Oct/2000:13:55:36 -0700 (CLF), 2000-10-10T13:55:36.5+09:00 and 20001010T135536Z (ISO 8601), Unix time,
    Tue, 10 Oct 2000 13:55:36 GMT (RFC 5322) and Tue Oct 10 13:55:36 2000 (asctime).
    """
    length = end - p
    if length >= 16 and (buf[p + 4] == 45 or buf[p + 4] == 47):
        day = iso_date(buf, p)
        if day < 0 or (buf[p + 10] != 84 and buf[p + 10] != 32 and buf[p + 10] != 116):
            return 0, UNREADABLE
        second, offset = clock(buf, p + 11, end)
        return day * 86400 + second, offset
    if length >= 20 and buf[p + 2] == 47:
        day = clf_date(buf, p, 47)
        if day < 0 or (buf[p + 11] != 58 and buf[p + 11] != 32) or buf[p + 17] != 58:
            return 0, UNREADABLE
        second, offset = clock(buf, p + 12, end)
        return day * 86400 + second, offset
    if length >= 15 and buf[p + 8] == 84:
        return basic_time(buf, p, end)
    if length >= 20 and buf[p + 2] == 32:
        return mail_time(buf, p, end)
    if length >= 25 and buf[p + 3] == 44 and buf[p + 4] == 32:
        return mail_time(buf, p + 5, end)
    if length >= 24 and buf[p + 3] == 32 and buf[p + 7] == 32 and buf[p + 10] == 32:
        return asctime(buf, p, end)
    value = unix_time(buf, p, end)
    return value, 0 if value >= 0 else UNREADABLE


def time_starts(buf: Bytes, p: int, end: int) -> bool:
    """Whether what begins at p looks like a time: it tells the ` [` before one from a ` [` within a login."""
    if end - p < 10:
        return False
    if buf[p + 3] == 32 or buf[p + 3] == 44:
        return month_name(buf, p + 4) > 0 or (end - p > 10 and month_name(buf, p + 8) > 0)
    if buf[p] < 48 or buf[p] > 57 or buf[p + 1] < 48 or buf[p + 1] > 57:
        return False
    if buf[p + 2] == 47:
        return buf[p + 6] == 47
    if buf[p + 4] == 45 or buf[p + 4] == 47:
        return buf[p + 7] == buf[p + 4]
    if buf[p + 2] == 32:
        return month_name(buf, p + 3) > 0
    if buf[p + 8] == 84:
        return number(buf, p, p + 8) >= 0
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


def is_blank(c: int) -> bool:
    """Whether a byte is a space or a tab."""
    return c == 32 or c == 9


def separates(c: int) -> bool:
    """Whether a byte ends a word within what stands for a login: blanks, brackets, quotes, `,` `;` `=`."""
    if c == 32 or c == 9 or c == 34 or c == 39 or c == 40 or c == 41 or c == 44:
        return True
    return c == 59 or c == 60 or c == 61 or c == 62 or c == 91 or c == 93 or c == 123 or c == 125


def is_ipv4(buf: Bytes, p: int, end: int) -> bool:
    """Whether p..end is an IPv4 address, with a port or the length of a prefix behind it or without."""
    groups = 0
    while groups < 4:
        if groups > 0:
            if p >= end or buf[p] != 46:
                return False
            p += 1
        start = p
        while p < end and p - start < 3 and buf[p] >= 48 and buf[p] <= 57:
            p += 1
        if p == start or number(buf, start, p) > 255:
            return False
        groups += 1
    if p == end:
        return True
    if buf[p] != 58 and buf[p] != 47:
        return False
    return p + 1 == end or number(buf, p + 1, end) >= 0


def is_ipv6(buf: Bytes, p: int, end: int) -> bool:
    """Whether p..end is an IPv6 address, with a zone behind it or without."""
    colons = 0
    shortened = False
    group = p
    for q in range(p, end):
        c = buf[q]
        if c == 58:
            shortened = shortened or (q > p and buf[q - 1] == 58)
            colons += 1
            group = q + 1
        elif c == 46:
            return colons >= 2 and is_ipv4(buf, group, end)
        elif c == 37:
            break
        elif hex_digits(buf, q, 1) < 0 or q - group > 3:
            return False
    return colons == 7 or (shortened and colons < 8)


def is_word_of_a_prefix(buf: Bytes, p: int, end: int) -> bool:
    """Whether the word p..end is an address, a clock, or a lone `-` or `|`: no part of anybody's login."""
    if end - p == 1:
        return buf[p] == 45 or buf[p] == 124
    if end - p >= 8 and buf[p + 2] == 58 and buf[p + 5] == 58 and two(buf, p) >= 0 and two(buf, p + 6) >= 0:
        return True
    return is_ipv4(buf, p, end) or is_ipv6(buf, p, end)


def holds_a_prefix(buf: Bytes, p: int, end: int) -> bool:
    """Whether what stands unquoted for a login, p..end, took in what stands before it: then it is nobody's login.

    It holds an address or a clock, a lone `-` beside something else, or more blanks than one name can.
    """
    if p == end or (buf[p] > 64 and find(buf, p, end, 32) == end and find(buf, p, end, 58) == end):
        return False  # most logins: one word, no colon, and no digit first
    blanks = 0
    for q in range(p, end):
        if is_blank(buf[q]):
            blanks += 1
    if blanks > MOST_BLANKS:
        return True
    q = p
    while q < end:
        start = q
        while q < end and not separates(buf[q]):
            q += 1
        if q > start and is_word_of_a_prefix(buf, start, q):
            return True
        q += 1
    return False
