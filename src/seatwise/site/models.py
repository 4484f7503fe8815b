"""What the site knows of the time."""

import datetime

from django.db import models
from django.utils.translation import gettext_lazy


class Clock(models.Model):
    """The last day that was seen, one row: see clock.py."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    day: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("last day"))
    held_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    is_due = models.BooleanField(default=False)  # what is done each day is to be done now, since somebody confirmed

    class Meta:
        verbose_name = gettext_lazy("clock")
        verbose_name_plural = gettext_lazy("clocks")

    def __str__(self) -> str:
        return str(self.day)


class KeptSetting(models.Model):
    """A setting that was changed on the page, as it would be written in the environment: see kept_settings.py."""

    name = models.CharField(max_length=64, primary_key=True)
    value = models.TextField()  # encrypted where the setting is a secret

    class Meta:
        verbose_name = gettext_lazy("setting")
        verbose_name_plural = gettext_lazy("settings")

    def __str__(self) -> str:
        return self.name
