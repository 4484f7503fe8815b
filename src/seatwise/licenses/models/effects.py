"""Effects: whether what was changed here has been carried out in the service itself.

Where Seatwise is the gate, a change takes effect by itself and there is no effect to wait for. Else it is requested
first; then carried out, as somebody says who did it there; and confirmed by a vendor's report, or by somebody who has
seen it. Until it is confirmed it is pending, and never shown as done.
"""

import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Service, User, sees_all

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models.expressions import RawSQL


def changeable(person: User | AnonymousUser, to: str = "") -> Q:
    """Those that they may remove: of their departments, where that was allowed. `to`: the way to the license."""
    people, services = User.objects.changeable_by(person), Service.objects.changeable_by(person)
    return Q(**{f"{to}user__in": people, f"{to}service__in": services})


def visible(person: User, to: str = "") -> Q:
    """Their own, those of their departments for services where that was allowed, and those that they may remove."""
    people, services = User.objects.visible_to(person), Service.objects.visible_to(person)
    theirs = Q(**{f"{to}user__in": people, f"{to}service__in": services})
    return Q(**{f"{to}user": person}) | theirs | changeable(person, to)


class EffectQuerySet(models.QuerySet["Effect"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Those of licenses that the person may see."""
        if sees_all(person):
            return self
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        return self.filter(visible(person, to="license__"))

    def pending(self) -> Self:
        """Those that are not confirmed."""
        return self.filter(confirmed_on=None, withdrawn_on=None)

    def requested(self) -> Self:
        """Those that nobody has carried out, as far as anybody said."""
        return self.pending().filter(carried_out_on=None)

    def confirmed(self) -> Self:
        """Those that are so in the service."""
        return self.exclude(confirmed_on=None)

    def of(self, service: "Service") -> Self:
        """Those of a service. What is added keeps a database without statistics from beginning with all licenses."""
        return self.of_any([service])

    def of_any(self, services: "Iterable[Service]") -> Self:
        """The same of some services."""
        found = self.alias(of_service=F("license__service_id") + 0)
        return found.filter(of_service__in=[service.pk for service in services])

    def of_kind(self, *kinds: str) -> Self:
        return self.filter(what__in=kinds)

    def in_order(self) -> Self:
        """The longest waiting first."""
        return self.order_by("since", "pk")

    def search(self, text: str) -> Self:
        """Those of people whose name or login holds every word."""
        return self.filter(license__user__in=User.objects.search(text)) if text.strip() else self

    def count_by_service(self) -> dict[int, int]:
        """How many there are of each service that has any. One query."""
        counted = self.order_by().values_list("license__service").annotate(n=models.Count("pk"))
        return dict(counted)

    def for_licenses(self, licenses: "Iterable[int] | models.QuerySet | RawSQL") -> Self:  # type: ignore[type-arg]
        return self.filter(license__in=licenses)

    def by_license(self, licenses: "Iterable[int]") -> dict[int, list[str]]:
        """What waits of some licenses, by their ids."""
        found: dict[int, list[str]] = {}
        rows = self.pending().for_licenses(list(licenses)).order_by("pk")
        for pk, what in rows.values_list("license", "what"):
            found.setdefault(pk, []).append(what)
        return found

    def withdraw(self, on: datetime.date) -> int:
        """They need not be carried out any more; how many did wait."""
        return self.pending().update(withdrawn_on=on)


class Effect(models.Model):
    """One thing to be done in the service, since a day. Carried out; confirmed, with what shows it; or withdrawn."""

    class What(models.TextChoices):
        ADD = "add", gettext_lazy("add")
        REMOVE = "remove", gettext_lazy("remove")
        SLEEP = "sleep", gettext_lazy("suspend")
        WAKE = "wake", gettext_lazy("end the suspension")

    license = models.ForeignKey("licenses.License", on_delete=models.PROTECT, related_name="effects")
    what = models.CharField(gettext_lazy("action"), max_length=6, choices=What.choices)
    since: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("since"))
    carried_out_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    carried_out_by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    confirmed_by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.TextField(blank=True, default="")
    withdrawn_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)

    objects = EffectQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("pending change")
        verbose_name_plural = gettext_lazy("pending changes")
        constraints = [
            models.UniqueConstraint(
                fields=["license", "what"], condition=Q(confirmed_on=None, withdrawn_on=None), name="one_pending_effect"
            )
        ]

    def __str__(self) -> str:
        return f"{self.license}: {self.get_what_display()}"

    def described(self) -> dict[str, str]:
        return {**self.license.described(), "what": self.what, "since": str(self.since), "evidence": self.evidence}
