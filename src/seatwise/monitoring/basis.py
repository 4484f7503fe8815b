"""What a list rests on: its service, its day, its window, and which days are covered."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from seatwise.directory.models import Service
from seatwise.ledger import covering
from seatwise.ledger.models import AsOf
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.monitoring import evidence


@dataclass(frozen=True)
class Basis:
    """What a list rests on: the day it is as of, its window, and which days are covered."""

    service: Service
    as_of: int | None  # None: nothing is recorded yet
    window: int
    covered: covering.Masks
    is_current: bool  # as of the day up to which usage rows are counted, with the usual window

    @property
    def first_day(self) -> int | None:
        """Since when access is recorded."""
        return days.first_in(self.covered)

    @property
    def unknown_days(self) -> list[tuple[int, int]]:
        """The days of the window that no source covers: numbers are lower bounds if there are any."""
        if self.as_of is None:
            return []
        return days.missing(self.covered, *days.window_ending(self.as_of, self.window))

    @cached_property
    def unknown_count(self) -> int:
        """How many days of the window no source covers."""
        return sum(last - first + 1 for first, last in self.unknown_days)

    @cached_property
    def checking(self) -> set[bool]:
        """Whether the service's sources check who signs in: both, where some do and others do not."""
        return evidence.checking(self.service.pk)

    def held_since(self, count: int) -> datetime.date:
        """The latest day on which a license was added that has been held for so many days, that day included."""
        return days.date_of(max(0, (today() if self.as_of is None else self.as_of) - count + 1))


def basis(service: Service, as_of: int | None = None, window: int = days.WINDOW) -> Basis:
    """The basis of a service's list, as of a day or of the day up to which it is counted."""
    row = AsOf.objects.filter(service=service).first()
    current = row.day if row else None
    is_current = window == days.WINDOW and as_of in (None, current)
    return Basis(service, current if as_of is None else as_of, window, covering.covered(service), is_current)
