"""What a ranking rests on: until which day use is known, and which of the days before are not."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from seatwise.directory.models import Service
from seatwise.ledger import covered_days
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
    def known(self) -> covered_days.Masks:
        """The covered days until the last that is judged and counted."""
        return days.until(self.covered, min(self.until, -1 if self.as_of is None else self.as_of))

    @property
    def first_day(self) -> int | None:
        """Since when access is recorded."""
        return days.first_in(self.known)

    @cached_property
    def last_unknown(self) -> int:
        """The last day that is judged and not known: the one before recording began, where there are no gaps."""
        runs = days.runs(days.days_in(self.known))
        return runs[-1][0] - 1 if runs and runs[-1][1] == self.until else self.until

    def unknown_count_since(self, day: int | None) -> int:
        """How many days are not known after a day, or since recording began."""
        first = self.first_day if day is None else day + 1
        return 0 if first is None else days.count_missing(self.known, first, self.until)

    @property
    def behind(self) -> int:
        """How many whole days have passed since the day up to which use is counted."""
        return 0 if self.as_of is None else max(0, self.until - self.as_of)


def ground(service: Service, on: datetime.date) -> Ground:
    """What a ranking of a service's holders rests on, on a day. That day itself is judged only where it is counted."""
    as_of = covered_days.counted_until(service)
    until = days.day_of(on) - 1
    return Ground(service, as_of, max(until, min(as_of or 0, until + 1)), covered_days.covered(service))
