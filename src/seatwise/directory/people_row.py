"""What one row of a people file wants a person to be, given whom there is."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seatwise.configuration import today
from seatwise.directory.department_plan import Tree
from seatwise.directory.models import DepartmentAdministrator, Login, Membership, Status, User
from seatwise.directory.people import day_text, days_text, ordered
from seatwise.directory.rows import read as rows_of
from seatwise.lib.batches import among
from seatwise.lib.logins import fold
from seatwise.lib.notices import Code, Notice
from seatwise.lib.people_cells import DepartmentName, Unexpected
from seatwise.lib.people_file import PersonRow, RowError

UNREAD = ("password", "search_text")  # of everybody, since nothing here looks at them
_PLAIN = ("name", "email", "employee_number", "status", "kind", "role", "language", "left_on")


class PersonCode(Code):
    """What is expected of the login names of a file."""

    SOMEBODY = "the login name of someone in this file or in the directory"
    NOT_TAKEN = "a login name that is not someone else's"
    NOT_ONESELF = "someone else's login name"
    REUSED = (
        "a login name that no one else has: deactivate its former holder and give them another login "
        "name, or leave this row out"
    )
    ONCE = "one row for each person; line %(other)s is of the same"


@dataclass
class Known:
    """Everybody whom rows of the file are about, read at once."""

    people: dict[str, User] = field(default_factory=dict)  # by folded login
    departments: dict[int, list[str]] = field(default_factory=dict)  # codes by person, the primary one first
    others: dict[str, User] = field(default_factory=dict)  # by folded further login names
    administered: dict[int, list[str]] = field(default_factory=dict)  # codes of departments by person
    coming: dict[str, str] = field(default_factory=dict)  # login names of the file, by folded

    @classmethod
    def read(cls, rows: Sequence[PersonRow], named: Collection[str], *, missing: bool, lock: bool) -> "Known":
        """Whom some rows name or may be of; with `missing`, also all active people who are not `named` in the file.

        Locked in the order of their ids.
        """
        names = among({name for row in rows for name in _names(row)}, "text")
        given = dict(Login.objects.given().filter(folded__in=names).values_list("folded", "user"))
        owners = dict(User.objects.filter(folded__in=names).values_list("folded", "pk"))
        unknown = [row for row in rows if row.folded not in owners and row.folded not in given]
        wanted = {*owners.values(), *given.values(), *_alike(unknown, named)}
        if missing:
            active = User.objects.active().values_list("pk", "folded")
            wanted.update(pk for pk, folded in active if folded not in named)
        everybody = User.objects.filter(pk__in=among(wanted)).order_by("pk")
        if lock:
            everybody = everybody.select_for_update(no_key=True)
        by_id = {user.pk: user for user in rows_of(everybody, UNREAD)}
        referred = {pk for user in by_id.values() for pk in (user.manager_id, user.responsible_id) if pk} - by_id.keys()
        others = {user.pk: user for user in rows_of(User.objects.filter(pk__in=among(referred)), UNREAD)} | by_id
        for user in by_id.values():
            if user.manager_id:
                user.manager = others[user.manager_id]
            if user.responsible_id:
                user.responsible = others[user.responsible_id]
        known = cls({user.folded: user for user in by_id.values()})
        memberships = Membership.objects.current().filter(user__in=among(by_id)).order_by("-primary")
        for person, code in memberships.values_list("user", "department__code"):
            known.departments.setdefault(person, []).append(code)
        administered = DepartmentAdministrator.objects.filter(user__in=among(by_id)).order_by("department__code")
        for person, code in administered.values_list("user", "department__code"):
            known.administered.setdefault(person, []).append(code)
        known.others = {folded: by_id[person] for folded, person in given.items()}
        return known

    def owner_of(self, login: str) -> User | None:
        """Whose login name it is already."""
        return self.people.get(fold(login)) or self.others.get(fold(login))

    def canonical(self, login: str) -> str | None:
        """How the login name of somebody is written, or None for nobody's."""
        owner = self.owner_of(login)
        return owner.login if owner else self.coming.get(fold(login))


def _names(row: PersonRow) -> Iterator[str]:
    """The login names that a row names, folded."""
    yield row.folded
    for login in (row.manager, row.responsible, *(row.other_logins or ())):
        if login:
            yield fold(login)


def keys_of(login: str, employee_number: str | None, email: str | None) -> Iterator[tuple[str, str]]:
    """By what somebody may be known whose login nobody has: numbers without the zeros that spreadsheets take away."""
    for what, text in (("employee_number", employee_number), ("email", email), ("login", login)):
        if text and (what != "login" or text.isdecimal()):
            yield what, bare(text)


def bare(text: str) -> str:
    return text.lstrip("0") if text.isdecimal() else fold(text)


def _alike(rows: Sequence[PersonRow], named: Collection[str]) -> Iterator[int]:
    """Whom rows of nobody known may be of: people who are not named in the file themselves."""
    wanted = {key for row in rows for key in keys_of(row.login, row.employee_number, row.email)}
    if not wanted:
        return
    for pk, folded, *texts in User.objects.values_list("pk", "folded", "login", "employee_number", "email"):
        if folded not in named and not wanted.isdisjoint(keys_of(*texts)):
            yield pk


def wanted_state(
    row: PersonRow, known: Known, tree: Tree, wrong: Mapping[DepartmentName, Notice]
) -> tuple[dict[str, Any], list[RowError]]:
    """The fields of the state (see people) that the row says, and what is wrong with it."""
    errors: list[RowError] = []
    wanted = {key: getattr(row, key) for key in _PLAIN if getattr(row, key) is not None}
    if row.employment is not None:
        wanted["employment"], wanted["expected_days"] = row.employment.kind, days_text(row.employment.days)
    if row.left_on and row.status is None and row.left_on < today().isoformat():
        before = known.people.get(row.folded)
        if before is None or day_text(before.left_on) != row.left_on:  # else they may have come back
            wanted["status"] = str(Status.INACTIVE)
    for login in row.other_logins or ():
        owner = known.owner_of(login)
        if owner and owner.folded != row.folded:
            errors.append(RowError(row.line, "other_logins", login, Notice(PersonCode.NOT_TAKEN)))
    for key in ("manager", "responsible"):
        login = getattr(row, key)
        if login is None:
            continue
        written = known.canonical(login) if login else ""
        if written is None:
            errors.append(RowError(row.line, key, login, Notice(PersonCode.SOMEBODY)))
        elif login and fold(written) == row.folded:
            errors.append(RowError(row.line, key, login, Notice(PersonCode.NOT_ONESELF)))
        else:
            wanted[key] = written
    if row.departments is not None:
        wanted["departments"] = ordered(_codes("departments", row, tree, wrong, errors))
    if row.administers is not None:
        wanted["administers"] = sorted({*_codes("administers", row, tree, wrong, errors)})
    return wanted, errors


def _codes(
    key: str, row: PersonRow, tree: Tree, wrong: Mapping[DepartmentName, Notice], errors: list[RowError]
) -> list[str]:
    """The codes of the departments that a column names."""
    codes: list[str] = []
    for name in getattr(row, key):
        if name in wrong:
            errors.append(RowError(row.line, key, str(name), wrong[name]))
            continue
        try:
            codes.append(tree.resolve(name))
        except Unexpected as problem:
            errors.append(RowError(row.line, key, str(name), problem.notice))
    return codes
