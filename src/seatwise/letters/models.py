"""A letter: a mail to somebody about something, written once; and what goes to channels, in the same log."""

import datetime
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import audit, configuration
from seatwise.directory.changes import Refused
from seatwise.directory.models import Language, User, sees_all
from seatwise.letters import hooks, kinds
from seatwise.letters.backends import FOLDER, PRINT, SMTP, is_off
from seatwise.lib.logins import fold
from seatwise.lib.word_search import with_every_word


class State(models.TextChoices):
    WAITING = "waiting", gettext_lazy("waiting to be sent")
    SENT = "sent", gettext_lazy("sent")
    UNDELIVERABLE = "undeliverable", gettext_lazy("undeliverable")
    WITHDRAWN = "withdrawn", gettext_lazy("withdrawn")


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """All for administrators and auditors, for others those to themselves."""
        if sees_all(person):
            return self
        return self.filter(to=person) if isinstance(person, User) and person.is_active else self.none()

    def about(self, *rows: models.Model) -> Self:
        """Those about some things of one kind."""
        kind = rows[0]._meta.label_lower if rows else ""
        return self.filter(subject_type=kind, subject_id__in=[str(row.pk) for row in rows])

    def of_kind(self, *names: str) -> Self:
        return self.filter(kind__in=names)

    def with_state(self, state: str) -> Self:
        return self.filter(state=state)

    def waiting(self) -> Self:
        """Not sent yet."""
        return self.filter(state=State.WAITING)

    def delivered(self) -> Self:
        """Taken by a mail server, and not reported as not arrived."""
        return self.filter(state=State.SENT)

    def undeliverable(self) -> Self:
        """Known not to have arrived, or not known to have."""
        return self.filter(state=State.UNDELIVERABLE)

    def due(self, now: datetime.datetime) -> Self:
        """Those to be tried now, the longest due first."""
        return self.waiting().filter(next_attempt_at__lte=now).order_by("next_attempt_at", "pk")

    def through(self, channel: models.Model | None) -> Self:
        return self.filter(channel=channel)

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def search(self, text: str) -> Self:
        """Those whose recipient, address or Message-ID holds every word."""

        def holds(word: str) -> models.Q:
            named = models.Q(to__search_text__contains=fold(word)) | models.Q(address__icontains=word)
            return named | models.Q(message_id__contains=word)

        return with_every_word(self, text, holds)

    def by_state(self) -> dict[str, int]:
        counted = dict(self.order_by().values_list("state").annotate(models.Count("pk")))
        return {state: counted.get(state, 0) for state in State.values}

    def withdraw(self) -> int:
        """Never send those that are waiting; how many. One that is being sent at this moment may still arrive."""
        return self.waiting().update(state=State.WITHDRAWN, problem="")


