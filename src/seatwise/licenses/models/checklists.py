"""What was looked at before a license is removed: a point of the service's checklist, by whom, and who took it over."""

import datetime
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy

from seatwise.licenses.models.licenses import License

LONGEST = 300  # characters of a point


class ChecklistTickQuerySet(models.QuerySet["ChecklistTick"]):
    def of(self, licenses: Any) -> Self:
        return self.filter(license__in=licenses)


class ChecklistTick(models.Model):
    """A point that somebody ticked for one license. `successor`: who has it from now on, where it was handed over."""

    license = models.ForeignKey(License, on_delete=models.PROTECT, related_name="ticks")
    point = models.CharField(gettext_lazy("point"), max_length=LONGEST)
    by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField(gettext_lazy("when"))
    successor = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")

    objects = ChecklistTickQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("checked checklist point")
        verbose_name_plural = gettext_lazy("checked checklist points")
        constraints = [models.UniqueConstraint(fields=["license", "point"], name="a_point_is_ticked_once")]

    def __str__(self) -> str:
        return f"{self.license}: {self.point}"

    def described(self) -> dict[str, Any]:
        return {"point": self.point, "successor": self.successor.login if self.successor else ""}
