"""Exemptions: who is not to be judged or asked until a day. The reason is for administrators alone."""

import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.licenses.models.suspensions import LeaveQuerySet

if TYPE_CHECKING:
    pass


class ExemptionQuerySet(LeaveQuerySet["Exemption"]):
    def in_force(self, day: datetime.date) -> Self:
        """Those that last on a day and were not ended before."""
        return self.filter(since__lte=day, until__gte=day, ended_on=None)

    def lasting(self, day: datetime.date) -> Self:
        """Those that last on a day or begin later, and were not ended before."""
        return self.filter(until__gte=day, ended_on=None)

    def over(self, day: datetime.date) -> Self:
        return self.filter(Q(until__lt=day) | Q(ended_on__isnull=False))


class Exemption(models.Model):
    """Somebody is not judged until a day, included; for one service, or for all (None)."""

    user = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="exemptions")
    service = models.ForeignKey("directory.Service", null=True, on_delete=models.PROTECT, related_name="exemptions")
    since: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("since"))
    until: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("until (included)"))
    reason = models.TextField(gettext_lazy("reason"))
    by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    ended_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("exemption")
        verbose_name_plural = gettext_lazy("exemptions")
        indexes = [models.Index(fields=["until", "id"], condition=Q(ended_on=None), name="exemption_lasting")]

    def __str__(self) -> str:
        return f"{self.user}: {self.service or _('all services')}"

    def is_over(self, day: datetime.date) -> bool:
        return self.ended_on is not None or self.until < day

    def described(self) -> dict[str, Any]:
        """Who, for what and until when, for the audit log."""
        service = self.service.code if self.service else ""
        return {"user": self.user.login, "service": service, "until": str(self.until)}
