"""The covered days of a source, drawn as a calendar: a column for each week, a row for each day of the week."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from seatwise.directory.models import Service
from seatwise.ledger.covered_days import Masks
from seatwise.ledger.models import Coverage, Source
from seatwise.lib import days

MONTHS = 13
STEP = 17  # units from one day to the next
LEFT, TOP = 40, 20

Range = tuple[datetime.date, datetime.date]


@dataclass(frozen=True)
class Cell:
    """A day: where it is, and how it looks: d covered, x in a gap, w a weekend, else nothing."""

    x: int
    y: int
    look: str


@dataclass
class Strip:
    service: Service
    masks: Masks
    first_month: int
    last_month: int
    gaps_named: ClassVar[int] = 20

    @property
    def first(self) -> datetime.date:
        first = days.first_in(self.masks)
        assert first is not None
        return days.date_of(first)

    @property
    def last(self) -> datetime.date:
        last = days.last_in(self.masks)
        assert last is not None
        return days.date_of(last)

    @property
    def covered(self) -> int:
        return sum(mask.bit_count() for mask in self.masks.values())

    @property
    def all_gaps(self) -> list[Range]:
        """The days between that are not covered."""
        return [(days.date_of(first), days.date_of(last)) for first, last in days.gaps(self.masks)]

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

    def cells(self) -> Iterator[Cell]:
        known = set(days.days_in(self.masks))
        begun, ended = days.day_of(self.first), days.day_of(self.last)
        for day in range(days.first_day_of(self.first_month), days.last_day_of(self.last_month) + 1):
            row = days.weekday(day)
            between = "x" if begun < day < ended else "w" if row > 4 else ""
            look = "d" if day in known else between
            yield Cell(LEFT + (day - self.monday) // 7 * STEP, TOP + row * STEP, look)

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


def strips_of(source: Source, today: int) -> list[Strip]:
    """A calendar for each service a source covers days of; it ends with this month, or with the last covered one."""
    found: dict[Service, Masks] = defaultdict(dict)
    rows = Coverage.objects.filter(revision__source=source).select_related("service")
    for row in rows.order_by("service"):
        days.merge(found[row.service], {row.month: row.known})
    return [strip(service, masks, days.month_of(today)) for service, masks in found.items()]


def strip(service: Service, masks: Masks, this_month: int) -> Strip:
    last = this_month if max(masks) > this_month - MONTHS else max(masks)
    return Strip(service, masks, last - MONTHS + 1, last)
