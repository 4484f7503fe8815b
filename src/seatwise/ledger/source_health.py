"""Which sources of logs fail or are silent: for the inbox, `seatwise doctor` and the metrics."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Max, OuterRef, Subquery

from seatwise.directory.models import Service
from seatwise.ledger import covered_days
from seatwise.ledger.models import ListeningPeriod, LogImport, Revision, Serving, Silence, Source
from seatwise.ledger.zones import today
from seatwise.lib import days

SILENT_AFTER = 7  # days without records, but for those on which all its services were closed


@dataclass(frozen=True)
class SourceHealth:
    """A source in use, its last import if that failed, and the last day it has recorded. `serves`: of silent ones."""

    source: Source
    failed_import: int | None
    last_day: int | None
    is_silent: bool
    heard_at: datetime.datetime | None = None  # when a line was read last
    beat_at: datetime.datetime | None = None  # when a heartbeat came last
    silent_since: datetime.datetime | None = None  # where that is longer than usual: silence.py
    malformed_since: datetime.datetime | None = None  # nearly all lines: import_failures.py
    serves: Sequence[Service] = ()

    @property
    def last_date(self) -> datetime.date | None:
        return None if self.last_day is None else days.date_of(self.last_day)


def every_source() -> Iterator[SourceHealth]:
    """One query; two more where one has recorded nothing for long."""
    silences = Silence.objects.lasting().filter(source=OuterRef("pk"))
    beats = ListeningPeriod.objects.filter(revision__source=OuterRef("pk")).order_by("-until")
    latest = LogImport.objects.filter(revision__source=OuterRef("pk")).order_by("-pk")
    sources = Source.objects.of_logs().filter(retired_on=None).with_last_covered_day()
    sources = sources.annotate(
        last_state=Subquery(latest.values("state")[:1]),
        last_import=Subquery(latest.values("pk")[:1]),
        heard_at=Max("arrivals__last_at"),
        beat_at=Subquery(beats.values("until")[:1]),
        silent_since=Subquery(silences.values("since")[:1]),
    )
    every, now = list(sources.order_by("name", "code")), today()
    silent = _silent([source for source in every if _is_long_ago(source.last_covered_day, now)], now)
    for source in every:
        last, serves = source.last_covered_day, silent.get(source.pk)
        failed = source.last_import if source.last_state == LogImport.State.FAILED else None
        malformed = source.fails_since if source.trouble == Source.Trouble.MALFORMED and failed is None else None
        heard = (source.heard_at, source.beat_at, source.silent_since, malformed)
        yield SourceHealth(source, failed, last, serves is not None, *heard, serves or ())


def _is_long_ago(last: int | None, now: int) -> bool:
    return last is not None and now - last > SILENT_AFTER


def _silent(sources: Iterable[Source], now: int) -> dict[int, list[Service]]:
    """Those that recorded nothing for long, though not all their services were closed: their services, by source."""
    by_pk = {source.pk: source for source in sources}
    if not by_pk:
        return {}
    serves: dict[int, list[Service]] = {pk: [] for pk in by_pk}
    servings = Serving.objects.filter(revision__in=Revision.objects.in_force(), revision__source__in=by_pk)
    for each in servings.select_related("service", "revision").order_by("service__name", "service__code"):
        serves[each.revision.source_id].append(each.service)
    closed = covered_days.closed_days_of({service.pk for some in serves.values() for service in some})
    return {
        pk: some
        for pk, some in serves.items()
        if not some or any(_is_silent(by_pk[pk].last_covered_day, closed[service.pk], now) for service in some)
    }


def _is_silent(last: int | None, closed: covered_days.Masks, now: int) -> bool:
    return last is not None and days.count_missing(closed, last + 1, now) > SILENT_AFTER


def gap_of(service: Service) -> tuple[datetime.date, datetime.date] | None:
    """The days up to yesterday of which nothing is known, since the last one that is; None where there is none."""
    known, yesterday = covered_days.covered(service), today() - 1
    last = days.last_in(known)
    return (days.date_of(last + 1), days.date_of(yesterday)) if last is not None and last < yesterday else None
