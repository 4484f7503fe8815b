"""What the gate knows without asking the database: verdicts, none older than two seconds while there is a database.

A thread of its own asks, in one query for all secrets that somebody asked about lately; requests read a dict. Only a
secret that was not asked about lately waits for an answer. While the database is away or slow, what was known last is
said for a stated time, and then nothing is known.
"""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping

from seatwise.gate.verdicts import NOBODY, Verdict

logger = logging.getLogger(__name__)

SOFT = 1.0  # seconds after which a verdict is asked for anew while it is still said
AGING = 0.7  # of SOFT: what was wanted lately is asked for anew from then on, so that nobody has to want it first
HARD = 1.7  # seconds after which it is not said any more: with a query and an answer on their way, two seconds
LATELY = 60.0  # seconds for which a secret that nobody asks about is kept fresh, also where nobody asks about any
PATIENCE = 2.0  # seconds that a request waits for the database where something was known before; then it is away
FIRST_PATIENCE = 3.0  # where nothing was
PAUSE = 0.25  # seconds between attempts to reach a database that is away
AT_ONCE = 1000  # known secrets in one round, and new ones, of which a stranger can invent any number: who is new waits
MOST_WAITING = 5000  # that are waited for; of more, nothing is known
LIMIT = 50_000  # secrets that are remembered, about one kB each

LookUp = Callable[[Collection[str]], Mapping[str, Verdict]]
Told = Callable[[], object]


class NotKnownYet(Exception):
    """What is to be said of a secret must be waited for, so many seconds at most."""

    def __init__(self, patience: float) -> None:
        super().__init__(patience)
        self.patience = patience


class Known:
    """A verdict, when the database was asked for it, and when somebody wanted it last."""

    __slots__ = ("asked", "checked", "verdict")

    def __init__(self, verdict: Verdict, checked: float, asked: float) -> None:
        self.verdict, self.checked, self.asked = verdict, checked, asked


