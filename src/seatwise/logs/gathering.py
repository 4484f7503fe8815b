"""Putting together what several readers found: spellings become logins, their masks of months are joined."""

from collections.abc import Iterable
from dataclasses import dataclass

from seatwise.lib.logins import fold, split_domain, written
from seatwise.lib.notices import Unusable
from seatwise.logs.facts import REASON_NAMES, Facts, LoginFacts
from seatwise.logs.judging import Found
from seatwise.logs.notices import InputCode


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


def gather(parts: Iterable[Found], rules: LoginRules, programs: frozenset[str]) -> Facts:
    """The facts of several readers. `programs` are the logins, as compared, that are programs."""
    facts = Facts()
    account = facts.account
    known: dict[bytes, tuple[str, LoginFacts]] = {}  # what was found out about a spelling
    for part in parts:
        for name, count in zip(REASON_NAMES, part.counts, strict=True):
            account.reasons[name] += count
            account.lines += count
        owners: list[LoginFacts] = []
        for raw, seen, hits in part.logins:
            found = known.get(raw)
            if found is None:
                known[raw] = found = login_facts(facts, raw, seen, rules, programs)
            shown, login = found
            if (seen, shown) < (login.first_seen, login.login):
                login.login, login.first_seen = shown, seen
            if login.is_program:
                account.reasons["access"] -= hits
                account.reasons["system_account"] += hits
            owners.append(login)
        for number, month, mask, program_mask in part.months:
            login = owners[number]
            if login.is_program:
                mask, program_mask = 0, mask | program_mask
            if mask:
                login.days[month] = login.days.get(month, 0) | mask
            if program_mask:
                login.program_days[month] = login.program_days.get(month, 0) | program_mask
    return facts


def login_facts(
    facts: Facts, raw: bytes, seen: int, rules: LoginRules, programs: frozenset[str]
) -> tuple[str, LoginFacts]:
    """How a spelling is shown, and the entry of its login, made if it is new."""
    login = written(raw)
    key, shown = rules.key(login), rules.shown(login)
    entry = facts.logins.get(key)
    if entry is None:
        facts.logins[key] = entry = LoginFacts(shown, seen, is_program=key in programs)
    if rules.drop_domain and split_domain(login)[1]:
        refuse_two_domains(entry, login)
    return shown, entry


def refuse_two_domains(entry: LoginFacts, qualified: str) -> None:
    """Note the domain of a login whose domain is dropped; LoginCollision if it has another already."""
    known = entry.qualified
    if known and qualified and fold(split_domain(known)[1]) != fold(split_domain(qualified)[1]):
        one, other = sorted((known, qualified))
        raise LoginCollision(InputCode.COLLISION, one=one, other=other)
    entry.qualified = min(known, qualified) if known and qualified else known or qualified
