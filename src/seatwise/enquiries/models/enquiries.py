"""An enquiry: the question whether a license is still needed, and what was answered."""

import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.models import Status, User
from seatwise.enquiries import purposes
from seatwise.enquiries.models.sets import EnquiryQuerySet
from seatwise.licenses.models import License


class State(models.TextChoices):
    OPEN = "open", gettext_lazy("waiting for an answer")
    ANSWERED = "answered", gettext_lazy("answered")
    LAPSED = "lapsed", gettext_lazy("not answered in time")
    WITHDRAWN = "withdrawn", gettext_lazy("withdrawn")


class Answer(models.TextChoices):
    KEEP = "keep", gettext_lazy("keep")
    GIVE_BACK = "give_back", gettext_lazy("give back")
    NOT_NOW = "not_now", gettext_lazy("not now")


class Via(models.TextChoices):
    PAGE = "page", gettext_lazy("signed in")
    LINK = "link", gettext_lazy("by the link in the email")
    ON_BEHALF = "on_behalf", gettext_lazy("on their behalf")


class Enquiry(models.Model):
    """A question put to `person` about a license until `due` (included), for the thing `about`.

    `reached_on` is the day since which it is known to have reached them: a mail server took a letter that did not come
    back, or they saw it signed in (`seen_on`). `undeliverable`: a letter of it did not arrive. Changed by the verbs
    alone.
    """

    license = models.ForeignKey(License, models.PROTECT, related_name="enquiries")
    person = models.ForeignKey(
        User, models.PROTECT, verbose_name=gettext_lazy("person asked"), related_name="enquiries"
    )
    purpose = models.CharField(gettext_lazy("purpose"), max_length=30)
    about_type = models.CharField(max_length=60)
    about_id = models.CharField(max_length=60)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_on: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("asked on"))
    due: "models.DateField[datetime.date, datetime.date]" = models.DateField(gettext_lazy("to be answered by"))
    facts = models.JSONField(default=dict)
    nonce = models.CharField(max_length=64)
    reminders = models.PositiveSmallIntegerField(gettext_lazy("reminders"), default=0)
    seen_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    reached_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    undeliverable = models.BooleanField(default=False)
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.CharField(gettext_lazy("answer"), max_length=10, choices=Answer.choices, blank=True, default="")
    reason = models.TextField(gettext_lazy("reason"), blank=True, default="")
    not_now_until: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    answered_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    answered_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    via = models.CharField(max_length=10, choices=Via.choices, blank=True, default="")
    taken_back_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)
    ended_on: "models.DateField[datetime.date | None, datetime.date | None]" = models.DateField(null=True)

    objects = EnquiryQuerySet.as_manager()
    State, Answer, Via = State, Answer, Via

    class Meta:
        verbose_name = gettext_lazy("enquiry")
        verbose_name_plural = gettext_lazy("enquiries")
        constraints = [
            models.UniqueConstraint(fields=["license"], condition=Q(state="open"), name="one_open_enquiry"),
            models.CheckConstraint(condition=Q(due__gte=F("asked_on")), name="enquiry_is_due_after_it_is_asked"),
            models.CheckConstraint(
                condition=Q(state="answered", answered_on__isnull=False) & ~Q(answer="")
                | ~Q(state="answered") & Q(answer="", answered_on=None),
                name="enquiry_is_answered_with_an_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["about_type", "about_id"], name="enquiry_about"),
            models.Index(fields=["due"], name="enquiry_open", condition=Q(state="open")),
        ]

    was_on_leave: bool  # after with_leave()

    def __str__(self) -> str:
        return _("Enquiry to %(name)s about %(service)s") % {"name": self.person, "service": self.license.service}

    @property
    def about(self) -> models.Model | None:
        """What it is about, or None where that is gone."""
        found: models.Model | None = apps.get_model(self.about_type)._base_manager.filter(pk=self.about_id).first()
        return found

    @property
    def for_purpose(self) -> purposes.Purpose:
        """Its purpose. Raises UnknownPurpose."""
        return purposes.named(self.purpose)

    @property
    def account(self) -> str:
        """The account whose license it is, where that is not whoever is asked."""
        return "" if self.license.user_id == self.person_id else str(self.license.user)

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def is_delivered(self) -> bool:
        """Whether it reached whoever is asked: by mail, as far as is known, or signed in."""
        return self.reached_on is not None

    @property
    def is_on_leave(self) -> bool:
        """Whether the person or the license sleeps, or did while the question was put."""
        known = self.__dict__.get("was_on_leave")
        return bool(Enquiry.objects.on_leave().filter(pk=self.pk).exists()) if known is None else bool(known)

    @property
    def is_inactive(self) -> bool:
        """Whether it waits for somebody who was deactivated meanwhile."""
        return self.state == State.OPEN and self.person.status == Status.INACTIVE

    @property
    def reaches_nobody(self) -> bool:
        """Whether it could not be delivered, or whoever is asked is on leave or inactive: silence then says nothing."""
        not_reached = not self.is_delivered and (self.undeliverable or self.state == State.WITHDRAWN)
        return not_reached or self.is_inactive or self.is_on_leave

    @property
    def is_given_back(self) -> bool:
        """Whether the answer is that it is not needed."""
        return self.state == State.ANSWERED and self.answer == Answer.GIVE_BACK

    @property
    def why_not_taken_back(self) -> str:
        """Why nothing of it can be taken back, in words; empty where it can."""
        if not self.is_given_back:
            return _("There is nothing to withdraw. Nothing was changed.")
        if self.license.removed_on is not None:
            return _("The license was already removed, so you cannot take this back. Request a new one.")
        if self.for_purpose.is_over(self):
            return _("The reason for this question has ended, so your answer stays as it is.")
        return ""

    @property
    def may_be_taken_back(self) -> bool:
        """Whether it was given back, and nothing has followed from it."""
        return not self.why_not_taken_back

    def described(self) -> dict[str, Any]:
        """Whom, about what and until when, for the audit log."""
        return {**self.license.described(), "asked": self.person.login, "purpose": self.purpose, "due": str(self.due)}
