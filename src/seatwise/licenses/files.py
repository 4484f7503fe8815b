"""The column *services* of a people file: the codes of the services that somebody may use.

It only gives: a service that the row does not name is left as it is. Seats are counted before anything is written.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.changes import Comparison
from seatwise.directory.models import Service, User
from seatwise.directory.unchanged_rows import as_list, holds, length
from seatwise.lib.batches import among
from seatwise.lib.notices import Code, Notice
from seatwise.lib.people_file import PersonRow, RowError
from seatwise.licenses import grants
from seatwise.licenses.models import Change, License


class ServicesCode(Code):
    """What is expected of the services that a file gives."""

    KNOWN_SERVICE = "codes of existing services, separated by semicolons"
    NO_GUEST = "no service for a guest user"


@dataclass
class ServicesPlan:
    """The licenses that a file would give."""

    services: Mapping[str, Service]
    gives: list[tuple[str, str]] = field(default_factory=list)  # login, code
    errors: list[RowError] = field(default_factory=list)
    folded: dict[str, list[str]] = field(default_factory=dict)  # folded logins by code

    @property
    def does(self) -> Sequence[tuple[str, str]]:
        """Nothing beside the licenses, which are confirmed apart."""
        return ()

    def describe(self, done: tuple[str, str]) -> str:
        """Nothing is done."""
        return ""

    def apply(self, people: Mapping[str, User], *, by: User | None, on: datetime.date) -> list[str]:
        """Grant them. Raises Refused where there are too few seats."""
        if not self.folded:
            return []
        change = Change.objects.begin(by=by, how=Change.How.IMPORT, reason=_("user import"))
        for code in sorted(self.folded, key=lambda code: self.services[code].pk):
            grants.grant(
                service=self.services[code],
                users=[people[folded] for folded in self.folded[code]],
                by=by,
                reason=_("user import"),
                on=on,
                change=change,
                in_effect=True,  # such files come from where people are kept: the services have them
            )
        return []


def _says(row: PersonRow) -> str | None:
    return None if row.services is None else as_list(row.services)


# Among the conditions, `removed_on IS NULL` would have PostgreSQL choose the index of held licenses, by service first.
DIFFERS = f"""
{length("s.services")} <> (
    SELECT count(CASE WHEN l.removed_on IS NULL AND {holds("s.services", "v.code")} THEN 1 END)
    FROM licenses_license l CROSS JOIN directory_service v WHERE l.user_id = u.id AND v.id = l.service_id + 0
) OR (u.kind = 'guest' AND {length("s.services")} > 0)
"""  # noqa: S608 -- our own


class ServicesColumn:
    """Registered with the import of people."""

    key = "services"
    comparison = Comparison(_says, DIFFERS)
    title = gettext_lazy("Services")

    def texts(self, people: Sequence[User]) -> dict[int, str]:
        """The codes of services that they hold a license of."""
        held = License.objects.held().by(people).order_by("service__code").values_list("user", "service__code")
        found: dict[int, list[str]] = {}
        for user, code in held:
            found.setdefault(user, []).append(code)
        return {user: "; ".join(codes) for user, codes in found.items()}

    def plan(self, rows: Sequence[PersonRow], people: Mapping[str, User]) -> ServicesPlan:
        """Look which licenses the people of the file do not hold yet."""
        services = {service.code: service for service in Service.objects.all()}
        known = [user.pk for user in people.values()]
        held = set(License.objects.held().by(among(known)).values_list("user", "service__code"))
        plan = ServicesPlan(services)
        for row in rows:
            person = people.get(row.folded)
            for code in row.services or ():
                if code not in services:
                    plan.errors.append(RowError(row.line, "services", code, Notice(ServicesCode.KNOWN_SERVICE)))
                elif (row.kind or (person.kind if person else "")) == "guest":
                    plan.errors.append(RowError(row.line, "services", code, Notice(ServicesCode.NO_GUEST)))
                elif person is None or (person.pk, code) not in held:
                    plan.gives.append((row.login, code))
                    plan.folded.setdefault(code, []).append(row.folded)
        return plan
