"""Counting the lines that are read, by hour and reason."""

import datetime
from collections.abc import Mapping

from django.utils import timezone

from seatwise import audit
from seatwise.directory.models import Service
from seatwise.ledger.models import Arrival, Silence, Source
from seatwise.ledger.zones import organization_zone, today
from seatwise.lib import days

WEEKS = 8  # for which they are kept


def note(source: Source, service: Service, before: Mapping[str, int], now: Mapping[str, int]) -> None:
    """Count what an import has read of a service beyond what it had read before. Under the service's lock.

    What is read again counts once more where there is more of it: these are lines that came, not facts.
    """
    more = {reason: count - before.get(reason, 0) for reason, count in now.items() if count > before.get(reason, 0)}
    if not more:
        return
    at = timezone.now()
    hour = at.astimezone(days.zone(organization_zone())).hour
    row, _is_new = Arrival.objects.get_or_create(
        source=source, service=service, day=today(), hour=hour, defaults={"last_at": at}
    )
    for reason, count in more.items():
        row.reasons[reason] = row.reasons.get(reason, 0) + count
    row.last_at = at
    row.save(update_fields=["reasons", "last_at"])
    if Silence.objects.lasting().filter(source=source).update(ended_at=at):
        audit.record(by=None, verb="source.heard", subject=source, before={}, after={"at": at.isoformat()})


def clear(day: datetime.date) -> str | None:
    """Each day: forget what is older than what anything is learned from."""
    Arrival.objects.filter(day__lt=days.day_of(day) - 7 * WEEKS - 1).delete()
    return None
