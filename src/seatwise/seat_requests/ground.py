"""What a ranking rests on: until which day use is known, and which of the days before are not."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from seatwise.directory.models import Service
from seatwise.ledger import covered_days
from seatwise.ledger.models import AsOf
from seatwise.lib import days


@dataclass(frozen=True)
class Ground:
    """`as_of` is the day up to which use is counted; `until` the day up to which it is judged: yesterday, or later.

    Each day until then that no source covers is unknown, and counts as used.
    """

    service: Service
    as_of: int | None
    until: int
    covered: covered_days.Masks

    @cached_property
    def known(self) -> frozenset[int]:
        """The covered days until the last that is judged and counted."""
        last = min(self.until, -1 if self.as_of is None else self.as_of)
        return frozenset(day for day in days.days_in(self.covered) if day <= last)

    @property
    def first_day(self) -> int | None:
        """Since when access is recorded."""
        return min(self.known, default=None)

    @cached_property
    def last_unknown(self) -> int:
        """The last day that is judged and not known: the one before recording began, where there are no gaps."""
        day = self.until
        while day in self.known:
            day -= 1
        return day

    @cached_property
    def known_masks(self) -> covered_days.Masks:
        """The same by month."""
        return days.masks_of(self.known)

    def unknown_count_since(self, day: int | None) -> int:
        """How many days are not known after a day, or since recording began."""
        first = self.first_day if day is None else day + 1
        return 0 if first is None else sum(one not in self.known for one in range(first, self.until + 1))

    @property
    def behind(self) -> int:
        """How many whole days have passed since the day up to which use is counted."""
        return 0 if self.as_of is None else max(0, self.until - self.as_of)


def ground(service: Service, on: datetime.date) -> Ground:
    """What a ranking of a service's holders rests on, on a day. That day itself is judged only where it is counted."""
    as_of = AsOf.objects.filter(service=service).values_list("day", flat=True).first()
    until = days.day_of(on) - 1
    return Ground(service, as_of, max(until, min(as_of or 0, until + 1)), covered_days.covered(service))
