"""On the first page of those who administer departments: who of theirs is back soon, to be looked at."""

from django.http import HttpRequest

from seatwise.directory.models import User
from seatwise.directory.models.people import Role
from seatwise.licenses.models import Suspension
from seatwise.site.home import Card

MOST = 20


def card(request: HttpRequest) -> Card | None:
    """Those suspensions that the person was asked about."""
    person = request.user
    if not isinstance(person, User) or person.role != Role.DEPARTMENT_ADMINISTRATOR:
        return None
    found = Suspension.objects.answerable_by(person).select_related("user", "service").order_by("until", "pk")
    suspensions = list(found[:MOST])
    return ("licenses/_returning.html", {"suspensions": suspensions}) if suspensions else None
