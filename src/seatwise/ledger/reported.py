"""What the reports on a service tell of people's days, as of a day: the one teller of numbers that a vendor counted.

What a report says is kept verbatim (SnapshotRow); what of it holds is worked out from all that is recorded now, by
lib/reported_days.py. Reports of later days than the one that is asked about are not looked at.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F

from seatwise.directory.models import Login, Service
from seatwise.ledger import covered_days, statements
from seatwise.ledger.covered_days import Masks
from seatwise.ledger.models import Snapshot, SnapshotRow
from seatwise.lib import days, reported_days
from seatwise.lib.batches import among, batches
from seatwise.lib.reported_days import Number, Reported

AT_ONCE = 1000
FAR = 3650  # days before a report that are looked at where no log covers any; no rule looks farther
MONTH = (days.WINDOW,)
ROW = ("snapshot", "login", "login__user", "last_access", "reported_days")

OfPeople = dict[int, tuple[Reported, ...]]  # by the id of the user, the latest report first


@dataclass(frozen=True)
class Told:
    """What reports tell of somebody: of which days, as bits from the first that was asked for; and the numbers of
    access days in windows that end with the day, with what is recorded besides.
    """

    known: int = 0
    numbers: Mapping[int, Number] = field(default_factory=dict)


def latest(service: Service, as_of: int) -> Snapshot | None:
    """The latest report on a service as of a day or before."""
    found: Snapshot | None = Snapshot.objects.of(service).filter(as_of__lte=days.date_of(as_of)).newest_first().first()
    return found


def since(service: Service, as_of: int) -> int | None:
    """The first day of which the reports may tell, as of a day; None where there are none."""
    return as_of - FAR + 1 if latest(service, as_of) is not None else None


def counting(services: Iterable[int], as_of: int, first: int) -> dict[int, Snapshot]:
    """The reports as of first..as_of, by their ids."""
    between = (days.date_of(max(first, 0)), days.date_of(as_of))
    return Snapshot.objects.filter(service__in=services, as_of__range=between).in_bulk()


def said(service: int, users: Sequence[int] | None, as_of: int, first: int) -> OfPeople:
    """What the reports as of first..as_of say of some users (None: of all), whether or not it holds."""
    snapshots = counting([service], as_of, first)
    if not snapshots:
        return {}
    mine = SnapshotRow.objects.filter(snapshot__in=list(snapshots))
    if users is None:
        mine = mine.filter(login__user__isnull=False).order_by("snapshot", "pk")
    else:  # in an order of no index: SQLite would go through all rows in it
        theirs = Login.objects.filter(user__in=among(users)).values("pk")
        mine = mine.filter(login__in=theirs).order_by(F("snapshot") + 0, "pk")
    return of_rows(snapshots, mine.values_list(*ROW).iterator(5000))


def of_rows(snapshots: Mapping[int, Snapshot], rows: Iterable[tuple[Any, ...]]) -> OfPeople:
    """What rows of reports, as ROW has them in their order, say of people."""
    of_logins: dict[tuple[int, int, int], Reported] = {}  # by user, day and login: of two files of a day, the later
    for snapshot, login, user, last, text in rows:
        of, last_day = snapshots[snapshot], None if last is None else days.day_of(last)
        day, number = days.day_of(of.as_of), reported_days.number_in(text) if of.period else None
        of_logins[user, day, login] = reported_days.reported(day, last_day, of.period or 0, number)
    of_days: dict[int, dict[int, Reported]] = defaultdict(dict)
    for (user, day, _login), one in of_logins.items():
        other = of_days[user].get(day)
        of_days[user][day] = one if other is None else reported_days.together(other, one)
    return {user: tuple(mine[day] for day in sorted(mine, reverse=True)) for user, mine in of_days.items()}


def tell(
    service: Service,
    users: Iterable[int],
    as_of: int,
    *,
    windows: Sequence[int] = MONTH,
    first: int | None = None,
    covered: Masks | None = None,
) -> dict[int, Told]:
    """What the reports tell of some users; those of whom they tell nothing are missing. `first`: of the days that are
    asked for, else of the shortest window. A few queries for each 1,000 users, one where there are no reports.
    """
    since, first = as_of - max(windows) + 1, first if first is not None else as_of - min(windows) + 1
    found: dict[int, Told] = {}
    last = latest(service, as_of)
    if last is None:
        return found
    since = min(since, days.day_of(last.as_of))
    covered = covered_days.covered(service) if covered is None else covered
    for some in batches(sorted({*users}), AT_ONCE):
        reports, accesses = _with_accesses(service.pk, some, as_of, since)
        for user, mine in reports.items():
            found[user] = told(mine, accesses[user], covered, as_of, windows, first)
    return found


def of(service: int, users: Sequence[int], as_of: int, first: int) -> OfPeople:
    """What the reports as of first..as_of say of some users, as far as no recorded access contradicts it."""
    reports, accesses = _with_accesses(service, users, as_of, first)
    return {user: tuple(reported_days.believed(one, accesses[user]) for one in mine) for user, mine in reports.items()}


def _with_accesses(
    service: int, users: Sequence[int], as_of: int, first: int
) -> tuple[OfPeople, dict[int, dict[int, int]]]:
    reports = said(service, users, as_of, first)
    earliest = min((one.watched_from for mine in reports.values() for one in mine), default=first)
    return reports, accesses_of(service, list(reports), min(earliest, first), as_of)


def told(
    reports: Sequence[Reported], accesses: Masks, covered: Masks, as_of: int, windows: Sequence[int], first: int
) -> Told:
    """What reports tell of somebody, with the days on which an access of them is recorded."""
    mine = [reported_days.believed(one, accesses) for one in reports]
    numbers = {
        window: reported_days.number(accesses, covered, mine, as_of - window + 1, as_of)
        for window in windows
        if any(one.day > as_of - window for one in mine)
    }
    return Told(reported_days.told(mine, first, as_of), numbers)


def accesses_of(service: int, users: Sequence[int], first: int, last: int) -> dict[int, dict[int, int]]:
    """The access days of some users in the months of first..last, by {month: mask}."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    if not users:
        return found
    for months in batches(range(days.month_of(max(first, 0)), days.month_of(last) + 1), 200):
        for user, month, mask, _programs in statements.months_of_users(service, months, users):
            days.merge(found[user], {month: mask})
    return found


def unknown_days(
    service: Service, users: Sequence[int], as_of: int | None, covered: Masks, *, has_reports: bool
) -> dict[int, int]:
    """On how many more of the last 30 days some users may have had an access. No query without reports."""
    unknown = 0 if as_of is None else days.count_missing(covered, *days.window_ending(as_of))
    told = tell(service, users, as_of, covered=covered) if has_reports and as_of is not None else {}
    numbers = {user: mine.numbers[days.WINDOW] for user, mine in told.items() if days.WINDOW in mine.numbers}
    return {user: numbers[user].most - numbers[user].least if user in numbers else unknown for user in users}


def least(service: int, bits: Mapping[int, int], as_of: int, users: Sequence[int] | None) -> dict[int, int]:
    """The numbers of the 30 days that usage rows have: of those with reports, by their access days as bits."""
    first, _ = days.window_ending(as_of)
    return {
        user: reported_days.bounds(bits[user], bits[user], mine, first, as_of).least
        for user, mine in said(service, users, as_of, first).items()
        if user in bits
    }
