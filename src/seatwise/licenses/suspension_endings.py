"""Before a suspension ends, the department's administrators are asked; where it cannot end, administrators are told."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from seatwise.directory.models import CAN_SIGN_IN, DepartmentAdministrator, Role, Service, User
from seatwise.letters.composing import absolute
from seatwise.letters.models import Letter
from seatwise.letters.writing import Draft, write_many
from seatwise.licenses.models import Suspension
from seatwise.site.home import Card

ENDING, STUCK = "suspension.ending", "suspension.stuck"
ASKED_BEFORE = datetime.timedelta(days=7)
MOST = 20


def ask(day: datetime.date) -> str | None:
    """Ask about each suspension that ends within the next days, once; again where its day was changed since."""
    asked = sum(_ask(each, day) for each in Suspension.objects.to_ask_about(day + ASKED_BEFORE).select_related("user"))
    return f"asked about suspensions that end: {asked}" if asked else None


@transaction.atomic
def _ask(suspension: Suspension, day: datetime.date) -> bool:
    claimed = Suspension.objects.to_ask_about(day + ASKED_BEFORE).filter(pk=suspension.pk, until=suspension.until)
    if claimed.update(asked_on=day) != 1:
        return False
    asked = list(administrators_of(suspension.user) or administrators())
    _write(ENDING, suspension, asked)
    return True


def administrators_of(user: User) -> list[User]:
    """Who administers a department of somebody, or one above it, except for themselves."""
    theirs = Q(pk__in=[])
    for department in user.departments_on():
        theirs |= Q(department__position__lte=department.position, department__last__gte=department.last)
    found = DepartmentAdministrator.objects.filter(theirs).values("user")
    can = User.objects.active().of_kind(*CAN_SIGN_IN).with_role(Role.DEPARTMENT_ADMINISTRATOR)
    return list(can.filter(pk__in=found).exclude(pk=user.pk).order_by("pk"))


def administrators() -> list[User]:
    return list(User.objects.active().of_kind(*CAN_SIGN_IN).with_role(Role.ADMINISTRATOR).order_by("pk"))


@transaction.atomic
def report_obstacle(suspension: Suspension, service: Service) -> None:
    """It could not end for lack of a seat: keep that, and tell the administrators once."""
    going_on = Suspension.objects.asleep().filter(pk=suspension.pk, until=suspension.until)
    if going_on.filter(obstacle="").update(obstacle=service.name):
        _write(STUCK, suspension, administrators())
    else:
        going_on.update(obstacle=service.name)


def _write(kind: str, suspension: Suspension, to: Iterable[User]) -> None:
    key = f"{kind}:{suspension.pk}:{suspension.until}"
    write_many(Draft(person, kind, suspension, f"{key}:{person.pk}") for person in to)


def compose(letter: Letter) -> Mapping[str, Any] | None:
    """What both letters are filled in with; None where the suspension has ended or its day was changed."""
    found = Suspension.objects.asleep().select_related("user", "service").filter(pk=letter.subject_id).first()
    if found is None or str(found.until) != letter.key.split(":")[2]:
        return None
    if letter.kind == STUCK and not found.obstacle:
        return None
    page = absolute(reverse("licenses:suspension", args=[found.pk]))
    return {"suspension": found, "page": page}


def card(request: HttpRequest) -> Card | None:
    """Those suspensions that the person was asked about."""
    person = request.user
    if not isinstance(person, User) or person.role != Role.DEPARTMENT_ADMINISTRATOR:
        return None
    found = Suspension.objects.answerable_by(person).select_related("user", "service").order_by("until", "pk")
    suspensions = list(found[:MOST])
    return ("licenses/_returning.html", {"suspensions": suspensions}) if suspensions else None
