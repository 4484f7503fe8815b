"""Lines that came after a silence was over: where they are as many as usual, nothing is missing any more."""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from seatwise import audit
from seatwise.ledger import closures
from seatwise.ledger.arrivals import WEEKS
from seatwise.ledger.models import Arrival, Silence
from seatwise.ledger.zones import organization_zone, today
from seatwise.lib import days

LEAST_WEEKS = 3  # that something is to be compared with


def note_those_caught_up() -> int:
    """Keep of which silences the lines came after all; how many these are."""
    known = timezone.now() - datetime.timedelta(weeks=WEEKS)
    found = Silence.objects.ended_since(known).select_related("source")
    return sum(_note(each) for each in found if is_caught_up(each))


@transaction.atomic
def _note(silence: Silence) -> bool:
    if not Silence.objects.filter(pk=silence.pk, caught_up_at=None).update(caught_up_at=timezone.now()):
        return False
    after = {"since": silence.since.isoformat()}
    audit.record(by=None, verb="source.caught_up", subject=silence.source, before={}, after=after)
    return True


def is_caught_up(silence: Silence) -> bool:
    """Whether as many lines came on the days of a silence as on the quietest such days before, or so many too many on
    one day after it. Lines count on the day on which they were read.
    """
    zone = days.zone(organization_zone())
    first, last = _days_of(silence, zone)
    came: dict[int, int] = defaultdict(int)
    for day, reasons in Arrival.objects.filter(source=silence.source).values_list("day", "reasons"):
        came[day] += sum(reasons.values())
    known = min(came, default=last)
    usable = set(closures.working_days(silence.source, known, today())) - _days_of_others(silence, zone)
    span = range(first, last + 1)

    def usual(some: range) -> list[int]:
        """How many lines came on the same days of the weeks before the silence, as far as people worked then."""
        before = [[day - 7 * week for day in some] for week in range(1, WEEKS + 1)]
        of_days = [each for each in before if known < each[0] and each[-1] < first and usable.issuperset(each)]
        return [sum(came.get(day, 0) for day in each) for each in of_days]

    had = usual(span)
    if len(had) < LEAST_WEEKS:
        return False
    missing = min(had) - _total(came, span)
    later = ((day, usual(range(day, day + 1))) for day in range(last + 1, today() + 1))
    return missing <= 0 or any(most and came.get(day, 0) - max(most) >= missing for day, most in later)


def _days_of(silence: Silence, zone: ZoneInfo) -> tuple[int, int]:
    """The first and the last."""
    both = (silence.since, silence.ended_at or timezone.now())
    first, last = (days.day_of(at.astimezone(zone).date()) for at in both)
    return first, last


def _days_of_others(silence: Silence, zone: ZoneInfo) -> set[int]:
    """Those on which lines may be missing for another silence: they are no measure of what is usual."""
    others = Silence.objects.filter(source=silence.source, caught_up_at=None).exclude(pk=silence.pk)
    return {day for first, last in (_days_of(each, zone) for each in others) for day in range(first, last + 1)}


def _total(came: Mapping[int, int], some: range) -> int:
    return sum(came.get(day, 0) for day in some)
