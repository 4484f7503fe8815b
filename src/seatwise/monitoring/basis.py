"""What a list rests on: its service, its day, its window, and which days are covered; and whose evidence is weak.

Weak evidence has one meaning, on the list and on a person's page: of the access days until the as-of day, at least one
was seen only by sources whose servers do not check who signs in (docs/counting.md).
"""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from seatwise.directory.models import Service
from seatwise.ledger import covered_days
from seatwise.ledger.models import AccessMonth, Source
from seatwise.ledger.usage_rows import earlier_months
from seatwise.ledger.zones import organization_zone, today
from seatwise.lib import days
from seatwise.lib.batches import batches
from seatwise.licenses.models import License

AT_ONCE = 200  # months of one query
Masks = Mapping[int, int]  # {month: mask of days}


@dataclass(frozen=True)
class Basis:
    """What a list rests on: the day it is as of, its window, and which days are covered."""

    service: Service
    as_of: int | None  # None: nothing is recorded yet
    window: int
    covered: covered_days.Masks
    is_current: bool  # as of the day up to which usage rows are counted, with the usual window
    is_as_of_another: bool = False  # day than that
    has_reports: bool = False  # of the vendor
    counted_until: int | None = None  # the day up to which usage rows are counted

    @property
    def first_day(self) -> int | None:
        """Since when access is recorded."""
        return days.first_in(self.covered)

    @property
    def first_of_window(self) -> int | None:
        """The first day of the window; None where nothing is recorded yet."""
        return None if self.as_of is None else days.window_ending(self.as_of, self.window)[0]

    @property
    def unknown_days(self) -> list[tuple[int, int]]:
        """The days of the window that no source covers: numbers are lower bounds if there are any."""
        if self.as_of is None:
            return []
        return days.missing(self.covered, *days.window_ending(self.as_of, self.window))

    @cached_property
    def time_zone(self) -> str:
        """The organization's, asked once for a list."""
        return organization_zone()

    @cached_property
    def today(self) -> int:
        """The day it is in that zone."""
        return today(self.time_zone)

    @property
    def is_behind(self) -> bool:
        """Whether licenses may have been given after the day until which use is counted."""
        return self.as_of is not None and self.as_of < self.today

    @cached_property
    def unknown_count(self) -> int:
        """How many days of the window no source covers."""
        first = self.first_of_window
        return 0 if first is None or self.as_of is None else days.count_missing(self.covered, first, self.as_of)

    @cached_property
    def checking(self) -> set[bool]:
        """Whether the service's sources check who signs in: both, where some do and others do not."""
        return checking(self.service.pk)

    @property
    def licenses(self) -> "QuerySet[License]":
        """Those that were held on the day of a list as of another day; of the latest list, those that are held now."""
        held: QuerySet[License] = License.objects.of(self.service).held()
        if self.as_of is not None and self.is_as_of_another:
            held = License.objects.of(self.service).held_on(days.date_of(self.as_of))
        return held

    def held_since(self, count: int) -> datetime.date:
        """The latest day on which a license was added that has been held for so many days, that day included."""
        return days.date_of(max(0, (self.today if self.as_of is None else self.as_of) - count + 1))


def wrong_day(service: Service, day: int) -> str:
    """Why nothing of a service can be shown as of a day: it was not recorded yet, or is to come. Empty where it can."""
    first, last = covered_days.first_known_day(service), today()
    if first is None:
        return _("Nothing has been recorded for this service yet, so there is no other day to show.")
    if first <= day <= last:
        return ""
    return _("Choose a day between %(first)s, when recording began, and %(last)s.") % {
        "first": date_format(days.date_of(first)),
        "last": date_format(days.date_of(last)),
    }


def known_day(service: Service, day: datetime.date | None) -> datetime.date | None:
    """A day that was entered; ValidationError where nothing of a service can be shown as of it."""
    if day is not None and (wrong := wrong_day(service, days.day_of(day))):
        raise ValidationError(wrong)
    return day


def basis(service: Service, as_of: int | None = None, window: int = days.WINDOW) -> Basis:
    """The basis of a service's list, as of a day or of the day up to which it is counted."""
    current, has_reports = covered_days.counted_and_reported(service)
    is_current = window == days.WINDOW and as_of in (None, current)
    day = current if as_of is None else as_of
    return Basis(service, day, window, covered_days.covered(service), is_current, day != current, has_reports, current)


def is_weak(accesses: Masks, checked: Masks) -> bool:
    """Whether an access day is none that a source saw which checks who signs in."""
    return any(mask & ~checked.get(month, 0) for month, mask in accesses.items())


def checking(service: int) -> set[bool]:
    """Whether the sources of a service check who signs in: both, where some do and others do not."""
    serving = {"revisions__servings__service": service, "revisions__forgotten_on": None}
    return set(Source.objects.filter(**serving).order_by().values_list("verified", flat=True).distinct())


def weakly_evidenced(of: Basis, users: Sequence[int]) -> set[int]:
    """Those of some people, by their ids, whose evidence is weak; months are read only where sources differ."""
    if of.as_of is None or False not in of.checking:
        return set()
    if True not in of.checking:
        return set(users)
    accesses: dict[int, dict[int, int]] = defaultdict(dict)
    checked: dict[int, dict[int, int]] = defaultdict(dict)
    months = earlier_months(of.service.pk, days.month_of(of.as_of) + 1)
    for some in batches(months, AT_ONCE):
        for user, source_checks, month, mask in days_by_sources(of.service.pk, some, users):
            past = {month: mask & days.mask_until(month, of.as_of)}
            days.merge(accesses[user], past)
            if source_checks:
                days.merge(checked[user], past)
    return {user for user, masks in accesses.items() if is_weak(masks, checked[user])}


def days_by_sources(service: int, months: Sequence[int], users: Sequence[int]) -> "list[tuple[int, bool, int, int]]":
    """(user, whether the source checks, month, mask) of some people in some months."""
    rows = AccessMonth.objects.filter(service=service, month__in=months, login__user__in=users)
    return list(rows.values_list("login__user_id", "revision__source__verified", "month", "days"))
