"""Silence that is longer than a source is usually silent at these hours of these days of the week.

What is usual is learned from the source's own arrivals (docs/counting.md). One notice and one email for each silence.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from seatwise import audit
from seatwise.directory import independence
from seatwise.ledger import closures, late_lines
from seatwise.ledger.arrivals import WEEKS
from seatwise.ledger.models import Arrival, Silence, Source
from seatwise.ledger.zones import organization_zone, today
from seatwise.letters import kinds
from seatwise.letters.composing import absolute
from seatwise.letters.models import Letter
from seatwise.letters.writing import Draft, write_many
from seatwise.lib import days

LEAST_WEEKS = 3  # of which something must be known before anything is usual
USUAL_HOURS = 3  # that must pass without a line
KIND = "source.silent"
Hour = tuple[int, int]  # day, and hour of the day
_looked_in: Hour | None = None


def register_kinds() -> None:
    kinds.register(kinds.Kind(KIND, "mail/source_silent", compose, gettext_lazy("A source is silent")))


def look_each_hour() -> str | None:
    """Each minute: at the first one of an hour, look at all sources. Not right after the start, when lines that came
    meanwhile are still to be read.
    """
    global _looked_in
    now = hour_of(timezone.now())
    before, _looked_in = _looked_in, now
    if before in (None, now):
        return None
    found = [source for source in Source.objects.of_logs().filter(retired_on=None) if notice(source, timezone.now())]
    late = late_lines.note_those_caught_up()
    said = [f"silent sources noticed: {len(found)}" if found else "", f"silences caught up: {late}" if late else ""]
    return "; ".join(filter(None, said)) or None


def hour_of(at: datetime.datetime) -> Hour:
    """The hour in the organization's zone; the day is the one that may be fixed."""
    return today(), at.astimezone(days.zone(organization_zone())).hour


def notice(source: Source, now: datetime.datetime) -> bool:
    """Keep, and tell administrators of, a silence that is longer than usual; whether there is a new one."""
    last = Arrival.objects.filter(source=source).aggregate(at=Max("last_at"))["at"]
    if last is None or not is_unusual(source, hour_of(now)):
        return False
    try:
        with transaction.atomic():
            silence = Silence.objects.create(source=source, since=last)
            audit.record(by=None, verb="source.silent", subject=source, before={}, after={"since": last.isoformat()})
            drafts = [
                Draft(each, KIND, silence, f"{KIND}:{silence.pk}:{each.pk}") for each in independence.administrators()
            ]
            write_many(drafts)
    except IntegrityError:  # it is known already
        return False
    return True


def is_unusual(source: Source, now: Hour) -> bool:
    """Whether enough hours have passed without a line in which lines usually come."""
    heard = set(Arrival.objects.filter(source=source).values_list("day", "hour"))
    first, last = min(heard), max(heard)
    begin = max(first[0] + 1, now[0] - 7 * WEEKS)  # the first day may have begun before it was listened to
    working = closures.working_days(source, begin, now[0])
    return (
        count_usual(heard, [day for day in working if day < last[0]], between(last, now, set(working))) >= USUAL_HOURS
    )


def between(last: Hour, now: Hour, working: set[int]) -> Iterator[Hour]:
    """The whole hours of working days after one and before another."""
    for day in range(last[0], now[0] + 1):
        if day in working:
            for hour in range(24):
                if last < (day, hour) < now:
                    yield day, hour


def count_usual(heard: set[Hour], learned: Sequence[int], silent: Iterator[Hour]) -> int:
    """How many silent hours are usually not: lines came then on three of four days of this day of the week or more."""
    usual: dict[Hour, bool] = {}
    count = 0
    for day, hour in silent:
        key = days.weekday(day), hour
        if key not in usual:
            same = [each for each in learned if days.weekday(each) == key[0]]
            came = sum((each, hour) in heard for each in same)
            usual[key] = len(same) >= LEAST_WEEKS and 4 * came >= 3 * len(same)
        count += usual[key]
    return count


def compose(letter: Letter) -> Mapping[str, Any] | None:
    """What the email says; None where the source was heard meanwhile."""
    silence = Silence.objects.select_related("source").filter(pk=letter.subject_id, ended_at=None).first()
    if silence is None:
        return None
    page = absolute(reverse("ledger:source", args=[silence.source_id]))
    return {"source": silence.source, "since": timezone.localtime(silence.since), "page": page}
