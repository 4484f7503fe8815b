"""Drafts of changes: what somebody chose on a screen and has not saved yet, kept here instead of in a form."""

import datetime
from collections.abc import Collection, Sequence
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from seatwise.directory.models import User
from seatwise.licenses.models.changes import Change

KEPT = datetime.timedelta(days=1)


class ChangeDraftQuerySet(models.QuerySet["ChangeDraft"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """One's own, for a day."""
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        return self.filter(by=person, at__gt=timezone.now() - KEPT)

    def outdated(self) -> Self:
        """Those that are not to be kept any longer."""
        return self.filter(at__lte=timezone.now() - KEPT)


class ChangeDraftManager(models.Manager.from_queryset(ChangeDraftQuerySet)):  # type: ignore[misc]
    def keep(self, steps: Sequence[dict[str, Any]], *, by: User, how: str, back: str = "") -> "ChangeDraft":
        """Keep what was chosen: steps as ChangeDraft.step makes them. `back` is the page where it was chosen."""
        draft: ChangeDraft = self.create(steps=list(steps), by=by, how=how, back=back, at=timezone.now())
        return draft


class ChangeDraft(models.Model):
    """What is to be added and removed, by ids, in steps of one service each. Nobody but `by` sees it."""

    class What(models.TextChoices):
        ADD = "add", gettext_lazy("add")
        REMOVE = "remove", gettext_lazy("remove")

    by = models.ForeignKey("directory.User", on_delete=models.CASCADE, related_name="+")
    at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField(db_index=True)
    how = models.CharField(max_length=10, choices=Change.How.choices)
    steps = models.JSONField(default=list)
    reason = models.TextField(blank=True, default="")
    back = models.CharField(max_length=2000, blank=True, default="")
    change = models.ForeignKey(Change, null=True, on_delete=models.CASCADE, related_name="+")  # what it was saved as

    objects = ChangeDraftManager()

    class Meta:
        verbose_name = gettext_lazy("draft of a change")
        verbose_name_plural = gettext_lazy("drafts of changes")

    def __str__(self) -> str:
        return f"{self.pk}"

    @staticmethod
    def step(service: int, what: str, users: Collection[int]) -> dict[str, Any]:
        """A step: a service and users by their ids."""
        return {"service": service, "what": str(what), "users": sorted(set(users))}

    def leave_out(self, place: int, users: Collection[int]) -> None:
        step = self.steps[place]
        self.steps[place] = self.step(step["service"], step["what"], set(step["users"]) - set(users))
        self.save(update_fields=["steps", "reason"])
