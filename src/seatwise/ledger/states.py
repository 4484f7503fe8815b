"""How far sources are: the revision in force, the last import and the last covered day, for a list of them."""

import datetime
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from seatwise.ledger.models import Coverage, LogImport, Revision, Source
from seatwise.lib import days


def with_states(sources: "QuerySet[Source]") -> "QuerySet[Source]":
    """The sources, each with `now`, its revision in force, and what the functions below look at. Three more queries."""
    latest = Revision.objects.filter(source=OuterRef("source")).order_by("-number").values("number")[:1]
    in_force = Revision.objects.filter(number=Subquery(latest)).prefetch_related("servings__service")
    done = LogImport.objects.filter(revision__source=OuterRef("pk"), state=LogImport.State.DONE)
    covered = Coverage.objects.filter(revision__source=OuterRef("pk")).order_by("-month", "-days")
    return sources.annotate(
        last_import=Subquery(done.order_by("-asked_at").values("asked_at")[:1]),
        last_month=Subquery(covered.values("month")[:1]),
        # Of the masks of one month the greatest number is the one that ends last.
        last_mask=Subquery(covered.values("days")[:1]),
    ).prefetch_related(Prefetch("revisions", queryset=in_force, to_attr="now"))


def revision_of(source: Any) -> Revision:
    """The revision in force of a source with its state."""
    revision: Revision = source.now[0]
    return revision


def services_of(source: Any) -> str:
    """The services of a source with its state, in words."""
    return ", ".join(sorted(serving.service.name for serving in revision_of(source).servings.all()))


def last_covered_day(source: Any) -> datetime.date | None:
    """The last covered day of a source with its state."""
    if not source.last_month or not source.last_mask:
        return None
    return days.date_of(days.first_day_of(source.last_month) + source.last_mask.bit_length() - 1)
