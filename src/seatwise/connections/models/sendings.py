"""What was sent to cybozu.com: before it is sent, what is meant; afterwards, what was found there."""

import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from seatwise.connections.models.connections import SeenByThoseWhoSeeAll
from seatwise.site.words import minute


class SendingQuerySet(SeenByThoseWhoSeeAll):
    def unfinished(self) -> "SendingQuerySet":
        return self.filter(state__in=[Sending.State.WAITING, Sending.State.RUNNING])


class Sending(models.Model):
    """Carrying out what is pending, at once. A rehearsal only reads and says what would be sent."""

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting")
        RUNNING = "running", gettext_lazy("in progress")
        DONE = "done", gettext_lazy("done")
        FAILED = "failed", gettext_lazy("stopped")

    connection = models.ForeignKey("connections.Connection", on_delete=models.CASCADE, related_name="sendings")
    rehearsal = models.BooleanField(gettext_lazy("rehearsal"), default=False)
    by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(gettext_lazy("started at"), default=timezone.now)
    ended_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.TextField(gettext_lazy("problem"), blank=True, default="")
    up_to = models.BigIntegerField(default=0)  # the last pending change that there was when it was asked for

    objects = SendingQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("sending")
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=Q(rehearsal=False, state__in=["waiting", "running"]),
                name="one_sending_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.connection.address} {minute(self.asked_at)}"

    @property
    def is_under_way(self) -> bool:
        return self.state in (Sending.State.WAITING, Sending.State.RUNNING)


class SentUserQuerySet(SeenByThoseWhoSeeAll):
    def meant(self) -> "SentUserQuerySet":
        """Those that were perhaps sent, and of which it was not found out yet."""
        return self.filter(state=SentUser.State.MEANT)

    def in_state(self, state: str) -> "SentUserQuerySet":
        return self.filter(state=state)

    def mentioning(self, text: str) -> "SentUserQuerySet":
        return self.filter(login__icontains=text)


class SentUser(models.Model):
    """One user of a sending. `before` was read just before, `wanted` is the whole set that was meant, and `found` what
    was read afterwards. `changed_since` is how `before` differs from the last reading: somebody else's doing."""

    class State(models.TextChoices):
        PLANNED = "planned", gettext_lazy("would be sent")
        MEANT = "meant", gettext_lazy("sent, not read back yet")
        CONFIRMED = "confirmed", gettext_lazy("confirmed")
        ALREADY = "already", gettext_lazy("already so")
        NOT_SHOWN = "not_shown", gettext_lazy("not visible there afterwards")
        REFUSED = "refused", gettext_lazy("refused")

    sending = models.ForeignKey(Sending, on_delete=models.CASCADE, related_name="users")
    user = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="+")
    login = models.CharField(gettext_lazy("login name"), max_length=255)
    before: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    wanted: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    found: "models.JSONField[list[str] | None, list[str] | None]" = models.JSONField(null=True)
    changed_since: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)  # +garoon, -office
    effects: "models.JSONField[list[int], list[int]]" = models.JSONField(default=list)  # ids of pending changes
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State.choices)
    problem = models.TextField(gettext_lazy("problem"), blank=True, default="")

    objects = SentUserQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("sent user")
        constraints = [models.UniqueConstraint(fields=["sending", "user"], name="one_row_for_a_sent_user")]

    def __str__(self) -> str:
        return self.login

    def described(self) -> dict[str, Any]:
        return {"login": self.login, "before": self.before, "wanted": self.wanted, "state": str(self.state)}
