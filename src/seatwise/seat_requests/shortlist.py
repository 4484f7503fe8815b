"""Narrowing all holders to those who can be among the first: by the indexes of the usage rows, a few queries.

The first by docs/finding-a-seat.md are among those without access since the last unknown day, with older and with newer
licenses; those with the oldest last access after it; and those with the fewest days in the last 30.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from seatwise.directory.models import Employment, Membership, Service, User, sees_all
from seatwise.ledger import reported, statements
from seatwise.ledger.models import Usage
from seatwise.ledger.models.facts import UsageQuerySet
from seatwise.ledger.usage_rows import earlier_months
from seatwise.lib import days
from seatwise.lib.batches import batches
from seatwise.lib.days import days_a_week
from seatwise.seat_requests.usage_bound import YEAR, Measure, UseBasis

AT_ONCE = 200  # rows of each of the orders
COLUMNS = (
    "user_id", "login_bytes", "license_since", "last_day", "program_day", "user__expected_days", "user__employment",
    "service__policy__part_time_days",
)  # fmt: skip


def holders(ground: UseBasis, person: User | None, without: User | None) -> UsageQuerySet:
    """The holders that can be judged and that a person may change, or see; None may see all (commands)."""
    rows: UsageQuerySet = Usage.objects.of(ground.service).shown()
    if person is not None and not sees_all(person):
        changed = Service.objects.changeable_by(person).filter(pk=ground.service.pk)
        rows = rows.filter(user__in=User.objects.changeable_by(person), service__in=changed)
    return rows.exclude(user=without) if without else rows


def colleagues(person: User) -> "QuerySet[Membership, Any]":
    """The ids of those who belong to a department of somebody now."""
    mine = Membership.objects.current().filter(user=person).values("department")
    return Membership.objects.current().filter(department__in=mine).values("user")


def rounds(ground: UseBasis, rows: UsageQuerySet, near: "QuerySet[Membership, Any] | None") -> Iterator[list[Measure]]:
    """Holders in portions, each of those who can be the next; colleagues are told apart. None comes twice."""
    groups = [rows] if near is None else [rows.filter(user__in=near), rows]
    seen: set[int] = set()
    start = 0
    while True:
        portion = [
            row
            for some in groups
            for order in orders(ground, some)
            for row in order.values_list(*COLUMNS)[start : start + AT_ONCE]
        ]
        if not portion:
            return
        found = {row[0]: measured(ground, row) for row in portion if row[0] not in seen}
        seen |= found.keys()
        start += AT_ONCE
        together = set() if near is None else set(near.filter(user__in=found).values_list("user", flat=True))
        for user in together & found.keys():
            found[user] = replace(found[user], same_department=True)
        yield with_accesses(ground, list(found.values()))


def orders(ground: UseBasis, rows: UsageQuerySet) -> list[UsageQuerySet]:
    """Four orders in which those who are first in the ranking come first; equal ones as they are ranked.

    The indexes of the usage rows give the first column; only rows that are equal in it are sorted.
    """
    floor = max(ground.last_unknown, 0)
    after = days.date_of(floor + 1)
    silent = rows.filter(last_day__lte=floor)
    return [
        silent.licensed_by(after).order_by("last_day", "license_since", "login_bytes"),
        silent.filter(license_since__gt=after).order_by("license_since", "last_day", "login_bytes"),
        rows.filter(last_day__gt=floor).order_by("last_day", "license_since", "login_bytes"),
        rows.filter(days_30__gt=0).order_by("days_30", "last_day", "license_since", "login_bytes"),
    ]


def measured(ground: UseBasis, row: tuple[Any, ...]) -> Measure:
    """A usage row, as it is ranked."""
    user, login, since, last_day, program_day, entered, employment, policy = row
    return Measure(
        ground=ground,
        user=user,
        login=bytes(login),
        since=days.day_of(since) if since else ground.first_day or ground.until,
        last_day=last_day or None,
        program_day=program_day or None,
        a_week=days_a_week(entered, employment, policy),
        by_policy=entered is None and employment == Employment.PART_TIME,
    )


def with_accesses(ground: UseBasis, measures: list[Measure]) -> list[Measure]:
    """The same with the months of the year until the day that is judged, and until the one that is counted, and with
    what vendors reported in them."""
    first = days.month_of(min(ground.until, ground.as_of or ground.until) - YEAR + 1)
    months = [month for month in earlier_months(ground.service.pk, days.month_of(ground.until) + 1) if month >= first]
    by_user = {measure.user: measure for measure in measures}
    for some in batches(by_user, 500):
        for user, month, mask, _ in statements.months_of_users(ground.service.pk, months, some):
            days.merge(by_user[user].accesses, {month: mask})
    last = days.month_of(ground.until)
    for measure in measures:
        if last in measure.accesses:
            measure.accesses[last] &= days.mask_until(last, ground.until)
    if not ground.has_reports:
        return measures
    until = ground.until if ground.as_of is None else min(ground.until, ground.as_of)
    told = reported.of(ground.service.pk, list(by_user), until, until - YEAR + 1)
    return [replace(each, reports=told[each.user]) if each.user in told else each for each in measures]
