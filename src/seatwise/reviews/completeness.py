"""Completeness: what low use does not show. Who left and still holds a license, accounts that are nobody's, changes
made outside of reviews, and Seatwise's own administrators.
"""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from django.db.models import Count, QuerySet
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from seatwise.directory import rows
from seatwise.directory.models import Kind, Login, Role, Service, Status, User
from seatwise.ledger.models import AccessMonth
from seatwise.lib import days
from seatwise.licenses.models import Change, License
from seatwise.reviews.models import Finding, Review

KINDS: dict[str, str | Promise] = {
    "inactive": gettext_lazy("inactive but still holds a license"),
    "shared_without_responsible": gettext_lazy("shared account without a responsible person"),
    "no_employee_number": gettext_lazy("person without an employee number"),
    "two_accounts": gettext_lazy("two accounts with the same employee number"),
    "shared": gettext_lazy("shared account"),
    "system": gettext_lazy("system account"),
    "unknown_login": gettext_lazy("login name in the logs without a user"),
    "added_outside": gettext_lazy("added outside a review"),
    "removed_outside": gettext_lazy("removed outside a review"),
    "administrator": gettext_lazy("administers Seatwise"),
    "auditor": gettext_lazy("audits Seatwise"),
}
FIRST = datetime.timedelta(days=365)  # how far changes are looked back at where there was no review before


@dataclass(frozen=True)
class Look:
    """All findings of one kind: rows of some table, and how each is told."""

    kind: str
    rows: "QuerySet[Any]"
    tell: Callable[[Any], Finding]


class Findings(Sequence[Finding]):
    """Findings of some kinds, one kind after the other. A page of them takes a query and a count for each kind."""

    def __init__(self, looks: Sequence[Look]) -> None:
        self.looks = looks
        self.counts = {look.kind: look.rows.count() for look in looks}

    def of_kind(self, kind: str) -> "Findings":
        """Those of one kind only, without counting anew."""
        found = Findings([])
        found.looks = [look for look in self.looks if look.kind == kind]
        found.counts = {look.kind: self.counts[look.kind] for look in found.looks}
        return found

    def __len__(self) -> int:
        return sum(self.counts.values())

    @overload
    def __getitem__(self, place: int) -> Finding: ...

    @overload
    def __getitem__(self, place: slice) -> list[Finding]: ...

    def __getitem__(self, place: int | slice) -> Finding | list[Finding]:
        if isinstance(place, int):
            return self[place : place + 1][0]
        first, end, _step = place.indices(len(self))
        found: list[Finding] = []
        for look in self.looks:
            count = self.counts[look.kind]
            if first < count and end > 0:
                found += [look.tell(row) for row in look.rows[max(first, 0) : min(end, count)]]
            first, end = first - count, end - count
        return found

    def __iter__(self) -> Iterator[Finding]:
        for look in self.looks:
            for row in look.rows.iterator(2000):
                yield look.tell(row)


def now(service: Service, since: datetime.date, on: datetime.date) -> Findings:
    """What is found now; changes since a day, and unknown login names of this month and the one before."""
    return Findings([*_of_holders(service), _unknown_logins(service, on), *_outside(service, since), *_own()])


def kept(review: Review) -> Findings:
    """What was found when a review was closed."""
    return Findings([Look(kind, Finding.objects.of(review).of_kind(kind).order_by("pk"), _as_it_is) for kind in KINDS])


def findings_of(review: Review, on: datetime.date) -> Findings:
    """What was found at closing; what is found now while it is not closed."""
    if review.state == Review.State.CLOSED:
        return kept(review)
    return now(review.service, since_last(review, on), on)


def since_last(review: Review, on: datetime.date) -> datetime.date:
    """The day on which the review before was closed; without one, a year ago."""
    before = review.previous
    closed = before.closed_at if before is not None else None
    return timezone.localtime(closed).date() if closed else (review.as_of or on) - FIRST


def since_last_of(service: Service, on: datetime.date) -> datetime.date:
    """The day on which the latest review of a service was closed; without one, a year ago."""
    latest = Review.objects.of(service).in_state(Review.State.CLOSED).order_by("-closed_at").first()
    return timezone.localtime(latest.closed_at).date() if latest and latest.closed_at else on - FIRST


