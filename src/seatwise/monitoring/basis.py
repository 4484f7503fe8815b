"""What a list rests on: its service, its day, its window, and which days are covered."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from seatwise.directory.models import Service
from seatwise.ledger import covering
from seatwise.ledger.models import AsOf, Source
from seatwise.ledger.zones import today
from seatwise.lib import days


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
        return covering.first_covered(self.covered)

    @property
    def unknown_days(self) -> list[tuple[int, int]]:
        """The days of the window that no source covers: numbers are lower bounds if there are any."""
        if self.as_of is None:
            return []
        first, last = days.window_ending(self.as_of, self.window)
        return covering.unknown_days(self.covered, first, last)

    @cached_property
    def unknown_count(self) -> int:
        """How many days of the window no source covers."""
        return sum(last - first + 1 for first, last in self.unknown_days)

    @cached_property
    def weak_evidence(self) -> bool:
        """Whether none of the service's sources checks who signs in."""
        servings = {"revisions__servings__service": self.service, "revisions__forgotten_on": None}
        return set(Source.objects.filter(**servings).order_by().values_list("verified", flat=True).distinct()) == {
            False
        }

    def held_since(self, count: int) -> datetime.date:
        """The latest day on which a license was added that has been held for so many days, that day included."""
        return days.date_of(max(0, (today() if self.as_of is None else self.as_of) - count + 1))


def basis(service: Service, as_of: int | None = None, window: int = days.WINDOW) -> Basis:
    """The basis of a service's list, as of a day or of the day up to which it is counted."""
    row = AsOf.objects.filter(service=service).first()
    current = row.day if row else None
    is_current = window == days.WINDOW and as_of in (None, current)
    return Basis(service, current if as_of is None else as_of, window, covering.covered(service), is_current)
