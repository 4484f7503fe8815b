"""What is kept of signing in: failures lately, those that are to be written down, and who must choose a password."""

import datetime

from django.db import models
from django.utils.translation import gettext_lazy

from seatwise.directory.models import User


class Tally(models.Model):
    """Failures of one kind lately: see throttling.py. Swept once `empty_at` has passed."""

    key = models.CharField(max_length=60, primary_key=True)
    level = models.FloatField(default=0)  # as of `counted_at`; it goes down with time
    counted_at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField()
    blocked_until: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    empty_at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = gettext_lazy("recent failures")
        verbose_name_plural = gettext_lazy("recent failures")

    def __str__(self) -> str:
        return f"{self.key}: {self.level}"


class FailedSignIns(models.Model):
    """Attempts that failed and are not in the audit log yet; `key` is somebody's id, or empty for unknown logins."""

    key = models.CharField(max_length=20, primary_key=True)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    attempts = models.PositiveIntegerField(default=0)
    first_at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField(db_index=True)
    last_at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("failed attempts to sign in")
        verbose_name_plural = gettext_lazy("failed attempts to sign in")

    def __str__(self) -> str:
        return f"{self.user or '?'}: {self.attempts}"


class PasswordToChange(models.Model):
    """Somebody signs in with a password that another set: they choose their own before they go on."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="+")
    set_at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("password to be changed")
        verbose_name_plural = gettext_lazy("passwords to be changed")

    def __str__(self) -> str:
        return str(self.user)
