"""How much somebody uses a seat at the most: as if each day without records had been an access day.

`UseBasis` is what that rests on: until which day use is known, and which of the days before are not.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from seatwise.directory.models import Service
from seatwise.ledger import covered_days, reported
from seatwise.ledger.closures import days_off_of
from seatwise.ledger.covered_days import Masks
from seatwise.lib import days, reported_days
from seatwise.lib.days import days_within
from seatwise.lib.reported_days import Reported
from seatwise.monitoring.person import Count, counts_until

WINDOWS = (30, 90, 365)  # days
MONTH, QUARTER, YEAR = WINDOWS


@dataclass(frozen=True)
class UseBasis:
    """`as_of` is the day up to which use is counted; `until` the day up to which it is judged: yesterday, or later.

    Each day until then that no source covers is unknown, and counts as used.
    """

    service: Service
    as_of: int | None
    until: int
    covered: covered_days.Masks
    has_reports: bool = False  # of the vendor
    days_off: covered_days.Masks = field(default_factory=dict)  # weekdays on which no one is expected

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
        return last_missing(self.known, self.until)

    @property
    def unknown_count(self) -> int:
        """How many days since recording began are not known."""
        return 0 if self.first_day is None else days.count_missing(self.known, self.first_day, self.until)

    @property
    def is_recorded(self) -> bool:
        """Whether anything is known by which holders can be judged: by a log, or by a vendor's report."""
        return bool(self.known) or self.has_reports

    @property
    def behind(self) -> int:
        """How many whole days have passed since the day up to which use is counted."""
        return 0 if self.as_of is None else max(0, self.until - self.as_of)


def last_missing(known: Masks, until: int) -> int:
    """The last day until one that {month: mask} has not."""
    runs = days.runs(days.days_in(known))
    return runs[-1][0] - 1 if runs and runs[-1][1] == until else until


def ground(service: Service, on: datetime.date) -> UseBasis:
    """What a ranking of a service's holders rests on, on a day. That day itself is judged only where it is counted."""
    as_of, has_reports = covered_days.counted_and_reported(service)
    until = days.day_of(on) - 1
    until = max(until, min(as_of or 0, until + 1))
    off = days_off_of(service, until - YEAR + 1, until)
    return UseBasis(service, as_of, until, covered_days.covered(service), has_reports, off)


@dataclass(frozen=True)
class Use:
    """Access days of somebody within some days: `known` ones, `unknown` ones, of `expected` ones."""

    length: int
    known: int
    unknown: int
    expected: int

    @property
    def at_most(self) -> int:
        """The number if each unknown day was one."""
        return self.known + self.unknown

    @property
    def share(self) -> Fraction:
        """What part of the expected days that is."""
        return Fraction(self.at_most, self.expected)


@dataclass(frozen=True)
class Measure:
    """What is known of one holder. Days are numbers; `last_day` and `program_day` None for none."""

    ground: UseBasis
    user: int
    login: bytes
    since: int  # first day of the license
    last_day: int | None
    program_day: int | None
    a_week: Decimal
    by_policy: bool = False  # nobody entered how many days a week
    same_department: bool = False
    accesses: Masks = field(default_factory=dict)  # of the months that the longest window touches
    reports: Sequence[Reported] = ()  # of vendors

    @cached_property
    def known(self) -> covered_days.Masks:
        """The days until the last that is judged of which it is known whether the seat was used."""
        told = reported_days.told(self.reports, self.ground.until - YEAR + 1, self.ground.until)
        if not told:
            return self.ground.known
        return days.union([self.ground.known, days.masks_of(days.days_of_bits(told, self.ground.until - YEAR + 1))])

    @property
    def last_unknown(self) -> int:
        """The last day of which that is not known."""
        return self.ground.last_unknown if not self.reports else last_missing(self.known, self.ground.until)

    @property
    def unknown_since_last_access(self) -> int:
        """How many days are not known after the last access, or since recording began."""
        first = self.ground.first_day if self.last_day is None else self.last_day + 1
        return 0 if first is None else days.count_missing(self.known, first, self.ground.until)

    @property
    def last_possible(self) -> int:
        """The last day on which the seat may have been used; the day before it was given, for none."""
        return max(self.last_day or 0, self.last_unknown, self.since - 1)

    @property
    def idle(self) -> int:
        """For how many days the seat was certainly not used."""
        return self.ground.until - self.last_possible

    @property
    def held(self) -> int:
        """For how many days the license has been held."""
        return self.ground.until - self.since + 1

    def use(self, window: int) -> Use:
        """The use within the last so many days, or since the license was given where that is later."""
        last = self.ground.until
        first = max(last - window + 1, min(self.since, last))
        length = last - first + 1
        expected = max(1, days_within(length, self.a_week, days.count_between(self.ground.days_off, first, last)))
        # A day on which only one of several complementary sources listened is not covered, and may have an access.
        number = reported_days.number(self.accesses, self.ground.known, self.reports, first, last)
        return Use(length, number.least, number.most - number.least, expected)

    @cached_property
    def uses(self) -> tuple[Use, Use, Use]:
        """The use within each window."""
        return self.use(MONTH), self.use(QUARTER), self.use(YEAR)

    @cached_property
    def counts(self) -> list[Count]:
        """The access days within each window until the day up to which use is counted, as everywhere."""
        of = self.ground
        if of.as_of is None or not self.reports:
            return counts_until(of.as_of, self.accesses, of.covered)
        told = reported.told(self.reports, self.accesses, of.covered, of.as_of, WINDOWS, of.as_of)
        return counts_until(of.as_of, self.accesses, of.covered, told.numbers)

    @property
    def is_full(self) -> bool:
        """Whether the seat may have been used on all days on which that can be expected."""
        return self.uses[0].share >= 1

    @property
    def is_unclear(self) -> bool:
        """Whether only the days without records make it so: on less than half of the expected days it was used."""
        return self.is_full and self.uses[0].known * 2 < self.uses[0].expected

    @property
    def key(self) -> tuple[object, ...]:
        """By what holders are ranked, the least first. docs/finding-a-seat.md says it in words."""
        month, quarter, year = self.uses
        recorded = self.last_day or 0, self.since
        return not self.same_department, month.share, -self.idle, recorded, quarter.share, year.share, self.login
