"""Which days of a service are covered, and up to which day its usage can be counted."""

from collections import defaultdict

from seatwise.directory.models import Service
from seatwise.ledger.models import Coverage, Snapshot, Source
from seatwise.lib import days

Masks = dict[int, int]  # {month: mask of days}


def covered(service: Service) -> Masks:
    """The covered days of a service.

    A day is covered if a source covers it; and by each complementary source too, from the first day that this one
    covers until it is retired.
    """
    by_source: dict[Source, Masks] = defaultdict(dict)
    rows = Coverage.objects.filter(service=service).select_related("revision__source")
    for row in rows:
        masks = by_source[row.revision.source]
        masks[row.month] = masks.get(row.month, 0) | row.days
    found: Masks = {}
    for masks in by_source.values():
        for month, mask in masks.items():
            found[month] = found.get(month, 0) | mask
    for source, masks in by_source.items():
        if source.part == Source.Part.COMPLEMENTARY and any(masks.values()):
            found = needed(found, source, masks)
    return {month: mask for month, mask in found.items() if mask}


def needed(found: Masks, source: Source, masks: Masks) -> Masks:
    """The days of `found` on which a complementary source was listening, or was not there."""
    first = next(days.days_in(masks))
    until = days.day_of(source.retired_on) if source.retired_on else None
    kept = {}
    for month, mask in found.items():
        start, end = days.first_day_of(month), days.last_day_of(month)
        free = days.mask_between(month, start, first - 1)
        if until is not None:
            free |= days.mask_between(month, until, end)
        kept[month] = mask & (masks.get(month, 0) | free)
    return kept


def first_covered(masks: Masks) -> int | None:
    """The day since when access is recorded."""
    return next(days.days_in(masks), None)


def unknown_days(masks: Masks, first: int, last: int) -> list[tuple[int, int]]:
    """The days of first..last that are not covered, as (first, last) of each run."""
    known = set(days.days_in(masks))
    return days.runs(day for day in range(first, last + 1) if day not in known)


def gaps(masks: Masks) -> list[tuple[int, int]]:
    """The days between the first and the last covered day that are not covered."""
    first = first_covered(masks)
    if first is None:
        return []
    last = days.last_until(masks, days.last_day_of(max(masks)))
    assert last is not None
    return unknown_days(masks, first, last)


def countable_day(service: Service, today: int) -> int | None:
    """The day up to which usage can be counted: today, or the last day that is known of where that is earlier."""
    masks = covered(service)
    known = [days.last_until(masks, days.last_day_of(max(masks)))] if masks else []
    snapshot = Snapshot.objects.filter(service=service).order_by("-as_of").first()
    known += [days.day_of(snapshot.as_of)] if snapshot else []
    return min(today, max(day for day in known if day is not None)) if known else None
