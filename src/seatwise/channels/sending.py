"""Sending messages to channels, as letters are sent: each claimed by one worker, settled afterwards, tried for days.

One that is sent twice because a worker was ended meanwhile does no harm. A channel that takes nothing keeps no other
from being written to.
"""

import logging

from django.db import transaction
from django.utils import timezone

from seatwise import configuration
from seatwise.channels import services
from seatwise.channels.models import Channel
from seatwise.letters.composing import compose
from seatwise.letters.delivery_outcome import put_off_all, settle, to_try
from seatwise.letters.models import Letter, LetterQuerySet, State
from seatwise.letters.outcomes import NOT_COMPOSED, Fate, Outcome
from seatwise.letters.sending import MOST_UNSURE, UNSURE, Clock, claim
from seatwise.site import daily_work, kept_settings

logger = logging.getLogger(__name__)


def messages() -> LetterQuerySet:
    found: LetterQuerySet = Letter.every.exclude(channel=None)
    return found


def send_due(clock: Clock = timezone.now, *, most: int | None = None) -> tuple[int, int]:
    """Send what is due, at most so many: how many were tried, and how many taken."""
    kept_settings.look()
    tried = taken = 0
    while (most is None or tried < most) and not daily_work.stopping.is_set():
        letter = to_try(clock(), messages()).select_related("to", "channel__owner", "channel__via").first()
        if letter is None:
            break
        if not claim(letter, clock()):
            continue
        tried += 1
        outcome = attempt(letter)
        settle(letter, outcome, clock())
        taken += letter.is_delivered
        note(letter, outcome, clock)
    return tried, taken


def attempt(letter: Letter) -> Outcome:
    """Try to send a message that was claimed."""
    channel = letter.channel
    assert channel is not None
    if letter.unsure > MOST_UNSURE:
        return Outcome(Fate.NEVER, UNSURE, sure=False)
    if not may_be_sent(channel):
        return Outcome(Fate.NOT_DUE)
    if letter.to_id is None:
        gather(letter)
    try:
        composed = compose(letter)
    except Exception:
        logger.exception("message %s (%s) could not be composed", letter.pk, letter.kind)
        return Outcome(Fate.LATER, NOT_COMPOSED)
    if composed is None:
        return Outcome(Fate.NOT_DUE)
    return services.post(channel.secret(), composed.subject, composed.text)


def may_be_sent(channel: Channel) -> bool:
    """Whether it is in use, and a person's own is allowed still."""
    is_allowed = channel.via_id or configuration.PERSONAL_CHANNELS.value()
    return channel.is_on and (channel.owner is None or (channel.owner.is_active and bool(is_allowed)))


@transaction.atomic
def gather(letter: Letter) -> None:
    """Let a message to a group say also what others of its kind say that wait to be sent there."""
    others = Letter.every.waiting().of_kind(letter.kind).filter(channel=letter.channel_id, to=None, attempts=0)
    more = 0
    for pk, count in others.values_list("pk", "count"):
        more += count * others.filter(pk=pk).update(state=State.WITHDRAWN)
    if more:
        letter.count += more
        Letter.every.filter(pk=letter.pk).update(count=letter.count)


def note(letter: Letter, outcome: Outcome, clock: Clock) -> None:
    """Keep since when a channel takes nothing; what else is for it waits then."""
    assert letter.channel_id is not None
    same = Channel.objects.filter(pk=letter.channel_id)
    if outcome.fate is Fate.TAKEN:
        same.exclude(fails_since=None).update(fails_since=None)
    elif outcome.fate in (Fate.LATER, Fate.NEVER):
        same.filter(fails_since=None).update(fails_since=clock())
        put_off_all(outcome.words, clock(), messages().through(letter.channel))
