"""Which licenses somebody sees who does not see all, of any table that has a way to a license."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from seatwise.directory.models import Service, User


def changeable(person: User | AnonymousUser, to: str = "") -> Q:
    """Those that they may remove: of their departments, where that was allowed. `to`: the way to the license."""
    people, services = User.objects.changeable_by(person), Service.objects.changeable_by(person)
    return Q(**{f"{to}user__in": people, f"{to}service__in": services})


def visible(person: User, to: str = "") -> Q:
    """Their own, those of their departments for services where that was allowed, and those that they may remove."""
    people, services = User.objects.visible_to(person), Service.objects.visible_to(person)
    theirs = Q(**{f"{to}user__in": people, f"{to}service__in": services})
    return Q(**{f"{to}user": person}) | theirs | changeable(person, to)
