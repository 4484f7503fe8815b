"""Thirteen months of somebody's access days: drawn, and in words."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from seatwise.ledger.covered_days import Masks
from seatwise.ledger.strips import LEFT, MONTHS, STEP, TOP, Cell, Range, Strip
from seatwise.lib import days

Runs = list[tuple[int, int]]  # first and last day of the month, of each unbroken run


@dataclass(frozen=True)
class DayCell(Cell):
    """A day: d an access, p the API only, x unknown, w a weekend, else nothing."""

    date: datetime.date


@dataclass(frozen=True)
class MonthInWords:
    """The days of a month, for those who do not see the drawing."""

    first: datetime.date
    count: int
    accesses: Runs
    programs: Runs
    unknown: Runs


@dataclass
class Calendar(Strip):
    """The access days of one person in a service, until the day it is as of. `masks` are the covered days."""

    as_of: int
    accesses: Masks = field(default_factory=dict)
    programs: Masks = field(default_factory=dict)
    gaps_named: ClassVar[int] = 5

    @property
    def first_day(self) -> int:
        return days.first_day_of(self.first_month)

    def cells(self) -> Iterator[DayCell]:
        """The days that are drawn: none after the day it is as of."""
        accesses, programs, known = (set(days.days_in(masks)) for masks in (self.accesses, self.programs, self.masks))
        for day in range(self.first_day, self.as_of + 1):
            row = days.weekday(day)
            otherwise = "x" if day not in known else "w" if row > 4 else ""
            look = "d" if day in accesses else "p" if day in programs else otherwise
            yield DayCell(LEFT + (day - self.monday) // 7 * STEP, TOP + row * STEP, look, days.date_of(day))

    @property
    def month_texts(self) -> list[MonthInWords]:
        return [self.month_in_words(month) for month in range(self.last_month, self.first_month - 1, -1)]

    def month_in_words(self, month: int) -> MonthInWords:
        """The access days of a month, those with the API only, and those that are not known."""
        first = days.first_day_of(month)
        past = days.mask_until(month, self.as_of)
        accesses = self.accesses.get(month, 0) & past
        programs = self.programs.get(month, 0) & past & ~accesses
        unknown = past & ~self.masks.get(month, 0) & ~accesses & ~programs
        count = accesses.bit_count()
        return MonthInWords(days.date_of(first), count, *(runs_of(month, m) for m in (accesses, programs, unknown)))

    @property
    def has_programs(self) -> bool:
        """Whether a day with the API only is drawn."""
        return any(month.programs for month in self.month_texts)

    @property
    def has_unknown(self) -> bool:
        return any(month.unknown for month in self.month_texts)

    @property
    def all_gaps(self) -> list[Range]:
        """The unknown days since recording began, of those that are drawn."""
        begun = days.first_in(self.masks)
        found = days.missing(self.masks, max(begun, self.first_day), self.as_of) if begun is not None else []
        return [(days.date_of(first), days.date_of(last)) for first, last in found]


def runs_of(month: int, mask: int) -> Runs:
    """The days of a mask as days of the month."""
    start = days.first_day_of(month) - 1
    return [(first - start, last - start) for first, last in days.runs(days.days_of_mask(month, mask))]


def first_month_until(as_of: int) -> int:
    """The month with which a calendar begins."""
    return days.month_of(as_of) - MONTHS + 1
