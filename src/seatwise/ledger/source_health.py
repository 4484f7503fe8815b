"""Which sources of logs fail or are silent: for the inbox, `seatwise doctor` and the metrics."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Max, OuterRef, Subquery

from seatwise.ledger.models import ListeningPeriod, LogImport, Silence, Source
from seatwise.ledger.zones import today
from seatwise.lib import days

SILENT_AFTER = 7  # days without records


@dataclass(frozen=True)
class SourceHealth:
    """A source in use, its last import if that failed, and the last day it has recorded."""

    source: Source
    failed_import: int | None
    last_day: int | None
    is_silent: bool
    heard_at: datetime.datetime | None = None  # when a line was read last
    beat_at: datetime.datetime | None = None  # when a heartbeat came last
    silent_since: datetime.datetime | None = None  # where that is longer than usual: silence.py

    @property
    def last_date(self) -> datetime.date | None:
        return None if self.last_day is None else days.date_of(self.last_day)


def every_source() -> Iterator[SourceHealth]:
    """One query."""
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
    now = today()
    for source in sources.order_by("name", "code"):
        last = source.last_covered_day
        failed = source.last_import if source.last_state == LogImport.State.FAILED else None
        is_silent = last is not None and now - last > SILENT_AFTER
        yield SourceHealth(source, failed, last, is_silent, source.heard_at, source.beat_at, source.silent_since)
