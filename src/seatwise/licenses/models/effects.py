"""Effects: whether what was changed here has been carried out in the service itself.

Where Seatwise is the gate, a change takes effect by itself and there is no effect to wait for. Of a vendor's service, a
fresh export confirms it; by hand, somebody ticks it off. Until then it is pending, and never shown as done.
"""

import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.directory.models.people import sees_all

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatwise.directory.models import Service


class EffectQuerySet(models.QuerySet["Effect"]):
    """Effects."""

    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Those of licenses that the person may see."""
        from seatwise.licenses.models.licenses import License

        return self if sees_all(person) else self.filter(license__in=License.objects.visible_to(person))

    def pending(self) -> Self:
        """Those that wait to be carried out."""
        return self.filter(done_on=None, withdrawn_on=None)

    def carried_out(self) -> Self:
        """Those that were done in the service."""
        return self.exclude(done_on=None)

    def of(self, service: "Service") -> Self:
        """Those of one service."""
        return self.filter(license__service=service)

    def of_kind(self, *kinds: str) -> Self:
        """Additions, removals, …"""
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

    def for_licenses(self, licenses: "Iterable[int] | models.QuerySet") -> Self:  # type: ignore[type-arg]
        """Those of some licenses."""
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
    """One thing to be done in the service, since a day. Done on a day, with what shows it; or withdrawn."""

    class What(models.TextChoices):
        """What is to be done in the service."""

        ADD = "add", gettext_lazy("add")
        REMOVE = "remove", gettext_lazy("remove")
        SLEEP = "sleep", gettext_lazy("suspend")
        WAKE = "wake", gettext_lazy("end the suspension")

    license = models.ForeignKey("licenses.License", on_delete=models.PROTECT, related_name="effects")
    what = models.CharField(gettext_lazy("what"), max_length=6, choices=What.choices)
    since: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("since"))
    done_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    done_by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.TextField(blank=True, default="")
    withdrawn_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)

    objects = EffectQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("pending change")
        verbose_name_plural = gettext_lazy("pending changes")
        constraints = [
            models.UniqueConstraint(
                fields=["license", "what"], condition=Q(done_on=None, withdrawn_on=None), name="one_pending_effect"
            )
        ]

    def __str__(self) -> str:
        return f"{self.license}: {self.get_what_display()}"

    @transaction.atomic
    def carry_out(self, *, by: User | None, evidence: str, on: datetime.date) -> None:
        """It was done in the service; `evidence` says how that is known. Raises Refused if it no longer waited."""
        from seatwise.licenses import hooks, seats

        seats.lock(self.license.service)
        if Effect.objects.pending().filter(pk=self.pk).update(done_on=on, done_by=by, evidence=evidence) != 1:
            raise Refused(_("This does not wait to be done any more. Nothing was changed."))
        self.done_on, self.done_by, self.evidence = on, by, evidence
        for tell in hooks.effects_done:
            tell([self], on)
        audit.record(by=by, verb="effect.done", subject=self, before=self.described(), after={"done_on": str(on)})

    def described(self) -> dict[str, str]:
        """Who, which and what, for the audit log."""
        return {**self.license.described(), "what": self.what, "since": str(self.since), "evidence": self.evidence}
