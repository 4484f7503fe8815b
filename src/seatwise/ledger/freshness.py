"""How fresh the numbers of a service are: when its sources were heard last, and what was read today. One teller."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from seatwise.directory.models import Service
from seatwise.ledger.covered_days import closed_days_of
from seatwise.ledger.models import Arrival, ListeningPeriod, LogImport, Revision, Serving, Silence, Source
from seatwise.ledger.words import reason_label
from seatwise.ledger.zones import organization_zone, today
from seatwise.lib import days, whole_days


@dataclass
class Freshness:
    """Of one source, for one service: the last line and heartbeat, and the lines that were read today by reason."""

    source: Source
    heard_at: datetime.datetime | None = None
    beat_at: datetime.datetime | None = None
    today: Counter[str] = field(default_factory=Counter)
    silences: list[Silence] = field(default_factory=list)  # of the days that are asked for, unless they were closed

    @property
    def lines(self) -> int:
        return self.today.total()

    @property
    def lag(self) -> datetime.timedelta | None:
        """For how long neither a line nor a heartbeat has come."""
        last = max((each for each in (self.heard_at, self.beat_at) if each), default=None)
        return None if last is None else timezone.now() - last

    @property
    def by_reason(self) -> list[tuple[str, int]]:
        """What lines are called, and how many there are; accesses first, then the most."""
        found = sorted(self.today.items(), key=lambda item: (item[0] != "access", -item[1]))
        return [(reason_label(reason), count) for reason, count in found if count]


def freshness(service: Service, last: int | None = None, length: int = days.WINDOW) -> list[Freshness]:
    return freshness_of([service], last, length)[service.pk]


def freshness_of(
    services: Sequence[Service], last: int | None = None, length: int = days.WINDOW
) -> dict[int, list[Freshness]]:
    """Of the sources in use of several services, by the id of the service, with the silences of the `length` days until
    `last`, which is today unless one is given. A fixed number of queries.
    """
    found: dict[int, dict[int, Freshness]] = {service.pk: {} for service in services}
    servings = Serving.objects.filter(service__in=found, revision__in=Revision.objects.in_force())
    servings = servings.filter(revision__source__kind=Source.Kind.LOG, revision__source__retired_on=None)
    source = OuterRef("revision__source")
    arrivals = Arrival.objects.filter(source=source, service=OuterRef("service")).order_by("-day", "-hour")
    imports = LogImport.objects.filter(revision=OuterRef("revision"), state=LogImport.State.DONE).order_by("-pk")
    beats = ListeningPeriod.objects.filter(revision__source=source).order_by("-until")
    # Where no arrival is kept, the last import says when a source was heard.
    heard_at = Coalesce(Subquery(arrivals.values("last_at")[:1]), Subquery(imports.values("asked_at")[:1]))
    told = servings.annotate(heard_at=heard_at, beat_at=Subquery(beats.values("until")[:1]))
    for each in told.select_related("revision__source").order_by("revision__source__name", "pk"):
        of = each.revision.source
        found[each.service_id][of.pk] = Freshness(of, each.heard_at, each.beat_at)
    zone = organization_zone()
    now = today(zone)
    for row in Arrival.objects.filter(service__in=found, day=now):
        if row.source_id in found[row.service_id]:
            found[row.service_id][row.source_id].today.update(row.reasons)
    _tell_silences(found, days.zone(zone), *days.window_ending(now if last is None else last, length))
    return {service: list(sources.values()) for service, sources in found.items()}


def _tell_silences(found: dict[int, dict[int, Freshness]], zone: ZoneInfo, first: int, last: int) -> None:
    sources = {source for some in found.values() for source in some}
    if not sources:
        return
    begin, end = min(whole_days.midnights(first, zone)), max(whole_days.midnights(last + 1, zone))
    silences = list(Silence.objects.filter(source__in=sources).between(begin, end).order_by("since"))
    closed = closed_days_of(found) if silences else {}
    for silence in silences:
        ends = silence.ended_at or timezone.now()
        lasts = [days.day_of(at.astimezone(zone).date()) for at in (silence.since, ends)]
        for service, some in found.items():
            if silence.source_id in some and days.count_missing(closed[service], lasts[0], lasts[1]):
                some[silence.source_id].silences.append(silence)
