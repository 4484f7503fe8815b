"""A webhook, and what was delivered by it."""

import datetime
from collections.abc import Collection
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from seatwise import audit
from seatwise.audit.models import Chain, Entry
from seatwise.directory.models import User
from seatwise.directory.models.people import sees_all
from seatwise.lib import ciphers
from seatwise.webhooks import signing
from seatwise.webhooks.events import TEST

PURPOSE = "seatwise webhooks"
BOTH_FOR = datetime.timedelta(hours=24)  # for which the secret before still signs


def _hidden(text: str) -> str:
    return ciphers.encrypt(text, secret_key=settings.SECRET_KEY, purpose=PURPOSE) if text else ""


def _readable(kept: str) -> str:
    return (ciphers.decrypt(kept, secret_key=settings.SECRET_KEY, purpose=PURPOSE) or "") if kept else ""


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """Administrators and auditors see all, others nothing."""
        return self.filter(ended_at=None) if sees_all(person) else self.none()

    def in_use(self) -> Self:
        return self.filter(is_on=True, ended_at=None)

    def stopped(self) -> Self:
        """Those that were stopped since nobody took what they sent."""
        return self.filter(ended_at=None).exclude(stopped_at=None)


class Webhook(models.Model):
    """Where events are sent. Its address may hold a secret and is kept as one; `shown` is its host.

    `position` is the number of the last entry of the audit log that was looked at for it.
    """

    name = models.CharField(gettext_lazy("name"), max_length=100)
    address = models.TextField(blank=True, default="")
    shown = models.CharField(gettext_lazy("host"), max_length=255)
    events: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    secret = models.TextField(blank=True, default="")
    old_secret = models.TextField(blank=True, default="")
    old_until: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    position = models.BigIntegerField(default=0)
    is_on = models.BooleanField(gettext_lazy("in use"), default=True)
    fails_since: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    stopped_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    ended_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("webhook")
        verbose_name_plural = gettext_lazy("webhooks")

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """Its address, for the worker alone."""
        return _readable(self.address)

    def secrets(self, now: datetime.datetime) -> list[str]:
        """By which an event is signed: the secret, and for a day the one before."""
        old = self.old_secret if self.old_until is not None and now < self.old_until else ""
        return [secret for kept in (self.secret, old) if (secret := _readable(kept))]

    @transaction.atomic
    def change(self, *, by: User, address: str = "", events: Collection[str] = (), **fields: Any) -> str | None:
        """Save it with what it is now; its secret where it is new, "" where something changed, None where nothing did.

        One that is new is told of what happens from now on. One that is in use again goes on where it stopped.
        """
        before, secret = (self.described() if self.pk else {}), ""
        for name, value in {**fields, "events": sorted(events)}.items():
            setattr(self, name, value)
        if address:
            self.address, self.shown = _hidden(address), urlsplit(address).hostname or ""
        if not self.pk:
            secret = signing.new_secret()
            self.secret, self.position = _hidden(secret), end_of_log()
        if self.is_on and (address or not before.get("in_use")):
            self.fails_since = self.stopped_at = None
        self.save()
        if self.is_on and self.fails_since is None:
            self.deliveries.waiting().update(next_attempt_at=timezone.now())
        after = self.described() | ({"address": "entered anew"} if address else {})
        is_changed = audit.record_change(by=by, verb="webhook.change", subject=self, before=before, after=after)
        return secret if is_changed else None

    @transaction.atomic
    def rotate(self, *, by: User, at: datetime.datetime) -> str:
        """Give it another secret, which is told this once. The one before still signs for a day."""
        secret = signing.new_secret()
        self.old_secret, self.old_until, self.secret = self.secret, at + BOTH_FOR, _hidden(secret)
        self.save(update_fields=["old_secret", "old_until", "secret"])
        audit.record(by=by, verb="webhook.rotate", subject=self, after={"both until": str(self.old_until)})
        return secret

    @transaction.atomic
    def end(self, *, by: User, at: datetime.datetime) -> None:
        """Forget its address and secrets. What was delivered stays listed for a while."""
        gone: dict[str, Any] = {"ended_at": at, "is_on": False, "address": "", "secret": "", "old_secret": ""}
        if Webhook.objects.filter(pk=self.pk, ended_at=None).update(**gone):
            audit.record(by=by, verb="webhook.end", subject=self, before=self.described())

    @transaction.atomic
    def send_test(self, *, by: User) -> "Delivery":
        """Have an event sent that says nothing, to this one alone."""
        audit.record(by=by, verb=TEST, subject=self)
        return self.deliveries.create(number=end_of_log(), event=TEST)

    def described(self) -> dict[str, Any]:
        """What of it stands in the audit log: no secret."""
        return {"name": self.name, "host": self.shown, "events": self.events, "in_use": self.is_on}


def end_of_log() -> int:
    """The number of the last entry whose transaction has ended, or of this one's last."""
    return Chain.objects.filter(pk=1).values_list("number", flat=True).first() or 0


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        return self.filter(webhook__in=Webhook.objects.visible_to(person))

    def of(self, webhook: Webhook) -> Self:
        return self.filter(webhook=webhook)

    def waiting(self) -> Self:
        return self.filter(state=Delivery.State.WAITING)

    def in_state(self, state: str) -> Self:
        return self.filter(state=state)

    def of_event(self, name: str) -> Self:
        return self.filter(event=name)


class Delivery(models.Model):
    """An event that is to be sent, or was. What is sent is made from the audit log's entry each time."""

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting to be sent")
        SENT = "sent", gettext_lazy("delivered")
        GONE = "gone", gettext_lazy("no longer in the audit log")

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries")
    number = models.BigIntegerField(gettext_lazy("entry of the audit log"))
    event = models.CharField(gettext_lazy("event"), max_length=60)
    is_again = models.BooleanField(default=False)
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField(gettext_lazy("written"), default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    sent_at: "models.DateTimeField[datetime.datetime | None, datetime.datetime | None]" = models.DateTimeField(
        null=True
    )
    attempts = models.PositiveIntegerField(gettext_lazy("attempts"), default=0)
    status = models.PositiveSmallIntegerField(gettext_lazy("answer"), null=True)
    problem = models.CharField(gettext_lazy("problem"), max_length=300, blank=True, default="")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("delivery")
        verbose_name_plural = gettext_lazy("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "number"], condition=models.Q(is_again=False), name="an_event_is_delivered_once"
            )
        ]
        indexes = [models.Index(fields=["webhook", "state", "id"], name="delivery_next")]

    def __str__(self) -> str:
        return f"{self.event} ({self.number})"

    @property
    def message_id(self) -> str:
        """By which a receiver knows an event that it has had already."""
        return f"seatwise_{self.number}"

    @property
    def entry(self) -> Entry | None:
        return Entry.objects.filter(number=self.number).first()

    @transaction.atomic
    def send_again(self, *, by: User) -> "Delivery":
        """Have it sent once more, after what waits already."""
        made = Delivery.objects.create(webhook=self.webhook, number=self.number, event=self.event, is_again=True)
        audit.record(
            by=by, verb="webhook.resend", subject=self.webhook, after={"event": self.event, "number": self.number}
        )
        return made
