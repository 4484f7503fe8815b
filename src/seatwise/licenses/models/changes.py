"""Changes: what was added and removed in one step, by whom and why, so that it can be told and undone as one."""

import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from seatwise.directory.models import User
from seatwise.directory.models.people import sees_all

if TYPE_CHECKING:
    from seatwise.directory.models import Service


class ChangeQuerySet(models.QuerySet["Change"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Administrators and auditors see all; others those that they made themselves."""
        if sees_all(person):
            return self
        return self.filter(by=person) if isinstance(person, User) and person.is_active else self.none()

    def of(self, service: "Service") -> Self:
        """Those in which licenses of a service were added or removed."""
        touched = models.Q(added__service=service) | models.Q(removed__service=service)
        return self.filter(models.Exists(Change.objects.filter(touched, pk=models.OuterRef("pk"))))

    def mentioning(self, text: str) -> Self:
        """Those whose reason holds a text, or made by somebody who is found by it."""
        return self.filter(models.Q(reason__icontains=text) | models.Q(by__in=User.objects.search(text)))

    def made(self, how: str) -> Self:
        return self.filter(how=how)

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class ChangeManager(models.Manager.from_queryset(ChangeQuerySet)):  # type: ignore[misc]
    def begin(self, *, by: User | None, how: str, reason: str = "", ticked: list[str] | None = None) -> "Change":
        """A change that licenses are about to be added or removed in, in the same transaction."""
        change: Change = self.create(by=by, how=how, reason=reason, ticked=ticked or [], at=timezone.now())
        return change


class Change(models.Model):
    """One step. `added` and `removed` are its licenses; `ticked` what was confirmed of the service's checklist."""

    class How(models.TextChoices):
        SCREEN = "screen", gettext_lazy("on the screen")
        PERSON = "person", gettext_lazy("on the person’s page")
        FILE = "file", gettext_lazy("by a file")
        COMMAND = "command", gettext_lazy("by a command")
        API = "api", gettext_lazy("by the API")
        REQUEST = "request", gettext_lazy("for a request")
        PASSING = "passing", gettext_lazy("a seat passed on")
        REVIEW = "review", gettext_lazy("by a review")
        UNDO = "undo", gettext_lazy("undone")
        IMPORT = "import", gettext_lazy("by an import of people")
        OTHER = "other", gettext_lazy("otherwise")

    at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField(gettext_lazy("when"))
    by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(gettext_lazy("how"), max_length=10, choices=How.choices, default=How.OTHER)
    reason = models.TextField(gettext_lazy("reason"), blank=True, default="")
    ticked = models.JSONField(default=list)
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")

    objects = ChangeManager()

    class Meta:
        verbose_name = gettext_lazy("change of licenses")
        verbose_name_plural = gettext_lazy("changes of licenses")

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def was_undone(self) -> bool:
        return bool(Change.objects.filter(undoes=self).exists())
