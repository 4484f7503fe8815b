"""Requests: somebody asks for a seat of a service, and an administrator grants or refuses it."""

import datetime
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.models import Service, User, sees_all
from seatwise.licenses.models import License


class State(models.TextChoices):
    WAITING = "waiting", gettext_lazy("waiting")
    GRANTED = "granted", gettext_lazy("granted")
    REFUSED = "refused", gettext_lazy("refused")
    WITHDRAWN = "withdrawn", gettext_lazy("withdrawn")


class SeatRequestQuerySet(models.QuerySet["SeatRequest"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """All; one's own and those of the people one sees, and those that one may handle."""
        if sees_all(person):
            return self
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        return self.filter(Q(person__in=User.objects.visible_to(person)) | _handled(person))

    def changeable_by(self, person: User | AnonymousUser) -> Self:
        """Those that the person may grant and refuse: of people and services whose licenses they may change."""
        return self.filter(_handled(person))

    def of(self, service: Service) -> Self:
        return self.filter(service=service)

    def by(self, person: User) -> Self:
        return self.filter(person=person)

    def with_state(self, state: str) -> Self:
        return self.filter(state=state)

    def waiting(self) -> Self:
        return self.filter(state=State.WAITING)

    def offered(self) -> Self:
        """Those that administrators were told of a free seat for."""
        return self.filter(offered_on__isnull=False)

    def not_offered(self) -> Self:
        """Those for which there was no free seat yet."""
        return self.filter(offered_on=None)

    def to_settle(self) -> Self:
        """Waiting ones of people who hold a license of the service meanwhile, or who take no seat any more."""
        holds = Exists(License.objects.held().filter(user=OuterRef("person"), service=OuterRef("service")))
        return self.waiting().filter(holds | ~Q(person__in=User.objects.take_seats()))

    def oldest_first(self) -> Self:
        """In the order in which they were made."""
        return self.order_by("pk")

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def search(self, text: str) -> Self:
        """Those of people who are found by a text."""
        return self.filter(person__in=User.objects.search(text))

    def for_reading(self) -> Self:
        """With all that a page or a letter shows of each."""
        return self.select_related("service", "person", "handled_by", "license")


def _handled(person: User | AnonymousUser) -> Q:
    return Q(service__in=Service.objects.changeable_by(person), person__in=User.objects.changeable_by(person))


class SeatRequest(models.Model):
    """Somebody wants a seat, and why. `offered_on`: since when there is a seat for it, as administrators were told."""

    service = models.ForeignKey("directory.Service", models.PROTECT, related_name="seat_requests")
    person = models.ForeignKey(
        "directory.User", models.PROTECT, verbose_name=gettext_lazy("person"), related_name="seat_requests"
    )
    reason = models.TextField(gettext_lazy("reason"))
    asked_on: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("asked on"))
    offered_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State.choices, default=State.WAITING)
    handled_by = models.ForeignKey("directory.User", models.PROTECT, null=True, related_name="+")
    handled_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    answer = models.TextField(blank=True, default="")  # why it was refused
    license = models.ForeignKey("licenses.License", models.PROTECT, null=True, related_name="+")

    objects = SeatRequestQuerySet.as_manager()
    State = State

    class Meta:
        verbose_name = gettext_lazy("seat request")
        verbose_name_plural = gettext_lazy("seat requests")
        constraints = [
            models.UniqueConstraint(
                fields=["service", "person"], condition=Q(state="waiting"), name="one_open_request"
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(license__isnull=False), name="granted_request_has_a_license"
            ),
        ]
        indexes = [models.Index(fields=["state", "service"], name="seat_request_state")]

    def __str__(self) -> str:
        return _("%(service)s for %(name)s") % {"service": self.service, "name": self.person}

    @property
    def is_waiting(self) -> bool:
        return self.state == State.WAITING

    def described(self) -> dict[str, Any]:
        """Who, which and where it stands, for the audit log."""
        return {"service": self.service.code, "user": self.person.login, "state": str(self.state)}
