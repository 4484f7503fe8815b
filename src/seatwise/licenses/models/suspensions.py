"""Suspensions: an account or a license that sleeps until a day, for leave and secondment."""

import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.models import Role, Service, User, sees_all
from seatwise.lib.batches import unindexed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models.expressions import RawSQL

M = TypeVar("M", bound=models.Model)


class LeaveQuerySet(models.QuerySet[M]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """All; those of people whom the person may see, or whose licenses they may change for that service."""
        if sees_all(person):
            return self
        services = Service.objects.changeable_by(person)
        changed = Q(user__in=User.objects.changeable_by(person)) & (
            Q(service__in=services) | Q(models.Exists(services), service=None)
        )
        return self.filter(Q(user__in=User.objects.visible_to(person)) | changed)

    def search(self, text: str) -> Self:
        """Those of people whose name or login holds every word."""
        return self.filter(user__in=User.objects.search(text)) if text.strip() else self

    def of(self, service: Service) -> Self:
        """Those of a service, and those of all services or of whole accounts."""
        return self.filter(unindexed("service_id", service.pk) | Q(service=None))

    def by(self, users: "Iterable[User | int] | models.QuerySet[User] | RawSQL") -> Self:
        return self.filter(user__in=users)


class SuspensionQuerySet(LeaveQuerySet["Suspension"]):
    def answerable_by(self, person: User | AnonymousUser) -> Self:
        """Those whose day the person may change: all; once they were asked, those of their departments' people."""
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        if person.role == Role.ADMINISTRATOR:
            return self
        if person.role != Role.DEPARTMENT_ADMINISTRATOR:
            return self.none()
        return self.asked().filter(user__in=User.objects.visible_to(person)).exclude(user=person)

    def asleep(self) -> Self:
        """Those that hold now."""
        return self.filter(state=Suspension.State.ASLEEP)

    def unended(self) -> Self:
        return self.exclude(state=Suspension.State.ENDED)

    def freeing_seats(self) -> Self:
        """Those whose seats may be given to others meanwhile."""
        return self.filter(keeps_seat=False)

    def keeping_seats(self) -> Self:
        """Those whose seats may not be given to others meanwhile."""
        return self.filter(keeps_seat=True)

    def of_accounts(self) -> Self:
        return self.filter(service=None)

    def to_begin(self, day: datetime.date) -> Self:
        """Planned ones whose day has come."""
        return self.filter(state=Suspension.State.PLANNED, begins__lte=day).order_by("pk")

    def to_end(self, day: datetime.date) -> Self:
        """Those that hold though their day has come, in order."""
        return self.asleep().filter(until__lte=day).order_by("pk")

    def to_ask_about(self, day: datetime.date) -> Self:
        """Those that end on a day or before and that nobody was asked about, in order."""
        return self.asleep().filter(until__lte=day, asked_on=None).order_by("pk")

    def asked(self) -> Self:
        """Those that hold and that somebody was asked about."""
        return self.asleep().exclude(asked_on=None)

    def stuck(self) -> Self:
        """Those that could not end for lack of a seat."""
        return self.asleep().exclude(obstacle="")

    def ended(self) -> Self:
        return self.filter(state=Suspension.State.ENDED)

    def ended_since(self, day: datetime.date) -> Self:
        """Those that ended on a day or later: whoever returned then."""
        return self.filter(state=Suspension.State.ENDED, ended_on__gte=day)


class SuspensionManager(models.Manager.from_queryset(SuspensionQuerySet)):  # type: ignore[misc]
    """Suspensions are begun and ended by seatwise.licenses.suspension_rules."""


class Suspension(models.Model):
    """Somebody's account (no service) or license of a service sleeps from `begins` until the day before `until`.

    Meanwhile nothing may be used, and the seat is free for others unless `keeps_seat`.
    """

    class State(models.TextChoices):
        PLANNED = "planned", gettext_lazy("planned")
        ASLEEP = "asleep", gettext_lazy("suspended")
        ENDED = "ended", gettext_lazy("ended")

    user = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="suspensions")
    service = models.ForeignKey("directory.Service", null=True, on_delete=models.PROTECT, related_name="suspensions")
    begins: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("from"))
    until: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("until (return date)"))
    keeps_seat = models.BooleanField(gettext_lazy("the seat stays reserved"), default=False)
    reason = models.TextField(gettext_lazy("reason"))
    by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(gettext_lazy("state"), max_length=7, choices=State.choices, default=State.ASLEEP)
    asked_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    ended_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    ended_by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    obstacle = models.TextField(blank=True, default="")  # the service whose seats were too few for it to end on its day

    objects = SuspensionManager()

    class Meta:
        verbose_name = gettext_lazy("suspension")
        verbose_name_plural = gettext_lazy("suspensions")
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("begins")), name="suspension_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["user", "service"],
                condition=Q(state__in=["planned", "asleep"], service__isnull=False),
                name="one_suspension_of_a_license",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=["planned", "asleep"], service=None),
                name="one_suspension_of_an_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.service or _('the whole account')}"

    @property
    def is_unended(self) -> bool:
        return self.state != Suspension.State.ENDED

    @property
    def is_asleep(self) -> bool:
        """Whether it holds now."""
        return self.state == Suspension.State.ASLEEP

    def described(self) -> dict[str, Any]:
        """Who, what and until when, for the audit log."""
        return {
            "user": self.user.login,
            "service": self.service.code if self.service else "",
            "begins": str(self.begins),
            "until": str(self.until),
            "keeps_seat": self.keeps_seat,
            "state": str(self.state),
        }

    @property
    def obstacle_in_words(self) -> str:
        """Why it could not end on its day; empty where nothing hindered it."""
        if not self.obstacle:
            return ""
        return _("There is no free seat for %(service)s, so the suspension continues.") % {"service": self.obstacle}
