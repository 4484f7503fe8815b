"""Who was seen in the logs of a service before anybody is known here: the first list."""

import csv
import datetime
import io
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Max, QuerySet

from seatwise.directory.models import Login, Service, Upload, User, UserQuerySet
from seatwise.ledger import covered_days
from seatwise.ledger.models import AccessMonth
from seatwise.lib import days
from seatwise.lib.logins import fold

SHOWN = 50


@dataclass(frozen=True)
class Seen:
    """A login, its last access day, and on how many of the last 30 days it had an access."""

    login: str
    last: datetime.date | None
    days: int


def seen_in(service: Service) -> "QuerySet[Login]":
    """The logins with an access to a service."""
    found = AccessMonth.objects.filter(service=service).exclude(days=0)
    return Login.objects.filter(pk__in=found.values("login"))


def people_seen_in(service: Service) -> UserQuerySet:
    """Whose logins had an access to a service."""
    found: UserQuerySet = User.objects.filter(logins__in=seen_in(service)).distinct()
    return found


def unknown_logins() -> "QuerySet[Login]":
    """Logins with an access to any service that are nobody's."""
    found = AccessMonth.objects.exclude(days=0)
    return Login.objects.unknown().filter(pk__in=found.values("login")).order_by("folded")


def first_list(service: Service) -> list[Seen]:
    """The first of those who were seen, the latest first. Three queries."""
    rows = AccessMonth.objects.filter(service=service).exclude(days=0)
    latest = rows.values("login").annotate(last=Max("month")).order_by("-last", "login")[:SHOWN]
    ids = [row["login"] for row in latest]
    masks: dict[int, dict[int, int]] = defaultdict(dict)
    for login, month, mask in rows.filter(login__in=ids).values_list("login", "month", "days"):
        days.merge(masks[login], {month: mask})
    until = covered_days.counted_until(service)
    names = dict(Login.objects.filter(pk__in=ids).values_list("pk", "written"))
    found = [_seen(names[pk], masks[pk], until) for pk in ids]
    return sorted(found, key=lambda each: (each.last or datetime.date.min, each.days), reverse=True)


def _seen(login: str, masks: dict[int, int], until: int | None) -> Seen:
    found = list(days.days_in(masks))
    last = max(found, default=None)
    upto = until if until is not None else last or 0
    return Seen(login, None if last is None else days.date_of(last), sum(upto - 30 < day <= upto for day in found))


def people_file(leave_out: Collection[str], *, by: User) -> Upload:
    """A file of people with a row for each login that was seen and is nobody's, kept to be looked at and confirmed."""
    left_out = {fold(login) for login in leave_out}
    unknown = unknown_logins().values_list("folded", "written")
    logins = [written for folded, written in unknown.iterator() if folded not in left_out]
    return Upload.objects.create(
        kind=Upload.Kind.PEOPLE,
        name="logins-found.csv",
        data=csv_of(logins),
        encoding="utf-8",
        options={"deactivate_missing": False},
        uploaded_by=by,
    )


def csv_of(logins: Iterable[str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["login"])
    writer.writerows([login] for login in logins)
    return text.getvalue().encode()
