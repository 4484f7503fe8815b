"""The account of an import, ready to be shown: every reason in words, findings with the people they are about."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from seatwise.directory.models import Login, User
from seatwise.ledger.ingestion import NAMED
from seatwise.ledger.models import LogImport, ServiceAccount
from seatwise.ledger.words import REASONS, kept_in_words
from seatwise.lib import days
from seatwise.lib.logins import fold

FINDINGS = {
    "inactive": gettext_lazy("Inactive users who got in"),
    "unlicensed": gettext_lazy("Users without a license who got in"),
}
UNKNOWN_SHOWN = 20


@dataclass(frozen=True)
class ReasonLine:
    """A reason: what it is called, what it means, how many lines, and the first of them."""

    label: str
    about: str
    count: int
    samples: list[dict[str, Any]]


@dataclass(frozen=True)
class Finding:
    """Login names of people who should not have got in, with whose they are now."""

    title: str
    people: list[tuple[str, User | None]]
    is_cut: bool


class Account:
    """What an import meant for a service."""

    def __init__(self, stored: ServiceAccount, person: User) -> None:
        self.stored = stored
        self.service = stored.service
        self.first = days.date_of(stored.first_day) if stored.first_day is not None else None
        self.last = days.date_of(stored.last_day) if stored.last_day is not None else None
        self.unknown = stored.unknown[:UNKNOWN_SHOWN]
        self.unknown_more = stored.unknown_count - len(self.unknown)
        self.findings = list(self._findings(person))

    @property
    def reasons(self) -> list[ReasonLine]:
        """Accesses first, then every other reason."""
        counts = {"access": self.stored.accesses, **self.stored.reasons}
        return [
            ReasonLine(str(label), str(about), counts.get(name, 0), self._samples(name))
            for name, (label, about) in REASONS.items()
        ]

    def _samples(self, reason: str) -> list[dict[str, Any]]:
        return [{**sample, "what": kept_in_words(sample["what"])} for sample in self.stored.samples.get(reason, [])]

    def _findings(self, person: User) -> "list[Finding]":
        names = [login for found in self.stored.findings.values() for login in found]
        known = Login.objects.visible_to(person).filter(folded__in={fold(name) for name in names})
        owners = {login.folded: login.user for login in known.select_related("user")} if names else {}
        return [
            Finding(str(title), [(name, owners.get(fold(name))) for name in found], len(found) == NAMED)
            for key, title in FINDINGS.items()
            if (found := self.stored.findings.get(key))
        ]


def accounts_of(log_import: LogImport, person: User) -> list[Account]:
    """The accounts of an import, as a person may see them."""
    stored = log_import.accounts.select_related("service").order_by("service")
    return [Account(account, person) for account in stored]
