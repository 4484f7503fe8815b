"""Who decides: delegations for a time, and each hand-over."""

import datetime
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from seatwise.configuration import today
from seatwise.directory.models import CAN_SIGN_IN, DepartmentAdministrator, Role, User, sees_all

OWNING = (Role.ADMINISTRATOR, Role.DEPARTMENT_ADMINISTRATOR)


def heads() -> "models.QuerySet[DepartmentAdministrator]":
    """Who administers which department, and is able to: active, and still in that role."""
    able = User.objects.active().of_kind(*CAN_SIGN_IN).with_role(Role.DEPARTMENT_ADMINISTRATOR)
    found: models.QuerySet[DepartmentAdministrator] = DepartmentAdministrator.objects.filter(user__in=able)
    return found


def able_owners() -> "models.QuerySet[User]":
    """Those who can carry a review."""
    found: models.QuerySet[User] = User.objects.active().of_kind(*CAN_SIGN_IN).filter(role__in=OWNING)
    return found


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """All for administrators and auditors; for others those for them and those in which they stand in."""
        if sees_all(person):
            return self
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        return self.filter(Q(of=person) | Q(to=person))

    def endable_by(self, person: User) -> Self:
        """Those that a person may end: their own, administrators all; of those that have not ended."""
        found = self.filter(ended_on=None)
        return found if person.changes_things else found.filter(of=person)

    def over(self, day: datetime.date) -> Self:
        """Those that have ended."""
        return self.filter(Q(until__lt=day) | Q(ended_on__isnull=False))

    def not_over(self, day: datetime.date) -> Self:
        """Those of a day, and those to come."""
        return self.filter(until__gte=day, ended_on=None)

    def in_force(self, day: datetime.date) -> Self:
        return self.filter(begins__lte=day, until__gte=day, ended_on=None)

    def in_force_since(self, day: datetime.date) -> Self:
        """Those in force on a day, or on one after it until today; one that ended today among them."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gte=day), begins__lte=today(), until__gte=day)

    def held_by(self, person: User) -> Self:
        """Those by which a person stands in for somebody today."""
        return self.in_force(today()).filter(to=person, of__status="active")

    def in_force_for(self, person: User) -> list[int]:
        """The ids of those for whom a person stands in today."""
        return list(self.held_by(person).order_by("of").values_list("of", flat=True).distinct())


class Delegation(models.Model):
    """Somebody decides for somebody else (代理) from a day until another, included."""

    of = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="delegations")
    to = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="stands_in")
    begins: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("from"))
    until: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("until (included)"))
    reason = models.TextField(blank=True, default="")
    by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    ended_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("delegation")
        verbose_name_plural = gettext_lazy("delegations")
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("begins")), name="delegation_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(of=F("to")), name="nobody_stands_in_for_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.of} → {self.to}"

    def described(self) -> dict[str, str]:
        """Who for whom and when, for the audit log."""
        return {"of": self.of.login, "to": self.to.login, "begins": str(self.begins), "until": str(self.until)}


class Handover(models.Model):
    """An item passed from one decider to another: what the directory said before and after. Texts, as they were."""

    item = models.ForeignKey("reviews.Item", on_delete=models.PROTECT, related_name="handovers")
    at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField()
    before = models.TextField(blank=True, default="")
    after = models.TextField(blank=True, default="")
    why = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = gettext_lazy("change of owner")
        verbose_name_plural = gettext_lazy("changes of owner")

    def __str__(self) -> str:
        return f"{self.item}: {self.before} → {self.after}"
