"""Writing down what became of a letter, and telling whoever wants to know."""

import datetime
import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from seatwise import audit, configuration
from seatwise.letters import hooks, kinds
from seatwise.letters.models import Letter, LetterQuerySet, State
from seatwise.letters.outcomes import Fate, Outcome
from seatwise.site import clock

logger = logging.getLogger(__name__)

GIVEN_UP_AFTER = datetime.timedelta(days=3)
FEWEST_ATTEMPTS = 3  # before a letter is given up, also where the site itself was down for days
SHORTEST_PAUSE, LONGEST_PAUSE = datetime.timedelta(minutes=1), datetime.timedelta(hours=1)
TELL: dict[str, Callable[[Letter], None]] = {
    State.SENT: hooks.tell_delivered,
    State.UNDELIVERABLE: hooks.tell_undeliverable,
}


def to_try(now: datetime.datetime, among: LetterQuerySet | None = None) -> LetterQuerySet:
    """The letters to be tried now, of some or of all emails. Where the clock jumped, the others wait as if they were
    not due: none is counted as late for it.
    """
    due: LetterQuerySet = (Letter.objects.all() if among is None else among).due(now)
    return due.of_kind(*kinds.while_held()) if clock.look(configuration.today()) else due


def forget_old(day: datetime.date) -> str | None:
    """Delete what the email log says of emails that are no longer waiting, where it is kept for a time only."""
    kept = configuration.KEEP_EMAILS.value()
    if kept is None:
        return None
    old = Letter.every.exclude(state=State.WAITING)
    deleted, _each = old.filter(written_at__lt=timezone.now() - datetime.timedelta(days=kept)).delete()
    if deleted:
        audit.record(by=None, verb="letter.forget", after={"emails": deleted, "older than days": kept})
    return f"emails deleted from the log: {deleted}" if deleted else None


def count_from_now() -> None:
    """What waits was held, and is as late from here on as if it were due now."""
    now = timezone.now()
    Letter.every.waiting().filter(due_at__lt=now).update(due_at=now)


def settle(letter: Letter, outcome: Outcome, now: datetime.datetime) -> None:
    """Write down what became of an attempt. That a letter was sent is written down whatever follows from it."""
    changed = changes(letter, outcome, now)
    own = open_to(letter, outcome)
    tell = None if letter.channel_id else TELL.get(changed.get("state", ""))
    try:
        with transaction.atomic():
            if write_down(letter, own, changed) and tell:
                tell(letter)
    except Exception:
        logger.exception("what follows from the fate of letter %s could not be done", letter.pk)
        later = {"state": State.WAITING, "unsure": changed["unsure"], "next_attempt_at": now + LONGEST_PAUSE}
        write_down(letter, own, changed if outcome.fate is Fate.TAKEN else later)


def open_to(letter: Letter, outcome: Outcome) -> LetterQuerySet:
    """The letter, if an outcome may still change it: not if somebody else tries it by now, unless it was sent."""
    if outcome.fate is Fate.TAKEN:
        return Letter.every.filter(pk=letter.pk, state__in=(State.WAITING, State.WITHDRAWN))
    return Letter.every.waiting().filter(pk=letter.pk, attempts=letter.attempts)


def write_down(letter: Letter, own: LetterQuerySet, changed: dict[str, Any]) -> bool:
    """Change a letter's row and the object; False, and the object as the row is, where the row is not as expected."""
    if own.update(**changed) != 1:
        letter.refresh_from_db(fields=["state", "problem", "bounced_at", "sent_at"])
        return False
    for name, value in changed.items():
        setattr(letter, name, value)
    return True


def changes(letter: Letter, outcome: Outcome, now: datetime.datetime) -> dict[str, Any]:
    unsure = letter.unsure - 1 if outcome.sure else letter.unsure
    if outcome.fate is Fate.TAKEN:
        return {"state": State.SENT, "sent_at": now, "answer": outcome.words, "problem": "", "unsure": 0}
    if outcome.fate is Fate.NOT_DUE:
        return {"state": State.WITHDRAWN, "problem": "", "unsure": unsure}
    late = now - letter.due_at
    given_up = late > GIVEN_UP_AFTER and letter.attempts >= FEWEST_ATTEMPTS
    if outcome.fate is Fate.NEVER or given_up:
        return {"state": State.UNDELIVERABLE, "problem": outcome.words, "unsure": unsure}
    return {"problem": outcome.words, "unsure": unsure, "next_attempt_at": now + pause(late)}


def pause(late: datetime.timedelta) -> datetime.timedelta:
    """How long to wait before the next attempt of a late letter: half as long again each time, within limits."""
    return min(max(late / 2, SHORTEST_PAUSE), LONGEST_PAUSE)


def put_off_all(words: str, now: datetime.datetime, among: LetterQuerySet | None = None) -> None:
    """Leave all that is to be tried waiting, and say why: the server takes nothing now. What is due for days ends."""
    due = to_try(now, among).order_by()
    due.update(problem=words, attempts=F("attempts") + 1)
    oldest = due.order_by("due_at").first()
    if oldest:
        given_up = due.filter(due_at__lt=now - GIVEN_UP_AFTER, attempts__gte=FEWEST_ATTEMPTS)
        for letter in given_up.select_related("to"):
            settle(letter, Outcome(Fate.NEVER, words, sure=False), now)
        due.update(next_attempt_at=now + pause(now - oldest.due_at))
