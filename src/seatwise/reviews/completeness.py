"""Completeness: what low use does not show. Who left and still holds a license, accounts that are nobody's, changes
made outside of reviews, and Seatwise's own administrators.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from django.db.models import Count
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Login, Service, User
from seatwise.directory.models.people import Kind, Role, Status
from seatwise.ledger.models import AccessMonth
from seatwise.lib import days
from seatwise.licenses.models import Change, License
from seatwise.reviews.models import Review

KINDS = {
    "inactive": gettext_lazy("inactive, and still holds a license"),
    "shared": gettext_lazy("shared account"),
    "shared_without_responsible": gettext_lazy("shared account without a responsible person"),
    "system": gettext_lazy("system account"),
    "no_employee_number": gettext_lazy("person without an employee number"),
    "two_accounts": gettext_lazy("two accounts with one employee number"),
    "unknown_login": gettext_lazy("login name in the logs that nobody has"),
    "added_outside": gettext_lazy("added outside of a review"),
    "removed_outside": gettext_lazy("removed outside of a review"),
    "administrator": gettext_lazy("administers Seatwise"),
    "auditor": gettext_lazy("audits Seatwise"),
}


@dataclass(frozen=True)
class Finding:
    """One thing to look at: a key of KINDS, whom it is about, and what else is known of it."""

    kind: str
    login: str
    name: str
    text: str = ""

    @property
    def in_words(self) -> str:
        """What it is, in the language that is spoken now."""
        return str(KINDS[self.kind])


def findings(service: Service, since: datetime.date | None, on: datetime.date) -> Iterator[Finding]:
    """All findings of a service; changes since a day (the last review's closing), or all there are. Ten queries."""
    held = License.objects.of(service).held().select_related("user", "user__responsible").order_by("user__login")
    yield from _holders(held)
    yield from _two_accounts(service)
    yield from _unknown_logins(service, on)
    yield from _outside(service, since)
    for role, kind in ((Role.ADMINISTRATOR, "administrator"), (Role.AUDITOR, "auditor")):
        for user in User.objects.active().with_role(role).order_by("login"):
            yield Finding(kind, user.login, user.name)


def _holders(held: Iterable[License]) -> Iterator[Finding]:
    for each in held:
        user, since = each.user, str(each.added_on)
        if user.status == Status.INACTIVE:
            yield Finding("inactive", user.login, user.name, since)
        if user.kind == Kind.SHARED:
            responsible = user.responsible
            kind = "shared" if responsible else "shared_without_responsible"
            yield Finding(kind, user.login, user.name, responsible.login if responsible else "")
        elif user.kind == Kind.SYSTEM:
            yield Finding("system", user.login, user.name, since)
        elif not user.employee_number:
            yield Finding("no_employee_number", user.login, user.name, since)


def _two_accounts(service: Service) -> Iterator[Finding]:
    holders = User.objects.filter(licenses__service=service, licenses__removed_on=None).exclude(employee_number="")
    twice = holders.values("employee_number").annotate(count=Count("pk", distinct=True)).filter(count__gt=1)
    numbers = list(twice.order_by("employee_number").values_list("employee_number", flat=True)[:1000])
    for user in holders.filter(employee_number__in=numbers).distinct().order_by("employee_number", "login"):
        yield Finding("two_accounts", user.login, user.name, user.employee_number)


def _unknown_logins(service: Service, on: datetime.date) -> Iterator[Finding]:
    month = days.month_of(days.day_of(on))
    recent = AccessMonth.objects.filter(service=service, month__in=[month - 1, month]).exclude(days=0)
    found = Login.objects.filter(user=None, kind=Login.Kind.PERSON, pk__in=recent.values("login"))
    for login in found.order_by("written")[:10_000]:
        yield Finding("unknown_login", login.written, "")


def _outside(service: Service, since: datetime.date | None) -> Iterator[Finding]:
    for kind, day, by in (("added_outside", "added_on", "added_in"), ("removed_outside", "removed_on", "removed_in")):
        found = License.objects.of(service).exclude(**{f"{by}__how": Change.How.REVIEW}).exclude(**{day: None})
        if since is not None:
            found = found.filter(**{f"{day}__gt": since})
        for each in found.select_related("user", by).order_by(day, "pk"):
            change = getattr(each, by)
            how = change.get_how_display() if change else ""
            yield Finding(kind, each.user.login, each.user.name, f"{getattr(each, day)} {how}".strip())


def since_last(review: Review) -> datetime.date | None:
    """The day on which the review before was closed."""
    before = review.previous
    return before.closed_at.date() if before is not None and before.closed_at else None


def stored(review: Review, on: datetime.date) -> list[dict[str, str]]:
    """The findings as evidence keeps them."""
    return [asdict(finding) for finding in findings(review.service, since_last(review), on)]
