"""Contracts: seats of a service, what they cost, and until when that can be changed."""

import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Service, User, sees_all
from seatwise.lib.days import months_later


class ContractQuerySet(models.QuerySet["Contract"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Administrators and auditors see all, others nothing."""
        return self if sees_all(person) else self.none()

    def of(self, service: Service) -> Self:
        """Those of one service, the oldest first."""
        return self.filter(service=service).order_by("starts", "pk")

    def in_force(self, day: datetime.date) -> Self:
        """Those that have begun and not ended on a day."""
        return self.filter(Q(starts=None) | Q(starts__lte=day), Q(ends=None) | Q(ends__gt=day))

    def for_services(self, services: "Iterable[Service]") -> Self:
        return self.filter(service__in=services)


class Contract(models.Model):
    """Seats of a service from `starts` (None: always) until the day before `ends` (None: until further notice)."""

    class Period(models.TextChoices):
        MONTH = "month", gettext_lazy("month")
        YEAR = "year", gettext_lazy("year")

    class PriceKind(models.TextChoices):
        SEAT = "seat", gettext_lazy("per seat")
        PACK = "pack", gettext_lazy("per pack of seats")
        FLAT = "flat", gettext_lazy("for all seats together (flat)")

    class Shrinks(models.TextChoices):
        RENEWAL = "renewal", gettext_lazy("only at renewal")
        MONTH = "month", gettext_lazy("from the first day of any month")

    class Unit(models.TextChoices):
        DAYS = "days", gettext_lazy("days")
        MONTHS = "months", gettext_lazy("months")

    service = models.ForeignKey("directory.Service", on_delete=models.PROTECT, related_name="contracts")
    seats = models.PositiveIntegerField(gettext_lazy("seats"))
    price = models.DecimalField(
        gettext_lazy("price"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    price_kind = models.CharField(
        gettext_lazy("the price is"), max_length=4, choices=PriceKind.choices, default=PriceKind.SEAT
    )
    pack_seats = models.PositiveIntegerField(
        gettext_lazy("seats per pack"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    period = models.CharField(gettext_lazy("price per"), max_length=5, choices=Period.choices, default=Period.MONTH)
    currency = models.CharField(gettext_lazy("currency"), max_length=3, blank=True, default="")
    starts = models.DateField(gettext_lazy("first day"), null=True, blank=True)
    ends = models.DateField(gettext_lazy("ends on (not included)"), null=True, blank=True)
    renews = models.DateField(gettext_lazy("renewal"), null=True, blank=True)
    shrinks = models.CharField(
        gettext_lazy("can be made smaller"), max_length=7, choices=Shrinks.choices, default=Shrinks.RENEWAL
    )
    renews_every = models.PositiveSmallIntegerField(
        gettext_lazy("renews automatically every (months)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    notice = models.PositiveSmallIntegerField(
        gettext_lazy("notice"), null=True, blank=True, validators=[MaxValueValidator(1000)]
    )
    notice_unit = models.CharField(gettext_lazy("notice in"), max_length=6, choices=Unit.choices, default=Unit.DAYS)
    last_day_for_changes = models.DateField(gettext_lazy("last day for changes"), null=True, blank=True)

    objects = ContractQuerySet.as_manager()

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

    def state_on(self, day: datetime.date) -> str:
        """Where it stands on a day: planned, in_force or ended."""
        if self.starts and self.starts > day:
            return "planned"
        return "ended" if self.ends and self.ends <= day else "in_force"

    @property
    def last_day(self) -> datetime.date | None:
        """The last day on which it is in force; None until further notice."""
        return self.ends - datetime.timedelta(days=1) if self.ends else None

    def order_by(self, day: datetime.date) -> datetime.date | None:
        """The last day for ordering that it becomes smaller on a day; None where no notice was entered."""
        if self.notice is None:
            return None
        before = day - datetime.timedelta(days=1)
        if self.notice_unit == self.Unit.MONTHS:
            return min(before, months_later(day, -self.notice))
        return min(before, day - datetime.timedelta(days=self.notice))

    def days_to_shrink(self, on: datetime.date) -> Iterator[tuple[datetime.date, datetime.date | None]]:
        """The days after one on which it can become smaller, and until when that must be ordered, if that is known."""
        if self.shrinks == self.Shrinks.MONTH:
            months = (months_later(on.replace(day=1), number) for number in itertools.count(1))
            yield from ((day, self.order_by(day) or day - datetime.timedelta(days=1)) for day in months)
        for number in itertools.count():
            if self.renews is None or (number and not self.renews_every):
                return
            day = months_later(self.renews, number * (self.renews_every or 0))
            if day > on:
                entered = None if number else self.last_day_for_changes
                yield day, entered or self.order_by(day)

    def seats_on(self, day: datetime.date) -> int:
        """How many seats it had on a day on which it was in force. No query where `former_seats` was prefetched."""
        later = [former for former in self.former_seats.all() if former.until > day]
        return min(later, key=lambda former: (former.until, former.pk)).seats if later else self.seats

    @property
    def changes_on(self) -> "list[FormerSeats]":
        """Its former numbers of seats, the latest first. No query where `former_seats` was prefetched."""
        return sorted(self.former_seats.all(), key=lambda former: (former.until, former.pk), reverse=True)

    def described(self) -> dict[str, Any]:
        terms = ("price", "period", "currency", "starts", "ends", "renews", "last_day_for_changes")
        texts = {key: "" if getattr(self, key) is None else str(getattr(self, key)) for key in terms}
        more = ("price_kind", "pack_seats", "shrinks", "renews_every", "notice", "notice_unit")
        untold = Contract()  # with the defaults
        told = {key: str(getattr(self, key)) for key in more if getattr(self, key) != getattr(untold, key)}
        return {"service": self.service.code, "seats": self.seats, **texts, **told}


def contracted_on(
    contracts: Iterable[Contract], day: datetime.date, seats: Callable[[Contract], int] = attrgetter("seats")
) -> int | None:
    """How many seats contracts of a service come to on a day; None before the first of them began.

    From today on that is what they say now; of an earlier day, `seats` has to tell what they said then.
    """
    begun = [contract for contract in contracts if contract.state_on(day) != "planned"]
    return sum(seats(contract) for contract in begun if contract.state_on(day) == "in_force") if begun else None


class FormerSeats(models.Model):
    """How many seats a contract had until the day before `until`, when it was changed: history is kept."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="former_seats")
    seats = models.PositiveIntegerField()
    until: "models.DateField[datetime.date, datetime.date]" = models.DateField()

    class Meta:
        verbose_name = gettext_lazy("previous number of seats")
        verbose_name_plural = gettext_lazy("previous numbers of seats")

    def __str__(self) -> str:
        return f"{self.contract.service}: {self.seats}"

    @property
    def last_day(self) -> datetime.date:
        """The last day on which there were so many."""
        return self.until - datetime.timedelta(days=1)
