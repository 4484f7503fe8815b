"""What the reports of a vendor tell of days: no access after the last access date, until the day the report is as of.

Of the days before that date a report says nothing, so they stay unknown. Only the latest report is looked at.
"""

import datetime
from collections.abc import Sequence

from seatwise.directory.models import Service
from seatwise.ledger.models import Snapshot, SnapshotRow
from seatwise.lib import days
from seatwise.lib.batches import batches
from seatwise.lib.id_lists import among

AT_ONCE = 1000
FAR = 3650  # days before a report that are looked at where no log covers any; no rule looks farther


def latest(service: Service, as_of: int) -> Snapshot | None:
    """The latest report on a service as of a day or before."""
    found: Snapshot | None = Snapshot.objects.of(service).filter(as_of__lte=days.date_of(as_of)).newest_first().first()
    return found


def since(service: Service, as_of: int) -> int | None:
    """The first day of which the reports may tell, as of a day; None where there are none."""
    return as_of - FAR + 1 if latest(service, as_of) is not None else None


def known_of(service: Service, users: Sequence[int], first: int, last: int) -> dict[int, int]:
    """The days of some users that the latest report tells of, as bits from `first` to `last`.

    Of somebody with several login names on it, only those that it tells of for all of these. Who is not on it is
    unknown.
    """
    snapshot = latest(service, last)
    if snapshot is None:
        return {}
    found: dict[int, int] = {}
    reported = days.day_of(snapshot.as_of)
    for batch in batches(users, AT_ONCE):
        rows = SnapshotRow.objects.filter(snapshot=snapshot, login__user__in=among(batch))
        for user, day in rows.values_list("login__user", "last_access"):
            known = _bits(day, reported, first)
            found[user] = found.get(user, known) & known
    return found


def _bits(last_access: datetime.date | None, reported: int, first: int) -> int:
    """The days after a last access date, and that day, until the day of the report: bits from `first` on."""
    start = days.day_of(last_access) if last_access is not None else first
    return days.bits_between(start, reported, first, reported)
