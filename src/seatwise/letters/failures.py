"""What keeps failing is told administrators once, and once more when it works again: told by its `fails_since`."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from seatwise.directory import independence
from seatwise.letters import kinds
from seatwise.letters.models import Letter
from seatwise.letters.writing import Draft, write_many

Told = tuple[
    datetime.datetime | None, Mapping[str, Any]
]  # since when it fails, and what both letters are filled in with


@dataclass(frozen=True)
class Failures:
    """Two kinds of letters about things of a kind: NAME.fails and NAME.works, of mail/NAME_fails and mail/NAME_works.

    `told` knows what a letter is about by its id; None where it is gone.
    """

    name: str
    fails: str | Promise
    works: str | Promise
    told: Callable[[str], Told | None]

    def register(self) -> None:
        for verb, label in (("fails", self.fails), ("works", self.works)):
            kinds.register(kinds.Kind(f"{self.name}.{verb}", f"mail/{self.name}_{verb}", self.compose, label))

    def note(self, row: QuerySet[Any], about: Model, *, failed_at: datetime.datetime | None) -> bool:
        """Note that a row of a table fails, or (None) works, and tell administrators where that is new; whether it is.
        In the transaction of what made it so.
        """
        same = row.exclude(fails_since=None) if failed_at is None else row.filter(fails_since=None)
        if not same.update(fails_since=failed_at):
            return False
        kind = f"{self.name}.{'works' if failed_at is None else 'fails'}"
        write_many(
            Draft(each, kind, about, f"{kind}:{about.pk}:{failed_at}:{each.pk}")
            for each in independence.administrators()
        )
        return True

    def compose(self, letter: Letter) -> Mapping[str, Any] | None:
        """What a letter is filled in with; None where it is otherwise meanwhile."""
        found = self.told(letter.subject_id)
        if found is None or (found[0] is None) == letter.kind.endswith(".fails"):
            return None
        return found[1]
