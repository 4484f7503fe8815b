"""Reading times in a buffer of bytes: the forms in which servers write them.

Compiled and interpreted alike, as `scan.py`.
"""

from seatwise.logs.scan import Bytes, decimal, four, number, two

NAIVE = 1 << 40  # the offset of a time that names none
UNREADABLE = 1 << 41  # the offset of a text that is no time


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


def second_of_day(hours: int, minutes: int, seconds: int) -> int:
    """The second of the day that a clock shows, or -1 if none shows that. One of 60 belongs to the next minute."""
    if hours < 0 or hours > 23 or minutes < 0 or minutes > 59 or seconds < 0 or seconds > 60:
        return -1
    return hours * 3600 + minutes * 60 + seconds


def clock(buf: Bytes, p: int, end: int) -> tuple[int, int]:
    """HH:MM:SS, a fraction after `.` or `,` if any, and the offset, filling p..end: (second of the day, offset).

    Seconds may be left out. The offset is UNREADABLE if the text is no time.
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
    second = second_of_day(hours, minutes, seconds)
    if second < 0:
        return 0, UNREADABLE
    if q == p + 8:
        q = fraction_end(buf, q, end)
        if q < 0:
            return 0, UNREADABLE
    if q + 1 < end and buf[q] == 32:
        q += 1
    return second, zone_offset(buf, q, end)


def iso_date(buf: Bytes, p: int) -> int:
    """The epoch day of YYYY-MM-DD or YYYY/MM/DD in the ten bytes at p, or -1."""
    if buf[p + 4] != buf[p + 7] or (buf[p + 4] != 45 and buf[p + 4] != 47):
        return -1
    return epoch_day(four(buf, p), two(buf, p + 5), two(buf, p + 8))


def clf_date(buf: Bytes, p: int, between: int) -> int:
    """The epoch day of DD/Mon/YYYY in the eleven bytes at p, or -1; `between` is the slash, or what stands for it."""
    if buf[p + 2] != between or buf[p + 6] != between:
        return -1
    return epoch_day(four(buf, p + 7), month_name(buf, p + 3), two(buf, p))


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
    second = second_of_day(two(buf, p + 9), two(buf, p + 11), two(buf, p + 13))
    day = epoch_day(four(buf, p), two(buf, p + 4), two(buf, p + 6))
    q = fraction_end(buf, p + 15, end)
    if day < 0 or second < 0 or q < 0:
        return 0, UNREADABLE
    return day * 86400 + second, zone_offset(buf, q, end)


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
    if buf[end - 5] != 32 or buf[p + 16] != 58 or end - 5 < p + 19:
        return 0, UNREADABLE
    day = epoch_day(four(buf, end - 4), month_name(buf, p + 4), date)
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
