"""Putting together what several readers found: spellings become logins, slots of tables become masks of months."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from seatwise.lib.logins import fold, split_domain, written
from seatwise.lib.notices import Unusable
from seatwise.logs import kernel
from seatwise.logs.facts import REASON_NAMES, Facts, LoginFacts
from seatwise.logs.kernel import State
from seatwise.logs.notices import InputCode
from seatwise.logs.scan import unescape


class LoginCollision(Unusable, ValueError):
    """Two logins that would become one although they belong to different domains."""


@dataclass(frozen=True)
class LoginRules:
    """Which logins are one person: folded unless `exact`; without their domain if `drop_domain`."""

    exact: bool = False
    drop_domain: bool = False

    def shown(self, login: str) -> str:
        return split_domain(login)[0] if self.drop_domain else login

    def key(self, login: str) -> str:
        """What the login is compared by."""
        shown = self.shown(login)
        return shown if self.exact else fold(shown)


def undo_escapes(raw: bytes, escapes: int) -> bytes:
    """The bytes that a server or JSON escaped."""
    if b"\\" not in raw:
        return raw
    out = bytearray(len(raw))
    return bytes(out[: unescape(raw, 0, len(raw), out, escapes)])


def as_list(table: Any, count: int) -> list[int]:
    """The first numbers of a table as Python's."""
    found: list[int] = table[:count].tolist() if hasattr(table, "tolist") else list(table[:count])
    return found


def gather(states: Iterable[State], rules: LoginRules, programs: frozenset[str]) -> Facts:
    """The facts of several states. `programs` are the logins, as compared, that are programs."""
    facts = Facts()
    known: dict[bytes, tuple[str, str, LoginFacts]] = {}  # what was found out about a spelling
    for state in states:
        owners: list[tuple[str, LoginFacts]] = []
        for raw, seen in spellings(state):
            found = known.get(raw)
            if found is None:
                known[raw] = found = login_facts(facts, raw, seen, rules)
            key, shown, login = found
            if (seen, shown) < (login.first_seen, login.login):
                login.login, login.first_seen = shown, seen
            owners.append((key, login))
        for key, login in owners:
            login.is_program = key in programs
        add_counts(facts, state, [login for _, login in owners])
        for number, month, mask, program_mask in masks(state):
            login = owners[number][1]
            if login.is_program:
                mask, program_mask = 0, mask | program_mask
            if mask:
                login.days[month] = login.days.get(month, 0) | mask
            if program_mask:
                login.program_days[month] = login.program_days.get(month, 0) | program_mask
    return facts


def spellings(state: State) -> Iterable[tuple[bytes, int]]:
    """Each login of a state as bytes, with the earliest instant it was seen."""
    count = int(state.n[kernel.LOGINS])
    arena = bytes(state.arena)
    ends = as_list(state.login_at, count + 1)
    ways = as_list(state.ways, count)
    for i, seen in enumerate(as_list(state.first_seen, count)):
        yield undo_escapes(arena[ends[i] : ends[i + 1]], ways[i]), seen


def login_facts(facts: Facts, raw: bytes, seen: int, rules: LoginRules) -> tuple[str, str, LoginFacts]:
    """What a spelling is compared by, how it is shown, and the entry of its login, made if it is new."""
    login = written(raw)
    key, shown = rules.key(login), rules.shown(login)
    entry = facts.logins.get(key)
    if entry is None:
        facts.logins[key] = entry = LoginFacts(shown, seen)
    if rules.drop_domain and split_domain(login)[1]:
        refuse_two_domains(entry, login)
    return key, shown, entry


def refuse_two_domains(entry: LoginFacts, qualified: str) -> None:
    """Note the domain of a login whose domain is dropped; LoginCollision if it has another already."""
    known = entry.qualified
    if known and qualified and fold(split_domain(known)[1]) != fold(split_domain(qualified)[1]):
        one, other = sorted((known, qualified))
        raise LoginCollision(InputCode.COLLISION, one=one, other=other)
    entry.qualified = min(known, qualified) if known and qualified else known or qualified


def add_counts(facts: Facts, state: State, owners: list[LoginFacts]) -> None:
    """Add the reasons of a state to the account; accesses by programs are counted as system_account."""
    account = facts.account
    for name, count in zip(REASON_NAMES, as_list(state.counts, kernel.REASONS), strict=True):
        account.reasons[name] += count
        account.lines += count
    hits = as_list(state.hits, int(state.n[kernel.LOGINS]))
    by_programs = sum(count for count, login in zip(hits, owners, strict=True) if login.is_program)
    account.reasons["access"] -= by_programs
    account.reasons["system_account"] += by_programs


def masks(state: State) -> Iterable[tuple[int, int, int, int]]:
    """The facts of a state: number of the login, month, mask of access days, mask of program days."""
    size = len(state.keys)
    rows = zip(as_list(state.keys, size), as_list(state.days, size), as_list(state.program_days, size), strict=True)
    for key, mask, program_mask in rows:
        if key >= 0:
            yield key >> 24, key & 0xFFFFFF, mask, program_mask
