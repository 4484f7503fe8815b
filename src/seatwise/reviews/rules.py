"""Rules: whom a review names, judged by days alone. Pure: no database, no clock.

Days of somebody are an integer in which bit `day - first` stands for a day. A rule must hold even if every unknown day
had been an access day, so whatever is counted here is counted over `accesses | unknown`.
"""

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from seatwise.lib import days
from seatwise.lib.days import FULL_WEEK, days_within
from seatwise.lib.reported_days import Number
from seatwise.site.search import says_something

MAIN = ("idle_days", "at_most", "share")
ALWAYS = -(1 << 40)  # a day before all days


@dataclass(frozen=True)
class Rule:
    """Conditions, all of which must hold. None wants nothing; without any, all holders are named.

    `idle_days`: no access in so many days, the as-of day included. `at_most`: access days in the last `window` days.
    `share`: access days in the window, in per cent of those expected. `never`: no access since recording began.
    `last_access_by`: a month (year * 12 + month - 1), no access after it. `held_at_least`: days the license is held.
    `at_least`: access days in the window that were seen. `accessed`: some access since recording began that was seen.
    The others say among whom: a department's code (with those below it), employment, words of a name or login, and
    `logins`: people who were picked one by one, by their folded logins. `without`: those who are left out, likewise;
    they belong to the population, and are never named.
    """

    idle_days: int | None = None
    at_most: int | None = None
    share: int | None = None
    window: int = days.WINDOW
    never: bool = False
    last_access_by: int | None = None
    held_at_least: int | None = None
    department: str | None = None
    employment: str | None = None
    text: str | None = None
    at_least: int | None = None
    accessed: bool = False
    logins: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an empty text: once it was stored it would be no condition, and the rule that of everybody."""
        if "" in (self.department, self.employment, self.text):
            raise ValueError("an empty condition names nobody and is stored as none")

    def as_json(self) -> dict[str, Any]:
        """What is stored: the conditions there are. 0 is one."""
        stored = dataclasses.asdict(self) | {"logins": list(self.logins), "without": list(self.without)}
        return {key: value for key, value in stored.items() if says_something(value)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Rule":
        return cls(**stored | {name: tuple(stored.get(name, ())) for name in ("logins", "without")})

    @property
    def judges_days(self) -> bool:
        """Whether it says anything about use."""
        numbers = (self.idle_days, self.at_most, self.share, self.last_access_by, self.at_least)
        return self.never or self.accessed or any(each is not None for each in numbers)

    @functools.cached_property
    def main(self) -> str:
        """The condition whose number is the cut-off: of `idle_days`, `at_most`, `share`; empty where there is none."""
        return next((name for name in MAIN if getattr(self, name) is not None), "")

    def _with(self, condition: str, number: int | None) -> "Rule":
        changed: dict[str, Any] = {condition: number}
        return dataclasses.replace(self, **changed)

    @functools.cached_property
    def without_main(self) -> "Rule":
        return self._with(self.main, None) if self.main else self

    def with_cutoff(self, number: int) -> "Rule":
        """The same with another number in its main condition; for a rule without one, in `idle_days`."""
        return self._with(self.main or MAIN[0], number)

    def reach(self, as_of: int) -> int | None:
        """How many days until an as-of day it looks at; None for all."""
        if self.never or self.accessed:
            return None
        since = as_of - days.last_day_of(self.last_access_by) if self.last_access_by is not None else 0
        counts = any(each is not None for each in (self.at_most, self.share, self.at_least))
        window = self.window if counts else 0
        return max(1, self.idle_days or 0, window, since)


@dataclass(frozen=True)
class JudgementBasis:
    """What a judgement rests on: the as-of day, the first day of the bits, since when access is recorded (None: never),
    and the unknown days from the first on as bits. Days before recording began are unknown, too.
    """

    as_of: int
    first: int
    recorded_since: int | None
    unknown: int
    by_reports: bool = False  # no log covers a day: all that is known stands in the holders' `known`
    counts_least: bool = False  # of a number that is known within bounds, the least
    days_off: int = 0  # weekdays on which no one is expected, as bits

    def last_days(self, count: int) -> int:
        """The bits of the last `count` days. Days before the first bit are left out: see reaches()."""
        length = self.as_of - self.first + 1
        count = min(count, length)
        return ((1 << count) - 1) << (length - count)

    def expected(self, count: int, a_week: Decimal) -> int:
        """How many of the last `count` days somebody is expected to come who comes so many days a week."""
        return days_within(count, a_week, (self.days_off & self.last_days(count)).bit_count())

    def reaches(self, count: int) -> bool:
        """Whether access was recorded on the first of the last `count` days, or before."""
        return self.recorded_since is not None and self.as_of - count + 1 >= self.recorded_since

    def after(self, day: int) -> int:
        """The bits of the days after one, until the as-of day."""
        return self.last_days(max(0, self.as_of - day))

    @functools.cached_property
    def if_all_were_known(self) -> "JudgementBasis":
        """The same as if each unknown day had been one without access."""
        return dataclasses.replace(self, unknown=0, recorded_since=ALWAYS, counts_least=True)


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a license: their access days as bits, since when they hold it, and expected days a week.

    `known`: days of which it is known whether they had an access though no log was recorded, as bits. `numbers`: the
    access days of windows that end with the as-of day, of which a vendor's report tells.
    """

    accesses: int
    since: int
    expected: Decimal = FULL_WEEK
    known: int = 0
    numbers: Mapping[int, Number] = field(default_factory=dict)

    def number(self, ground: JudgementBasis, window: int) -> Number | None:
        """The access days of the last `window` days: shown are the least, judged the most. None before recording."""
        if reported := self.numbers.get(window):
            return reported
        if not ground.reaches(window):
            return None
        last = ground.last_days(window)
        return Number((self.accesses & last).bit_count(), (self.possible(ground) & last).bit_count())

    def unknown(self, ground: JudgementBasis) -> int:
        """The days of which nobody knows whether they had an access, as bits."""
        return ground.unknown & ~self.known

    def possible(self, ground: JudgementBasis) -> int:
        """The days on which they may have had an access, as bits."""
        return self.accesses | self.unknown(ground)


