"""A vendor's reports: kept and shown verbatim, with source and date."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy

from seatwise.directory.models import sees_all
from seatwise.lib.logins import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser

    from seatwise.directory.models import Service, User
    from seatwise.lib.notices import Notice


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def visible_to(self, person: "User | AnonymousUser") -> Self:
        """Administrators and auditors see all, others nothing."""
        return self if sees_all(person) else self.none()

    def of(self, service: "Service") -> Self:
        return self.filter(service=service)

    def newest_first(self) -> Self:
        return self.order_by("-as_of", "-pk")


class SnapshotRowQuerySet(models.QuerySet["SnapshotRow"]):
    def search(self, text: str) -> Self:
        found = self
        for word in fold(text).split():
            found = found.filter(login__folded__contains=word)
        return found


class Snapshot(models.Model):
    """One report of a vendor on a service, as of a day."""

    service = models.ForeignKey("directory.Service", models.PROTECT, related_name="snapshots")
    revision = models.ForeignKey("ledger.Revision", models.PROTECT, related_name="snapshots")
    as_of = models.DateField(gettext_lazy("as of"))
    file = models.CharField(gettext_lazy("file"), max_length=255)
    period = models.PositiveSmallIntegerField(null=True)  # in days, of which its numbers are; None: nobody knows
    rows_count = models.IntegerField(default=0)
    imported_by = models.ForeignKey("directory.User", models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField(auto_now_add=True)
    said: "Sequence[str]" = ()  # what else its import did, after `import_snapshot`
    remarks: "Sequence[Notice]" = ()  # and what there is to say of its rows

    objects = SnapshotQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.file} ({self.as_of})"


class SnapshotRow(models.Model):
    """What a report says of one login. `reported_days` is its number as it stands there."""

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="rows")
    login = models.ForeignKey("directory.Login", models.PROTECT, related_name="+")
    last_access = models.DateField(null=True)
    reported_days = models.CharField(max_length=40, blank=True, default="")

    objects = SnapshotRowQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "login"], name="snapshot_row_once")]
