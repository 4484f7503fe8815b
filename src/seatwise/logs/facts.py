"""What a log says: access days by login and month, covered days, and the account of every line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from seatwise.lib import days
from seatwise.lib.notices import Notice

REASON_NAMES = (
    "malformed",
    "future",
    "anonymous",
    "other_service",
    "failed",
    "redirected",
    "not_a_visit",
    "api",
    "asset",
    "system_account",
    "access",
)
NEEDS_A_LOOK = ("malformed", "future", "other_service", "not_a_visit")


@dataclass(frozen=True)
class Sample:
    """One line that shows what a reason means: where it stands and what decided, without anything personal."""

    file: str
    line: int
    what: Notice


@dataclass
class Account:
    """How many lines there were and how many fell into each reason; the reasons add up to the lines."""

    lines: int = 0
    reasons: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REASON_NAMES, 0))
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    passed_over: list[Notice] = field(default_factory=list)  # files that were not read
    said: list[Notice] = field(default_factory=list)  # about files that were

    @property
    def accesses(self) -> int:
        return self.reasons["access"]


@dataclass(slots=True)
class LoginFacts:
    """What is known of one login: how it was written first, and its days as {month: mask}.

    `program_days` are the days with use of the API, or of a program's login, whether or not there was an access.
    """

    login: str
    first_seen: int  # the instant of the line that wrote it so; kept in memory and in parts only
    days: dict[int, int] = field(default_factory=dict)
    program_days: dict[int, int] = field(default_factory=dict)
    is_program: bool = False
    qualified: str = ""  # with its domain, where domains are dropped: no two domains may become one login


@dataclass
class Facts:
    """All that was read: logins by what their spellings have in common, covered days as {month: mask}, the account."""

    logins: dict[str, LoginFacts] = field(default_factory=dict)
    covered: dict[int, int] = field(default_factory=dict)
    account: Account = field(default_factory=Account)

    def people(self) -> Iterator[tuple[str, LoginFacts]]:
        """The logins with an access, with what they are compared by."""
        return ((key, facts) for key, facts in self.logins.items() if facts.days)

    @property
    def user_days(self) -> int:
        """Distinct pairs of a login and a day with an access."""
        return sum(mask.bit_count() for facts in self.logins.values() for mask in facts.days.values())

    def days_of_accesses(self) -> tuple[int, int]:
        """The first and the last day with an access of anybody; 0 and 0 where there is none."""
        months = days.union(facts.days for facts in self.logins.values())
        return days.first_in(months) or 0, days.last_in(months) or 0

    def first_day(self) -> int | None:
        return days.first_in(self.covered)

    def last_day(self) -> int | None:
        return days.last_in(self.covered)

    def gaps(self) -> list[tuple[int, int]]:
        """Days between the first and the last covered day that no file covers, as (first, last)."""
        return days.gaps(self.covered)


def cover(facts: Facts, spans: Iterable[tuple[int, int]]) -> None:
    """Note that all days of each (first, last) are covered."""
    for first, last in spans:
        days.merge(facts.covered, days.masks_of(range(first, last + 1)))
