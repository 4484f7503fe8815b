"""What is recorded of one person in services, as of a day, and which source saw it.

The number of queries does not depend on how many services, months or sources there are.
"""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from django.db.models import Q

from seatwise.directory.models import Login, Service, User, sees_all
from seatwise.ledger import reported
from seatwise.ledger.covered_days import Masks, covered_of
from seatwise.ledger.login_sightings import months_with_facts
from seatwise.ledger.models import AccessMonth, AsOf, Serving, SnapshotRow, Source
from seatwise.lib import days
from seatwise.lib.reported_days import Number
from seatwise.monitoring.basis import is_weak
from seatwise.monitoring.calendars import Calendar, first_month_until

WINDOWS = (30, 90, 365)
REPORTS_SHOWN = 13


@dataclass
class Seen:
    """What one source saw of a person in a service, until the day it is as of."""

    source: Source
    accesses: Masks = field(default_factory=dict)
    programs: Masks = field(default_factory=dict)

    @property
    def number(self) -> int:
        return sum(mask.bit_count() for mask in self.accesses.values())

    @property
    def first(self) -> datetime.date | None:
        day = days.first_in(self.accesses)
        return None if day is None else days.date_of(day)

    @property
    def last(self) -> datetime.date | None:
        day = days.last_in(self.accesses)
        return None if day is None else days.date_of(day)

    @property
    def program_number(self) -> int:
        """On how many days the API, and no access."""
        return sum((mask & ~self.accesses.get(month, 0)).bit_count() for month, mask in self.programs.items())


@dataclass(frozen=True)
class Count:
    """The access days of a window; `at_least` where a day of it is not covered. `reported_on`: the day of the vendor's
    report that it rests on.
    """

    window: int
    number: int
    at_least: bool
    reported_on: datetime.date | None = None


def counts_until(
    as_of: int | None, accesses: Masks, covered: Masks, reported: Mapping[int, Number] = MappingProxyType({})
) -> list[Count]:
    """The number of access days in each window that ends with the day up to which use is counted."""
    found = []
    for window in WINDOWS if as_of is not None else ():
        assert as_of is not None
        first, last = days.window_ending(as_of, window)
        if number := reported.get(window):
            day = None if number.reported_on is None else days.date_of(number.reported_on)
            found.append(Count(window, number.least, number.at_least, day))
        else:
            at_least = days.count_missing(covered, first, last) > 0
            found.append(Count(window, days.count_between(accesses, first, last), at_least))
    return found


@dataclass
class Record:
    """What is recorded of a person in one service. Facts after `as_of` are left out; it is None where nothing is."""

    service: Service
    as_of: int | None
    is_latest: bool  # as of the day up to which use is counted
    covered: Masks
    seen: list[Seen]
    reports: list[SnapshotRow]

    @cached_property
    def accesses(self) -> Masks:
        """The access days that any source saw."""
        return days.union(seen.accesses for seen in self.seen)

    @cached_property
    def programs(self) -> Masks:
        """The days with the API that any source saw."""
        return days.union(seen.programs for seen in self.seen)

    @property
    def as_of_date(self) -> datetime.date | None:
        return None if self.as_of is None else days.date_of(self.as_of)

    @property
    def since(self) -> datetime.date | None:
        """Since when access is recorded."""
        first = days.first_in(self.covered)
        return None if first is None else days.date_of(first)

    @property
    def last_access(self) -> datetime.date | None:
        day = days.last_in(self.accesses)
        return None if day is None else days.date_of(day)

    @property
    def ago(self) -> int:
        """How many days before the day it is as of that was."""
        day = days.last_in(self.accesses)
        return 0 if day is None or self.as_of is None else self.as_of - day

    @property
    def counts(self) -> list[Count]:
        """The number of access days in the last 30, 90 and 365 days."""
        return counts_until(self.as_of, self.accesses, self.covered, self.told.numbers)

    @cached_property
    def told(self) -> reported.Told:
        """What the vendor's reports tell, of the days that are drawn and of each window."""
        if self.as_of is None:
            return reported.Told()
        rows = [
            (row.snapshot_id, row.login_id, 0, row.last_access, row.reported_days)
            for row in sorted(self.reports, key=lambda row: (row.snapshot_id, row.pk))
        ]
        snapshots = {row.snapshot_id: row.snapshot for row in self.reports}
        mine = reported.of_rows(snapshots, rows).get(0, ())
        first = days.first_day_of(first_month_until(self.as_of))
        return reported.told(mine, self.accesses, self.covered, self.as_of, WINDOWS, first)

    @property
    def api_only(self) -> bool:
        """Whether only programs used it in their name."""
        return not any(self.accesses.values()) and any(self.programs.values())

    @property
    def is_weak(self) -> bool:
        """Whether the evidence is weak, as on the list."""
        return is_weak(self.accesses, days.union(seen.accesses for seen in self.seen if seen.source.verified))

    @cached_property
    def calendar(self) -> Calendar | None:
        """Thirteen months until the day it is as of."""
        if self.as_of is None:
            return None
        first, last = first_month_until(self.as_of), days.month_of(self.as_of)
        told = days.masks_of(days.days_of_bits(self.told.known, days.first_day_of(first)))
        known = days.union([self.covered, told])
        return Calendar(self.service, known, first, last, self.as_of, self.accesses, self.programs)

    @property
    def shown_reports(self) -> list[SnapshotRow]:
        return self.reports[:REPORTS_SHOWN]

    @property
    def more_reports(self) -> int:
        return max(0, len(self.reports) - REPORTS_SHOWN)


