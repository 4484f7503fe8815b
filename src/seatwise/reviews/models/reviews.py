"""Reviews, and the schedules that draft them."""

import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Role, User, sees_all
from seatwise.lib.word_search import with_every_word
from seatwise.reviews.models.items import Item
from seatwise.reviews.rules import Rule

if TYPE_CHECKING:
    from seatwise.directory.models import Service

TWO_STEPS = gettext_lazy(
    "Even if they are not independent of what they approve; the evidence says so each time. No "
    "one can approve their own license or confirm what they carried out."
)
KEPT_TOO = gettext_lazy("including people who recently kept the seat with a reason")


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Administrators and auditors see all; others those that they own, and opened ones with items of theirs."""
        if sees_all(person):
            return self
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        theirs = Item.objects.to_decide_by(person).filter(review=OuterRef("pk"))
        return self.filter(Q(owner=person) | (~Q(state=Review.State.DRAFT) & Exists(theirs)))

    def owned_by(self, person: User | AnonymousUser) -> Self:
        """Those that a person carries: administrators all, department administrators their own."""
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        if person.changes_things:
            return self
        return self.filter(owner=person) if person.role == Role.DEPARTMENT_ADMINISTRATOR else self.none()

    def told_to(self, person: User | AnonymousUser) -> Self:
        """Those whose whole story a person may see: administrators and auditors all, others those that they carry."""
        return self if sees_all(person) else self.owned_by(person)

    def named(self, text: str) -> Self:
        """Those whose name holds every word."""
        return with_every_word(self, text, lambda word: models.Q(name__icontains=word))

    def in_state(self, *states: str) -> Self:
        return self.filter(state__in=states)

    def open(self) -> Self:
        return self.in_state(Review.State.OPEN, Review.State.CLOSING)

    def of(self, service: "Service") -> Self:
        return self.filter(service=service)

    def with_progress(self) -> Self:
        """With `named_count` and `decided_count`."""
        named = Item.objects.filter(review=OuterRef("pk")).named().order_by()
        counts = [
            Subquery(items.values("review").annotate(n=Count("pk")).values("n")) for items in (named, named.decided())
        ]
        return self.annotate(named_count=Coalesce(counts[0], 0), decided_count=Coalesce(counts[1], 0))

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class Review(models.Model):
    """One round. `as_of` and all of its items are fixed when it is opened; `due` is a day in the organization's zone,
    whose end is meant.

    `seats` is what was contracted and held at opening, with the contracts; `money` holds the seal of its evidence.
    """

    class State(models.TextChoices):
        DRAFT = "draft", gettext_lazy("draft")
        OPEN = "open", gettext_lazy("open")
        CLOSING = "closing", gettext_lazy("being carried out")
        CLOSED = "closed", gettext_lazy("closed")
        CANCELLED = "cancelled", gettext_lazy("cancelled")

    name = models.CharField(gettext_lazy("name"), max_length=200)
    service = models.ForeignKey("directory.Service", on_delete=models.PROTECT, related_name="reviews")
    owner = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="reviews")
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    rule = models.JSONField(gettext_lazy("rule"), default=dict)
    due: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("due"))
    asks_members = models.BooleanField(gettext_lazy("users are asked first"), default=True)
    asks_again = models.BooleanField(KEPT_TOO, default=False)
    one_person_two_steps = models.BooleanField(
        gettext_lazy("one person may take two of the four steps"), default=False, help_text=TWO_STEPS
    )
    schedule = models.ForeignKey("reviews.Schedule", null=True, on_delete=models.PROTECT, related_name="reviews")
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    created_on: "models.DateField[datetime.date, datetime.date]" = models.DateField()
    created_by = models.ForeignKey("directory.User", null=True, on_delete=models.PROTECT, related_name="+")
    as_of: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    opened_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    closed_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    coverage = models.JSONField(default=dict)  # recorded_since, gaps, time_zone, sources, at opening
    seats = models.JSONField(default=dict)
    money = models.JSONField(default=dict)
    checksum = models.CharField(max_length=64, blank=True, default="")  # of the population, SHA-256

    objects = ReviewQuerySet.as_manager()

    named_count: int  # after with_progress()
    decided_count: int  # after with_progress()

    class Meta:
        verbose_name = gettext_lazy("review")
        verbose_name_plural = gettext_lazy("reviews")

    def __str__(self) -> str:
        return self.name

    @property
    def judges_by(self) -> Rule:
        return Rule.from_json(self.rule)

    def is_carried_by(self, person: User) -> bool:
        """Whether somebody carries it on: administrators, and the owner as long as they administer departments."""
        owns = person.pk == self.owner_id and person.role == Role.DEPARTMENT_ADMINISTRATOR
        return person.changes_things or (owns and person.is_active)

    def is_late(self, on: datetime.date) -> bool:
        """Whether its day has ended and it is still open."""
        return self.state in (self.State.OPEN, self.State.CLOSING) and on > self.due

    def described(self) -> dict[str, Any]:
        """What it is, for the audit log."""
        return {
            "name": self.name,
            "service": self.service.code,
            "owner": self.owner.login,
            "state": str(self.state),
            "rule": self.rule,
            "due": str(self.due),
            "as_of": str(self.as_of or ""),
            "asks_members": self.asks_members,
            "asks_again": self.asks_again,
            "one_person_two_steps": self.one_person_two_steps,
        }


class Schedule(models.Model):
    """Drafts a review every so many months and tells its owner: on the day of the month of `first_on`, or on the last
    one of a month that has no such day.
    """

    name = models.CharField(gettext_lazy("name"), max_length=200)
    service = models.ForeignKey("directory.Service", on_delete=models.PROTECT, related_name="schedules")
    owner = models.ForeignKey("directory.User", on_delete=models.PROTECT, related_name="+")
    rule = models.JSONField(gettext_lazy("rule"), default=dict)
    first_on: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("first review on"))
    every_months = models.PositiveSmallIntegerField(gettext_lazy("every (months)"), default=3)
    next_on: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("next on"))
    due_days = models.PositiveSmallIntegerField(gettext_lazy("due after (days)"), default=30)
    asks_members = models.BooleanField(gettext_lazy("users are asked first"), default=True)
    asks_again = models.BooleanField(KEPT_TOO, default=False)
    one_person_two_steps = models.BooleanField(
        gettext_lazy("one person may take two of the four steps"), default=False, help_text=TWO_STEPS
    )
    ended_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)

    class Meta:
        verbose_name = gettext_lazy("schedule")
        verbose_name_plural = gettext_lazy("schedules")

    def __str__(self) -> str:
        return self.name

    def described(self) -> dict[str, Any]:
        """What it is, for the audit log."""
        return {
            "name": self.name,
            "service": self.service.code,
            "owner": self.owner.login,
            "rule": self.rule,
            "asks_again": self.asks_again,
            "every_months": self.every_months,
            "first_on": str(self.first_on),
            "next_on": str(self.next_on),
            "due_days": self.due_days,
            "asks_members": self.asks_members,
            "one_person_two_steps": self.one_person_two_steps,
        }
