"""The column *on leave until* of a people file: the day on which somebody is back, or nothing.

It suspends the whole account until that day, changes the day, or ends the suspension where the cell is empty or its day
has come. Suspensions of single licenses are left as they are.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.configuration import today
from seatwise.directory.changes import Comparison, Refused
from seatwise.directory.models import User
from seatwise.lib.logins import fold
from seatwise.lib.people_file import PersonRow, RowError
from seatwise.licenses import suspension_rules
from seatwise.licenses.models import Suspension
from seatwise.licenses.own_licenses import OwnLicense

KEY = "on_leave_until"
DIFFERS = """
s.on_leave_until <> coalesce((
    SELECT CAST(l.until AS text) FROM licenses_suspension l
    WHERE l.user_id = u.id AND l.service_id IS NULL AND l.state <> 'ended'
), '')
"""


@dataclass
class LeavePlan:
    """Whose account would sleep until when, by folded login; None: it wakes up."""

    wanted: dict[str, datetime.date | None] = field(default_factory=dict)
    does: list[tuple[str, str]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    gives: Sequence[tuple[str, str]] = ()

    def describe(self, done: tuple[str, str]) -> str:
        login, day = done
        if not day:
            return _("%(login)s: the suspension of the account ends") % {"login": login}
        until = date_format(datetime.date.fromisoformat(day), "DATE_FORMAT")
        return _("%(login)s: the account is suspended, back on %(day)s") % {"login": login, "day": until}

    def apply(self, people: Mapping[str, User], *, by: User | None, on: datetime.date) -> list[str]:
        """Do it: first those who go, whose seats those may need who come back. What is somebody else's to do is left,
        and returned in words. Raises Refused.
        """
        left = []
        reason = _("user import")
        there = {each.user_id: each for each in _of_accounts(people[folded].pk for folded in self.wanted)}
        for folded, until in sorted(self.wanted.items(), key=lambda each: (each[1] is None, people[each[0]].pk)):
            found = there.get(people[folded].pk)
            try:
                if until is None and found:
                    suspension_rules.end(found, by=by, reason=reason, on=on)
                elif until and found:
                    suspension_rules.change_day(found, until=until, by=by, reason=reason, on=on)
                elif until:
                    suspension_rules.suspend(people[folded], None, until=until, reason=reason, by=by, on=on)
            except OwnLicense as refusal:
                login = people[folded].login
                left.append(_("%(login)s’s leave was not changed. %(why)s") % {"login": login, "why": refusal})
                self.does = [each for each in self.does if fold(each[0]) != folded]
            except Refused as refusal:
                raise Refused(f"{people[folded].login}: {refusal}") from refusal
        return left


def _until(row: PersonRow, day: datetime.date) -> datetime.date | None:
    told = row.extra[KEY]
    return told if isinstance(told, datetime.date) and told > day else None


class LeaveColumn:
    """Registered with the import of people."""

    key = KEY
    title = gettext_lazy("On leave until")

    @property
    def comparison(self) -> Comparison:
        day = today()

        def says(row: PersonRow) -> str | None:
            return None if KEY not in row.extra else str(_until(row, day) or "")

        return Comparison(says, DIFFERS)

    def texts(self, people: Sequence[User]) -> dict[int, str]:
        """The day on which they are back."""
        found = Suspension.objects.unended().of_accounts().filter(user__in=people)
        return {user: until.isoformat() for user, until in found.values_list("user", "until")}

    def plan(self, rows: Sequence[PersonRow], people: Mapping[str, User]) -> LeavePlan:
        """Look whose suspension the file would begin, change or end."""
        known = {each.user_id: each.until for each in _of_accounts(user.pk for user in people.values())}
        plan, day = LeavePlan(), today()
        for row in rows:
            if KEY not in row.extra:
                continue
            until = _until(row, day)
            person = people.get(row.folded)
            if until != (known.get(person.pk) if person else None):
                plan.wanted[row.folded] = until
                plan.does.append((row.login, until.isoformat() if until else ""))
        return plan


def _of_accounts(users: Iterable[int]) -> list[Suspension]:
    wanted = set(users)
    found = Suspension.objects.unended().of_accounts().select_related("user")
    return [each for each in found if each.user_id in wanted]
