"""Thirteen months of a service: how many seats were contracted, held and really used, as numbers and as a picture."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import Count, Q

from seatwise.directory.models import Service
from seatwise.ledger import covered_days
from seatwise.ledger.models import AccessMonth
from seatwise.lib import days
from seatwise.lib.axis import steps
from seatwise.licenses.models import Contract, License
from seatwise.licenses.models.contracts import contracted_on
from seatwise.licenses.seats import Seats, seats_of

MONTHS = 13
STEP, LEFT, TOP, HEIGHT, WIDTH = 60, 48, 10, 150, 26  # of the picture, in its own units


@dataclass(frozen=True)
class Month:
    """A month, as of its last day or the day that was asked about.

    `contracted` is None before the first contract, `used` None where nothing was recorded; with `gaps`, it is a lower
    bound.
    """

    first: datetime.date
    contracted: int | None
    held: int
    used: int | None
    gaps: bool = False


def months_of(service: Service, on: datetime.date, seats: Seats | None = None) -> list[Month]:
    """The months until the one of a day; the SEATS of that day, where they are at hand. A fixed number of queries.

    The last one has the seats as they are shown everywhere else; who was inactive or on leave in former months is not
    known, so there every license in force counts.
    """
    this = days.month_of(days.day_of(on))
    months = range(this - MONTHS + 1, this + 1)
    contracts = list(Contract.objects.of(service).prefetch_related("former_seats"))
    held = License.objects.of(service).order_by().values_list("added_on", "removed_on")
    periods = list(held.annotate(number=Count("pk")))
    known = Known(covered_days.covered(service), until(service, on))
    found = [_month(service, month, on, contracts, periods, known) for month in months]
    return [*found[:-1], replace(found[-1], held=(seats or seats_of(service, on)).held)]


@dataclass(frozen=True)
class Known:
    """What is recorded: the covered days, and the day up to which use is counted."""

    covered: covered_days.Masks
    until: int

    def gaps(self, first: int, last: int) -> bool:
        """Whether some of these days, up to the one up to which use is counted, have no records."""
        return days.count_missing(self.covered, first, min(last, self.until)) > 0


def until(service: Service, on: datetime.date) -> int:
    """The day up to which the use of a service is counted, as of a day."""
    counted, asked = covered_days.counted_until(service), days.day_of(on)
    return asked if counted is None else min(counted, asked)


def _month(
    service: Service,
    month: int,
    on: datetime.date,
    contracts: Sequence[Contract],
    periods: Sequence[tuple[datetime.date, datetime.date | None, int]],
    known: Known,
) -> Month:
    first, last = days.date_of(days.first_day_of(month)), min(on, days.date_of(days.last_day_of(month)))
    held = sum(number for added, removed, number in periods if added <= last and (removed is None or removed > last))
    used = users_in(service, month, first, last) if known.covered.get(month) else None
    gaps = used is not None and known.gaps(days.day_of(first), days.day_of(last))
    return Month(first, contracted_on(contracts, last, lambda each: each.seats_on(last)), held, used, gaps)


def users_in(service: Service, month: int, first: datetime.date, last: datetime.date) -> int:
    """How many people who held a license in a month had an access in it. One query."""
    held = License.objects.of(service).filter(Q(removed_on=None) | Q(removed_on__gt=first), added_on__lte=last)
    found = AccessMonth.objects.filter(service=service, month=month).exclude(days=0)
    found = found.filter(login__user__in=held.values("user"))
    return int(found.aggregate(users=Count("login__user", distinct=True))["users"])


@dataclass(frozen=True)
class Drawn:
    """A month as it is drawn: where it is, and the heights of what was held and used."""

    month: Month
    x: int
    held: int
    used: int | None
    contracted: int | None

    @property
    def middle(self) -> int:
        """Where its name stands."""
        return self.x + WIDTH // 2

    @property
    def held_y(self) -> int:
        """The top of what was held."""
        return TOP + HEIGHT - self.held

    @property
    def used_y(self) -> int:
        """The top of what was used."""
        return TOP + HEIGHT - (self.used or 0)

    @property
    def inner_x(self) -> int:
        """Where what was used begins: it stands inside what was held."""
        return self.x + 5

    @property
    def contracted_y(self) -> int:
        """Where the line of what was contracted is."""
        return TOP + HEIGHT - (self.contracted or 0)

    @property
    def line(self) -> str:
        """The line of what was contracted, as a path."""
        return f"M{self.x - 6} {self.contracted_y}h{WIDTH + 12}"


@dataclass(frozen=True)
class Picture:
    months: Sequence[Month]

    width = LEFT + MONTHS * STEP
    height = TOP + HEIGHT + 22
    left, right, bottom, names_y, bar, inner = (
        LEFT - 8,
        LEFT + MONTHS * STEP,
        TOP + HEIGHT,
        TOP + HEIGHT + 16,
        WIDTH,
        16,
    )

    @cached_property
    def steps(self) -> list[int]:
        return steps(max((max(m.contracted or 0, m.held, m.used or 0) for m in self.months), default=0))

    @property
    def axis(self) -> list[tuple[int, int, int]]:
        """The numbers at the axis: (number, y of its line, y of its text)."""
        places = [(number, TOP + HEIGHT - self._height(number)) for number in self.steps]
        return [(number, y, y + 4) for number, y in places]

    def _height(self, count: int) -> int:
        return round(count * HEIGHT / self.steps[-1])

    def drawn(self) -> Iterator[Drawn]:
        for at, month in enumerate(self.months):
            used = None if month.used is None else self._height(month.used)
            contracted = None if month.contracted is None else self._height(month.contracted)
            yield Drawn(month, LEFT + at * STEP + 10, self._height(month.held), used, contracted)

    @property
    def last(self) -> Month:
        """The month of the day that was asked about."""
        return self.months[-1]

    @property
    def has_gaps(self) -> bool:
        """Whether some months were recorded in part only."""
        return any(month.gaps for month in self.months)

    @property
    def has_unknown(self) -> bool:
        """Whether some months were not recorded."""
        return any(month.used is None for month in self.months)
