"""Moving a service's as-of day on: days leave the window without counting bits, and facts that waited come in."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from seatwise.directory.models import Service
from seatwise.ledger import statements
from seatwise.ledger.covered_days import countable_day
from seatwise.ledger.locking import lock
from seatwise.ledger.models import AsOf, Usage
from seatwise.ledger.usage_rows import recompute
from seatwise.ledger.zones import today
from seatwise.lib import days


def advance(as_of: AsOf, to: int | None) -> None:
    """Move a locked as-of row on to a day; it never goes back. Facts of the days that come in are counted."""
    if to is None or (as_of.day is not None and to <= as_of.day):
        return
    before, service = as_of.day, as_of.service_id
    as_of.day = to
    as_of.save(update_fields=["day"])
    if before is None:
        recompute(service, to, Usage.objects.filter(service=service).values_list("user", flat=True))
        return
    leave(service, before, to)
    recompute(service, to, entering(service, before + 1, to))


def leave(service: int, before: int, to: int) -> None:
    """Take the days that leave the window out of all rows."""
    if to - before >= days.WINDOW:
        Usage.objects.filter(service=service).exclude(bits=0).update(bits=0, days_30=0)
        return
    for day in range(before + 1, to + 1):
        bit = 1 << ((day - days.WINDOW) % 31)
        statements.execute(statements.LEAVE_DAY, {"bit": bit, "service": service})


def entering(service: int, first: int, last: int) -> Iterable[int]:
    """The users with a fact on any day of first..last."""
    for month in range(days.month_of(first), days.month_of(last) + 1):
        mask = days.mask_between(month, first, last)
        for (user,) in statements.fetch(statements.USERS_WITH_DAYS, [service, month, mask]):
            yield user


def roll(service: Service, today: int) -> None:
    """Bring a service's usage up to the day it can be counted to. In a transaction."""
    advance(lock(service), countable_day(service, today))


def roll_services(day: datetime.date) -> str | None:
    """Bring the usage of each service up to today in the zone of its days, which may not be the one of `day`."""
    moved = 0
    for service in Service.objects.filter(pk__in=AsOf.objects.values("service")).order_by("pk"):
        before = AsOf.objects.get(service=service).day
        with transaction.atomic():
            roll(service, today())
        moved += AsOf.objects.get(service=service).day != before
    return f"services brought up to today: {moved}" if moved else None
