"""Sending what is due: each letter claimed by one worker at a time, all of a run through one connection.

A letter is claimed before it is handed over and settled afterwards; no transaction is open meanwhile. Where a worker or
a connection ends in between, nobody knows whether the server took it. It is then sent once more, with the same
Message-ID, and after a second such end never again: so nobody gets a letter more than once too often, and one that may
not have arrived does not count as delivered. Where the clock jumped, only kinds that cannot wait are sent.
"""

import contextlib
import datetime
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.core.mail import get_connection
from django.utils import timezone
from django.utils.translation import gettext_noop

from seatwise.letters.backends import NO_SERVER, is_off
from seatwise.letters.composing import as_mail, compose, problem_of
from seatwise.letters.delivery_outcome import put_off_all, settle, to_try
from seatwise.letters.models import Letter, State
from seatwise.letters.outcomes import NOT_COMPOSED, Fate, Outcome, of_error, words_of
from seatwise.site import daily_work, kept_settings

logger = logging.getLogger(__name__)

LEASE = datetime.timedelta(minutes=10)  # longer than an attempt takes
MOST_UNSURE = 2
MOST_BROKEN = 3  # connections one after another
UNSURE = gettext_noop("It may or may not have arrived: sending was interrupted twice.")

Clock = Callable[[], datetime.datetime]


@dataclass
class Run:
    looked_at: int = 0
    sent: int = 0
    withdrawn: int = 0
    undeliverable: int = 0
    put_off: int = 0
    broken: int = 0  # connections since the last that worked

    def count(self, outcome: Outcome, letter: Letter) -> None:
        self.sent += letter.is_delivered
        self.withdrawn += letter.state == State.WITHDRAWN
        self.undeliverable += letter.is_undeliverable
        self.put_off += letter.state == State.WAITING
        self.broken = self.broken + 1 if outcome.broken else 0


def send_due(clock: Clock = timezone.now, *, most: int | None = None) -> Run:
    """Send what is due, at most so many; what was done. Others may do the same at the same time."""
    kept_settings.look()
    run = Run()
    connection: Any = get_connection()
    try:
        while (most is None or run.looked_at < most) and not daily_work.stopping.is_set():
            letter = claim_next(clock)
            if letter is None:
                break
            run.looked_at += 1
            outcome = attempt(letter, connection)
            settle(letter, outcome, clock())
            run.count(outcome, letter)
            if outcome.broken:
                close(connection)
            if outcome.fate is Fate.SERVER or run.broken >= MOST_BROKEN:
                put_off_all(outcome.words, clock())
                break
    finally:
        close(connection)
    return run


def claim_next(clock: Clock) -> Letter | None:
    """The letter that is due longest and that nobody else got hold of, or None."""
    while letter := to_try(clock()).select_related("to").first():
        if claim(letter, clock()):
            return letter
    return None


def claim(letter: Letter, now: datetime.datetime) -> bool:
    """Take a letter for an attempt, as if it would end without a word; False where somebody else did."""
    taken: dict[str, Any] = {
        "attempts": letter.attempts + 1,
        "unsure": letter.unsure + 1,
        "next_attempt_at": now + LEASE,
    }
    taken["address"] = letter.channel.shown if letter.channel else letter.to.email
    same = Letter.every.due(now).order_by().filter(pk=letter.pk, attempts=letter.attempts)
    if same.update(**taken) != 1:
        return False
    for name, value in taken.items():
        setattr(letter, name, value)
    return True


def attempt(letter: Letter, connection: Any) -> Outcome:
    """Try to send a letter that was claimed."""
    if letter.unsure > MOST_UNSURE:
        return Outcome(Fate.NEVER, UNSURE, sure=False)
    try:
        composed = compose(letter)
        mail = as_mail(letter, composed) if composed else None
    except Exception:
        logger.exception("letter %s (%s) could not be composed", letter.pk, letter.kind)
        return Outcome(Fate.LATER, NOT_COMPOSED)
    if mail is None:
        return Outcome(Fate.NOT_DUE)
    if problem := problem_of(letter.to) or (NO_SERVER if is_off() else ""):
        return Outcome(Fate.NEVER, problem)
    try:
        connection.open()
    except OSError as error:
        return Outcome(Fate.SERVER, words_of(error), broken=True)
    return hand_over(mail, connection)


def hand_over(mail: Any, connection: Any) -> Outcome:
    """Give a mail to the server."""
    try:
        connection.send_messages([mail])
    except Exception as error:
        if not isinstance(error, OSError):
            logger.exception("a letter could not be handed over")
        return replace(of_error(error), sure=not getattr(connection, "may_have_taken_it", False))
    return Outcome(Fate.TAKEN, getattr(connection, "answer", ""))


def close(connection: Any) -> None:
    """Say good-bye to the server; that it is gone already is no trouble."""
    with contextlib.suppress(OSError):
        connection.close()
