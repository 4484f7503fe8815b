"""On which days login names were seen, and by which sources: for those that nobody has yet."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db.models import OuterRef, Subquery

from seatwise.directory.login_suggestions import Sighting
from seatwise.directory.models import Service
from seatwise.ledger.models import AccessMonth
from seatwise.lib import days
from seatwise.lib.batches import among


def months_with_facts(services: Sequence[Service]) -> range:
    """From the first month in which there are facts of any of the services to the last."""
    facts = AccessMonth.objects.filter(service=OuterRef("pk"))
    ends = Service.objects.filter(pk__in=[service.pk for service in services]).annotate(
        earliest=Subquery(facts.order_by("month").values("month")[:1]),
        latest=Subquery(facts.order_by("-month").values("month")[:1]),
    )
    found = [ends for ends in ends.values_list("earliest", "latest") if ends[0] is not None]
    return range(min(first for first, _ in found), max(last for _, last in found) + 1) if found else range(0)


def sightings(logins: Collection[int]) -> dict[int, Sighting]:
    """The days of some login names, API use included, in whatever service. A fixed number of queries."""
    services = list(Service.objects.all())
    rows = AccessMonth.objects.filter(
        service__in=services, month__in=months_with_facts(services), login__in=among(logins)
    )
    masks: dict[int, dict[int, int]] = defaultdict(dict)
    sources: dict[int, set[str]] = defaultdict(set)
    for login, month, access, program, source in rows.values_list(
        "login_id", "month", "days", "program_days", "revision__source__name"
    ):
        days.merge(masks[login], {month: access | program})
        sources[login].add(source)
    return {
        login: Sighting(sum(mask.bit_count() for mask in of.values()), days.date_of(last), sorted(sources[login]))
        for login, of in masks.items()
        if (last := days.last_in(of)) is not None
    }