def keep(review: Review, on: datetime.date) -> None:
    """Keep what is found with a review that is being closed, in place of what was found when that was tried before."""
    Finding.objects.filter(review=review).delete()
    found = list(now(review.service, since_last(review, on), on))
    for each in found:
        each.review = review
    rows.insert(Finding, found)


def kind_in_words(kind: str) -> str:
    return str(KINDS[kind])


def text_in_words(finding: Finding) -> str:
    """What else is known of it, for people."""
    if finding.kind.endswith("_outside"):
        return str(dict(Change.How.choices).get(finding.text, finding.text))
    return finding.text


def text_in_english(finding: Finding) -> str:
    """The same for files that do not depend on who makes them."""
    with translation.override("en"):
        return text_in_words(finding)


def _as_it_is(finding: Finding) -> Finding:
    return finding


def _of_holders(service: Service) -> list[Look]:
    held = License.objects.of(service).held().select_related("user__responsible").order_by("user__folded", "pk")
    shared = held.filter(user__kind=Kind.SHARED)
    persons = held.exclude(user__kind__in=[Kind.SHARED, Kind.SYSTEM])
    return [
        Look("inactive", held.filter(user__status=Status.INACTIVE), _license("inactive")),
        Look(
            "shared_without_responsible", shared.filter(user__responsible=None), _license("shared_without_responsible")
        ),
        Look("no_employee_number", persons.filter(user__employee_number=""), _license("no_employee_number")),
        Look("two_accounts", _two_accounts(held), _license("two_accounts", lambda user: user.employee_number)),
        Look("shared", shared.exclude(user__responsible=None), _license("shared", lambda user: user.responsible.login)),
        Look("system", held.filter(user__kind=Kind.SYSTEM), _license("system")),
    ]


def _license(kind: str, text: Callable[[Any], str] = lambda user: "") -> Callable[[License], Finding]:
    def tell(held: License) -> Finding:
        user = held.user
        return Finding(kind=kind, login=user.login, name=user.name, since=held.first_day, text=text(user))

    return tell


def _two_accounts(held: "QuerySet[License]") -> "QuerySet[License]":
    numbers = held.order_by().exclude(user__employee_number="").values("user__employee_number")
    twice = numbers.annotate(count=Count("user", distinct=True)).filter(count__gt=1).values("user__employee_number")
    return held.filter(user__employee_number__in=twice).order_by("user__employee_number", "user__folded", "pk")


def _unknown_logins(service: Service, on: datetime.date) -> Look:
    month = days.month_of(days.day_of(on))
    recent = AccessMonth.objects.filter(service=service, month__in=[month - 1, month]).exclude(days=0)
    found = Login.objects.filter(user=None, kind=Login.Kind.PERSON, pk__in=recent.values("login"))
    return Look("unknown_login", found.order_by("folded"), _login)


def _login(login: Login) -> Finding:
    return Finding(kind="unknown_login", login=login.written, name="")


def _outside(service: Service, since: datetime.date) -> list[Look]:
    every = License.objects.of(service)
    added = every.filter(added_on__gte=since).exclude(added_in__how=Change.How.REVIEW)
    removed = every.filter(removed_on__gte=since).exclude(removed_in__how=Change.How.REVIEW)
    return [
        Look("added_outside", added.select_related("user", "added_in").order_by("added_on", "pk"), _added),
        Look("removed_outside", removed.select_related("user", "removed_in").order_by("removed_on", "pk"), _removed),
    ]


def _added(held: License) -> Finding:
    return _changed("added_outside", held, held.added_on, held.added_in)


def _removed(held: License) -> Finding:
    return _changed("removed_outside", held, held.removed_on, held.removed_in)


def _changed(kind: str, held: License, day: datetime.date | None, change: Change | None) -> Finding:
    how = str(change.how) if change else ""
    return Finding(kind=kind, login=held.user.login, name=held.user.name, since=day, text=how)


def _own() -> list[Look]:
    active = User.objects.active().order_by("folded")
    return [
        Look("administrator", active.with_role(Role.ADMINISTRATOR), _user("administrator")),
        Look("auditor", active.with_role(Role.AUDITOR), _user("auditor")),
    ]


def _user(kind: str) -> Callable[[User], Finding]:
    return lambda user: Finding(kind=kind, login=user.login, name=user.name)
