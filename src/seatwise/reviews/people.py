"""Who would be named by a rule, left out of it or not named, one by one."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise.directory.models import User
from seatwise.ledger.models import Usage
from seatwise.lib import days
from seatwise.lib.batches import batches
from seatwise.licenses.exclusions import Reason
from seatwise.reviews.opening import departments_of
from seatwise.reviews.rule_preview import Group, Trial, Verdict
from seatwise.reviews.wording import number
from seatwise.site.lists import Column

AT_ONCE = 1000


@dataclass(frozen=True)
class Person:
    """One license as a list shows it."""

    name: str
    login: str
    department: str
    since: datetime.date
    last_access: datetime.date | None
    access_days: str
    group: str
    because: str


COLUMNS: list[Column[Person]] = [
    Column(gettext_lazy("User"), lambda person: person.name),
    Column(gettext_lazy("Login"), lambda person: person.login),
    Column(gettext_lazy("Department"), lambda person: person.department),
    Column(gettext_lazy("License since"), lambda person: person.since),
    Column(gettext_lazy("Last Access Date"), lambda person: person.last_access),
    Column(gettext_lazy("Number of Access Days (in the last 30 days)"), lambda person: person.access_days),
    Column(gettext_lazy("What the rule makes of it"), lambda person: person.group),
    Column(gettext_lazy("Left out because"), lambda person: person.because),
]


def people_of(trial: Trial, verdicts: Sequence[Verdict]) -> Iterator[Person]:
    """Some verdicts with the names and the use of those they are about. A few queries for each 1,000."""
    for some in batches(verdicts, AT_ONCE):
        ids = [each.member.user for each in some]
        users = User.objects.in_bulk(ids)
        usage = {row.user_id: row for row in Usage.objects.of(trial.service).filter(user__in=ids)}
        departments = departments_of(ids)
        for each in some:
            place = departments.get(each.member.user, [])
            yield _person(trial, each, users[each.member.user], usage.get(each.member.user), place)


def _person(
    trial: Trial, verdict: Verdict, user: User, usage: Usage | None, departments: Sequence[tuple[int, str, str]]
) -> Person:
    last = usage.last_day if usage else 0
    return Person(
        name=str(user),
        login=user.login,
        department=departments[0][2] if departments else "",
        since=days.date_of(verdict.member.held.since),
        last_access=days.date_of(last) if last else None,
        access_days=_number(trial, verdict, usage),
        group=str(Group(verdict.group).label),
        because=", ".join(reason_label(reason) for reason in verdict.reasons),
    )


def _number(trial: Trial, verdict: Verdict, usage: Usage | None) -> str:
    """The access days; at least so many where days are unknown."""
    if trial.ground.recorded_since is None or usage is None:
        return ""
    unknown = verdict.member.holder.unknown(trial.ground) & trial.ground.last_days(days.WINDOW)
    is_less = unknown or not trial.ground.reaches(days.WINDOW)
    return number(usage.days_30, at_least=bool(is_less))


def reason_label(reason: Reason) -> str:
    """Why somebody is left out, and until when; never the reason of an exemption."""
    if reason.until is None:
        return str(reason.why.label)
    return _("%(why)s until %(day)s") % {"why": reason.why.label, "day": date_format(reason.until, "DATE_FORMAT")}
