"""Moving a service's as-of day on: days leave the window without counting bits, and facts that waited come in."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from seatwise.directory.models import Service
from seatwise.ledger import statements
from seatwise.ledger.covered_days import countable_day
from seatwise.ledger.locking import lock
from seatwise.ledger.models import AccessMonth, AsOf
from seatwise.ledger.usage_rows import RING, count_reported, leave_days, recompute, recompute_all
from seatwise.ledger.zones import today
from seatwise.lib import days, staged_rows


def advance(as_of: AsOf, to: int | None) -> int:
    """Move a locked as-of row on to a day; it never goes back. Facts of the days that come in are counted.

    The bits of days that have left the window, but still stand in the rows: for whoever writes the rows to take out.
    """
    if to is None or (as_of.day is not None and to <= as_of.day):
        return 0
    before, service = as_of.day, as_of.service_id
    as_of.day = to
    as_of.save(update_fields=["day"])
    if before is None:
        if AccessMonth.objects.filter(service=service).exists():
            recompute_all(service, to)
        return 0
    gone = leaving(before, to)
    coming = list(entering(service, before + 1, to))
    if not coming:
        return gone
    leave_days(service, gone)  # the days that come in may take their bits
    recompute(service, to, coming)
    return 0


def leaving(before: int, to: int) -> int:
    """The bits of the days that leave the window between two as-of days."""
    if to - before >= days.WINDOW:
        return RING
    return sum(1 << ((day - days.WINDOW) % 31) for day in range(before + 1, to + 1))


def entering(service: int, first: int, last: int) -> Iterable[int]:
    """The users with a fact on any day of first..last."""
    for month in range(days.month_of(first), days.month_of(last) + 1):
        mask = days.mask_between(month, first, last)
        for (user,) in statements.fetch(statements.USERS_WITH_DAYS, [service, month, mask]):
            yield user


def roll(service: Service, today: int) -> None:
    """Bring a service's usage up to the day it can be counted to. In a transaction."""
    as_of = lock(service)
    before = as_of.day
    leave_days(service.pk, advance(as_of, countable_day(service, today)))
    if as_of.day is not None and as_of.day != before:
        count_reported(service.pk, as_of.day, None)


@staged_rows.with_large_cache()
def roll_services(day: datetime.date) -> str | None:
    """Bring the usage of each service up to today in the zone of its days, which may not be the one of `day`."""
    moved = 0
    for service in Service.objects.filter(pk__in=AsOf.objects.values("service")).order_by("pk"):
        before = AsOf.objects.get(service=service).day
        with transaction.atomic():
            roll(service, today())
        moved += AsOf.objects.get(service=service).day != before
    return f"services brought up to today: {moved}" if moved else None