class EmailManager(models.Manager.from_queryset(LetterQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> LetterQuerySet:
        """Emails alone: a message in a channel is never taken for one that was delivered."""
        found: LetterQuerySet = super().get_queryset().filter(channel=None)
        return found


class Letter(models.Model):
    """A letter. What it says is not kept: it is composed when it is sent, or read, from how things are then.

    With a channel it is a message there: the letter once more, to the person whose channel it is; or, to nobody in
    particular, that there are `count` letters of its kind.
    """

    to: "models.ForeignKey[User, User]" = models.ForeignKey(  # type: ignore[misc]  # an email has one
        User, models.PROTECT, verbose_name=gettext_lazy("recipient"), related_name="letters", null=True
    )
    channel = models.ForeignKey(
        "channels.Channel",
        models.PROTECT,
        verbose_name=gettext_lazy("channel"),
        related_name="messages",
        null=True,
        db_index=False,  # nearly all have none: SQLite would look for those by it
    )
    count = models.PositiveIntegerField(default=1)
    kind = models.CharField(gettext_lazy("kind"), max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)
    language = models.CharField(gettext_lazy("language"), max_length=5, choices=Language.choices)
    address = models.CharField(gettext_lazy("e-mail address"), max_length=255, blank=True)
    state = models.CharField(gettext_lazy("state"), max_length=20, choices=State.choices, default=State.WAITING)
    written_at = models.DateTimeField(gettext_lazy("written"))
    due_at = models.DateTimeField(gettext_lazy("to be sent"))
    next_attempt_at = models.DateTimeField()
    sent_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        gettext_lazy("sent"), null=True
    )
    bounced_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        gettext_lazy("reported as not delivered"), null=True
    )
    attempts = models.PositiveIntegerField(gettext_lazy("attempts"), default=0)
    unsure = models.PositiveIntegerField(default=0)  # attempts after which nobody knows whether a server took it
    problem = models.CharField(gettext_lazy("problem"), max_length=500, blank=True, default="")
    answer = models.CharField(gettext_lazy("answer of the mail server"), max_length=500, blank=True, default="")
    message_id = models.CharField(max_length=255, unique=True)

    objects = EmailManager()
    every = LetterQuerySet.as_manager()
    State = State

    class Meta:
        verbose_name = gettext_lazy("email")
        verbose_name_plural = gettext_lazy("emails")
        indexes = [
            models.Index(fields=["state", "next_attempt_at"], name="letter_due"),
            models.Index(fields=["subject_type", "subject_id"], name="letter_about"),
            models.Index(fields=["channel", "id"], name="letter_of_channel", condition=~models.Q(channel=None)),
        ]

    def __str__(self) -> str:
        return _("%(kind)s (to %(name)s)") % {"kind": self.kind_in_words, "name": self.to or self.channel}

    @property
    def kind_in_words(self) -> str:
        return kinds.kind_label(self.kind)

    @property
    def problem_in_words(self) -> str:
        """Why it was not sent, or did not arrive; what a mail server said is as it was said."""
        return _(self.problem) if self.problem else ""

    @property
    def is_delivered(self) -> bool:
        """Whether a mail server took it, and nobody reported since that it did not arrive."""
        return self.state == State.SENT

    @property
    def is_undeliverable(self) -> bool:
        """Whether it did not arrive, as far as is known."""
        return self.state == State.UNDELIVERABLE

    @property
    def subject(self) -> models.Model | None:
        """What it is about, or None where that is gone."""
        model = apps.get_model(self.subject_type)
        found: models.Model | None = model._base_manager.filter(pk=self.subject_id).first()
        return found

    @transaction.atomic
    def not_arrived(self, *, by: User | None, reason: str) -> None:
        """Note that it did not arrive after all. Raises Refused for one that was not sent, or is known not to have."""
        if not reason.strip():
            raise Refused(_("Say how you know that the email was not delivered."))
        before = {"state": self.state}
        now, problem = timezone.now(), reason.strip()[:500]
        changed: dict[str, Any] = {"state": State.UNDELIVERABLE, "bounced_at": now, "problem": problem}
        may_be_sent = models.Q(state=State.SENT) | models.Q(state=State.WAITING, unsure__gt=0)
        if Letter.objects.filter(may_be_sent, pk=self.pk).update(**changed) != 1:
            raise Refused(_("Only an email that was sent can be marked as not delivered."))
        for name, value in changed.items():
            setattr(self, name, value)
        hooks.tell_undeliverable(self)
        after = {"state": self.state}
        audit.record(by=by, verb="letter.not_arrived", subject=self, before=before, after=after, reason=reason.strip())


def by_what() -> str:
    """By what letters are sent, and from which address."""
    sender = configuration.MAIL_FROM.value()
    if is_off():
        return _("No mail server is set up (SEATWISE_MAIL): no emails are sent, and a missing reply is no answer.")
    name = settings.EMAIL_BACKEND
    if name == SMTP:
        server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        return _("Emails are sent through %(server)s, from %(sender)s.") % {"server": server, "sender": sender}
    if name == FOLDER:
        folder = settings.EMAIL_FILE_PATH
        return _("Emails are not sent; they are written to the folder %(folder)s.") % {"folder": folder}
    if name == PRINT:
        return _("Emails are not sent; the worker prints them (SEATWISE_MAIL is print:).")
    return _("Emails are sent from %(sender)s.") % {"sender": sender}
