"""The population: who held a license of a service on a day, with their access days, as rules look at them.

As of a past day, licenses are those of that day, and people, departments and sources today's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from seatwise.directory.models import Department, Service, User
from seatwise.ledger import covering, statements
from seatwise.ledger.models import AsOf
from seatwise.lib import days
from seatwise.licenses.models import License
from seatwise.licenses.models.licenses import LicenseQuerySet
from seatwise.reviews.rules import Ground, Holder, Rule

AT_ONCE = 500  # people whose months are read in one query


@dataclass(frozen=True)
class Member:
    """One license of the population, and the days of whoever holds it."""

    license: License
    holder: Holder


def countable(service: Service) -> int | None:
    """The day up to which the usage of a service is counted; None where nothing is recorded."""
    row = AsOf.objects.filter(service=service).first()
    return row.day if row else None


def ground_of(service: Service, as_of: int) -> Ground:
    """What judgements of a service rest on, as of a day. Its first bit is the first day on which anything is known."""
    covered = covering.covered(service)
    since = days.first_in(covered)
    if since is None or since > as_of:
        return Ground(as_of, as_of, None, 1)
    unknown = 0
    for first, last in days.missing(covered, since, as_of):
        unknown |= ((1 << (last - first + 1)) - 1) << (first - since)
    return Ground(as_of, since, since, unknown)


def later(ground: Ground, service: Service, until: int) -> Ground:
    """The same ground with the days until a later one: what came after the as-of day."""
    longer = ground_of(service, until)
    return Ground(until, ground.first, ground.recorded_since, longer.unknown)


def among(licenses: "QuerySet[License]", rule: Rule) -> "QuerySet[License]":
    """Those of some licenses that take a seat and among which the rule looks, by login."""
    found: LicenseQuerySet = licenses  # type: ignore[assignment]
    if rule.department is None and not rule.text and not rule.employment:
        return found.by_people_who_take_seats().select_related("user").order_by("user__login", "pk")
    people = User.objects.all()
    if rule.department is not None:
        department = Department.objects.filter(code=rule.department).first()
        people = people.in_department(department) if department else people.none()
    if rule.text:
        people = people.search(rule.text)
    if rule.employment:
        people = people.with_employment(rule.employment)
    return found.by_people_who_take_seats().by(people).select_related("user").order_by("user__login", "pk")


def members(
    licenses: "QuerySet[License]", service: Service, ground: Ground, rule: Rule, until: int | None = None
) -> Iterator[Member]:
    """Some licenses of a service, with the access days of their holders until the ground's day, or a later one.

    Two queries for each 500 licenses.
    """
    last = ground.as_of if until is None else until
    months = range(days.month_of(ground.first), days.month_of(last) + 1)
    for batch in statements.batches(among(licenses, rule).iterator(2000), AT_ONCE):
        accesses = accesses_of(service, [each.user_id for each in batch], months, ground.first, last)
        for each in batch:
            expected: Decimal | None = each.user.expected_days
            yield Member(each, Holder(accesses.get(each.user_id, 0), days.day_of(each.added_on), expected))


def accesses_of(service: Service, users: Sequence[int], months: Sequence[int], first: int, last: int) -> dict[int, int]:
    """The access days of some users as bits from `first` to `last`."""
    found: dict[int, int] = {}
    for some in statements.batches(months, 200):
        for user, month, mask, _programs in statements.months_of_users(service.pk, some, users):
            within = mask & days.mask_between(month, first, last)
            shift = days.first_day_of(month) - first
            found[user] = found.get(user, 0) | (within << shift if shift >= 0 else within >> -shift)
    return found
