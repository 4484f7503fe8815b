"""What vendors' reports say of somebody's days: a last access date, and how many access days a period had. No database.

The definition is in docs/counting.md. A report tells of the `period` that ends with its day; which of those days had an
access it does not tell, but for the last. Days in bits are from an origin on, as in days.py.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from seatwise.lib import days

LONGEST = 366  # days of a period
_NUMBER = re.compile(r"(\d{1,3})(?:\.0+)? ?(?:days?|日間?|天)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report as of a day says of somebody: access days in the period until then, `least` of them to `most`.

    `period` is 0 where it says no number that can be counted with. `most` None: as many as there may be. `silent`:
    there was no access after `last` (None: none at all) until that day.
    """

    day: int
    last: int | None
    period: int = 0
    least: int = 0
    most: int | None = None
    silent: bool = True

    @property
    def first(self) -> int:
        """The first day of its period."""
        return self.day - self.period + 1

    @property
    def watched_from(self) -> int:
        """From which day on until its own it may be contradicted by what is recorded."""
        return self.day - max(self.period, days.WINDOW) + 1


@dataclass(frozen=True, slots=True)
class Number:
    """A number of access days that is known within bounds: `least` is shown, `most` is judged."""

    least: int
    most: int
    reported_on: int | None = None  # the day of the latest report that it rests on

    @property
    def at_least(self) -> bool:
        return self.most > self.least


def number_in(text: str) -> int | None:
    """The number of days that a report writes, such as “12” or “12 days”."""
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return int(found[1]) if found else None


def period_in(heading: str) -> int | None:
    """The length in days of the period that the heading of a number names; 30 of “access days” that name none."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    for number in re.findall(r"\d+", text):
        return int(number) if len(number) < 4 and 1 <= int(number) <= LONGEST else None
    return days.WINDOW if "access days" in text or "アクセス日数" in text else None


def reported(day: int, last: int | None, period: int = 0, number: int | None = None) -> Reported:
    """What a row says. One whose number cannot be, without an access in its period, tells nothing of any other day."""
    if not period or number is None:
        return Reported(day, last)
    possible = 0 if last is None else max(0, min(last, day) - (day - period))
    if number and not possible:
        return Reported(day, last, silent=False)
    number = min(number, possible)
    return Reported(day, last, period, number, number)


def together(one: Reported, other: Reported) -> Reported:
    """What two rows of a day say of one person with two logins: days of both may be the same days."""
    last = max((each for each in (one.last, other.last) if each is not None), default=None)
    if not one.period or one.period != other.period:
        longer = max(one, other, key=lambda each: each.period)
        return replace(longer, last=last, most=None, silent=one.silent and other.silent)
    sums = None if one.most is None or other.most is None else min(one.period, one.most + other.most)
    return Reported(one.day, last, one.period, max(one.least, other.least), sums, one.silent and other.silent)


def believed(report: Reported, accesses: Mapping[int, int]) -> Reported:
    """The same without what recorded access days contradict: a silence, and a number that is too small."""
    after = report.watched_from if report.last is None else max(report.watched_from, report.last + 1)
    if report.silent and days.count_between(accesses, after, report.day):
        report = replace(report, silent=False, most=None)
    if report.most is not None and days.count_between(accesses, report.first, report.day) > report.most:
        report = replace(report, most=None)
    return report


def told(reports: Iterable[Reported], first: int, last: int) -> int:
    """The days of first..last that reports tell of, as bits from the first: the last access day and what follows."""
    found = 0
    for report in reports:
        if report.silent:
            found |= days.bits_between(first if report.last is None else report.last, report.day, first, last)
    return found


def bounds(accesses: int, possible: int, reports: Sequence[Reported], first: int, last: int) -> Number:
    """How many access days first..last has: bits from the first of those recorded, and of those that may be.

    From the last day back, each day is counted as part of one report's period at the most; see docs/counting.md.
    """
    least = most = 0
    rests_on = None
    counting = [report for report in reports if report.period and report.day <= last]
    end = last
    while end >= first:
        within = [each for each in counting if each.first <= end <= each.day]
        report = min(within, key=lambda each: (max(each.first, first), -each.first), default=None)
        if report is not None:
            begin = max(report.first, first)
            rests_on = rests_on or report.day
        else:
            begin = max([first, *(each.day + 1 for each in counting if each.day < end)])
        low, high = _count(accesses, begin, end, first), _count(possible, begin, end, first)
        if report is not None:
            low, high = _of_period(report, low, high, end - begin + 1)
        least, most, end = least + low, most + high, begin - 1
    return Number(least, most, rests_on)


def _of_period(report: Reported, seen: int, possible: int, length: int) -> tuple[int, int]:
    """The bounds of so many days of a report's period."""
    least = max(seen, report.least - (report.period - length))
    return least, max(least, possible if report.most is None else min(possible, report.most))


def _count(bits: int, begin: int, end: int, first: int) -> int:
    return (bits >> begin - first & (1 << end - begin + 1) - 1).bit_count()


def number(
    accesses: Mapping[int, int], covered: Mapping[int, int], reports: Sequence[Reported], first: int, last: int
) -> Number:
    """The same of {month: mask} of access days and of covered days."""
    seen = days.bits_of(accesses, first, last)
    unknown = days.missing_bits(covered, first, last) & ~told(reports, first, last)
    return bounds(seen, seen | unknown, reports, first, last)