def seen_of(person: User, services: Sequence[Service], as_of: dict[int, int | None]) -> dict[int, dict[int, Seen]]:
    """What each source saw in each service, by their ids; sources that saw nothing are there, and say so."""
    logins = list(person.logins.values_list("pk", flat=True))
    months = months_with_facts(services)
    rows = AccessMonth.objects.filter(service__in=services, month__in=months, login__in=logins).values_list(
        "service_id", "revision__source_id", "month", "days", "program_days"
    )
    facts = list(rows)
    serving = set(Serving.objects.filter(service__in=services).values_list("service_id", "revision__source_id"))
    pairs = sorted(serving | {(service, source) for service, source, *_ in facts})
    sources = Source.objects.in_bulk([source for _, source in pairs])
    found: dict[int, dict[int, Seen]] = {service.pk: {} for service in services}
    for service, source in pairs:
        found[service][source] = Seen(sources[source])
    for service, source, month, access, program in facts:
        until = as_of.get(service)
        past = days.mask_until(month, until) if until is not None else 0
        seen = found[service][source]
        for masks, mask in ((seen.accesses, access & past), (seen.programs, program & past)):
            if mask:
                days.merge(masks, {month: mask})
    return found


def reports_of(person: User, services: Sequence[Service]) -> dict[int, list[SnapshotRow]]:
    """What vendors reported of a person, by service, the latest first."""
    rows = SnapshotRow.objects.filter(snapshot__service__in=services, login__user=person)
    found: dict[int, list[SnapshotRow]] = defaultdict(list)
    for row in rows.select_related("snapshot__revision__source", "login").order_by("-snapshot__as_of", "-pk"):
        found[row.snapshot.service_id].append(row)
    return found


def records(person: User, services: Sequence[Service], as_of: int | None = None) -> list[Record]:
    """What is recorded of a person in services: as of a day, or of the day up to which each service is counted."""
    counted: dict[int, int | None] = dict(AsOf.objects.filter(service__in=services).values_list("service_id", "day"))
    days_of = {pk: day if as_of is None else as_of for pk, day in counted.items()}
    covered, seen, reports = covered_of(services), seen_of(person, services, days_of), reports_of(person, services)
    return [
        Record(
            service=service,
            as_of=days_of.get(service.pk),
            is_latest=days_of.get(service.pk) == counted.get(service.pk),
            covered=covered[service.pk],
            seen=sorted(seen[service.pk].values(), key=lambda one: (one.source.name, one.source.pk)),
            reports=[row for row in reports[service.pk] if is_until(row, days_of.get(service.pk))],
        )
        for service in services
    ]


def is_until(row: SnapshotRow, as_of: int | None) -> bool:
    """Whether a report is not of a later day."""
    return as_of is not None and days.day_of(row.snapshot.as_of) <= as_of


def services_of(person: User) -> list[Service]:
    """The services that a person has or had a license of, and those in which anything is recorded of them."""
    logins = list(person.logins.values_list("pk", flat=True))
    every = list(Service.objects.all())
    facts = AccessMonth.objects.filter(service__in=every, month__in=months_with_facts(every), login__in=logins)
    recorded = set(facts.values_list("service_id", flat=True).distinct())
    recorded |= set(SnapshotRow.objects.filter(login__in=logins).values_list("snapshot__service_id", flat=True))
    licensed = Service.objects.filter(Q(licenses__user=person) | Q(pk__in=recorded)).distinct()
    return list(licensed)


def logins_shown(person: User, viewer: User) -> "list[Login]":
    """The login names by which a person is known in logs, as far as somebody may see them."""
    return list(Login.objects.visible_to(viewer).filter(user=person).order_by("written"))


def sees_sources(viewer: User, person: User) -> bool:
    """Whether somebody may see which source saw what: as `Source.visible_to`, and everybody of themselves."""
    return viewer == person or sees_all(viewer)
