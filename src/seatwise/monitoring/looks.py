"""Noting each look at somebody else's record, and showing it to them."""

import datetime
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from seatwise.directory.models import Service, User
from seatwise.monitoring.models import Look

SHOWN = 50


def note(by: User, person: User, service: Service, on: datetime.date) -> None:
    """Note that somebody looks at another's record: once for each service and day; nobody is told of themselves."""
    if by == person:
        return
    if not Look.objects.filter(person=person, by=by, service=service, day=on).exists():
        Look.objects.bulk_create([Look(person=person, by=by, service=service, day=on)], ignore_conflicts=True)


@dataclass(frozen=True)
class Looks:
    """The latest looks at a record, and whether there were more."""

    latest: list[Look]
    are_more: bool


def looks_at(person: User, viewer: User | AnonymousUser) -> Looks:
    """Who looked at a person's record, as far as somebody may see that."""
    found = Look.objects.visible_to(viewer).at(person).newest_first().select_related("by", "service")
    latest = list(found[: SHOWN + 1])
    return Looks(latest[:SHOWN], len(latest) > SHOWN)
