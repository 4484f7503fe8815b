"""What was read at a vendor, and what differs there from what is known here."""

import datetime
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from seatwise.connections.models.connections import SeenByThoseWhoSeeAll
from seatwise.directory.models import Service, User
from seatwise.site.words import minute


class ReadingQuerySet(SeenByThoseWhoSeeAll):
    def unfinished(self) -> Self:
        return self.filter(state__in=[Reading.State.WAITING, Reading.State.RUNNING])

    def done(self) -> Self:
        return self.filter(state=Reading.State.DONE)

    def without_content(self) -> Self:
        """Without what was read, which is large."""
        return self.defer("content")


class Reading(models.Model):
    """Everything there at one time, fitting together; `content` is emptied when a later one is there."""

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting")
        RUNNING = "running", gettext_lazy("being read")
        DONE = "done", gettext_lazy("read")
        FAILED = "failed", gettext_lazy("not read")

    connection = models.ForeignKey("connections.Connection", on_delete=models.CASCADE, related_name="readings")
    asked_by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(gettext_lazy("started at"), default=timezone.now)
    began_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    ended_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.TextField(gettext_lazy("problem"), blank=True, default="")
    content: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    counts: "models.JSONField[dict[str, int], dict[str, int]]" = models.JSONField(default=dict)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("reading")

    def __str__(self) -> str:
        return f"{self.connection} {minute(self.ended_at or self.asked_at)}"

    @property
    def is_under_way(self) -> bool:
        return self.state in (Reading.State.WAITING, Reading.State.RUNNING)


class DriftQuerySet(SeenByThoseWhoSeeAll):
    def current(self) -> Self:
        """What the latest reading still showed."""
        return self.filter(ended_at=None)

    def of(self, service: Service) -> Self:
        return self.filter(service=service)

    def of_kind(self, what: str) -> Self:
        return self.filter(what=what)

    def mentioning(self, text: str) -> Self:
        """Those of a login name, or of somebody who is found by it."""
        return self.filter(models.Q(login__icontains=text) | models.Q(user__in=User.objects.search(text)))


class Drift(models.Model):
    """Somebody has a service there and no license here, or a license here and not the service there; nothing is
    pending. It became so between `not_before`, where an earlier reading did not show it, and `found_at`."""

    class What(models.TextChoices):
        ONLY_THERE = "only_there", gettext_lazy("has the service there, and no license here")
        ONLY_HERE = "only_here", gettext_lazy("holds a license here, and does not have the service there")
        NOT_LISTED = "not_listed", gettext_lazy("holds a license here, and is not listed there")

    connection = models.ForeignKey("connections.Connection", on_delete=models.CASCADE, related_name="drifts")
    service = models.ForeignKey("directory.Service", on_delete=models.PROTECT, related_name="+")
    login = models.CharField(gettext_lazy("login name"), max_length=255)
    user = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(gettext_lazy("action"), max_length=10, choices=What.choices)
    not_before: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    found_at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField()
    ended_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )

    objects = DriftQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("drift")

    def __str__(self) -> str:
        return f"{self.login}: {self.service}, {self.get_what_display()}"
