"""Whom a change of licenses is about: people of a service by department, name and whether they hold a license.

A list of another app from which people can be chosen, such as User Access Monitoring, is added to LISTS.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, Kind, Service, User, sees_all
from seatwise.directory.requests import person_of
from seatwise.ledger.models import Usage
from seatwise.licenses.models import ChangeDraft, License

MOST = 50_000  # people in one change
SORTS = ("last-access", "days", "name")

# A list by its name: the ids of all whom it shows to somebody for a service at an address. May raise Refused.
LISTS: "dict[str, Callable[[User, Service, QueryDict], Iterable[int]]]" = {}

# Some of the holders of a service that a later app knows of, by what `who` says: what they are called, and their ids.
HOLDERS: "dict[str, tuple[str | Promise, Callable[[Service], QuerySet[Any, Any]]]]" = {}


@dataclass(frozen=True)
class PeopleFilter:
    """Whom a page shows. `department` None: of all; `unaffiliated`: of none."""

    who: str = "holders"  # or inactive, others, all, or one of HOLDERS
    department: Department | None = None
    unaffiliated: bool = False
    below: bool = True
    text: str = ""
    sort: str = ""
    descending: bool = False

    @property
    def by_usage(self) -> bool:
        """Whether it is some of the holders."""
        return self.who in ("holders", "inactive") or self.who in HOLDERS

    @property
    def narrows_people(self) -> bool:
        """Whether people are left out for what they are."""
        return bool(self.department or self.unaffiliated or self.text)


class People:
    """People in order, read by their ids and in parts."""

    def __init__(self, rows: "QuerySet[Any]", column: str) -> None:
        self.rows, self.column = rows, column

    def count(self) -> int:
        return self.rows.order_by().count()

    __len__ = count

    def __getitem__(self, part: slice) -> list[int]:
        return list(self.rows.values_list(self.column, flat=True)[part])

    def ids(self) -> list[int]:
        """The ids of all. Raises Refused where they are too many for one change."""
        found = self[: MOST + 1]
        refuse_too_many(found)
        return found


def refuse_too_many(ids: "list[int]") -> None:
    """Raise Refused where more people are chosen than one change takes."""
    if len(ids) > MOST:
        raise Refused(
            _("At most %(most)s people can be changed at once. Select fewer, for example one department.")
            % {"most": MOST}
        )


def refuse_wrong(form: forms.Form) -> None:
    """Raise Refused where an address asks for what there is not: all whom it shows would be others than were meant."""
    if not form.is_valid():
        raise Refused(_("These filters aren’t valid. Set the filters again, then select."))


def services_for(person: User) -> "QuerySet[Service]":
    """The services whose users somebody may look at here: all, or those whose licenses they may change."""
    found: QuerySet[Service] = Service.objects.all()
    return found if sees_all(person) else Service.objects.changeable_by(person)


def may_change(service: Service, person: Any) -> bool:
    """Whether somebody may change licenses of a service, for pages that show a button. Asks no database."""
    if not getattr(person, "is_active", False):
        return False
    allowed = person.role == "department_administrator" and service.department_admins_change_licenses
    return bool(person.changes_things or allowed)


def changes_any(person: Any) -> bool:
    """Whether somebody may change licenses at all, of whichever services. Asks no database."""
    return bool(getattr(person, "is_active", False)) and person.role in ("administrator", "department_administrator")


def changes_something(request: HttpRequest) -> bool:
    """Whether the pages of changes are in somebody's menu."""
    person = person_of(request)
    return sees_all(person) or Service.objects.changeable_by(person).exists()


def forget_old_drafts(day: datetime.date) -> str | None:
    """Each day: delete what somebody chose and never saved."""
    ChangeDraft.objects.outdated().delete()
    return None


def people_for(person: User) -> "QuerySet[User]":
    """Whom somebody may look at here."""
    found: QuerySet[User] = User.objects.all()
    return found if sees_all(person) else User.objects.changeable_by(person)


def chosen(service: Service, person: User, wanted: PeopleFilter) -> People:
    """Those who are wanted and may be seen, in order."""
    if wanted.by_usage:
        return _holders(service, person, wanted)
    found = narrowed(people_for(person), wanted)
    if wanted.who == "others":
        holds = License.objects.held().of(service).filter(user=OuterRef("pk"))
        found = found.take_seats().filter(~Exists(holds))
    return People(found.exclude(kind=Kind.GUEST).order_by("-name" if wanted.descending else "name", "pk"), "pk")


def _holders(service: Service, person: User, wanted: PeopleFilter) -> People:
    """Holders by their usage: where nobody is left out, an index alone says who is on a page."""
    rows = Usage.objects.of(service)
    if wanted.who in HOLDERS:
        rows = rows.filter(user__in=HOLDERS[wanted.who][1](service))
    else:
        rows = rows.filter(shown=wanted.who == "holders")
    if wanted.narrows_people or not sees_all(person):
        rows = rows.filter(user__in=narrowed(people_for(person), wanted).values("pk"))
    if wanted.sort == "name":
        return People(rows.order_by("-user__name" if wanted.descending else "user__name", "user"), "user_id")
    column = "days_30" if wanted.sort == "days" else "last_day"
    return People(rows.in_order(column, descending=wanted.descending), "user_id")


def narrowed(people: Any, wanted: PeopleFilter) -> Any:
    """Of some people those who are not left out for what they are."""
    if wanted.text:
        people = people.search(wanted.text)
    if wanted.unaffiliated:
        return people.unaffiliated()
    return people.in_department(wanted.department, with_children=wanted.below) if wanted.department else people
