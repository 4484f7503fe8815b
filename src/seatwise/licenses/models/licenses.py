"""Licenses: who holds a seat of which service, from when until when."""

import datetime
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy

from seatwise.directory.models import CAN_SIGN_IN, Kind, Service, Status, User, sees_all
from seatwise.licenses.models.changes import Change
from seatwise.licenses.models.effects import Effect, changeable, visible
from seatwise.licenses.models.suspensions import Suspension, SuspensionQuerySet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models.expressions import RawSQL


def _asleep() -> Q:
    return Q(Exists(_suspensions()))


def _asleep_with_a_free_seat() -> Q:
    """Where the license and the whole account sleep, the seat is kept if either keeps it."""
    return _asleep() & ~Q(Exists(_suspensions().keeping_seats()))


def _suspensions() -> SuspensionQuerySet:
    theirs = Q(service=None) | Q(service=OuterRef("service"))
    found: SuspensionQuerySet = Suspension.objects.asleep().filter(theirs, user=OuterRef("user"))
    return found


def _stopped_in_the_service() -> Q:
    return Q(Exists(Effect.objects.confirmed().of_kind("sleep").filter(license=OuterRef("pk"))))


@functools.cache  # building it takes ten times as long as asking the database
def _taking_a_seat() -> Q:
    pending = Exists(Effect.objects.pending().of_kind("remove", "sleep").filter(license=OuterRef("pk")))
    elsewhere = ~Q(service__how_removal_takes_effect=Service.Removal.GATE)
    sleeping = _asleep_with_a_free_seat() & ~(elsewhere & Q(pending))
    promised = Exists(License.objects.held().filter(replaces=OuterRef("pk")))
    held = Q(removed_on=None) & ~sleeping
    was_free = _asleep_with_a_free_seat() & _stopped_in_the_service()
    not_confirmed = Q(removed_on__isnull=False) & elsewhere & Q(pending) & ~Q(promised) & ~was_free
    return held | not_confirmed


@functools.cache
def without_a_seat() -> Q:
    """Of usage rows: those of people who hold a license and take no seat, since they are on leave with it free."""
    asleep = Suspension.objects.asleep().freeing_seats()
    theirs = License.objects.held().filter(~_taking_a_seat(), user=OuterRef("user"), service=OuterRef("service"))
    return Q(user__in=asleep.values("user")) & Q(Exists(theirs))


@functools.cache
def _counted() -> "tuple[models.QuerySet[License], ...]":
    """Licenses that are held by people who take seats; those of them that take none; and removed ones that take one.

    The latter two begin with the few suspensions and pending effects there are, not with all licenses.
    """
    held = License.objects.held().by_people_who_take_seats().order_by()
    asleep = Suspension.objects.asleep().freeing_seats().values("user")
    away = held.filter(user__in=asleep).exclude(_taking_a_seat())
    pending = Effect.objects.pending().of_kind("remove", "sleep").values("license")
    removed = License.objects.removed_and_taking_a_seat().filter(pk__in=pending).order_by()
    return removed, held, away


def seats_taken(services: "Iterable[Service]", held: "int | None" = None) -> dict[int, tuple[int, int]]:
    """How many seats of services are taken, and how many of those were removed and are pending, by id. One query.

    `held`: by how many a seat of the one service is held, where that was counted already.
    """
    removed, *others = (
        some.filter(service__in=services)
        .values_list("service")
        .annotate(taken=Count("pk") * sign, gone=Count("pk") * is_gone)
        for some, (sign, is_gone) in zip(_counted(), ((1, 1), (1, 0), (-1, 0)), strict=True)
    )
    if held is not None:
        others = []
    found = {service.pk: (held or 0, 0) for service in services}
    for service, taken, gone in removed.union(*others, all=True) if others else removed:
        before = found[service]
        found[service] = before[0] + taken, before[1] + gone
    return found


