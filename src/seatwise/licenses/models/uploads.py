"""Files of who may use which services that were uploaded and wait to be confirmed, and what became of them."""

import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.directory.models.people import sees_all
from seatwise.lib.licenses_file import LicensesFile, Reading, parse
from seatwise.licenses.models.changes import Change

if TYPE_CHECKING:
    from seatwise.licenses.export_comparison import Comparison
    from seatwise.licenses.file_import import Looked
    from seatwise.licenses.file_plan import Plan


class LicensesUploadQuerySet(models.QuerySet["LicensesUpload"]):
    """Uploads."""

    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Administrators and auditors see all, others nothing."""
        return self if sees_all(person) else self.none()

    def waiting(self) -> Self:
        """Those nobody has confirmed or thrown away."""
        return self.filter(state=LicensesUpload.State.WAITING)

    def newest_first(self) -> Self:
        """The latest upload first."""
        return self.order_by("-pk")

    def forget_abandoned(self, before: datetime.datetime) -> int:
        """Throw away the files of those that have waited since before a moment; how many there were."""
        return self.waiting().filter(uploaded_at__lt=before).update(state=LicensesUpload.State.ABANDONED, data=b"")


class LicensesUpload(models.Model):
    """An upload. `data` is emptied as soon as it was decided.

    `confirms` are the services whose own export it is, as of a day: then it shows what has been carried out there, and
    changes no license. `change` is what else it did.
    """

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", gettext_lazy("waiting for confirmation")
        DONE = "done", gettext_lazy("saved")
        ABANDONED = "abandoned", gettext_lazy("not saved")

    name = models.CharField(gettext_lazy("file"), max_length=255)
    data = models.BinaryField()
    encoding = models.CharField(gettext_lazy("encoding"), max_length=30, blank=True)
    delimiter = models.CharField(gettext_lazy("separator"), max_length=1, blank=True)
    heading: "models.BooleanField[bool | None, bool | None]" = models.BooleanField(null=True)
    confirms = models.ManyToManyField(Service, related_name="+")
    as_of: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    uploaded_by = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(gettext_lazy("uploaded at"))
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State.choices, default=State.WAITING)
    change = models.ForeignKey(Change, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed = models.PositiveIntegerField(default=0)

    objects = LicensesUploadQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("file of licenses")
        verbose_name_plural = gettext_lazy("files of licenses")

    def __str__(self) -> str:
        return self.name

    def read(self) -> LicensesFile:
        """What stands in it. Raises decoding.UnreadableText."""
        reading = Reading(self.encoding or None, self.delimiter or None, self.heading)
        return parse(bytes(self.data), name=self.name, reading=reading)

    def plan(self, on: datetime.date) -> "Plan":
        """What it would do now."""
        from seatwise.licenses.file_plan import plan

        return plan(self.read(), on=on)

    def comparison(self) -> "Comparison":
        """What it shows of the services whose export it is."""
        from seatwise.licenses.export_comparison import compare

        return compare(self.read(), list(self.confirms.order_by("pk")), as_of=self.as_of or self.uploaded_at.date())

    @transaction.atomic
    def save_licenses(self, looked: "Looked", *, by: User, reason: str, on: datetime.date) -> Change:
        """Do what was looked at, once. Raises Refused."""
        from seatwise.licenses.file_import import commit

        self._claim()
        self.change = commit(looked, by=by, reason=reason, on=on)
        self.save(update_fields=["change"])
        return self.change

    @transaction.atomic
    def confirm_effects(self, *, by: User, on: datetime.date) -> int:
        """Confirm what the service's own export shows to have been carried out; how many. Raises Refused."""
        comparison = self.comparison()
        self._claim()
        self.confirmed = comparison.confirm(by=by, on=on)
        self.save(update_fields=["confirmed"])
        return self.confirmed

    def discard(self) -> None:
        """Throw the file away. Raises Refused where it was decided already."""
        self._claim(LicensesUpload.State.ABANDONED)

    def _claim(self, state: str = State.DONE) -> None:
        if LicensesUpload.objects.waiting().filter(pk=self.pk).update(state=state, data=b"") != 1:
            raise Refused(_("This file was saved or thrown away already."))
        self.state, self.data = state, b""
