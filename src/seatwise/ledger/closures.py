"""Confirming that a service was closed on some days, and taking that back; and the days on which nobody is expected.

A closed day without records is known: nobody had access. With holidays, it is no working day (docs/counting.md).
"""

import datetime
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import audit, configuration
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.ledger import covered_days
from seatwise.ledger.as_of import roll
from seatwise.ledger.locking import lock
from seatwise.ledger.models import Closure, Source
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.lib.holidays import holidays


@transaction.atomic
def close(
    services: Sequence[Service], first: datetime.date, last: datetime.date, *, reason: str, by: User | None
) -> list[Closure]:
    """Confirm that services were closed, each of which is locked. Raises Refused, and then none was."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Enter a reason, such as the holiday or the shutdown."))
    if first > last:
        raise Refused(_("The last day is before the first."))
    if days.day_of(last) >= today():
        raise Refused(_("Only past days can be confirmed as closed."))
    return [_close(service, first, last, reason, by) for service in sorted(services, key=lambda each: each.pk)]


def _close(service: Service, first: datetime.date, last: datetime.date, reason: str, by: User | None) -> Closure:
    lock(service)
    begun = _begun(service)
    if begun is None or days.day_of(first) < begun:
        raise Refused(
            _("Recording of %(service)s had not begun on %(day)s, so there is no gap to close.")
            % {"service": service, "day": first}
        )
    if Closure.objects.filter(service=service, first__lte=first, last__gte=last).exists():
        raise Refused(_("%(service)s is already confirmed as closed on these days.") % {"service": service})
    closure = Closure.objects.create(service=service, first=first, last=last, reason=reason, confirmed_by=by)
    roll(service, today())
    audit.record(by=by, verb="closure.add", subject=service, before={}, after=described(closure), reason=reason)
    return closure


def _begun(service: Service) -> int | None:
    """The first day that a source covered."""
    return days.first_in(covered_days.covered(service))


def closable(but: Service, first: datetime.date, last: datetime.date) -> list[Service]:
    """The other services that were recorded then and are not closed already."""
    closed = Closure.objects.filter(first__lte=first, last__gte=last).values("service")
    others = Service.objects.exclude(pk=but.pk).exclude(pk__in=closed).order_by("pk")
    return [each for each in others if (begun := _begun(each)) is not None and begun <= days.day_of(first)]


@transaction.atomic
def reopen(closure: Closure, *, by: User | None) -> None:
    """Take a confirmation back: days without records are unknown again. The day until which use is counted stays."""
    lock(closure.service)
    if not Closure.objects.filter(pk=closure.pk).delete()[0]:
        raise Refused(_("This was already undone."))
    audit.record(by=by, verb="closure.remove", subject=closure.service, before=described(closure), after={})


def described(closure: Closure) -> dict[str, str]:
    return {"first": str(closure.first), "last": str(closure.last), "reason": closure.reason}


def days_off(services: Iterable[Service], first: int, last: int) -> dict[int, dict[int, int]]:
    """The weekdays of first..last on which nobody is expected, by service: holidays, and those of closures."""
    free = set(holidays(configuration.HOLIDAYS.value(), first, last))
    found: dict[int, set[int]] = {service.pk: set(free) for service in services}
    span = {"first__lte": days.date_of(last), "last__gte": days.date_of(first)}
    for closure in Closure.objects.filter(service__in=found, **span):
        begin, end = max(first, days.day_of(closure.first)), min(last, days.day_of(closure.last))
        found[closure.service_id].update(range(begin, end + 1))
    return {service: days.masks_of(day for day in some if days.weekday(day) < 5) for service, some in found.items()}


def days_off_of(service: Service, first: int, last: int) -> dict[int, int]:
    """The same of one service, as {month: mask}."""
    return days_off([service], first, last)[service.pk]


def working_days(source: Source, first: int, last: int) -> list[int]:
    """The days of first..last on which somebody is expected in each service that a source records, weekends too."""
    services = Service.objects.filter(servings__revision__source=source).distinct()
    off = [set(days.days_in(masks)) for masks in days_off(services, first, last).values()]
    return [day for day in range(first, last + 1) if not any(day in some for some in off)]
