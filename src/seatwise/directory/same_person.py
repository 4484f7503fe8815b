"""Whose a row of a people file is, where its login does not say: somebody with another login, or with another number.

That is asked, never guessed: days and licenses are a person's, and go on with whoever has the login.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from seatwise.directory.models import User
from seatwise.directory.people_row import Known, PersonCode, bare, keys_of
from seatwise.directory.person_field import shown
from seatwise.lib.logins import fold
from seatwise.lib.notices import Notice
from seatwise.lib.people_file import PersonRow, RowError

EVERYBODY = "all"


@dataclass(frozen=True)
class Answers:
    """Which rows are of somebody known, and which of somebody new: by their logins, or all."""

    same: frozenset[str] = frozenset()
    new: frozenset[str] = frozenset()

    @classmethod
    def of(cls, same: Iterable[str] = (), new: Iterable[str] = ()) -> "Answers":
        return cls(frozenset(map(fold, same)), frozenset(map(fold, new)))

    def is_same(self, row: PersonRow) -> bool | None:
        """Whether the row is of whom it may be of; None where nobody said."""
        for said, names in ((True, self.same), (False, self.new)):
            if row.folded in names:
                return said
        if EVERYBODY in self.same:
            return True
        return False if EVERYBODY in self.new else None


NOTHING_SAID = Answers()


@dataclass(frozen=True)
class Question:
    """A row that may be of somebody known; `reused` where its login is theirs and the number is not."""

    row: PersonRow
    person: User
    by: str  # what they have in common: employee_number, email, or login but for zeros
    reused: bool = False

    def describe(self) -> str:
        """What is asked, in a sentence."""
        named = {"login": self.row.login, "person": shown(self.person), "number": self.row.employee_number or ""}
        if self.reused:
            text = _(
                "%(login)s is %(person)s, but with a different employee number (%(number)s). Is it still the "
                "same person?"
            )
        elif self.by == "employee_number":
            text = _("%(login)s is new and has the employee number %(number)s of %(person)s. Is it the same person?")
        elif self.by == "email":
            text = _("%(login)s is new and has the e-mail address of %(person)s. Is it the same person?")
        else:
            text = _("%(login)s is new and differs from %(person)s only in leading zeros. Is it the same person?")
        return text % named


@dataclass
class Resolved:
    """The rows, each under the login of whose it is, and what is to be asked."""

    rows: list[PersonRow] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)  # the logins of rows of which it is not known whose they are


def resolve(rows: Sequence[PersonRow], named: Collection[str], known: Known, answers: Answers) -> Resolved:
    """Put each row under whose it is. `named` are the logins of all rows of the file."""
    found, lines = Resolved(), dict[str, int]()
    alike = _Alike(known, named)
    for row in rows:
        named_as, question = row.folded, None
        owner = known.people.get(named_as)
        if owner is None:
            owner = known.others.get(row.folded)
            if owner is None and (question := alike.to(row)):
                owner = question.person
        elif row.employee_number and _differ(row.employee_number, owner.employee_number):
            question = Question(row, owner, "employee_number", reused=True)
        if question is not None:
            said = answers.is_same(row)
            if said is None:
                found.left_out.add(named_as)
                found.questions.append(question)
                continue
            if not said and question.reused:
                found.left_out.add(named_as)
                found.errors.append(RowError(row.line, "login", row.login, Notice(PersonCode.REUSED)))
                continue
            owner = question.person if said else None
        row = _under(row, owner) if owner is not None else row
        other = lines.setdefault(row.folded, row.line)
        if other != row.line:
            found.left_out.add(named_as)
            found.errors.append(RowError(row.line, "login", row.login, Notice(PersonCode.ONCE, {"other": other})))
            continue
        found.rows.append(row)
    return found


def _under(row: PersonRow, owner: User) -> PersonRow:
    """The row as one of its owner's; a login that is new to them is one of their others. Zeros lost are kept."""
    number = row.employee_number
    if number and owner.employee_number and not _differ(number, owner.employee_number):
        number = owner.employee_number
    if row.folded == owner.folded:
        return row if number == row.employee_number else dataclasses.replace(row, employee_number=number)
    others = (*(row.other_logins or ()), row.login)
    made = dataclasses.replace(row, login=owner.login, employee_number=number, other_logins=others)
    made.extra = row.extra
    return made


def _differ(number: str, other: str) -> bool:
    """Whether they are two employee numbers; one that lost its zeros in a spreadsheet is the same."""
    return bool(number and other) and fold(number) != fold(other) and bare(number) != bare(other)


class _Alike:
    """Who has a number, an address or, but for zeros, a login; those who are in the file themselves left out."""

    def __init__(self, known: Known, present: Collection[str]) -> None:
        self.by: dict[tuple[str, str], list[User]] = defaultdict(list)
        for user in known.people.values():
            if user.folded not in present:
                for key in keys_of(user.login, user.employee_number, user.email):
                    self.by[key].append(user)

    def to(self, row: PersonRow) -> Question | None:
        """Whose a new login may be."""
        for key in keys_of(row.login, row.employee_number, row.email):
            people = self.by.get(key, [])
            if len(people) == 1:
                return Question(row, people[0], key[0])
        return None
