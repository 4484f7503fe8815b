"""The mailbox: up to which message it was looked at, whether it can be read, and what came of each message."""

import datetime
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from seatwise import configuration
from seatwise.directory.models import User, sees_all

MOST_NAME = 500
EVERY = datetime.timedelta(seconds=50)  # it is looked at
EVERY_WHILE_FAILING = datetime.timedelta(minutes=15)  # so that a wrong password locks no account
BUSY = datetime.timedelta(minutes=10)  # for one message, at the most


class MailboxQuerySet(models.QuerySet["Mailbox"]):
    def of_site(self) -> Self:
        """The one that the settings name, if they do."""
        box = configuration.MAILBOX.value()
        return self.filter(name=str(box)[:MOST_NAME]) if box else self.none()

    def failing(self) -> Self:
        return self.exclude(fails_since=None)


class Mailbox(models.Model):
    """A folder of a mailbox, by its address without the password. Messages up to `last_uid` were looked at."""

    name = models.CharField(max_length=MOST_NAME, unique=True)
    validity = models.BigIntegerField(default=0)  # of the numbers of messages, as the server says (UIDVALIDITY)
    last_uid = models.BigIntegerField(default=0)
    looked_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    busy_until: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    fails_since: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    problem = models.TextField(blank=True, default="")

    objects = MailboxQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def is_due(self) -> bool:
        """Whether it is to be looked at now; once for all workers."""
        now = timezone.now()
        due = Q(looked_at=None) | Q(looked_at__lt=now - (EVERY_WHILE_FAILING if self.fails_since else EVERY))
        return Mailbox.objects.filter(due, pk=self.pk).update(looked_at=now) == 1

    def claim(self) -> bool:
        """Whether nobody else takes its messages just now. It ends by itself where a process was killed."""
        now = timezone.now()
        free = Q(busy_until=None) | Q(busy_until__lt=now)
        return Mailbox.objects.filter(free, pk=self.pk).update(busy_until=now + BUSY) == 1

    def release(self) -> None:
        Mailbox.objects.filter(pk=self.pk).update(busy_until=None)


class ReceivedMessageQuerySet(models.QuerySet["ReceivedMessage"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Administrators and auditors see all, others nothing."""
        return self if sees_all(person) else self.none()

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def with_outcome(self, outcome: str) -> Self:
        return self.filter(outcome=outcome)

    def refused_since(self, moment: datetime.datetime) -> Self:
        return self.filter(outcome=ReceivedMessage.Outcome.REFUSED, looked_at__gte=moment)


class ReceivedMessage(models.Model):
    """A message that was looked at, and what came of it, in words."""

    class Outcome(models.TextChoices):
        DONE = "done", gettext_lazy("imported")
        WAITING = "waiting", gettext_lazy("waiting for confirmation")
        REFUSED = "refused", gettext_lazy("refused")
        IGNORED = "ignored", gettext_lazy("not an accepted sender")

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="messages")
    validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    sender = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()
    looked_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    said = models.TextField(blank=True)

    objects = ReceivedMessageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailbox", "validity", "uid"], name="a_message_once")]

    def __str__(self) -> str:
        return self.subject
