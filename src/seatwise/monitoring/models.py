"""Who looked at whose record: each look at somebody else's is noted, and shown to them."""

import datetime
from dataclasses import dataclass
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Service, User, sees_all

SHOWN = 50


class LookQuerySet(models.QuerySet["Look"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Administrators and auditors see all, others who looked at their own record."""
        if sees_all(person):
            return self
        return self.filter(person=person) if isinstance(person, User) and person.is_active else self.none()

    def at(self, person: User) -> Self:
        return self.filter(person=person)

    def newest_first(self) -> Self:
        return self.order_by("-day", "-pk")


class Look(models.Model):
    """On a day, `by` looked at what is recorded of `person` in a service. As of access, only the day is kept."""

    person = models.ForeignKey("directory.User", models.PROTECT, related_name="looks")
    by = models.ForeignKey("directory.User", models.PROTECT, related_name="+")
    service = models.ForeignKey("directory.Service", models.PROTECT, related_name="+")
    day = models.DateField()

    objects = LookQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("record view")
        verbose_name_plural = gettext_lazy("record views")
        constraints = [models.UniqueConstraint(fields=["person", "by", "service", "day"], name="look_once_a_day")]
        indexes = [models.Index(fields=["person", "-day"], name="looks_at_a_person")]

    def __str__(self) -> str:
        return f"{self.day}: {self.by} – {self.person} ({self.service})"


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
