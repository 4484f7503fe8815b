"""Rules and back-tests once more, as sets of dates, which is obviously right: no bits, no masks, no months."""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from seatwise.directory.models import Service
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib import days
from seatwise.logs.facts import Facts, LoginFacts
from seatwise.logs.rules import Rules
from seatwise.reviews.rules import Rule

ON = datetime.date(2026, 11, 24)
ONE = datetime.timedelta(days=1)
Dates = Collection[datetime.date]


def ago(count: int) -> datetime.date:
    """So many days before today."""
    return ON - count * ONE


def between(first: datetime.date, last: datetime.date) -> set[datetime.date]:
    """All days from one to another."""
    return {first + number * ONE for number in range((last - first).days + 1)}


def record(service: Service, accesses: Mapping[str, Dates], covered: Dates) -> None:
    """Write into the ledger who had an access on which days, and on which days a log was written."""
    facts = Facts()
    for login, dates in accesses.items():
        facts.logins[login] = LoginFacts(login, 0, days.masks_of(map(days.day_of, dates)))
    facts.covered = days.masks_of(map(days.day_of, covered))
    rules = ReadingRules(services={service.code: Rules()})
    source = Source.objects.add(code=f"{service.code}-log", name="Log", rules=rules, by=None)
    merge(source.revision, service, facts, zone="Asia/Tokyo", today=days.day_of(ON))


@dataclass(frozen=True)
class Somebody:
    """A holder: access days, since when they hold the license, and what is expected of them."""

    since: datetime.date
    accesses: Dates
    expected: Decimal | None = None


@dataclass(frozen=True)
class World:
    """Who holds a license, and the days on which a log was written."""

    holders: Mapping[str, Somebody]
    covered: Dates
    young: int = 30
    first: datetime.date = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", min(self.covered))

    def window(self, as_of: datetime.date, length: int) -> list[datetime.date]:
        """The last days until one."""
        return [as_of - number * ONE for number in range(length)]

    def may_have_come(self, somebody: Somebody, date: datetime.date) -> bool:
        """Whether somebody had an access on a day, or nobody knows."""
        return date in somebody.accesses or date not in self.covered

    def is_judged_by(self, somebody: Somebody, first: datetime.date) -> bool:
        """Whether days from one on can be held against somebody."""
        return first >= self.first and first >= somebody.since

    def holds(self, rule: Rule, somebody: Somebody, as_of: datetime.date) -> bool:
        """Whether a rule holds of somebody, whatever the unknown days were."""
        found = []
        if rule.idle_days is not None:
            window = self.window(as_of, rule.idle_days)
            came = any(self.may_have_come(somebody, date) for date in window)
            found.append(self.is_judged_by(somebody, window[-1]) and not came)
        if rule.at_most is not None or rule.share is not None:
            window = self.window(as_of, rule.window)
            found.append(self.is_judged_by(somebody, window[-1]))
            number = sum(self.may_have_come(somebody, date) for date in window)
            if rule.at_most is not None:
                found.append(number <= rule.at_most)
            if rule.share is not None:
                week = Decimal(5) if somebody.expected is None else somebody.expected
                found.append(int(week * rule.window / 7) * rule.share >= number * 100 and week > 0)
        if rule.never:
            found.append(not any(self.may_have_come(somebody, date) for date in between(self.first, as_of)))
        if rule.at_least is not None:
            found.append(sum(date in somebody.accesses for date in self.window(as_of, rule.window)) >= rule.at_least)
        if rule.accessed:
            found.append(any(date in somebody.accesses for date in between(self.first, as_of)))
        if rule.held_at_least is not None:
            found.append((as_of - somebody.since).days + 1 >= rule.held_at_least)
        return all(found)

    def tested(self, rule: Rule, as_of: datetime.date, horizon: int, today: datetime.date) -> tuple[int, int, int]:
        """Of those whom a rule would have named on a day: how many, who came soon after, of whom nobody knows."""
        named = [one for one in self.holders.values() if self.was_judged(one, as_of) and self.holds(rule, one, as_of)]
        after = [as_of + number * ONE for number in range(1, horizon + 1) if as_of + number * ONE <= today]
        back = [one for one in named if any(date in one.accesses for date in after)]
        hidden = any(date not in self.covered for date in after)
        return len(named), len(back), len(named) - len(back) if hidden else 0

    def was_judged(self, somebody: Somebody, as_of: datetime.date) -> bool:
        """Whether somebody held the license on a day, and not only since lately."""
        return somebody.since <= as_of - self.young * ONE

    def named(self, rule: Rule, as_of: datetime.date) -> set[str]:
        """The logins of those whom a rule names."""
        return {login for login, one in self.holders.items() if self.holds(rule, one, as_of)}
