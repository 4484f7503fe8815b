"""What a log says: access days by login and month, covered days, and the account of every line."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

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


Masks = Mapping[int, int]  # masks of days by month
_NONE: Masks = MappingProxyType({})


class LoginFacts:
    """What is known of one login: how it was written first, and its days as {month: mask}.

    `program_days` are the days with use of the API, or of a program's login, whether or not there was an access.
    There may be millions of these, so months are kept as (month, mask, month, mask …).
    """

    __slots__ = ("_days", "_program_days", "first_seen", "is_program", "login", "qualified")

    def __init__(
        self,
        login: str,
        first_seen: int,
        days: Masks = _NONE,
        program_days: Masks = _NONE,
        is_program: bool = False,
        qualified: str = "",
    ) -> None:
        self.login = login
        self.first_seen = first_seen  # the instant of the line that wrote it so; kept in memory and in parts only
        self.is_program = is_program
        self.qualified = qualified  # with its domain, where domains are dropped: no two domains may become one login
        self._days: tuple[int, ...] = ()
        self._program_days: tuple[int, ...] = ()
        if days or program_days:
            self.add(days, program_days)

    @property
    def days(self) -> Masks:
        """The days with an access."""
        return MappingProxyType(dict(zip(self._days[::2], self._days[1::2], strict=True)))

    @property
    def program_days(self) -> Masks:
        return MappingProxyType(dict(zip(self._program_days[::2], self._program_days[1::2], strict=True)))

    def months(self) -> list[tuple[int, int, int]]:
        """The months, each with its masks of access days and of program days; quicker than by those two."""
        if not self._program_days:
            return list(zip(self._days[::2], self._days[1::2], itertools.repeat(0)))
        days, program_days = self.days, self.program_days
        return [(month, days.get(month, 0), program_days.get(month, 0)) for month in days.keys() | program_days.keys()]

    @property
    def has_access(self) -> bool:
        return bool(self._days)

    def add(self, days: Masks, program_days: Masks = _NONE) -> None:
        """Add days."""
        for month in days.items():
            self.add_month(month)
        for month in program_days.items():
            self.add_program_month(month)

    def add_month(self, month: tuple[int, int]) -> None:
        """Add days of one month: its number and their mask. The tuple itself is kept, so that many can share one."""
        self._days = _with_month(self._days, month)

    def add_program_month(self, month: tuple[int, int]) -> None:
        self._program_days = _with_month(self._program_days, month)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LoginFacts) and self._content() == other._content()

    def __repr__(self) -> str:
        return f"LoginFacts{self._content()}"

    def _content(self) -> tuple[object, ...]:
        days, program_days = dict(self.days), dict(self.program_days)
        return self.login, self.first_seen, days, program_days, self.is_program, self.qualified


def _with_month(masks: tuple[int, ...], month: tuple[int, int]) -> tuple[int, ...]:
    if not masks:
        return month
    number, mask = month
    for i in range(0, len(masks), 2):
        if masks[i] == number:
            return (*masks[: i + 1], masks[i + 1] | mask, *masks[i + 2 :])
    return masks + month


@dataclass
class Facts:
    """All that was read: logins by what their spellings have in common, covered days as {month: mask}, the account."""

    logins: dict[str, LoginFacts] = field(default_factory=dict)
    covered: dict[int, int] = field(default_factory=dict)
    account: Account = field(default_factory=Account)

    def people(self) -> Iterator[tuple[str, LoginFacts]]:
        """The logins with an access, with what they are compared by."""
        return ((key, facts) for key, facts in self.logins.items() if facts.has_access)

    @property
    def user_days(self) -> int:
        """Distinct pairs of a login and a day with an access."""
        return sum(mask.bit_count() for facts in self.logins.values() for mask in facts._days[1::2])

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
