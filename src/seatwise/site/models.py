"""What the site knows of the time, what was set on its page, and the files that it makes in the background."""

import datetime
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
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


class BackgroundFileQuerySet(models.QuerySet["BackgroundFile"]):
    def visible_to(self, person: Any) -> Self:
        """One's own alone: what is in a file depends on who asked for it."""
        return self.filter(asked_by=person.pk)

    def unfinished(self) -> Self:
        return self.filter(state__in=(BackgroundFile.State.WAITING, BackgroundFile.State.RUNNING))

    def asked_before(self, moment: datetime.datetime) -> Self:
        return self.filter(asked_at__lt=moment)


class BackgroundFile(models.Model):
    """A list as XLSX that the worker makes for somebody: see background_files.py.

    `address` is that of the list with all that it was narrowed by; `rights` is what decided what they could see.
    """

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting")
        RUNNING = "running", gettext_lazy("in progress")
        DONE = "done", gettext_lazy("ready")
        FAILED = "failed", gettext_lazy("not created")

    class Problem(models.TextChoices):
        RIGHTS = "rights", gettext_lazy("Your permissions have changed since you requested it. Request it again.")
        GONE = "gone", gettext_lazy("The list no longer exists, or no longer has these filters.")
        TOO_LARGE = (
            "too_large",
            gettext_lazy(
                "An XLSX file holds at most 1,048,575 rows and 32,767 characters in a cell, and there are "
                "more. Filter the list, or use CSV."
            ),
        )
        FAULT = (
            "fault",
            gettext_lazy("It could not be created. The administrator finds the details in the worker’s log."),
        )

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=255)
    address = models.TextField()
    language = models.CharField(max_length=10)
    rights: "models.JSONField[list[Any], list[Any]]" = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.CharField(max_length=10, choices=Problem.choices, blank=True, default="")
    attempt = models.IntegerField(default=0)

    objects = BackgroundFileQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("file created in the background")
        verbose_name_plural = gettext_lazy("files created in the background")

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Where it lies once it is ready."""
        return Path(settings.MEDIA_ROOT) / "lists" / f"{self.pk}.xlsx"

    @property
    def is_ended(self) -> bool:
        return self.state in (BackgroundFile.State.DONE, BackgroundFile.State.FAILED)
