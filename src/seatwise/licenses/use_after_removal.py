"""Whether a license that was removed is used all the same: the last access after the day of its removal.

It is looked for until the service's as-of day, as everywhere. The day of the removal itself counts for nobody's use:
until some hour of it the license was held. Days from a later license of the same person on belong to that one.
"""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from seatwise.directory.models import Service, User, sees_all
from seatwise.ledger import statements
from seatwise.ledger.covered_days import counted_until
from seatwise.lib import days
from seatwise.lib.batches import batches
from seatwise.licenses.models import License


def mark(licenses: Sequence[License], until: int | None = None) -> Sequence[License]:
    """The licenses, each with `used_until`: the last access date after its removal, or None; of facts `until` a day.

    For licenses whose use whoever asks may see. A few queries for each service.
    """
    by_service: dict[int, list[License]] = defaultdict(list)
    for each in licenses:
        each.used_until = None
        if each.removed_on is not None:
            by_service[each.service_id].append(each)
    for service, removed in by_service.items():
        _mark(service, removed, until)
    return licenses


def mark_for(person: User, licenses: Sequence[License]) -> None:
    """The same of those whose use somebody may see; the others stay without.

    Of people whose licenses somebody may change, they need not see the use: some have moved or are unaffiliated.
    """
    for each in licenses:
        each.used_until = None
    if sees_all(person):
        mark(licenses)
        return
    people = User.objects.visible_to(person).filter(pk__in=[each.user_id for each in licenses])
    seen, services = set(people.values_list("pk", flat=True)), set(Service.objects.visible_to(person))
    mark([each for each in licenses if each.user_id in seen and each.service in services])


def mark_of(rows: Sequence[Any]) -> Sequence[Any]:
    """The same of the licenses of some rows, such as the items of a review."""
    mark([each.license for each in rows])
    return rows


def _mark(service: int, removed: Sequence[License], until: int | None) -> None:
    users = sorted({each.user_id for each in removed})
    first = min(each.removed_on for each in removed if each.removed_on is not None)
    as_of = counted_until(service)
    if as_of is None or as_of <= days.day_of(first):
        return
    periods = License.objects.filter(service=service, user__in=users).order_by("added_on", "pk")
    begins: dict[int, list[tuple[int, datetime.date]]] = defaultdict(list)
    for pk, user, added in periods.values_list("pk", "user", "added_on"):
        begins[user].append((pk, added))
    as_of = as_of if until is None else min(as_of, until)
    months = range(days.month_of(days.day_of(first)), days.month_of(as_of) + 1)
    seen: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for some in batches(months, 200):
        for user, month, mask, _programs in statements.months_of_users(service, some, users):
            seen[user][month] |= mask
    for each in removed:
        assert each.removed_on is not None
        later = [added for pk, added in begins[each.user_id] if pk > each.pk]
        start = days.day_of(each.removed_on) + 1
        end = min([as_of, *(days.day_of(day) - 1 for day in later)])
        last = days.last_until(seen[each.user_id], end)
        each.used_until = days.date_of(last) if last is not None and last >= start else None