class Memory:
    """The verdicts of one process. `grace` is for how many seconds they are said while the database is away.

    Only `ask` changes what is known, and only the thread calls it; requests read without a lock. Whoever must wait
    gives a function that is called when there is an answer (`when_asked`), so that waiting needs no thread.
    """

    def __init__(self, look_up: LookUp, grace: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.look_up, self.grace, self.clock = look_up, grace, clock
        self.known: dict[str, Known] = {}
        self.wanted: dict[str, None] = {}  # in the order in which they came
        self.waiting: dict[str, list[Told]] = {}
        self.changed = threading.Condition()
        self.thread: threading.Thread | None = None
        self.begun = self.ended = 0  # rounds of asking
        self.began_at = self.aged_at = 0.0
        self.read_at = -LATELY  # when somebody asked last
        self.away = False

    def verdict(self, secret: str) -> Verdict | None:
        """What is known of a secret as it is kept; None where nothing can be known now. Waits where it must."""
        try:
            return self.at_once(secret)
        except NotKnownYet as wait:
            told = threading.Event()
            if self.when_asked(secret, told.set):
                told.wait(wait.patience)
            return self.last(secret)

    def at_once(self, secret: str) -> Verdict | None:
        """What may be said without waiting. Raises NotKnownYet."""
        known = self.known.get(secret)
        if known is None:
            raise NotKnownYet(FIRST_PATIENCE)
        known.asked = self.read_at = self.clock()
        age = known.asked - known.checked
        if age >= HARD:
            raise NotKnownYet(PATIENCE)
        if age >= SOFT and secret not in self.wanted:
            self._want(secret)
        return known.verdict

    def last(self, secret: str) -> Verdict | None:
        """What was known last, while that may still be said."""
        known = self.known.get(secret)
        return known.verdict if known and self.clock() - known.checked < max(self.grace, HARD) else None

    def when_asked(self, secret: str, told: Told) -> bool:
        """Have it asked for, and call a function when that was done, from another thread; else False: do not wait.

        That is while the database is found to be away, and while too many wait.
        """
        if len(self.waiting) >= MOST_WAITING and secret not in self.known:
            return False
        self._want(secret, told)
        return not self._is_away()

    def _want(self, secret: str, told: Told | None = None) -> None:
        with self.changed:
            if self.thread is None or not self.thread.is_alive():  # at first, which is after workers were forked
                self.thread = threading.Thread(target=self._keep_asking, name="seatwise-gate", daemon=True)
                self.thread.start()
            self.wanted[secret] = None
            if told and not self._is_away():
                self.waiting.setdefault(secret, []).append(told)
            self.changed.notify_all()

    def _is_away(self) -> bool:
        hangs = self.begun > self.ended and self.clock() - self.began_at > PATIENCE
        return self.away or hangs

    def _keep_asking(self) -> None:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.wanted, self._rest())
            if not self.ask():
                time.sleep(PAUSE)

    def _rest(self) -> float | None:
        """Seconds until known secrets may have aged though nobody wants one; None where none is kept fresh."""
        return SOFT / 4 if self.clock() - self.read_at < LATELY else None

    def ask(self) -> bool:
        """Ask the database about what is wanted; whether it answered."""
        with self.changed:
            self.begun += 1
            self.began_at = self.clock()
            secrets = self._next()
        try:
            found = self.look_up(secrets) if secrets else {}
        except Exception as error:
            return self._end_round(secrets, error)
        for secret in secrets:
            before = self.known.get(secret)
            asked = before.asked if before else self.began_at
            self.known[secret] = Known(found.get(secret, NOBODY), self.began_at, asked)
        if len(self.known) > LIMIT:
            self._forget()
        return self._end_round(secrets)

    def _next(self) -> set[str]:
        """What this round is about: the first of what was known before, and the first of the others."""
        self.wanted.update(dict.fromkeys(self._aging()))
        known = itertools.islice((secret for secret in self.wanted if secret in self.known), AT_ONCE)
        new = itertools.islice((secret for secret in self.wanted if secret not in self.known), AT_ONCE)
        secrets = {*known, *new}
        for secret in secrets:
            del self.wanted[secret]
        return {secret for secret in secrets if secret in self.waiting or not self._is_fresh(secret)}

    def _is_fresh(self, secret: str) -> bool:
        """Whether it was asked about already, as where somebody wanted it anew while the round before was under way."""
        known = self.known.get(secret)
        return known is not None and self.began_at - known.checked < SOFT * AGING

    def _aging(self) -> set[str]:
        """Those wanted lately that are not fresh any more: they are asked about after the others.

        Not those of nobody, of which a stranger can invent any number; and not in each round, of which there may be
        hundreds in a second.
        """
        now = self.began_at
        if now - self.aged_at < SOFT / 4:
            return set()
        self.aged_at = now
        return {
            secret
            for secret, each in self.known.items()
            if now - each.asked < LATELY and now - each.checked > SOFT * AGING and each.verdict is not NOBODY
        }

    def _end_round(self, secrets: Collection[str], error: Exception | None = None) -> bool:
        if error and not self.away:
            logger.warning("the gate cannot ask the database, and says what it knew last: %s", error)
        with self.changed:
            self.away = error is not None
            if error:
                again = sorted(secrets)[:AT_ONCE]  # so that it is noticed when the database is back
                self.wanted = dict.fromkeys([*self.wanted, *again][:AT_ONCE])
                told = [each for all_of_one in self.waiting.values() for each in all_of_one]
                self.waiting.clear()
            else:
                told = [each for secret in secrets for each in self.waiting.pop(secret, ())]
            self.ended = self.begun
            self.changed.notify_all()
        for each in told:
            each()
        return error is None

    def _forget(self) -> None:
        """Down to nine tenths: first what belongs to nobody, then what was not wanted for the longest time."""
        ordered = sorted(self.known.items(), key=lambda item: (item[1].verdict is not NOBODY, item[1].asked))
        for secret, _known in ordered[: len(ordered) - LIMIT * 9 // 10]:
            del self.known[secret]
