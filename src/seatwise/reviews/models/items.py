"""Items: every license that was held when a review was opened, whether it was named or not."""

import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy

from seatwise.directory.independence import NOBODYS, selves_of
from seatwise.directory.models import Department, Membership, Role, User, sees_all
from seatwise.enquiries.models import Enquiry
from seatwise.letters.models import Letter
from seatwise.licenses.models import Change, License, Suspension
from seatwise.reviews.models.deciders import Delegation, able_owners, heads

if TYPE_CHECKING:
    from seatwise.reviews.models.reviews import Review


class Decision(models.TextChoices):
    """What is to become of a license."""

    KEEP = "keep", gettext_lazy("keep")
    REMOVE = "remove", gettext_lazy("remove")
    SUSPEND = "suspend", gettext_lazy("suspend")
    REASSIGN = "reassign", gettext_lazy("reassign")


NAMED = Q(named=True) | Q(added_at__isnull=False)


def _decides(person: int) -> Q:
    departments = Q(decider_department__in=heads().filter(user=person).values("department"))
    owned = Q(decider_department=None, review__owner=person, review__owner__in=able_owners())
    return departments | owned


def _to_decide_by(person: User) -> Q:
    """The same, and for administrators those whose owner would decide about themselves, or cannot decide any more."""
    theirs = _decides(person.pk)
    if person.changes_things:
        selves = Q(user=F("review__owner")) | Q(user__responsible=F("review__owner"))
        selves |= Q(user=F("review__owner__responsible"), review__owner__kind__in=NOBODYS)
        theirs |= Q(decider_department=None) & (selves | ~Q(review__owner__in=able_owners()))
    return theirs


def _reached_nobody() -> "models.QuerySet[Enquiry]":
    found: models.QuerySet[Enquiry] = Enquiry.objects.exclude(state=Enquiry.State.ANSWERED).reaching_nobody()
    return found


def _asleep() -> "models.QuerySet[Suspension]":
    where = Q(service=None) | Q(service=OuterRef("license__service"))
    found: models.QuerySet[Suspension] = Suspension.objects.asleep().filter(where, user=OuterRef("user"))
    return found


