"""Weak evidence: access days that no source saw whose server checks who signs in.

It has one meaning, on the list and on a person's page: of the access days until the as-of day, at least one was seen
only by sources that do not check (docs/counting.md).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from seatwise.ledger.models import AccessMonth, Source
from seatwise.ledger.usage_rows import earlier_months
from seatwise.lib import days
from seatwise.lib.batches import batches

if TYPE_CHECKING:
    from seatwise.monitoring.basis import Basis

AT_ONCE = 200  # months of one query
Masks = Mapping[int, int]  # {month: mask of days}


def is_weak(accesses: Masks, checked: Masks) -> bool:
    """Whether an access day is none that a source saw which checks who signs in."""
    return any(mask & ~checked.get(month, 0) for month, mask in accesses.items())


def checking(service: int) -> set[bool]:
    """Whether the sources of a service check who signs in: both, where some do and others do not."""
    serving = {"revisions__servings__service": service, "revisions__forgotten_on": None}
    return set(Source.objects.filter(**serving).order_by().values_list("verified", flat=True).distinct())


def weakly_evidenced(of: "Basis", users: Sequence[int]) -> set[int]:
    """Those of some people, by their ids, whose evidence is weak; months are read only where sources differ."""
    if of.as_of is None or False not in of.checking:
        return set()
    if True not in of.checking:
        return set(users)
    accesses: dict[int, dict[int, int]] = defaultdict(dict)
    checked: dict[int, dict[int, int]] = defaultdict(dict)
    months = earlier_months(of.service.pk, days.month_of(of.as_of) + 1)
    for some in batches(months, AT_ONCE):
        for user, source_checks, month, mask in days_by_sources(of.service.pk, some, users):
            past = {month: mask & days.mask_until(month, of.as_of)}
            days.merge(accesses[user], past)
            if source_checks:
                days.merge(checked[user], past)
    return {user for user, masks in accesses.items() if is_weak(masks, checked[user])}


def days_by_sources(service: int, months: Sequence[int], users: Sequence[int]) -> "list[tuple[int, bool, int, int]]":
    """(user, whether the source checks, month, mask) of some people in some months."""
    rows = AccessMonth.objects.filter(service=service, month__in=months, login__user__in=users)
    return list(rows.values_list("login__user_id", "revision__source__verified", "month", "days"))
