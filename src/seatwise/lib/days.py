"""Days, months as masks of days, windows, and the days of time zones.

A *day* is a number: days since 1970-01-01. A *month* is `year * 12 + month - 1`. A *mask* has bit 0 for the 1st.
"""

import calendar
import datetime
import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from seatwise.lib.notices import Code, Unusable

_BEFORE_ALL = -(1 << 60)
_WEEK = 7 * 86400  # seconds
WINDOW = 30  # days: the as-of day and the 29 before it


class DayCode(Code):
    """What cannot be used of what says days."""

    NO_ZONE = "%(name)r is not a time zone (expected a name such as Asia/Tokyo)"


class UnknownZone(Unusable, ValueError):
    """A time zone that the IANA database does not have."""


def day_of(date: datetime.date) -> int:
    return date.toordinal() - 719163


def date_of(day: int) -> datetime.date:
    return datetime.date.fromordinal(day + 719163)


def months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day of a later month (or earlier, if negative), or its last day where it has no such day."""
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def parse_day(text: str) -> int:
    """The day of YYYY-MM-DD; ValueError for anything else."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
            raise ValueError
        return day_of(datetime.date.fromisoformat(text))
    except ValueError:
        raise ValueError(f"{text!r} is not a date (expected YYYY-MM-DD)") from None


def parse_month(text: str) -> int:
    """The month of YYYY-MM; ValueError for anything else."""
    year, dash, month = text.partition("-")
    if dash and len(year) == 4 and len(month) == 2 and text.replace("-", "").isdecimal() and text.isascii():
        number = int(month)
        if 1 <= number <= 12 and int(year) >= 1:
            return int(year) * 12 + number - 1
    raise ValueError(f"{text!r} is not a month (expected YYYY-MM)")


@functools.lru_cache(4096)  # lists ask for few, again and again
def month_of(day: int) -> int:
    date = date_of(day)
    return date.year * 12 + date.month - 1


