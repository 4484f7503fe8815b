"""Seats that pass from one person to another: after asking, or at once."""

import datetime
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.models import Service, Status, User, sees_all
from seatwise.licenses.models import License
from seatwise.seat_requests.models.requests import SeatRequest


class State(models.TextChoices):
    """Where it stands. The first four are open."""

    ASKED = "asked", gettext_lazy("asked")
    AWAITING_SECOND = "awaiting_second", gettext_lazy("waiting for a second person")
    AGREED = "agreed", gettext_lazy("agreed, not transferred yet")
    LAPSED = "lapsed", gettext_lazy("not answered in time, not transferred yet")
    PASSED = "passed", gettext_lazy("transferred")
    KEPT = "kept", gettext_lazy("the holder keeps it")
    REFUSED = "refused", gettext_lazy("refused by the second person")
    CANCELLED = "cancelled", gettext_lazy("given up")
    UNDONE = "undone", gettext_lazy("transferred, then undone")


class Cause(models.TextChoices):
    """Why it was given up."""

    BY_HAND = "by_hand", gettext_lazy("by an administrator")
    LICENSE_CHANGED = "license_changed", gettext_lazy("the license has since been removed")
    HOLDS_ALREADY = "holds_already", gettext_lazy("the new holder has since received a license")
    REQUEST_CLOSED = "request_closed", gettext_lazy("the request is no longer open")
    LEFT = "left", gettext_lazy("the current or new holder became inactive or a guest user")


OPEN = [State.ASKED, State.AWAITING_SECOND, State.AGREED, State.LAPSED]
FREED = [State.AGREED, State.LAPSED]


class SeatTransferQuerySet(models.QuerySet["SeatTransfer"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """All; or those that one may change."""
        if sees_all(person):
            return self
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        return self.changeable_by(person)

    def changeable_by(self, person: User | AnonymousUser) -> Self:
        """Those of which the person may change both the license that is held and that of the new holder."""
        return self.filter(
            Q(license__in=License.objects.changeable_by(person), for_user__in=User.objects.changeable_by(person))
        )

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def with_state(self, state: str) -> Self:
        return self.filter(state=state)

    def of(self, service: Service) -> Self:
        return self.filter(license__service=service)

    def towards(self, person: User) -> Self:
        """Those by which somebody would get a seat."""
        return self.filter(for_user=person)

    def moot(self) -> Self:
        """Open ones about which nothing is left to do: the license, one of the two or the request changed."""
        holds = License.objects.held().filter(user=OuterRef("for_user"), service=OuterRef("license__service"))
        closed = Q(request__isnull=False) & ~Q(request__state="waiting")
        seated = User.objects.take_seats()
        left = ~Q(for_user__in=seated) | ~Q(license__user__in=seated)
        return self.open().filter(Q(license__removed_on__isnull=False) | Exists(holds) | closed | left)

    def asking_who_left(self) -> Self:
        """Those whose question is put to somebody inactive, who looks after the account that holds the seat."""
        asked = self.filter(state=State.ASKED, enquiry__state="open")
        return asked.filter(enquiry__person__status=Status.INACTIVE, license__user__in=User.objects.take_seats())

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def for_reading(self) -> Self:
        """With all that a page or a letter shows of each."""
        return self.select_related(
            "license__service", "license__user", "for_user", "request", "enquiry", "asked_by", "ended_by"
        )


class SeatTransfer(models.Model):
    """The seat of `license` is to become that of `for_user`. `reason` is that of taking it at once."""

    license = models.ForeignKey("licenses.License", models.PROTECT, related_name="transfers")
    for_user = models.ForeignKey("directory.User", models.PROTECT, related_name="transfers")
    request = models.ForeignKey(SeatRequest, models.PROTECT, null=True, related_name="transfers")
    enquiry = models.ForeignKey("enquiries.Enquiry", models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey("directory.User", models.PROTECT, null=True, related_name="+")
    asked_on: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("started"))
    reason = models.TextField(gettext_lazy("reason"), blank=True, default="")
    state = models.CharField(gettext_lazy("state"), max_length=15, choices=State.choices)
    cause = models.CharField(max_length=15, choices=Cause.choices, blank=True, default="")
    ended_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    ended_by = models.ForeignKey("directory.User", models.PROTECT, null=True, related_name="+")
    end_reason = models.TextField(blank=True, default="")
    change = models.OneToOneField("licenses.Change", models.PROTECT, null=True, related_name="+")

    objects = SeatTransferQuerySet.as_manager()
    State, Cause = State, Cause

    class Meta:
        verbose_name = gettext_lazy("seat transfer")
        verbose_name_plural = gettext_lazy("seat transfers")
        constraints = [
            models.UniqueConstraint(
                fields=["license"],
                condition=Q(state__in=["asked", "awaiting_second", "agreed", "lapsed"]),
                name="one_open_transfer",
            ),
            models.CheckConstraint(
                condition=~Q(state="passed") | Q(ended_on__isnull=False), name="passed_seat_has_a_day"
            ),
        ]
        indexes = [models.Index(fields=["state"], name="transfer_state")]

    def __str__(self) -> str:
        return _("%(service)s: from %(holder)s to %(name)s") % {
            "service": self.license.service,
            "holder": self.license.user,
            "name": self.for_user,
        }

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def waits_to_be_passed(self) -> bool:
        """Whether the holder agreed or was silent, and something stood in the way of the new holder."""
        return self.state in FREED

    @property
    def awaits_second(self) -> bool:
        """Whether a second person has to say something."""
        return self.state == State.AWAITING_SECOND

    @property
    def was_passed(self) -> bool:
        """Whether the seat is the new holder's."""
        return self.state == State.PASSED

    @property
    def given(self) -> License | None:
        """The license by which the seat became the new holder's; None where it did not."""
        if not self.was_passed or self.change is None:
            return None
        found: License | None = self.change.added.select_related("user", "service").first()
        return found

    def described(self) -> dict[str, Any]:
        """Whose, whose next and where it stands, for the audit log."""
        return {**self.license.described(), "to": self.for_user.login, "state": str(self.state)}
