"""Contracts and licenses."""

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from seatwise import audit
from seatwise.directory.models import Service, User
from seatwise.directory.models.people import CAN_SIGN_IN, Kind, Status, sees_all

if TYPE_CHECKING:
    from collections.abc import Iterable


class ContractQuerySet(models.QuerySet["Contract"]):
    """Contracts."""

    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Administrators and auditors see all, others nothing."""
        return self if sees_all(person) else self.none()

    def of(self, service: Service) -> Self:
        """Those of one service, the oldest first."""
        return self.filter(service=service).order_by("starts", "pk")

    def in_force(self, day: datetime.date) -> Self:
        """Those that have begun and not ended on a day."""
        return self.filter(Q(starts=None) | Q(starts__lte=day), Q(ends=None) | Q(ends__gt=day))

    def seats(self) -> int:
        """How many seats they are together."""
        return int(self.aggregate(seats=models.Sum("seats"))["seats"] or 0)


class ContractManager(models.Manager.from_queryset(ContractQuerySet)):  # type: ignore[misc]
    """Adds contracts."""

    @transaction.atomic
    def add(self, *, service: Service, seats: int, by: User | None, on: datetime.date, **terms: Any) -> "Contract":
        """Add a contract. Raises Refused where those who hold seats on that day would be more than the seats."""
        from seatwise.licenses.seats import lock, refuse_fewer_than_held

        lock(service)
        contract: Contract = self.model(service=service, seats=seats, **terms)
        contract.full_clean()
        contract.save(force_insert=True)
        refuse_fewer_than_held(service, on)
        audit.record(by=by, verb="contract.add", subject=contract, before={}, after=contract.described())
        return contract


class Contract(models.Model):
    """Seats of a service from `starts` (None: always) until the day before `ends` (None: until further notice)."""

    class Period(models.TextChoices):
        """What the price is for."""

        MONTH = "month", gettext_lazy("month")
        YEAR = "year", gettext_lazy("year")

    service = models.ForeignKey("directory.Service", on_delete=models.PROTECT, related_name="contracts")
    seats = models.PositiveIntegerField(gettext_lazy("seats"))
    price = models.DecimalField(
        gettext_lazy("price per seat"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    period = models.CharField(gettext_lazy("price per"), max_length=5, choices=Period.choices, default=Period.MONTH)
    currency = models.CharField(gettext_lazy("currency"), max_length=3, blank=True, default="")
    starts = models.DateField(gettext_lazy("first day"), null=True, blank=True)
    ends = models.DateField(gettext_lazy("ends on (not included)"), null=True, blank=True)
    renews = models.DateField(gettext_lazy("renewal"), null=True, blank=True)
    last_day_for_changes = models.DateField(gettext_lazy("last day for changes"), null=True, blank=True)

    objects = ContractManager()

    class Meta:
        verbose_name = gettext_lazy("contract")
        verbose_name_plural = gettext_lazy("contracts")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(starts=None) | Q(ends__gt=F("starts")), name="contract_ends_after_it_starts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.seats}"

    @transaction.atomic
    def change(self, *, by: User | None, on: datetime.date, **terms: Any) -> bool:
        """Change terms; False where nothing changed. Raises Refused for fewer seats than are held on that day."""
        from seatwise.licenses.seats import lock, refuse_fewer_than_held

        lock(self.service)
        self.refresh_from_db()
        was = self.described()
        for key, value in terms.items():
            setattr(self, key, value)
        self.full_clean()
        now = self.described()
        before = {key: was[key] for key in was if was[key] != now[key]}
        if not before:
            return False
        self.save(update_fields=list(terms))
        refuse_fewer_than_held(self.service, on)
        audit.record(
            by=by, verb="contract.change", subject=self, before=before, after={key: now[key] for key in before}
        )
        return True

    def described(self) -> dict[str, Any]:
        """Its terms, for the audit log."""
        terms = ("price", "period", "currency", "starts", "ends", "renews", "last_day_for_changes")
        texts = {key: "" if getattr(self, key) is None else str(getattr(self, key)) for key in terms}
        return {"service": self.service.code, "seats": self.seats, **texts}


class LicenseQuerySet(models.QuerySet["License"]):
    """Licenses: periods whose last day is the one before `removed_on`."""

    def visible_to(self, person: User | AnonymousUser) -> Self:
        """All; one's own, and those of one's departments for services where that was allowed."""
        if sees_all(person):
            return self
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        theirs = Q(user__in=User.objects.visible_to(person), service__in=Service.objects.visible_to(person))
        return self.filter(Q(user=person) | theirs)

    def held(self) -> Self:
        """Those that were not removed."""
        return self.filter(removed_on=None)

    def held_on(self, day: datetime.date) -> Self:
        """Those of a day."""
        return self.filter(Q(added_on__lte=day), Q(removed_on=None) | Q(removed_on__gt=day))

    def taking_a_seat(self) -> Self:
        """Those held by people who are active and not guests."""
        return self.held().filter(user__status=Status.ACTIVE).exclude(user__kind=Kind.GUEST)

    def usable(self) -> Self:
        """Those whose holders may use the service now: held, by people who are active and can sign in."""
        return self.held().filter(user__status=Status.ACTIVE, user__kind__in=CAN_SIGN_IN)

    def of(self, service: Service) -> Self:
        """Those of one service."""
        return self.filter(service=service)

    def by(self, users: "Iterable[User | int] | models.QuerySet[User]") -> Self:
        """Those of some people."""
        return self.filter(user__in=users)


class LicenseManager(models.Manager.from_queryset(LicenseQuerySet)):  # type: ignore[misc]
    """Grants licenses."""

    def grant(self, *, service: Service, user: User, by: User | None, reason: str, on: datetime.date) -> "License":
        """Give somebody a seat. Raises Refused where there is none, for guests, and for those who hold one."""
        from seatwise.licenses.granting import grant

        return grant(service, [user], by=by, reason=reason, on=on)[0]

    def grant_all(
        self, *, service: Service, users: "Iterable[User]", by: User | None, reason: str, on: datetime.date
    ) -> "list[License]":
        """Give seats to many people, or to none. Raises Refused."""
        from seatwise.licenses.granting import grant

        return grant(service, list(users), by=by, reason=reason, on=on)


class License(models.Model):
    """Somebody may use a service from `added_on` until the day before `removed_on` (None: still)."""

    service = models.ForeignKey("directory.Service", on_delete=models.PROTECT, related_name="licenses")
    user = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="licenses")
    added_on = models.DateField(gettext_lazy("license since"))
    added_by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    add_reason = models.TextField(blank=True, default="")
    removed_on = models.DateField(null=True)
    removed_by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    remove_reason = models.TextField(blank=True, default="")

    objects = LicenseManager()

    class Meta:
        verbose_name = gettext_lazy("license")
        verbose_name_plural = gettext_lazy("licenses")
        constraints = [
            models.UniqueConstraint(fields=["service", "user"], condition=Q(removed_on=None), name="one_license_held"),
            models.CheckConstraint(
                condition=Q(removed_on=None) | Q(removed_on__gte=F("added_on")), name="license_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.user}"

    def revoke(self, *, by: User | None, reason: str, on: datetime.date) -> None:
        """Remove it. The period stays. Raises Refused where that was done already."""
        from seatwise.licenses.granting import revoke

        revoke([self], by=by, reason=reason, on=on)

    def reassign(self, *, to: User, by: User | None, reason: str, on: datetime.date) -> "License":
        """Remove it here and give its seat to somebody else in one step. Raises Refused."""
        from seatwise.licenses.granting import reassign

        return reassign(self, to, by=by, reason=reason, on=on)

    def described(self) -> "Mapping[str, Any]":
        """Who and which, for the audit log."""
        return {"service": self.service.code, "user": self.user.login}