@functools.lru_cache(4096)
def first_day_of(month: int) -> int:
    return day_of(datetime.date(month // 12, month % 12 + 1, 1))


def last_day_of(month: int) -> int:
    return first_day_of(month + 1) - 1


def days_in(months: Mapping[int, int]) -> Iterator[int]:
    """The days of {month: mask}, ascending."""
    for month in sorted(months):
        yield from days_of_mask(month, months[month])


def days_of_mask(month: int, mask: int) -> Iterator[int]:
    """The days of one month's mask, ascending."""
    return days_of_bits(mask, first_day_of(month))


def days_of_bits(bits: int, first: int) -> Iterator[int]:
    """The days that bits stand for, bit 0 for `first`, ascending."""
    while bits:
        low = bits & -bits
        yield first + low.bit_length() - 1
        bits ^= low


def bits_of(months: Mapping[int, int], first: int, last: int) -> int:
    """The days of {month: mask} within first..last as bits, bit 0 for the first."""
    found = 0
    for month in range(month_of(first), month_of(last) + 1):
        if mask := months.get(month, 0):
            found |= placed(mask, *place_of(month, first, last))
    return found


def place_of(month: int, first: int, last: int) -> tuple[int, int]:
    """Which days of a month lie in first..last, and where its first day stands in bits from `first` on."""
    return mask_between(month, first, last), first_day_of(month) - first


def placed(mask: int, within: int, shift: int) -> int:
    """A month's mask as bits, at its place_of()."""
    mask &= within
    return mask << shift if shift >= 0 else mask >> -shift


def bits_between(begin: int, end: int, first: int, last: int) -> int:
    """The days of begin..end that lie in first..last, all included, as bits, bit 0 for `first`."""
    low, high = max(begin, first), min(end, last)
    return ((1 << (high - low + 1)) - 1) << (low - first) if high >= low else 0


def missing_bits(months: Mapping[int, int], first: int, last: int) -> int:
    """The days of first..last that {month: mask} has not, as bits, bit 0 for the first."""
    return bits_of(months, first, last) ^ bits_between(first, last, first, last)


def count_missing(months: Mapping[int, int], first: int, last: int) -> int:
    """How many days of first..last {month: mask} has not."""
    return max(0, last - first + 1) - count_between(months, first, last)


def weekday(day: int) -> int:
    """0 for a Monday; 1970-01-01 was a Thursday."""
    return (day + 3) % 7


def masks_of(days: Iterable[int]) -> dict[int, int]:
    """{month: mask} of days in any order."""
    months: dict[int, int] = {}
    for day in days:
        date = date_of(day)
        month = date.year * 12 + date.month - 1
        months[month] = months.get(month, 0) | 1 << (date.day - 1)
    return months


@functools.lru_cache(4096)
def mask_between(month: int, first: int, last: int) -> int:
    """The mask of the days of a month that lie in first..last, both included."""
    return bits_between(first, last, first_day_of(month), last_day_of(month))


def mask_until(month: int, day: int) -> int:
    """The mask of the days of a month that are not after `day`."""
    return mask_between(month, first_day_of(month), day)


def until(months: Mapping[int, int], day: int) -> dict[int, int]:
    """The days of {month: mask} that are not after `day`."""
    found = {month: mask & mask_until(month, day) for month, mask in months.items()}
    return {month: mask for month, mask in found.items() if mask}


def since(months: Mapping[int, int], day: int) -> dict[int, int]:
    """The days of {month: mask} that are not before `day`."""
    found = {month: mask & ~mask_until(month, day - 1) for month, mask in months.items()}
    return {month: mask for month, mask in found.items() if mask}


def count_between(months: Mapping[int, int], first: int, last: int) -> int:
    """How many days of {month: mask} lie in first..last, both included."""
    return sum(
        (months[month] & mask_between(month, first, last)).bit_count()
        for month in range(month_of(first), month_of(last) + 1)
        if month in months
    )


def last_until(months: Mapping[int, int], day: int) -> int | None:
    """The last day of {month: mask} that is not after `day`, or None."""
    limit = month_of(day)
    for month in sorted((m for m in months if m <= limit), reverse=True):
        mask = months[month] & mask_until(month, day)
        if mask:
            return first_day_of(month) + mask.bit_length() - 1
    return None


def window_ending(day: int, length: int = WINDOW) -> tuple[int, int]:
    """The first and last day of a window of `length` days that ends with `day`."""
    return day - length + 1, day


def runs(days: Iterable[int]) -> list[tuple[int, int]]:
    """Days in any order as (first, last) of their unbroken runs, ascending."""
    found: list[tuple[int, int]] = []
    for day in sorted(set(days)):
        if found and found[-1][1] == day - 1:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def first_in(months: Mapping[int, int]) -> int | None:
    """The first day of {month: mask}, or None."""
    return next(days_in(months), None)


def last_in(months: Mapping[int, int]) -> int | None:
    """The last day of {month: mask}, or None."""
    return last_until(months, last_day_of(max(months))) if months else None


def union(many: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """The days of any of several {month: mask}."""
    found: dict[int, int] = {}
    for months in many:
        merge(found, months)
    return found


def merge(into: dict[int, int], more: Mapping[int, int]) -> None:
    """Add the days of one {month: mask} to another."""
    for month, mask in more.items():
        into[month] = into.get(month, 0) | mask


def missing(months: Mapping[int, int], first: int, last: int) -> list[tuple[int, int]]:
    """The days of first..last that {month: mask} has not, as (first, last) of each run."""
    there = set(days_in(months))
    return runs(day for day in range(first, last + 1) if day not in there)


def gaps(months: Mapping[int, int]) -> list[tuple[int, int]]:
    """The days between the first and the last of {month: mask} that it has not, as (first, last) of each run."""
    first, last = first_in(months), last_in(months)
    return missing(months, first, last) if first is not None and last is not None else []


@functools.cache
def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name; UnknownZone where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(DayCode.NO_ZONE, name=name) from None


def today(in_zone: ZoneInfo) -> int:
    return day_of(datetime.datetime.now(in_zone).date())


def _offset(in_zone: ZoneInfo, instant: int) -> int:
    offset = datetime.datetime.fromtimestamp(instant, in_zone).utcoffset()
    assert offset is not None
    return offset.days * 86400 + offset.seconds


@functools.lru_cache(maxsize=64)
def zone_turns(name: str, until: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The instants at which a zone's offset changes from 1970 until a day, and the offsets from each: equal lengths.

    The first instant lies before all. Found by asking zoneinfo once a week and halving where the answer differs: no
    zone has two changes since 1970 within a week that undo each other.
    """
    if name in ("UTC", "Etc/UTC"):  # asked for most often, and never changing
        return (_BEFORE_ALL,), (0,)
    in_zone = zone(name)
    turns, offsets = [_BEFORE_ALL], [_offset(in_zone, 0)]
    for start in range(0, (until + 2) * 86400, _WEEK):
        while _offset(in_zone, start + _WEEK) != offsets[-1]:
            low, high = max(start, turns[-1]), start + _WEEK
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset(in_zone, middle) == offsets[-1] else (low, middle)
            turns.append(high)
            offsets.append(_offset(in_zone, high))
    return tuple(turns), tuple(offsets)


def local_turns(turns: tuple[int, ...], offsets: tuple[int, ...]) -> tuple[int, ...]:
    """The same changes by the zone's own clock: of two readings of a time the earlier instant holds (fold=0)."""
    pairs = zip(turns[1:], offsets, offsets[1:], strict=False)
    return (_BEFORE_ALL, *(turn + max(before, after) for turn, before, after in pairs))


FULL_WEEK = Decimal(5)
PART_WEEK = Decimal("2.5")  # of part-time people, where neither they nor the service's policy has a number


def days_a_week(entered: Decimal | None, employment: str, policy: Decimal | None = None) -> Decimal:
    """What was entered of somebody; else a full week, or of part-time people what the service's policy says."""
    if entered is not None:
        return entered
    if employment != "part_time":
        return FULL_WEEK
    return PART_WEEK if policy is None else policy


def days_within(length: int, a_week: Decimal, off: int = 0) -> int:
    """How many whole days of so many that comes to. Each weekday off takes a fifth of a week's."""
    return max(0, int(a_week * (5 * length - 7 * off) / 35))
