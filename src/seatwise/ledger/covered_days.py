"""Which days of a service are covered, and up to which day its usage can be counted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Exists, OuterRef

from seatwise.directory.models import Service
from seatwise.ledger.models import AsOf, Closure, Coverage, Snapshot, Source
from seatwise.lib import days

Masks = dict[int, int]  # {month: mask of days}


def covered(service: Service) -> Masks:
    return covered_of([service])[service.pk]


def covered_of(services: Sequence[Service], *more: Coverage) -> dict[int, Masks]:
    """The covered days of several services by id, in two queries; `more` is not stored yet.

    A day is covered if a source covers it; and by each complementary source too, from the first day that this one
    covers until it is retired. So is a day on which the service was confirmed to be closed, since recording began.
    """
    by_source: dict[int, dict[Source, Masks]] = {service.pk: defaultdict(dict) for service in services}
    for row in (*Coverage.objects.filter(service__in=by_source).select_related("revision__source"), *more):
        days.merge(by_source[row.service_id][row.revision.source], {row.month: row.known})
    closed = closed_days_of(by_source)
    return {service: with_closed(together(sources), closed[service]) for service, sources in by_source.items()}


def with_closed(found: Masks, closed: Masks) -> Masks:
    """Covered days, with the closed ones since the first of them."""
    first = days.first_in(found)
    return found if first is None else days.union([found, days.since(closed, first)])


def closed_days_of(services: Iterable[int]) -> dict[int, Masks]:
    """The days on which services were confirmed to be closed, by id. One query."""
    found: dict[int, Masks] = {service: {} for service in services}
    for service, first, last in Closure.objects.filter(service__in=found).values_list("service", "first", "last"):
        days.merge(found[service], days.masks_of(range(days.day_of(first), days.day_of(last) + 1)))
    return found


def together(by_source: Mapping[Source, Masks]) -> Masks:
    """The days that the sources of one service cover together."""
    found = days.union(by_source.values())
    for source, masks in by_source.items():
        if source.part == Source.Part.COMPLEMENTARY and any(masks.values()):
            found = needed(found, source, masks)
    return {month: mask for month, mask in found.items() if mask}


def needed(found: Masks, source: Source, masks: Masks) -> Masks:
    """The days of `found` on which a complementary source was listening, or was not there."""
    first = days.first_in(masks)
    assert first is not None
    until = days.day_of(source.retired_on) if source.retired_on else None
    kept = {}
    for month, mask in found.items():
        free = days.mask_until(month, first - 1)
        if until is not None:
            free |= ~days.mask_until(month, until - 1)
        kept[month] = mask & (masks.get(month, 0) | free)
    return kept


def first_known_day(service: Service) -> int | None:
    """The first day of which anything is recorded: covered by a source, or told by a vendor's report."""
    first = days.first_in(covered(service))
    report = Snapshot.objects.filter(service=service).order_by("as_of").first()
    known = [day for day in (first, days.day_of(report.as_of) if report else None) if day is not None]
    return min(known, default=None)


def counted_until(service: Service | int) -> int | None:
    """The day up to which the usage of a service is counted; None where nothing is recorded."""
    return AsOf.objects.filter(service=service).values_list("day", flat=True).first()


def counted_and_reported(service: Service) -> tuple[int | None, bool]:
    """The same, and whether a vendor's report on the service was ever imported. One query."""
    return counted_and_reported_of([service]).get(service.pk, (None, False))


def counted_and_reported_of(services: Sequence[Service]) -> dict[int, tuple[int | None, bool]]:
    """The same of several services by id, in one query; those of which nothing was ever recorded are missing."""
    reports = Exists(Snapshot.objects.filter(service=OuterRef("service")))
    rows = AsOf.objects.filter(service__in=services).values_list("service", "day", reports)
    return {service: (day, has_reports) for service, day, has_reports in rows}


def counted_until_of(services: Sequence[Service]) -> dict[int, int | None]:
    """The same of several services by id, in one query; those of which nothing was ever recorded are missing."""
    return dict(AsOf.objects.filter(service__in=services).values_list("service", "day"))


def countable_day(service: Service, today: int, *more: Coverage) -> int | None:
    """The day up to which usage can be counted: today, or the last day that is known of where that is earlier.

    `more` is what is about to be covered.
    """
    masks = covered_of([service], *more)[service.pk]
    known = [days.last_in(masks)] if masks else []
    snapshot = Snapshot.objects.filter(service=service).order_by("-as_of").first()
    known += [days.day_of(snapshot.as_of)] if snapshot else []
    return min(today, max(day for day in known if day is not None)) if known else None
