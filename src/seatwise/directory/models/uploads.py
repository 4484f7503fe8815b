"""Files that were uploaded and wait to be confirmed, and what became of them."""

import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from seatwise.directory.changes import Refused
from seatwise.directory.models.people import sees_all

if TYPE_CHECKING:
    from seatwise.directory.models.people import User


DECIDED = gettext_lazy("This file was already imported or discarded.")


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, person: "User | AnonymousUser") -> Self:
        """Administrators and auditors see all, but vendors' reports that somebody else uploaded; others nothing."""
        if not sees_all(person):
            return self.none()
        own = models.Q(uploaded_by=person.pk) | models.Q(uploaded_by=None)
        return self.filter(~models.Q(kind=Upload.Kind.REPORT) | own)

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def waiting(self) -> Self:
        """Those nobody has confirmed or thrown away."""
        return self.filter(state=Upload.State.WAITING)

    def newest_first(self) -> Self:
        """The latest upload first, without the files."""
        return self.select_related("uploaded_by").defer("data").order_by("-pk")

    def forget_abandoned(self, before: datetime.datetime, *, watched: bool = False) -> int:
        """Throw away the files of those that have waited since before a moment, of people or of a watched folder; how
        many there were.
        """
        return (
            self.waiting()
            .filter(uploaded_at__lt=before, uploaded_by__isnull=watched)
            .update(state=Upload.State.ABANDONED, data=b"")
        )


class Upload(models.Model):
    """A file, and in `options` how it is to be read. `data` is emptied as soon as it was decided what becomes of it;
    `result` is what was done then."""

    class Kind(models.TextChoices):
        PEOPLE = "people"
        LICENSES = "licenses"
        REPORT = "report"

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting for confirmation")
        DONE = "done", gettext_lazy("imported")
        ABANDONED = "abandoned", gettext_lazy("not imported")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(gettext_lazy("file"), max_length=255)
    data = models.BinaryField()
    encoding = models.CharField(gettext_lazy("encoding"), max_length=30, blank=True)
    options: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    # None: a file of a watched folder
    uploaded_by = models.ForeignKey("directory.User", on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(gettext_lazy("uploaded at"), default=timezone.now)
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State.choices, default=State.WAITING)
    result: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)

    objects = UploadQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has confirmed it or thrown it away."""
        return self.state == Upload.State.WAITING

    def claim(self, state: str = State.DONE) -> bytes:
        """Decide what becomes of it, once, and forget the file; its bytes. Raises Refused where that was decided."""
        if Upload.objects.waiting().filter(pk=self.pk).update(state=state, data=b"") != 1:
            raise Refused(str(DECIDED))
        data, self.state, self.data = bytes(self.data), state, b""
        return data

    def read_as(self, how: dict[str, Any]) -> None:
        """Keep how it is to be read: which column is what, and of a report the form and the zone of its dates."""
        self.options |= how
        self.save(update_fields=["options"])

    def keep_result(self, **result: Any) -> None:
        self.result = result
        self.save(update_fields=["result"])
