"""Thirteen months of somebody's access days: drawn, and in words."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from seatwise.directory.models import Service
from seatwise.ledger.coverage_calendar import MONTHS, STEP, Range, Runs, runs_of
from seatwise.ledger.covered_days import Masks
from seatwise.lib import days

LEFT, TOP = 40, 20


@dataclass(frozen=True)
class DayCell:
    """A day: where it is, and how it looks: d an access, p the API only, x unknown, w a weekend, else nothing."""

    x: int
    y: int
    look: str
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
class Calendar:
    """The access days of one person in a service, until the day it is as of: a column for each week, a row for each
    day of the week. `masks` are the covered days.
    """

    service: Service
    masks: Masks
    first_month: int
    last_month: int
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

    @property
    def named_gaps(self) -> list[Range]:
        """The latest of them."""
        return self.all_gaps[-self.gaps_named :][::-1]

    @property
    def more_gaps(self) -> int:
        """How many are not named."""
        return max(0, len(self.all_gaps) - self.gaps_named)

    @property
    def monday(self) -> int:
        """The day at the left end of the top row."""
        first = days.first_day_of(self.first_month)
        return first - days.weekday(first)

    def month_labels(self) -> Iterator[tuple[int, datetime.date, bool]]:
        """Where each month begins, its first day, and whether to name the year."""
        for month in range(self.first_month, self.last_month + 1):
            day = days.first_day_of(month)
            with_year = month == self.first_month or month % 12 == 0
            yield LEFT + (day - self.monday + 6) // 7 * STEP, days.date_of(day), with_year

    def weekday_labels(self) -> list[tuple[int, datetime.date]]:
        """Where the rows of Monday, Wednesday and Friday are, with some such day."""
        return [(TOP + row * STEP + 11, days.date_of(self.monday + row)) for row in (0, 2, 4)]

    @property
    def width(self) -> int:
        weeks = (days.last_day_of(self.last_month) - self.monday) // 7 + 1
        return LEFT + weeks * STEP

    @property
    def height(self) -> int:
        return TOP + 7 * STEP


def first_month_until(as_of: int) -> int:
    """The month with which a calendar begins."""
    return days.month_of(as_of) - MONTHS + 1
