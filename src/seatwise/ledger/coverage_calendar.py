"""The covered days of a service or of one source of it, as a row of days for each month, drawn and in words."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from seatwise.directory.models import Service
from seatwise.ledger.covered_days import Masks, closed_days_of, together, with_closed
from seatwise.ledger.models import Coverage, Source
from seatwise.lib import days

MONTHS = 13
STEP = 17  # units from one day to the next
Range = tuple[datetime.date, datetime.date]
Runs = list[tuple[int, int]]  # first and last day of the month, of each unbroken run


@dataclass(frozen=True)
class Month:
    """The days of a month by what is known of them, and where each is drawn with its look."""

    first: datetime.date
    cells: list[tuple[int, str]]
    covered: int
    idle: Runs
    closed: Runs
    unknown: Runs


@dataclass(frozen=True)
class CoverageCalendar:
    """`lines`: days that a log covers; `idle`: by heartbeats alone; `closed`: confirmed, and not covered; `unknown`:
    all others since recording began.
    """

    service: Service
    lines: Masks
    idle: Masks
    closed: Masks
    unknown: Masks
    last_month: int

    @property
    def months(self) -> list[Month]:
        """The latest first."""
        return [self._month(month) for month in range(self.last_month, self.last_month - MONTHS, -1)]

    def _month(self, month: int) -> Month:
        looks: tuple[tuple[str, Masks], ...]
        looks = (("d", self.lines), ("h", self.idle), ("c", self.closed), ("x", self.unknown))
        length = days.last_day_of(month) - days.first_day_of(month) + 1
        cells = [
            (STEP * bit, next((look for look, masks in looks if masks.get(month, 0) >> bit & 1), ""))
            for bit in range(length)
        ]
        runs = (runs_of(month, masks.get(month, 0)) for _look, masks in looks[1:])
        return Month(days.date_of(days.first_day_of(month)), cells, self.lines.get(month, 0).bit_count(), *runs)

    @property
    def count(self) -> int:
        """How many days are known."""
        return sum(mask.bit_count() for masks in (self.lines, self.idle, self.closed) for mask in masks.values())

    @property
    def first(self) -> datetime.date:
        first = days.first_in(days.union([self.lines, self.idle]))
        assert first is not None
        return days.date_of(first)

    @property
    def last(self) -> datetime.date:
        last = days.last_in(days.union([self.lines, self.idle, self.closed]))
        assert last is not None
        return days.date_of(last)

    @property
    def gaps(self) -> list[Range]:
        """The unknown days, the latest first."""
        runs = days.runs(days.days_in(self.unknown))
        return [(days.date_of(first), days.date_of(last)) for first, last in reversed(runs)]


def runs_of(month: int, mask: int) -> Runs:
    """The days of a mask as days of the month."""
    start = days.first_day_of(month) - 1
    return [(first - start, last - start) for first, last in days.runs(days.days_of_mask(month, mask))]


def calendar_of(service: Service, today: int) -> CoverageCalendar | None:
    """Of all sources of a service, until yesterday; None where nothing was ever covered."""
    rows = Coverage.objects.filter(service=service).select_related("revision__source")
    return _calendar(service, rows, closed_days_of([service.pk])[service.pk], today)


def calendars_of(source: Source, today: int) -> list[CoverageCalendar]:
    """Of one source, for each service of which it covered days; until yesterday, or until it was retired."""
    rows: dict[Service, list[Coverage]] = defaultdict(list)
    found = Coverage.objects.filter(revision__source=source).select_related("service", "revision__source")
    for row in found.order_by("service"):
        rows[row.service].append(row)
    closed = closed_days_of(service.pk for service in rows)
    end = min(today, days.day_of(source.retired_on)) if source.retired_on else today
    calendars = (_calendar(service, some, closed[service.pk], end) for service, some in rows.items())
    return [each for each in calendars if each is not None]


def _calendar(service: Service, rows: Iterable[Coverage], closed: Masks, end: int) -> CoverageCalendar | None:
    by_source: dict[Source, Masks] = defaultdict(dict)
    lines: Masks = {}
    for row in rows:
        days.merge(by_source[row.revision.source], {row.month: row.known})
        days.merge(lines, {row.month: row.days})
    known = together(by_source)
    if not known:
        return None
    first, with_all = days.first_in(known), with_closed(known, closed)
    assert first is not None
    missing = days.missing(with_all, first, max(end - 1, days.last_in(with_all) or 0))
    last, this_month = max(with_all), days.month_of(end)
    return CoverageCalendar(
        service,
        _both(known, lines),
        _without(known, lines),
        _without(with_all, known),
        days.masks_of(day for begin, until in missing for day in range(begin, until + 1)),
        this_month if last > this_month - MONTHS else last,
    )


def _both(some: Mapping[int, int], others: Mapping[int, int]) -> Masks:
    return {month: mask & others.get(month, 0) for month, mask in some.items()}


def _without(some: Mapping[int, int], others: Mapping[int, int]) -> Masks:
    return {month: mask & ~others.get(month, 0) for month, mask in some.items()}
