"""Making facts of what was found: spellings become logins, their masks of months are joined."""

from dataclasses import dataclass

from seatwise.lib.logins import fold, split_domain, written
from seatwise.lib.notices import Unusable
from seatwise.logs.facts import REASON_NAMES, Facts, LoginFacts
from seatwise.logs.judging import Found
from seatwise.logs.notices import InputCode

MOST_SHARED = 10_000  # months that logins have in common


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


def gather(found: Found, rules: LoginRules, programs: frozenset[str]) -> Facts:
    """The facts of what was found. `programs` are the logins, as compared, that are programs."""
    facts = Facts()
    account = facts.account
    account.lines = sum(found.counts)
    account.reasons = dict(zip(REASON_NAMES, found.counts, strict=True))
    owners: list[LoginFacts] = []
    months: dict[tuple[int, int], tuple[int, int]] = {}

    def shared(month: tuple[int, int]) -> tuple[int, int]:
        """One tuple for many logins, as long as they are alike: most of a million logins have been there once."""
        return months.setdefault(month, month) if len(months) < MOST_SHARED else months.get(month, month)

    for raw, seen, hits in found.logins:
        login = written(raw)
        shown = rules.shown(login)
        key = shown if rules.exact else fold(shown)
        entry = facts.logins.get(key)
        if entry is None:
            entry = LoginFacts(shown, seen, is_program=key in programs)
            facts.logins[shown if shown == key else key] = entry  # one text, where it can be
        elif (seen, shown) < (entry.first_seen, entry.login):
            entry.login, entry.first_seen = shown, seen
        if rules.drop_domain and split_domain(login)[1]:
            refuse_two_domains(entry, login)
        if entry.is_program:
            account.reasons["access"] -= hits
            account.reasons["system_account"] += hits
        owners.append(entry)
    for number, month, mask, program_mask in found.months:
        entry = owners[number]
        if entry.is_program:
            mask, program_mask = 0, mask | program_mask
        if mask:
            entry.add_month(shared((month, mask)))
        if program_mask:
            entry.add_program_month(shared((month, program_mask)))
    return facts


def refuse_two_domains(entry: LoginFacts, qualified: str) -> None:
    """Note the domain of a login whose domain is dropped; LoginCollision if it has another already."""
    known = entry.qualified
    if known and qualified and fold(split_domain(known)[1]) != fold(split_domain(qualified)[1]):
        one, other = sorted((known, qualified))
        raise LoginCollision(InputCode.COLLISION, one=one, other=other)
    entry.qualified = min(known, qualified) if known and qualified else known or qualified