class LicenseQuerySet(models.QuerySet["License"]):
    """Licenses: periods whose last day is the one before `removed_on`."""

    def visible_to(self, person: User | AnonymousUser) -> Self:
        """All; one's own, and those of one's departments for services where that was allowed."""
        if sees_all(person):
            return self
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        return self.filter(visible(person))

    def changeable_by(self, person: User | AnonymousUser) -> Self:
        """Those that the person may remove: all, or those of their departments where that was allowed."""
        return self.filter(changeable(person))

    def held(self) -> Self:
        return self.filter(removed_on=None)

    def held_on(self, day: datetime.date) -> Self:
        return self.filter(Q(added_on__lte=day), Q(removed_on=None) | Q(removed_on__gt=day))

    def removed(self) -> Self:
        return self.filter(removed_on__isnull=False)

    def search(self, text: str) -> Self:
        """Those of people whose name or login holds every word."""
        return self.filter(user__in=User.objects.search(text)) if text.strip() else self

    def by_people_who_take_seats(self) -> Self:
        """Those of people who are active and not guests.

        Not joined with the people: without statistics PostgreSQL would begin with them, and be quadratic.
        """
        others = User.objects.filter(~Q(status=Status.ACTIVE) | Q(kind=Kind.GUEST), pk=OuterRef("user"))
        return self.exclude(Exists(others))

    def asleep(self, *, freeing_seats: bool = False) -> Self:
        """Those that are suspended, or whose holder's account is; or only those whose seats are free meanwhile."""
        return self.filter(_asleep_with_a_free_seat() if freeing_seats else _asleep())

    def awake(self) -> Self:
        return self.exclude(_asleep())

    def taking_a_seat(self) -> Self:
        """Those that a seat is taken by.

        They are held by people who are active and not guests, and do not sleep with their seat free; or they were
        removed where Seatwise is not the gate, which nothing has confirmed yet, and their seat was neither promised to
        somebody nor free already, since they slept there.
        """
        return self.by_people_who_take_seats().filter(_taking_a_seat())

    def removed_and_taking_a_seat(self) -> Self:
        """Those that were removed and still take a seat, until that is confirmed."""
        return self.taking_a_seat().filter(removed_on__isnull=False)

    def usable(self) -> Self:
        """Those whose holders may use the service now: held and awake, by people who are active and can sign in."""
        return self.held().awake().filter(user__status=Status.ACTIVE, user__kind__in=CAN_SIGN_IN)

    def of(self, service: Service) -> Self:
        return self.filter(service=service)

    def touched_by(self, change: Change) -> Self:
        """Those that were added or removed in a change."""
        return self.filter(Q(added_in=change) | Q(removed_in=change))

    def by(self, users: "Iterable[User | int] | models.QuerySet[User] | RawSQL") -> Self:
        return self.filter(user__in=users)


class License(models.Model):
    """Somebody may use a service from `added_on` until the day before `removed_on` (None: still).

    `replaces` is the license whose seat was reassigned to it. `first_day` is since when its holder is judged:
    `added_on`, or the first day of the license that it gives back, where a removal was undone.
    """

    service = models.ForeignKey("directory.Service", on_delete=models.PROTECT, related_name="licenses")
    user = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="licenses")
    added_on = models.DateField(gettext_lazy("added on"))
    first_day = models.DateField(gettext_lazy("license since"))
    added_by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    add_reason = models.TextField(blank=True, default="")
    removed_on = models.DateField(null=True)
    removed_by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    remove_reason = models.TextField(blank=True, default="")
    added_in = models.ForeignKey(Change, null=True, on_delete=models.PROTECT, related_name="added")
    removed_in = models.ForeignKey(Change, null=True, on_delete=models.PROTECT, related_name="removed")
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")

    objects = LicenseQuerySet.as_manager()

    used_until: datetime.date | None  # after use_after_removal.mark(): the last access after it was removed

    class Meta:
        verbose_name = gettext_lazy("license")
        verbose_name_plural = gettext_lazy("licenses")
        constraints = [
            models.UniqueConstraint(fields=["service", "user"], condition=Q(removed_on=None), name="one_license_held"),
            models.CheckConstraint(
                condition=Q(removed_on=None) | Q(removed_on__gte=F("added_on")), name="license_ends_after_it_began"
            ),
        ]
        indexes = [models.Index(fields=["service", "-added_on", "-id"], name="license_history")]

    def __str__(self) -> str:
        return f"{self.service}: {self.user}"

    def described(self) -> "Mapping[str, Any]":
        return {"service": self.service.code, "user": self.user.login}
