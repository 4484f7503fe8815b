"""The population: who held a license of a service on a day, with their access days, as rules look at them.

As of a past day, licenses are those of that day, and people, departments and sources today's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from seatwise.directory.models import Department, Service, User
from seatwise.ledger import covered_days, reported, statements
from seatwise.ledger.closures import days_off_of
from seatwise.ledger.reported import Told
from seatwise.lib import days
from seatwise.lib.batches import batches
from seatwise.lib.days import days_a_week
from seatwise.licenses.models import License
from seatwise.licenses.models.licenses import LicenseQuerySet
from seatwise.reviews.rules import Holder, JudgementBasis, Rule

AT_ONCE = 1000  # people whose months are read in one query
Bits = dict[int, int]  # days by user


@dataclass(frozen=True)
class Held:
    """A license that somebody held, and what of them matters to a rule."""

    license: int
    user: int
    since: int
    expected: Decimal  # days a week
    kind: str


@dataclass(frozen=True)
class Member:
    """One license of the population, and the days of whoever holds it."""

    held: Held
    holder: Holder

    @property
    def user(self) -> int:
        """The id of whoever holds it."""
        return self.held.user


def ground_of(service: Service, as_of: int) -> JudgementBasis:
    """What judgements of a service rest on, as of a day. Its first bit is the first day on which anything is known."""
    return ground_in(covered_days.covered(service), service, as_of)


def ground_in(covered: Mapping[int, int], service: Service, as_of: int, reach: int | None = None) -> JudgementBasis:
    """The same, of days that are covered; only of the last `reach` days, where a rule looks at no others.

    Where no log covers a day, but there are reports of the vendor, all days are unknown but those that a report tells
    of: see ledger/reported.py.
    """
    since, is_reported = days.first_in(covered), False
    if since is None or since > as_of:
        by_reports = reported.since(service, as_of)
        if by_reports is None:
            return JudgementBasis(as_of, as_of, None, 1)
        since, covered, is_reported = by_reports, {}, True
    first = since if reach is None else max(since, as_of - reach + 1)
    unknown, off = days.missing_bits(covered, first, as_of), days_off_of(service, first, as_of)
    return JudgementBasis(as_of, first, since, unknown, is_reported, days_off=days.bits_of(off, first, as_of))


def among(licenses: "QuerySet[License]", rule: Rule) -> LicenseQuerySet:
    """Those of some licenses that take a seat and among which the rule looks, by login."""
    found: LicenseQuerySet = licenses.by_people_who_take_seats()  # type: ignore[attr-defined]
    if rule.department is not None or rule.text or rule.employment or rule.logins:
        found = found.by(_people(rule))
    return found.order_by("user__folded", "pk")


def _people(rule: Rule) -> "QuerySet[User]":
    people = User.objects.all()
    if rule.department is not None:
        department = Department.objects.filter(code=rule.department).first()
        people = people.in_department(department) if department else people.none()
    if rule.text:
        people = people.search(rule.text)
    if rule.employment:
        people = people.with_employment(rule.employment)
    if rule.logins:
        people = people.filter(folded__in=rule.logins)
    found: QuerySet[User] = people
    return found


def held_among(licenses: "QuerySet[License]", rule: Rule) -> list[Held]:
    """Some licenses among which the rule looks, by login. One query."""
    week = ("user__expected_days", "user__employment", "service__policy__part_time_days")
    rows = among(licenses, rule).values_list("pk", "user", "first_day", "user__kind", *week)
    return [
        Held(pk, user, days.day_of(on), days_a_week(*week), kind) for pk, user, on, kind, *week in rows.iterator(2000)
    ]


def members_of(
    held: Iterable[Held], accesses: Bits, told: Mapping[int, Told], *, shift: int = 0, length: int
) -> list[Member]:
    """Licenses with the days of their holders, of which the first `shift` are left out and `length` are kept."""
    mask, nothing = (1 << length) - 1, Told()

    def member(one: Held) -> Member:
        mine = told.get(one.user, nothing)
        days_of = accesses.get(one.user, 0) >> shift & mask
        return Member(one, Holder(days_of, one.since, one.expected, mine.known, mine.numbers))

    return [member(one) for one in held]


def told_of(
    service: Service, users: Iterable[int], ground: JudgementBasis, windows: Sequence[int]
) -> Mapping[int, Told]:
    """What reports tell of some users, of the ground's days and of some windows."""
    return reported.tell(service, users, ground.as_of, windows=windows, first=ground.first)


def members(
    licenses: "QuerySet[License]", service: Service, ground: JudgementBasis, rule: Rule, windows: Sequence[int] = ()
) -> list[Member]:
    """Some licenses of a service, with the days of their holders until the ground's. A few queries for each 1,000.

    Numbers that vendors counted are those of the rule's window and of `windows`.
    """
    held = held_among(licenses, rule)
    users = sorted({one.user for one in held})
    accesses = accesses_of(service, users, ground.first, ground.as_of)
    told = told_of(service, users, ground, sorted({rule.window, *windows}))
    return members_of(held, accesses, told, length=ground.as_of - ground.first + 1)


def accesses_of(service: Service, users: Sequence[int], first: int, last: int) -> Bits:
    """The access days of some users as bits from `first` to `last`."""
    found: Bits = {}
    touched = range(days.month_of(first), days.month_of(last) + 1)
    months = {month: days.place_of(month, first, last) for month in touched}
    for batch in batches(users, AT_ONCE):
        for some in batches(months, 200):
            for user, month, mask, _programs in statements.months_of_users(service.pk, some, batch):
                found[user] = found.get(user, 0) | days.placed(mask, *months[month])
    return found
