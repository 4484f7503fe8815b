"""Files of people that were uploaded and wait to be confirmed, and what became of them."""

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise.directory.changes import Refused
from seatwise.lib.people_file import parse

if TYPE_CHECKING:
    from seatwise.directory.models.people import User
    from seatwise.directory.people_file_import import Plan


class PeopleImportQuerySet(models.QuerySet["PeopleImport"]):
    """Imports of people."""

    def visible_to(self, person: "User | AnonymousUser") -> Self:
        """Administrators and auditors see all, others nothing."""
        from seatwise.directory.models.people import sees_all

        return self if sees_all(person) else self.none()

    def waiting(self) -> Self:
        """Those nobody has confirmed or thrown away."""
        return self.filter(state=PeopleImport.State.WAITING)

    def newest_first(self) -> Self:
        """The latest upload first."""
        return self.order_by("-pk")

    def forget_abandoned(self, before: datetime.datetime) -> int:
        """Throw away the files of those that have waited since before a moment; how many there were."""
        return self.waiting().filter(uploaded_at__lt=before).update(state=PeopleImport.State.ABANDONED, data=b"")


class PeopleImport(models.Model):
    """An upload. `data` is emptied as soon as it was decided; `result` are the counts of what was done."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", gettext_lazy("waiting for confirmation")
        DONE = "done", gettext_lazy("imported")
        ABANDONED = "abandoned", gettext_lazy("not imported")

    name = models.CharField(gettext_lazy("file"), max_length=255)
    data = models.BinaryField()
    encoding = models.CharField(gettext_lazy("encoding"), max_length=30, blank=True)
    deactivate_missing = models.BooleanField(default=False)
    uploaded_by = models.ForeignKey("directory.User", on_delete=models.PROTECT)
    uploaded_at = models.DateTimeField(gettext_lazy("uploaded at"))
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State.choices, default=State.WAITING)
    result: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)

    objects = PeopleImportQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def plan(self) -> "Plan":
        """What it would do now. Raises decoding.UnreadableText."""
        from seatwise.directory import people_file_import

        file = parse(bytes(self.data), name=self.name, encoding=self.encoding or None)
        return people_file_import.plan(file, deactivate_missing=self.deactivate_missing)

    @transaction.atomic
    def confirm(self, *, by: "User", on: datetime.date, fingerprint: str, leave_out: Sequence[str]) -> Sequence[str]:
        """Do what was looked at, once; what was left for somebody else to do, in words. Raises Refused."""
        from seatwise.directory import people_file_import

        file = parse(bytes(self.data), name=self.name, encoding=self.encoding or None)
        if not self.finish(PeopleImport.State.DONE, {}):
            raise Refused(_("This file was imported or thrown away already."))
        looked_at = people_file_import.Looked(file, self.deactivate_missing, fingerprint)
        done = people_file_import.commit(looked_at, by=by, on=on, leave_out=leave_out)
        self.result = done.counts()
        self.save(update_fields=["result"])
        return done.left

    def finish(self, state: str, result: dict[str, Any]) -> bool:
        """Write down what became of it and forget the file; False where somebody else has already."""
        waiting = PeopleImport.objects.waiting().filter(pk=self.pk)
        if waiting.update(state=state, result=result, data=b"") != 1:
            return False
        self.state, self.result, self.data = state, result, b""
        return True