def holds(rule: Rule, holder: Holder, ground: JudgementBasis) -> bool:
    """Whether the rule holds of somebody, even if each unknown day had been an access day."""
    held = ground.as_of - holder.since + 1
    if rule.held_at_least is not None and held < rule.held_at_least:
        return False
    if rule.accessed and not holder.accesses:
        return False
    if rule.at_least is not None and seen_in(rule.window, holder, ground) < rule.at_least:
        return False
    return _holds_of_days(rule, holder, ground, held)


def seen_in(window: int, holder: Holder, ground: JudgementBasis) -> int:
    """The access days of a window that are certain."""
    reported = holder.numbers.get(window)
    return reported.least if reported else (holder.accesses & ground.last_days(window)).bit_count()


def _holds_of_days(rule: Rule, holder: Holder, ground: JudgementBasis, held: int) -> bool:
    possible = holder.possible(ground)
    if held < 1 and (rule.never or rule.last_access_by is not None):
        return False  # the license was given after the day up to which use is counted
    if rule.idle_days is not None and not (
        ground.reaches(rule.idle_days) and held >= rule.idle_days and not possible & ground.last_days(rule.idle_days)
    ):
        return False
    if rule.at_most is not None or rule.share is not None:
        number = _judged(rule, holder, ground, held)
        if number is None:
            return False
        if rule.at_most is not None and number > rule.at_most:
            return False
        if rule.share is not None and not _is_share(number, rule, holder, ground):
            return False
    if rule.never and (ground.recorded_since is None or possible & ground.after(ground.recorded_since - 1)):
        return False
    if rule.last_access_by is not None:
        limit = days.last_day_of(rule.last_access_by)
        if limit >= ground.as_of or not ground.reaches(ground.as_of - limit) or possible & ground.after(limit):
            return False
    return True


def _judged(rule: Rule, holder: Holder, ground: JudgementBasis, held: int) -> int | None:
    """How many access days of its window a rule judges by; None where somebody cannot be judged."""
    number = holder.number(ground, rule.window) if held >= rule.window else None
    if number is None:
        return None
    return number.least if ground.counts_least else number.most


def _is_share(number: int, rule: Rule, holder: Holder, ground: JudgementBasis) -> bool:
    """Whether a number is within the share; nothing is little of nothing that is expected."""
    expected = ground.expected(rule.window, holder.expected)
    return expected > 0 and number * 100 <= (rule.share or 0) * expected


def might_hold(rule: Rule, holder: Holder, ground: JudgementBasis) -> bool:
    """Whether it would hold if each unknown day had been none: who is left out for unknown days alone."""
    return not holds(rule, holder, ground) and holds(rule, holder, ground.if_all_were_known)


def cutoff(rule: Rule, holder: Holder, ground: JudgementBasis) -> int | None:
    """The number of the rule's main condition at which somebody is just named; None where they never are.

    For `idle_days` they are named by all numbers up to it (and not 0), for the others by all from it on.
    """
    main = rule.main
    if not holds(rule.without_main, holder, ground) or ground.recorded_since is None:
        return None
    possible, held = holder.possible(ground), ground.as_of - holder.since + 1
    if main == "idle_days":
        idle = ground.as_of - (ground.first + possible.bit_length() - 1)
        return max(0, min(idle, held, ground.as_of - ground.recorded_since + 1)) or None
    number = _judged(rule, holder, ground, held)
    if number is None:
        return None
    if main == "at_most":
        return number
    expected = ground.expected(rule.window, holder.expected)
    return -(-number * 100 // expected) if expected else None
