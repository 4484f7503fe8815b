"""Items: every license that was held when a review was opened, whether it was named or not."""

import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Department, User
from seatwise.directory.models.people import sees_all
from seatwise.licenses.models import Change, License

if TYPE_CHECKING:
    from seatwise.reviews.models.reviews import Review


class Decision(models.TextChoices):
    """What is to become of a license."""

    KEEP = "keep", gettext_lazy("keep")
    REMOVE = "remove", gettext_lazy("remove")
    SUSPEND = "suspend", gettext_lazy("suspend")
    REASSIGN = "reassign", gettext_lazy("reassign")


class ItemQuerySet(models.QuerySet["Item"]):
    """Items."""

    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Administrators and auditors see all; others those they decide and, of reviews that they own, all."""
        if sees_all(person):
            return self
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        return self.filter(Q(review__owner=person) | Q(pk__in=self.to_decide_by(person).values("pk")))

    def to_decide_by(self, person: User) -> Self:
        """Those whose decider the person is now, or stands in for; never themselves."""
        from seatwise.reviews.models.deciders import Delegation

        stands_for = [person.pk, *Delegation.objects.in_force_for(person)]
        departments = Department.objects.filter(departmentadministrator__user__in=stands_for)
        theirs = Q(decider_department__in=departments) | Q(decider_department=None, review__owner__in=stands_for)
        if person.changes_things:  # whose owner would decide about themselves
            theirs |= Q(decider_department=None, user=F("review__owner"))
        return self.filter(theirs).exclude(user=person)

    def of(self, review: "Review") -> Self:
        """Those of one review."""
        return self.filter(review=review)

    def named(self) -> Self:
        """Those that the rule named."""
        return self.filter(named=True)

    def not_named(self) -> Self:
        """Those that were looked at and not named, or left out."""
        return self.filter(named=False)

    def undecided(self) -> Self:
        """Named ones that nobody has decided."""
        return self.named().filter(decision="")

    def decided(self, *decisions: str) -> Self:
        """Named ones that were decided, or decided so."""
        found = self.named().exclude(decision="")
        return found.filter(decision__in=decisions) if decisions else found

    def in_state(self, *states: str) -> Self:
        """Those that stand somewhere."""
        return self.filter(state__in=states)

    def under_way(self) -> Self:
        """Named ones of reviews that are under way."""
        return self.named().filter(review__state__in=["open", "closing"])


class Item(models.Model):
    """One license in one review. `facts` are as they were at opening and never change; see opening.py for their keys.

    `left_out`: why somebody was not judged ([{"why", "until"}]). `decider_department` is the living directory's: whose
    administrators decide; None: the owner does.
    """

    class State(models.TextChoices):
        """What became of the decision."""

        WAITING = "waiting", gettext_lazy("not carried out yet")
        APPLIED = "applied", gettext_lazy("carried out")
        PENDING = "pending", gettext_lazy("carried out here, not confirmed by the service yet")
        CHANGED = "changed", gettext_lazy("the license had changed meanwhile")
        FAILED = "failed", gettext_lazy("could not be carried out")
        UNDONE = "undone", gettext_lazy("undone")

    review = models.ForeignKey("reviews.Review", on_delete=models.PROTECT, related_name="items")
    license = models.ForeignKey(License, on_delete=models.PROTECT, related_name="items")
    user = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="items")
    named = models.BooleanField()
    left_out = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    department = models.ForeignKey(
        "directory.Department", null=True, on_delete=models.SET_NULL, related_name="+"
    )  # the primary one at opening
    decider_department = models.ForeignKey(
        "directory.Department", null=True, on_delete=models.SET_NULL, related_name="items_to_decide"
    )
    recommendation = models.CharField(max_length=10, choices=Decision.choices, blank=True, default="")
    recommended_because = models.JSONField(default=list)  # [key, {placeholders}], see recommending.py
    enquiry = models.ForeignKey("enquiries.Enquiry", null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, default="")
    decided_by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_for = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")  # 代理
    decided_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    decision_reason = models.TextField(blank=True, default="")
    in_bulk = models.BooleanField(default=False)
    suspend_until: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    reassign_to = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.TextField(blank=True, default="")
    change = models.ForeignKey(Change, null=True, on_delete=models.PROTECT, related_name="items")
    suspension = models.ForeignKey("licenses.Suspension", null=True, on_delete=models.PROTECT, related_name="+")
    applied_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    read_back = models.JSONField(default=dict)  # what was found: {"on", "held", "effect", "evidence"}

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("item of a review")
        verbose_name_plural = gettext_lazy("items of reviews")
        constraints = [models.UniqueConstraint(fields=["review", "license"], name="license_once_in_a_review")]
        indexes = [models.Index(fields=["review", "named", "decision"], name="items_to_decide")]

    def __str__(self) -> str:
        return f"{self.review}: {self.user}"

    def described(self) -> dict[str, Any]:
        """Who and which, for the audit log."""
        return {"review": self.review.name, "service": self.review.service.code, "user": self.user.login}
