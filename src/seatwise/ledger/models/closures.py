"""Days on which a service was closed, as an administrator confirmed: a holiday, a shutdown."""

from django.db import models
from django.utils.translation import gettext_lazy


class Closure(models.Model):
    """Days in a row on which a service was closed. Written by `closures.py` alone."""

    service = models.ForeignKey("directory.Service", models.PROTECT, related_name="closures")
    first = models.DateField(gettext_lazy("first day"))
    last = models.DateField(gettext_lazy("last day"))
    reason = models.CharField(gettext_lazy("reason"), max_length=255)
    confirmed_by = models.ForeignKey("directory.User", models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-first", "-pk"]
        verbose_name = gettext_lazy("closed days")
        verbose_name_plural = gettext_lazy("closed days")

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} – {self.last}"