class ItemQuerySet(models.QuerySet["Item"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Administrators and auditors see all; others those they decide and, of reviews that they own, all."""
        if sees_all(person):
            return self
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        return self.filter(Q(review__owner=person) | Q(pk__in=self.to_decide_by(person).values("pk")))

    def to_decide_by(self, person: User) -> Self:
        """Those whose decider the person is now, or stands in for: never about what is their own.

        Who stands in for somebody does not decide about what is the own of anybody for whom they stand in.
        """
        if not person.is_active or person.role == Role.AUDITOR:
            return self.none()
        theirs = _to_decide_by(person)
        principals = Delegation.objects.in_force_for(person)
        if principals:
            in_their_place = reduce(or_, (_decides(each) for each in principals))
            theirs |= in_their_place & ~Q(user__in=selves_of(*principals))
        return self.filter(theirs).exclude(user__in=selves_of(person.pk))

    def of_their_own(self, person: User) -> Self:
        """Those whose decider the person is, not counting those for whom they stand in."""
        return self.filter(_to_decide_by(person)).exclude(user__in=selves_of(person.pk))

    def for_deciding(self) -> Self:
        """With all that a decision rests on and a list shows, `away_until` among it: three queries.

        Of many, read them by `.iterator(AT_ONCE)`: SQLite refuses the query for the enquiries of a thousand.
        """
        asked = Enquiry.objects.with_leave().select_related("person", "answered_by")
        memberships = Membership.objects.current().select_related("department").order_by("-primary", "pk")
        return (
            self.select_related("user", "license", "review__service", "review__owner", "decider_department")
            .select_related("decided_by", "decided_for", "reassign_to", "added_by")
            .prefetch_related(Prefetch("enquiry", queryset=asked))
            .prefetch_related(Prefetch("user__membership_set", queryset=memberships, to_attr="current_memberships"))
            .annotate(away_until=Subquery(_asleep().order_by("until").values("until")[:1]))
        )

    def for_listing(self) -> Self:
        """The same, with `reminded_at`, when the last reminder was sent."""
        about = {
            "subject_type": "enquiries.enquiry",
            "subject_id": Cast(OuterRef("enquiry"), models.CharField(max_length=60)),
        }
        reminders = Letter.objects.of_kind("enquiries.reminder").filter(**about).newest_first()
        return self.for_deciding().annotate(reminded_at=Subquery(reminders.values("sent_at")[:1]))

    def answered(self) -> Self:
        return self.filter(enquiry__state=Enquiry.State.ANSWERED)

    def silent(self) -> Self:
        """Those whose question reached somebody and was not answered in time, or before it ended."""
        ended = [Enquiry.State.LAPSED, Enquiry.State.WITHDRAWN]
        return self.filter(enquiry__state__in=ended).exclude(enquiry__in=_reached_nobody())

    def waiting(self) -> Self:
        """Those whose question waits for an answer and may get one: it reached somebody, or is on its way."""
        return self.filter(enquiry__state=Enquiry.State.OPEN).exclude(enquiry__in=_reached_nobody())

    def unreached(self) -> Self:
        """Those whose question reached nobody, and that nobody answered."""
        return self.filter(enquiry__in=_reached_nobody())

    def to_look_at(self) -> Self:
        """Those that are not decided, or were answered after it."""
        return self.named().filter(Q(decision="") | Q(contradicted_at__isnull=False))

    def search(self, text: str) -> Self:
        """Those of people who are found by a text."""
        return self.filter(user__in=User.objects.search(text)) if text.strip() else self

    def in_department(self, department: Department) -> Self:
        """Those of people who belong to a department now, or to one below it."""
        return self.filter(user__in=User.objects.in_department(department))

    def by_name(self) -> Self:
        return self.order_by("user__name", "user__login", "pk")

    def of(self, review: "Review") -> Self:
        return self.filter(review=review)

    def named(self) -> Self:
        """Those that the rule named, and those that a department added."""
        return self.filter(NAMED)

    def not_named(self) -> Self:
        """Those that were looked at and not named, or left out, and that nobody added."""
        return self.exclude(NAMED)

    def left_out(self) -> Self:
        """Those that were not judged, for a reason, and that nobody added."""
        return self.not_named().exclude(left_out=[])

    def passed_over(self) -> Self:
        """Those that were judged and not named, and that nobody added."""
        return self.not_named().filter(left_out=[])

    def added(self) -> Self:
        """Those that a department added to those who are named."""
        return self.exclude(added_at=None)

    def undecided(self) -> Self:
        return self.named().filter(decision="")

    def decided(self, *decisions: str) -> Self:
        """Named ones that were decided, or decided so."""
        found = self.named().exclude(decision="")
        return found.filter(decision__in=decisions) if decisions else found

    def contradicted(self) -> Self:
        """Decided ones whose answer came afterwards and asks for something else."""
        return self.decided().exclude(contradicted_at=None)

    def against_recommendation(self) -> Self:
        """Decided ones of which something else was recommended when they were decided."""
        return self.decided().exclude(recommendation="").exclude(recommendation=F("decision"))

    def in_state(self, *states: str) -> Self:
        return self.filter(state__in=states)

    def removed(self) -> Self:
        """Those whose license was removed for it, as is confirmed."""
        return self.in_state(Item.State.APPLIED).filter(decision=Decision.REMOVE)

    def with_given_again(self) -> Self:
        """With `given_again_on`: since when their holder has a license of the service again."""
        again = License.objects.held().filter(user=OuterRef("user"), service=OuterRef("review__service"))
        return self.annotate(given_again_on=Subquery(again.values("added_on")[:1]))

    def given_again(self) -> Self:
        """Those whose removal was confirmed, and whose holder has a license of the service again."""
        return self.removed().with_given_again().exclude(given_again_on=None)

    def under_way(self) -> Self:
        """Named ones of reviews that are under way."""
        return self.named().filter(review__state__in=["open", "closing"])


class Item(models.Model):
    """One license in one review. `facts` are as they were at opening and never change; see opening.py for their keys.

    `left_out`: why somebody was not judged ([{"why", "until"}]). `decider_department` is the living directory's: whose
    administrators decide; None: the owner does. `deciders` are the ids of those people, as they were when it was handed
    over last (deciders.py). `named` is frozen, too; a department may add somebody later (`added_at`).
    """

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("not carried out yet")
        APPLIED = "applied", gettext_lazy("carried out and confirmed")
        PENDING = "pending", gettext_lazy("requested, not confirmed by the service yet")
        CHANGED = "changed", gettext_lazy("the license had changed in the meantime")
        FAILED = "failed", gettext_lazy("could not be carried out")
        UNDONE = "undone", gettext_lazy("undone")

    review = models.ForeignKey(
        "reviews.Review", on_delete=models.PROTECT, related_name="items", db_index=False
    )  # what it would find, license_once_in_a_review finds
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
    deciders = models.JSONField(default=list)
    added_by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    added_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    added_because = models.TextField(blank=True, default="")
    recommendation = models.CharField(max_length=10, choices=Decision.choices, blank=True, default="")
    recommended_because = models.JSONField(default=list)  # [key, {placeholders}], see recommendations.py
    enquiry = models.ForeignKey("enquiries.Enquiry", null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, default="")
    decided_by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_for = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")  # 代理
    decided_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    decision_reason = models.TextField(blank=True, default="")
    contradicted_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )  # since when the answer asks for something else than what was decided
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

    reminded_at: datetime.datetime | None  # after for_listing()
    given_again_on: datetime.date | None  # after with_given_again()
    away_until: datetime.date | None  # after for_deciding(): the day on which somebody who sleeps is back

    class Meta:
        verbose_name = gettext_lazy("item of a review")
        verbose_name_plural = gettext_lazy("items of reviews")
        constraints = [models.UniqueConstraint(fields=["review", "license"], name="license_once_in_a_review")]
        indexes = [
            models.Index(fields=["review", "named", "decision"], name="items_to_decide"),
            models.Index(fields=["review", "decider_department"], name="items_by_decider"),
        ]

    def __str__(self) -> str:
        return f"{self.review}: {self.user}"

    @property
    def is_named(self) -> bool:
        """Whether it is to be decided: the rule named it, or a department added it."""
        return self.named or self.added_at is not None

    def described(self) -> dict[str, Any]:
        """Who and which, for the audit log."""
        return {"review": self.review.name, "service": self.review.service.code, "user": self.user.login}
