"""Whose rows a vendor's report has: by a login, an address, an employee number, or a name and its department."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, Login, Membership, Status, User
from seatwise.ledger.snapshot_file import ReportedRow
from seatwise.lib.batches import batches
from seatwise.lib.logins import fold, visible
from seatwise.lib.notices import Code, Notice

LOGINS_SHOWN = 5
_Person = tuple[int, str, bool]  # id, login, whether active


class MatchCode(Code):
    """What is to be said of whose row it is."""

    NOT_KNOWN = "%(file)s line %(line)s: “%(text)s” matches no user; the row is skipped"
    UNKNOWN_LOGIN = "%(file)s line %(line)s: there is no user with the login “%(text)s”; kept as an unknown login"
    BY_NAME = (
        "%(file)s line %(line)s: there is no user with the login “%(text)s”; matched by the name "
        "“%(name)s” to %(login)s"
    )
    SEVERAL = (
        "%(file)s line %(line)s: “%(text)s” could be any of %(logins)s; the row is skipped (choose "
        "who it is; on the command line with --person %(line)s=LOGIN)"
    )
    TAKEN = (
        "%(file)s line %(line)s: “%(text)s” would be %(login)s, who is already in line %(other)s; the row is skipped"
    )


@dataclass
class Matches:
    """The login that each row is kept under, by its line; those left out have none."""

    logins: dict[int, str] = field(default_factory=dict)
    recognized: int = 0  # how many rows are of people who are known
    remarks: list[Notice] = field(default_factory=list)
    asked: dict[int, tuple[ReportedRow, list[str]]] = field(default_factory=dict)  # by line: whom it may mean


def match(rows: Sequence[ReportedRow], file: str, people: Mapping[int, str] | None = None) -> Matches:
    """Whose each row is. `people`: the logins that somebody chose, by line.

    Refused where the texts of one row are of two people.
    """
    return _Matching(rows, file, people or {}).matches()


class _Matching:
    def __init__(self, rows: Sequence[ReportedRow], file: str, chosen: Mapping[int, str]) -> None:
        self.rows, self.file, self.found = rows, file, Matches()
        self.known = _Known(rows, chosen.values())
        self.chosen = {line: self.known.people.get(fold(login), "") for line, login in chosen.items()}
        wrong = [line for line in chosen if not self.chosen[line]]
        if wrong:
            raise Refused(
                _("%(file)s line %(line)s: there is no user with the chosen login “%(login)s”. Nothing was imported.")
                % {"file": file, "line": wrong[0], "login": chosen[wrong[0]]}
            )

    def matches(self) -> Matches:
        """First the rows that say whose they are, then those of which only the name does."""
        of: dict[str, ReportedRow] = {}  # by folded login: the first row of it
        named: list[ReportedRow] = []
        for row in self.rows:
            login = self.chosen.get(row.line) or self.known.login_of(row, self.file)
            if not login:
                named.append(row)
                continue
            other = of.setdefault(fold(login), row)
            if other is not row and not (row.login and other.login):  # accounts may be one person's
                self.say(MatchCode.TAKEN, row, login=login, other=other.line)
                continue
            self.found.logins[row.line] = login
            self.found.recognized += 1
        self.by_names(named, of)
        self.found.remarks.sort(key=lambda remark: int(str(remark.values["line"])))
        return self.found

    def by_names(self, rows: Sequence[ReportedRow], of: dict[str, ReportedRow]) -> None:
        called = self.known.called([row for row in rows if row.name])
        wanted = Counter(logins[0] for logins in called.values() if len(logins) == 1)
        for row in rows:
            logins = called.get(row.line, [])
            if len(logins) > 1 or (logins and wanted[logins[0]] > 1):
                self.found.asked[row.line] = (row, logins)
                shown = ", ".join(logins[:LOGINS_SHOWN]) + ("…" if len(logins) > LOGINS_SHOWN else "")
                self.say(MatchCode.SEVERAL, row, logins=shown)
            elif not logins:
                if row.login:
                    self.found.logins[row.line] = visible(row.login)
                self.say(MatchCode.UNKNOWN_LOGIN if row.login else MatchCode.NOT_KNOWN, row)
            elif other := of.get(fold(logins[0])):
                self.say(MatchCode.TAKEN, row, login=logins[0], other=other.line)
            else:
                self.found.logins[row.line] = logins[0]
                self.found.recognized += 1
                if row.login:
                    self.say(MatchCode.BY_NAME, row, login=logins[0], name=row.name)

    def say(self, code: MatchCode, row: ReportedRow, **values: str | int) -> None:
        text = row.login or row.name or row.employee_number
        self.found.remarks.append(Notice(code, {"file": self.file, "line": row.line, "text": text, **values}))


class _Known:
    """Whom the texts of some rows mean: people by logins, and by addresses and numbers that only one has."""

    def __init__(self, rows: Sequence[ReportedRow], others: Iterable[str]) -> None:
        texts = {fold(text) for row in rows for text in (row.login, row.login.lstrip("'"), row.name, *row.also)}
        texts |= {fold(text) for text in others}
        self.people: dict[str, str] = {}  # their logins by folded texts
        for some in batches(sorted(text for text in texts if "@" in text)):
            addressed = User.objects.annotate(address=Lower("email")).filter(address__in=some)
            _note(self.people, ((fold(email), login) for email, login in addressed.values_list("email", "login")))
        for some in batches(sorted(texts - {""})):
            logins = Login.objects.filter(folded__in=some, user__isnull=False).values_list("folded", "user__login")
            self.people.update(logins)  # a login is surer than an address
        self.numbers: dict[str, str] = {}
        for some in batches(sorted({row.employee_number for row in rows if row.employee_number})):
            _note(self.numbers, User.objects.filter(employee_number__in=some).values_list("employee_number", "login"))

    def login_of(self, row: ReportedRow, file: str) -> str:
        """The login of whom the texts of a row mean, but its name; "" for nobody. Refused if they mean two people."""
        texts = [row.login, *row.also] if row.login or row.also else [row.name]
        found = [self.people.get(fold(text), "") or self.people.get(fold(text.lstrip("'")), "") for text in texts]
        logins = dict.fromkeys(login for login in found if login)
        if len(logins) > 1:
            raise Refused(
                _(
                    "%(file)s line %(line)s: “%(texts)s” belong to different people (%(logins)s). Nothing was "
                    "imported. Correct that row or remove it."
                )
                % {"file": file, "line": row.line, "texts": ", ".join(texts), "logins": ", ".join(sorted(logins))}
            )
        return next(iter(logins), "") or self.numbers.get(row.employee_number, "")

    @staticmethod
    def called(rows: Sequence[ReportedRow]) -> dict[int, list[str]]:
        """The logins of whom the name of a row may mean, by its line: told apart by department and status."""
        by_name: dict[str, list[_Person]] = defaultdict(list)
        spellings = {row.line: dict.fromkeys(map(_squeezed, row.names())) for row in rows}
        names = {each for several in spellings.values() for each in several}
        for pk, login, name, status in User.objects.values_list("pk", "login", "name", "status") if names else ():
            if (key := _squeezed(name)) in names and key:
                by_name[key].append((pk, login, status == Status.ACTIVE))
        departments = _departments_of([pk for several in by_name.values() for pk, _login, _active in several])
        found: dict[int, list[str]] = {}
        by_department: set[str] = set()  # whom a row means for certain: another row of that name is not theirs
        for row in rows:
            wanted = {_squeezed(part) for part in re.split(r"[;；,、\n]", row.department) if part.strip()}
            people = _of_names(by_name, spellings[row.line])
            there = [person for person in people if wanted & departments.get(person[0], set())]
            if there:
                found[row.line] = _active(there)
                by_department.update(found[row.line])
        for row in rows:
            if row.line not in found:
                people = _of_names(by_name, spellings[row.line])
                found[row.line] = _active([person for person in people if person[1] not in by_department])
        return found


def _of_names(by_name: Mapping[str, list[_Person]], names: Iterable[str]) -> list[_Person]:
    return [person for name in names for person in by_name.get(name, [])]


def _active(people: Sequence[_Person]) -> list[str]:
    """The logins of those who are active, or of all where nobody is."""
    return sorted(login for _pk, login, _active in [each for each in people if each[2]] or people)


def _departments_of(people: Sequence[int]) -> dict[int, set[str]]:
    """What the current departments of some people are called: by code, by name, and with those above."""
    found: dict[int, set[str]] = defaultdict(set)
    names = {each.pk: {each.code, each.name, each.full_name} for each in Department.objects.all()} if people else {}
    for some in batches(sorted(people)):
        for person, department in Membership.objects.current().filter(user__in=some).values_list("user", "department"):
            found[person] |= {_squeezed(name) for name in names[department]}
    return found


def _squeezed(name: str) -> str:
    """What two spellings of a name have in common: 佐藤太郎 and 佐藤　太郎."""
    return re.sub(r"[\s/／]+", "", fold(name))


def _note(into: dict[str, str], found: Iterable[tuple[str, str]]) -> None:
    for text, login in found:
        into[text] = "" if into.get(text, login) != login else login  # of two people, nobody
