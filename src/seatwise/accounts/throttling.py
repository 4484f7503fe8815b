"""How many wrong guesses are answered, and how long somebody then waits. docs/signing-in.md says why it is done so.

An attempt is counted *before* its password is looked at, so that many at once count as many; a right one is taken back.
All counts of an attempt are written in one transaction, and a database that cannot be written to is an error.
"""

import datetime
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.crypto import salted_hmac

from seatwise.accounts.models import Tally

MOST_ROWS = 200_000  # what is kept at most, the soonest forgotten go first
SWEEP_EACH = 500  # attempts of a process; the worker sweeps each minute too


_attempts = itertools.count(1)


@dataclass(frozen=True)
class Limit:
    """`free` failures go unhindered; then one waits `first` seconds, and twice as long each time, up to `most`.

    One failure is forgotten every `forget` seconds.
    """

    kind: str
    free: int
    first: float
    most: float
    forget: float

    def wait_after(self, level: float) -> float:
        """Seconds to wait after a failure that brought the level up to this."""
        over = round(level) - self.free  # a part of one was forgotten between two that follow each other
        return 0.0 if over < 0 else min(self.most, self.first * 2.0 ** min(over, 60))


PAIR = Limit("pair", free=5, first=30, most=900, forget=900)  # one address guesses at one login name
ADDRESS = Limit("address", free=100, first=1, most=60, forget=60)  # one address guesses at many
LOGIN = Limit("login", free=30, first=1, most=300, forget=300)  # many addresses guess at one login name
DEVICE = Limit("device", free=10, first=5, most=300, forget=300)  # a browser in which it was signed in with it
OWN_PASSWORD = Limit("own-password", free=5, first=30, most=900, forget=900)  # whoever has a session guesses
CODE = Limit("code", free=5, first=30, most=900, forget=900)  # whoever has the password guesses the second factor
WRONG_CODES = Limit("wrong-codes", free=5, first=0, most=0, forget=86400)  # none waits: the owner is told of so many
SUCCESS = Limit("success", free=120, first=30, most=60, forget=30)  # somebody signs in; each is an entry of the log

Counts = Mapping[str, Limit]  # by the keys of Tally


def counts(of: Iterable[tuple[Limit, str]]) -> Counts:
    """The counts of an attempt; what is counted is kept as a keyed hash only."""
    return {f"{limit.kind}:{_hashed(limit.kind, what)}": limit for limit, what in of}


def _hashed(kind: str, what: str) -> str:
    return salted_hmac(f"seatwise.throttling.{kind}", what, algorithm="sha256").hexdigest()[:32]


def take(counted: Counts, now: datetime.datetime) -> datetime.datetime | None:
    """Count an attempt as failed; or say until when nothing is answered, in which case nothing was counted."""
    if waiting := _blocked_until(counted, now):  # without writing, so that a flood costs little
        return waiting
    if next(_attempts) % SWEEP_EACH == 0:
        sweep(now)
    with transaction.atomic():
        rows = _locked(counted, now)
        waiting = max((row.blocked_until for row in rows if row.blocked_until), default=now)
        if waiting > now:
            return waiting
        for row in rows:
            limit = counted[row.key]
            row.level = _level(row, limit, now) + 1
            _set(row, limit, now, block=True)
        Tally.objects.bulk_update(rows, ["level", "counted_at", "blocked_until", "empty_at"])
    return None


def give_back(counted: Counts, now: datetime.datetime, *, all_of: Iterable[Limit] = ()) -> None:
    """An attempt was right: it is not counted; what is counted by `all_of` is forgotten altogether."""
    forgotten = set(all_of)
    with transaction.atomic():
        rows = _locked(counted, now)
        for row in rows:
            limit = counted[row.key]
            row.level = 0 if limit in forgotten else max(0.0, _level(row, limit, now) - 1)
            _set(row, limit, now, block=False)
        Tally.objects.bulk_update(rows, ["level", "counted_at", "blocked_until", "empty_at"])


def is_reached(counted: Counts, now: datetime.datetime) -> bool:
    """Whether one of some counts has reached what is free."""
    rows = Tally.objects.filter(pk__in=counted)
    return any(round(_level(row, counted[row.key], now)) >= counted[row.key].free for row in rows)


def _blocked_until(counted: Counts, now: datetime.datetime) -> datetime.datetime | None:
    blocked = Tally.objects.filter(pk__in=counted, blocked_until__gt=now)
    found: datetime.datetime | None = blocked.aggregate(until=Max("blocked_until"))["until"]
    return found


def _locked(counted: Counts, now: datetime.datetime) -> list[Tally]:
    """The rows, made where there are none, and held in one order."""
    keys = sorted(counted)
    Tally.objects.bulk_create([Tally(pk=key, counted_at=now, empty_at=now) for key in keys], ignore_conflicts=True)
    return list(Tally.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


def _level(row: Tally, limit: Limit, now: datetime.datetime) -> float:
    passed = max(0.0, (now - row.counted_at).total_seconds())
    return max(0.0, row.level - passed / limit.forget)


def _set(row: Tally, limit: Limit, now: datetime.datetime, *, block: bool) -> None:
    wait = limit.wait_after(row.level)
    row.counted_at = now
    row.blocked_until = now + datetime.timedelta(seconds=wait) if block and wait else None
    row.empty_at = now + datetime.timedelta(seconds=row.level * limit.forget)


def sweep(now: datetime.datetime) -> None:
    """Forget what has been forgiven, and what is too much."""
    Tally.objects.filter(empty_at__lte=now).delete()
    extra = Tally.objects.count() - MOST_ROWS
    if extra > 0:
        soonest = Tally.objects.order_by("empty_at").values("pk")[:extra]
        Tally.objects.filter(pk__in=soonest).delete()


def forget_attempts() -> str | None:
    """Forget the attempts that do not count any more."""
    sweep(timezone.now())
    return None
