"""Delivering: the events of each webhook in order, the next only once the one before was taken.

What was sent while a worker was ended, or what was answered too late, is sent again: receivers know it by `webhook-id`.
"""

import datetime
import logging

from django.db import transaction
from django.utils import timezone

from seatwise import configuration
from seatwise.audit.models import Entry
from seatwise.connections import http
from seatwise.letters.sending import Clock
from seatwise.lib import outbound
from seatwise.lib.logins import visible
from seatwise.site import daily_work
from seatwise.webhooks import stopping
from seatwise.webhooks.events import BY_VERB, EVENTS, body_of
from seatwise.webhooks.models import Delivery, Webhook, end_of_log
from seatwise.webhooks.signing import signature

logger = logging.getLogger(__name__)

MINUTE = datetime.timedelta(minutes=1)
PAUSES = tuple(MINUTE * each for each in (1, 5, 30, 120, 300, 600, 840, 1440))  # after each failure, then the last
LEASE = MINUTE * 3  # longer than an attempt takes
AHEAD = 500  # events that are written down to be sent, at most
AT_A_TIME = 200  # sent by one webhook before the others have their turn
SILENCE, LONGEST, MOST_BYTES = 10.0, 20.0, 64 * 1024
KEPT = datetime.timedelta(days=30)


def every_minute() -> str | None:
    """Send what has happened since, and what was not taken before."""
    sent = deliver_due()
    return f"events delivered: {sent}" if sent else None


def deliver_due(clock: Clock = timezone.now) -> int:
    """How many were delivered. Others may do the same at the same time."""
    end, sent = end_of_log(), 0
    for webhook in Webhook.objects.in_use().order_by("pk"):
        try:
            take_down(webhook, end)
            sent += _deliver(webhook, clock)
        except Exception:
            logger.exception("webhook %s could not be served", webhook.pk)
    return sent


@transaction.atomic
def take_down(webhook: Webhook, end: int) -> None:
    """Write down what is to be sent of the log up to a number, and that it was looked at so far."""
    if webhook.position >= end:
        return
    webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    room = AHEAD - webhook.deliveries.waiting().count()
    if room <= 0:
        return
    verbs = [EVENTS[name].verb for name in webhook.events if name in EVENTS]
    new = Entry.objects.filter(number__gt=webhook.position, number__lte=end, verb__in=verbs).order_by("number")
    found = list(new.values_list("number", "verb")[:room])
    Delivery.objects.bulk_create(
        [Delivery(webhook=webhook, number=number, event=BY_VERB[verb]) for number, verb in found], ignore_conflicts=True
    )
    reached = found[-1][0] if len(found) == room else end
    Webhook.objects.filter(pk=webhook.pk).update(position=reached)


def _deliver(webhook: Webhook, clock: Clock) -> int:
    """Send what waits, in order, until something is not taken; how many were."""
    sent = 0
    while sent < AT_A_TIME and not daily_work.stopping.is_set():
        first = webhook.deliveries.waiting().order_by("pk").first()
        if first is None or not claim(first, clock()):
            break
        if not attempt(webhook, first, clock()):
            break
        sent += first.state == Delivery.State.SENT
    return sent


def claim(delivery: Delivery, now: datetime.datetime) -> bool:
    """Take it for an attempt; False where it is not due yet, or another worker has it."""
    if delivery.next_attempt_at > now:
        return False
    same = Delivery.objects.waiting().filter(pk=delivery.pk, attempts=delivery.attempts)
    delivery.attempts += 1
    return same.update(attempts=delivery.attempts, next_attempt_at=now + LEASE) == 1


def attempt(webhook: Webhook, delivery: Delivery, now: datetime.datetime) -> bool:
    """Send one that was claimed, and write down what came of it; whether the next may follow."""
    entry = delivery.entry
    if entry is None:
        return _settle(delivery, state=Delivery.State.GONE)
    status, problem = post(webhook, delivery, body_of(entry, delivery.event), now)
    if status is not None and 200 <= status < 300:
        _settle(delivery, state=Delivery.State.SENT, sent_at=now, status=status, problem="")
        Webhook.objects.filter(pk=webhook.pk).exclude(fails_since=None).update(fails_since=None)
        return True
    pause = PAUSES[min(delivery.attempts, len(PAUSES)) - 1]
    _settle(delivery, status=status, problem=problem[:300], next_attempt_at=now + pause)
    stopping.note_failed(webhook, now, is_gone=status == 410)
    return False


def _settle(delivery: Delivery, **changed: object) -> bool:
    """Write down what came of an attempt, unless another worker took it meanwhile."""
    for name, value in changed.items():
        setattr(delivery, name, value)
    return Delivery.objects.waiting().filter(pk=delivery.pk, attempts=delivery.attempts).update(**changed) == 1


def post(webhook: Webhook, delivery: Delivery, body: bytes, now: datetime.datetime) -> tuple[int | None, str]:
    """Send it once: the status that was answered, and what was wrong."""
    seconds = int(now.timestamp())
    signatures = [signature(each, delivery.message_id, seconds, body) for each in webhook.secrets(now)]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Seatwise",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }
    try:
        with outbound.held_to(outbound.Rule(configuration.PRIVATE_ADDRESSES.value())):
            request = http.Request("POST", webhook.url, headers, body)
            answer = http.send(request, silence=SILENCE, longest=LONGEST, most=MOST_BYTES)
    except http.NoAnswer as error:
        return None, visible(str(error))
    return answer.status, "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"


def forget_old(day: datetime.date) -> str | None:
    """Forget what was delivered a month ago."""
    old = Delivery.objects.exclude(state=Delivery.State.WAITING).filter(made_at__lt=timezone.now() - KEPT)
    forgotten, _each = old.delete()
    return f"old deliveries of events forgotten: {forgotten}" if forgotten else None
