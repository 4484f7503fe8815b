"""Who decides: delegations for a time, and each hand-over."""

import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from seatwise.directory.models import User


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Delegations."""

    def in_force(self, day: datetime.date) -> Self:
        """Those of a day."""
        return self.filter(begins__lte=day, until__gte=day, ended_on=None)

    def in_force_for(self, person: User) -> list[int]:
        """The ids of those for whom a person stands in today."""
        from seatwise.configuration import today

        return list(self.in_force(today()).filter(to=person, of__status="active").values_list("of", flat=True))


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


class Handover(models.Model):
    """An item passed from one decider to another: what the directory said before and after. Texts, as they were."""

    item = models.ForeignKey("reviews.Item", on_delete=models.PROTECT, related_name="handovers")
    at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField()
    before = models.TextField(blank=True, default="")
    after = models.TextField(blank=True, default="")
    why = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = gettext_lazy("hand-over")
        verbose_name_plural = gettext_lazy("hand-overs")

    def __str__(self) -> str:
        return f"{self.item}: {self.before} → {self.after}"
