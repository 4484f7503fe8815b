"""How fresh the numbers of a service are: when its sources were heard last, and what was read today. One teller."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Max
from django.utils import timezone

from seatwise.directory.models import Service
from seatwise.ledger.models import Arrival, ListeningPeriod, LogImport, Revision, Serving, Source
from seatwise.ledger.words import reason_label
from seatwise.ledger.zones import today


@dataclass
class Freshness:
    """Of one source, for one service: the last line and heartbeat, and the lines that were read today by reason."""

    source: Source
    heard_at: datetime.datetime | None = None
    beat_at: datetime.datetime | None = None
    today: Counter[str] = field(default_factory=Counter)

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


def freshness(service: Service) -> list[Freshness]:
    return freshness_of([service])[service.pk]


def freshness_of(services: Sequence[Service]) -> dict[int, list[Freshness]]:
    """Of the sources in use of several services, by the id of the service. A fixed number of queries."""
    found: dict[int, dict[int, Freshness]] = {service.pk: {} for service in services}
    servings = Serving.objects.filter(service__in=found, revision__in=Revision.objects.in_force())
    servings = servings.filter(revision__source__kind=Source.Kind.LOG, revision__source__retired_on=None)
    for serving in servings.select_related("revision__source").order_by("revision__source__name", "pk"):
        source = serving.revision.source
        found[serving.service_id][source.pk] = Freshness(source)
    _tell(found)
    return {service: list(sources.values()) for service, sources in found.items()}


def _tell(found: dict[int, dict[int, Freshness]]) -> None:
    """Fill in what is known. Where no arrival is kept, the last import says when a source was heard."""
    sources = {source for some in found.values() for source in some}
    of_source: dict[int, list[Freshness]] = defaultdict(list)
    for some in found.values():
        for source, each in some.items():
            of_source[source].append(each)
    imports = LogImport.objects.in_state(LogImport.State.DONE).filter(revision__source__in=sources)
    for source, at in imports.values_list("revision__source").annotate(at=Max("asked_at")).order_by():
        for each in of_source[source]:
            each.heard_at = at
    arrivals = Arrival.objects.filter(source__in=sources, service__in=found)
    for source, service, at in arrivals.values_list("source", "service").annotate(at=Max("last_at")).order_by():
        if source in found[service]:
            found[service][source].heard_at = at
    for row in arrivals.filter(day=today()):
        if row.source_id in found[row.service_id]:
            found[row.service_id][row.source_id].today.update(row.reasons)
    beats = ListeningPeriod.objects.filter(revision__source__in=sources)
    for source, at in beats.values_list("revision__source").annotate(at=Max("until")).order_by():
        for each in of_source[source]:
            each.beat_at = at
