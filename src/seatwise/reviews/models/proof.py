"""Proof: the four steps, what departments confirmed, and what was added after closing."""

import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.independence import Why

if TYPE_CHECKING:
    from seatwise.reviews.models.reviews import Review

PARTS = {
    "proposed": gettext_lazy("submitted by"),
    "approved": gettext_lazy("approved by"),
    "carried_out": gettext_lazy("carried out by"),
    "decided": gettext_lazy("decided by"),
    "answered": gettext_lazy("answered on someone’s behalf by"),
    "added": gettext_lazy("added by"),
    "attested": gettext_lazy("holders not selected, confirmed by"),
    "holder": gettext_lazy("a license of"),
    "receiver": gettext_lazy("a seat for"),
}


def mark_in_words(mark: dict[str, Any]) -> str:
    """How somebody was not independent, as a step keeps it, in the language that is spoken now."""
    given = {"part": PARTS[mark["part"]], "names": _(", ").join(mark["people"]), "why": Why(mark["why"]).label}
    return _("%(part)s %(names)s (%(why)s)") % given


class Step(models.Model):
    """One of the four records: 申請, 承認, 実施, 確認. `also`: other steps of the same person.

    `conflicts`: how whoever took it was not independent, where the review allows that: see reviews/conflicts.py.
    """

    class Kind(models.TextChoices):
        PROPOSED = "proposed", gettext_lazy("request")
        APPROVED = "approved", gettext_lazy("approval")
        CARRIED_OUT = "carried_out", gettext_lazy("execution")
        CONFIRMED = "confirmed", gettext_lazy("confirmation")

    review = models.ForeignKey("reviews.Review", on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=11, choices=Kind.choices)
    by = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=600)
    at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField()
    text = models.TextField(blank=True, default="")
    also = models.JSONField(default=list)
    conflicts = models.JSONField(default=list)
    returned_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )  # a request that was not approved
    returned_by_text = models.CharField(max_length=600, blank=True, default="")
    returned_because = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = gettext_lazy("step of a review")
        verbose_name_plural = gettext_lazy("steps of reviews")
        constraints = [
            models.UniqueConstraint(
                fields=["review", "kind"], condition=models.Q(returned_at=None), name="each_step_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.review}: {self.get_kind_display()}"

    @property
    def conflicts_in_words(self) -> list[str]:
        """How whoever took it was not independent."""
        return [mark_in_words(mark) for mark in self.conflicts]


class Attestation(models.Model):
    """A department has looked at its holders who were not named, too."""

    review = models.ForeignKey("reviews.Review", on_delete=models.PROTECT, related_name="attestations")
    department = models.ForeignKey("directory.Department", null=True, on_delete=models.SET_NULL, related_name="+")
    department_text = models.TextField(blank=True, default="")
    by = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=600)
    at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField()
    count = models.PositiveIntegerField()
    checksum = models.CharField(max_length=64)  # SHA-256 of the logins that were confirmed, sorted, a line each
    remark = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = gettext_lazy("confirmation of a department")
        verbose_name_plural = gettext_lazy("confirmations of departments")

    def __str__(self) -> str:
        return f"{self.review}: {self.department_text}"


class Addendum(models.Model):
    """What happened after a review was closed: something undone, confirmed by a vendor, or remarked."""

    class Kind(models.TextChoices):
        UNDONE = "undone", gettext_lazy("undone")
        READ_BACK = "read_back", gettext_lazy("read back")
        CONFIRMED = "confirmed", gettext_lazy("confirmed")
        REMARK = "remark", gettext_lazy("remark")

    review = models.ForeignKey("reviews.Review", on_delete=models.PROTECT, related_name="addenda")
    item = models.ForeignKey("reviews.Item", null=True, on_delete=models.PROTECT, related_name="addenda")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField()
    by_text = models.CharField(max_length=600, blank=True, default="")
    text = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = gettext_lazy("addendum of a review")
        verbose_name_plural = gettext_lazy("addenda of reviews")

    def __str__(self) -> str:
        return f"{self.review}: {self.get_kind_display()}"


class Evidence(models.Model):
    """A sealed package as it was given out: number 0 at closing; others with so many addenda around it."""

    review = models.ForeignKey("reviews.Review", on_delete=models.PROTECT, related_name="evidence")
    number = models.PositiveIntegerField()
    at: "models.DateTimeField[datetime.datetime, datetime.datetime]" = models.DateTimeField()
    manifest_sum = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        verbose_name = gettext_lazy("evidence of a review")
        verbose_name_plural = gettext_lazy("evidence of reviews")
        constraints = [models.UniqueConstraint(fields=["review", "number"], name="evidence_once")]

    def __str__(self) -> str:
        return f"{self.review}: {self.manifest_sum}"


class FindingQuerySet(models.QuerySet["Finding"]):
    def of(self, review: "Review") -> Self:
        """Those that were kept with a review when it was closed."""
        return self.filter(review=review)

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)


class Finding(models.Model):
    """One thing that was found when the roster was looked at: see completeness.py. Texts, as they were at closing."""

    review = models.ForeignKey("reviews.Review", on_delete=models.PROTECT, related_name="findings")
    kind = models.CharField(gettext_lazy("action"), max_length=40)
    login = models.CharField(gettext_lazy("login name"), max_length=512)
    name = models.CharField(gettext_lazy("name"), max_length=255, blank=True, default="")
    since: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    text = models.TextField(blank=True, default="")

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("finding")
        verbose_name_plural = gettext_lazy("findings")
        indexes = [models.Index(fields=["review", "kind"], name="findings_of_a_review")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.login}"
