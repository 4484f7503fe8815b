"""Changes: what was added and removed in one step, by whom and why, so that it can be told and undone as one.

With what belongs to them: drafts, which somebody chose on a screen and has not saved yet, and codes of services that
Seatwise does not manage, carried along so that files come back as they were.
"""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from seatwise.directory.models import User, sees_all

if TYPE_CHECKING:
    from django.db.models.expressions import RawSQL

    from seatwise.directory.models import Service

DRAFTS_KEPT = datetime.timedelta(days=1)


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

    def begin_each(self, changes: Iterable["Change"]) -> "list[Change]":
        """The same of some, which say by whom, how and why. One query for each hundred."""
        begun = list(changes)
        for each in begun:
            each.at = timezone.now()
        return list(self.bulk_create(begun))


class Change(models.Model):
    """One step. `added` and `removed` are its licenses; `ticked` what was confirmed of the service's checklist."""

    class How(models.TextChoices):
        SCREEN = "screen", gettext_lazy("on the screen")
        PERSON = "person", gettext_lazy("on the user’s page")
        FILE = "file", gettext_lazy("from a file")
        COMMAND = "command", gettext_lazy("from the command line")
        API = "api", gettext_lazy("by the API")
        REQUEST = "request", gettext_lazy("for a request")
        TRANSFER = "transfer", gettext_lazy("a seat transfer")
        REVIEW = "review", gettext_lazy("by a review")
        UNDO = "undo", gettext_lazy("undone")
        RULE = "rule", gettext_lazy("by a rule")
        IMPORT = "import", gettext_lazy("by a user import")
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


class CarriedCodeQuerySet(models.QuerySet["CarriedCode"]):
    def current(self) -> Self:
        """Those that the last file that named the person had."""
        return self.filter(removed_in=None)

    def by(self, users: "Iterable[User | int] | models.QuerySet[User] | RawSQL") -> Self:
        return self.filter(user__in=users)

    def in_change(self, change: Change) -> Self:
        """Those that began or ended in a change."""
        return self.filter(Q(added_in=change) | Q(removed_in=change))


class CarriedCode(models.Model):
    """Somebody may use a service that is not managed here, by a file; until a later file says otherwise."""

    user = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="carried_codes")
    code = models.CharField(gettext_lazy("service code"), max_length=50)
    added_in = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="carried_added")
    removed_in = models.ForeignKey(Change, null=True, on_delete=models.PROTECT, related_name="carried_removed")

    objects = CarriedCodeQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("code of a service that is not managed here")
        verbose_name_plural = gettext_lazy("codes of services that are not managed here")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "code"], condition=Q(removed_in=None), name="code_carried_once_for_a_user"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.code}"


class ChangeDraftQuerySet(models.QuerySet["ChangeDraft"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """One's own, for a day."""
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        return self.filter(by=person, at__gt=timezone.now() - DRAFTS_KEPT)

    def outdated(self) -> Self:
        """Those that are not to be kept any longer."""
        return self.filter(at__lte=timezone.now() - DRAFTS_KEPT)


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
        self.steps[place] = step | self.step(step["service"], step["what"], set(step["users"]) - set(users))
        self.save(update_fields=["steps", "reason"])

    def pick(self, given: Mapping[int, int]) -> None:
        """Keep who is to get something of whom, by their ids."""
        self.steps[0]["picked"] = {str(user): picked for user, picked in given.items()}
        self.save(update_fields=["steps"])
