"""A CSV file of people: bytes in, rows and row errors out. No database and no Django.

Used by `seatwise report --users` and by the import of people. Only a login is needed. A column that is
not there, and a row that ends early, leaves its fields None ("the file does not say"); an empty cell says
that there is nothing.
"""

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from seatwise.lib import cybozu_files
from seatwise.lib.cybozu_files import is_departments, read_departments
from seatwise.lib.logins import fold, visible
from seatwise.lib.notices import Notice
from seatwise.lib.people_cells import DepartmentName, Employment, Expected, Unexpected, read_blocked, read_text
from seatwise.lib.people_columns import BLOCKED, COLUMNS, NAME_PARTS, Column, name_of
from seatwise.lib.sheet_cells import NO_RESULT
from seatwise.lib.table_columns import Chosen, Problem, candidates, chosen_columns, folded, holds_chosen, numbered
from seatwise.lib.table_file import BrokenTable, Table, TableCode, is_footer, is_heading, read_table


@contextmanager
def without_collecting() -> Iterator[None]:
    """For work that makes very many objects, all of which stay: to look through them for garbage again and again takes
    as long as to make them. Cycles that are dropped meanwhile, by other threads too, are found afterwards.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


__all__ = ["DepartmentName", "Employment", "PeopleFile", "PersonRow", "RowError", "parse"]


# cybozu.com's file of who belongs where: pairs of columns, a department's code and the code of a job title.
_DEPARTMENT_CODE = re.compile(
    r"(?:department code|organization code|組織コード|组织代码|組織代碼|部门代码|código de(?:l)? departamento) ?\d+"
)


@dataclass(slots=True)
class PersonRow:
    """One person as the file says. None: the file does not say."""

    line: int
    login: str
    name: str | None = None
    email: str | None = None
    employee_number: str | None = None
    departments: tuple[DepartmentName, ...] | None = None
    manager: str | None = None
    status: str | None = None
    kind: str | None = None
    employment: Employment | None = None
    role: str | None = None
    language: str | None = None
    services: tuple[str, ...] | None = None
    other_logins: tuple[str, ...] | None = None
    responsible: str | None = None
    left_on: str | None = None  # 2027-04-01, or "" for no day
    administers: tuple[DepartmentName, ...] | None = None
    extra: dict[str, object] = field(default_factory=dict)  # columns that are nobody's here
    folded: str = field(init=False)  # what the login is compared by

    def __post_init__(self) -> None:
        self.folded = fold(self.login)


@dataclass(frozen=True)
class RowError:
    """A row that cannot be used."""

    line: int
    field: str
    value: str
    expected: Notice

    def __str__(self) -> str:
        return f"line {self.line}: {self.field} “{self.shown}” cannot be used (expected {self.expected})"

    @property
    def shown(self) -> str:
        """The value, cut if it is long."""
        return self.value if len(self.value) <= 80 else self.value[:79] + "…"


@dataclass
class PeopleFile:
    """What was read, and what could not be."""

    name: str
    encoding: str
    delimiter: str = ","
    headings: list[str] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)  # by what it is, the (first) column of the table
    several: set[str] = field(default_factory=set)  # of these, what is put together of several columns
    unknown_headings: list[str] = field(default_factory=list)
    rows: list[PersonRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    blank_rows: int = 0
    tree: list[DepartmentName] = field(default_factory=list)  # of a file of departments: each with its code, its place

    @property
    def single(self) -> dict[str, int]:
        """What is one column: what may be chosen."""
        return {what: at for what, at in self.columns.items() if what not in self.several}


_OWN = frozenset(PersonRow.__dataclass_fields__) - {"line", "extra", "folded"}


@without_collecting()
def parse(
    data: bytes,
    *,
    name: str,
    encoding: str | None = None,
    columns: Sequence[Column] = COLUMNS,
    chosen: Chosen | None = None,
) -> PeopleFile:
    """Read a people file. Raises decoding.UnreadableText where it is no text; all else is in `errors`.

    `chosen` says which heading, or column from 0, is what, where their names do not say.
    """
    file = PeopleFile(name=name, encoding=encoding or "")
    if not data.strip():
        file.errors.append(RowError(1, "row", "", Notice(Expected.CONTENT)))
        return file
    wanted = [column.wanted for column in columns]

    def score(cells_: list[str]) -> int:
        found = candidates(cells_, wanted)
        known = len(found) if "login" in found or is_departments(cells_) else 0
        return 100 if holds_chosen(cells_, chosen or {}) else known

    try:
        table = read_table(data, score, encoding, lambda first: cybozu_files.headings_of(name, first))
        file.encoding, file.delimiter, file.headings = table.encoding, table.delimiter, table.headings
        if is_departments(table.headings):
            file.tree, errors = read_departments(table)
            file.errors += [RowError(line, "departments", text, expected) for line, text, expected in errors]
        elif cybozu_files.is_groups(table.headings):
            file.errors.append(RowError(max(table.line, 1), "row", name, Notice(Expected.NO_GROUPS)))
        else:
            places = _places(table, file, columns, chosen or {})
            if not file.errors:
                _read_rows(table, places, file)
        file.blank_rows = table.blank_rows
    except BrokenTable as broken:
        expected = {TableCode.NOT_CSV: Expected.QUOTES, TableCode.SHEETS: Expected.ONE_SHEET}
        shown = next(map(str, broken.values.values()), "")
        file.errors.append(RowError(broken.line, "row", shown, Notice(expected.get(broken.code, Expected.TABLE))))
    return file


_EMAIL = [column.wanted for column in COLUMNS if column.key == "email"]
Places = list[tuple[list[int], Column]]


def _read_parts(text: str) -> str:
    given, _semicolon, surname = text.partition(";")
    return read_text(name_of(given, surname))


def _places(table: Table, file: PeopleFile, columns: Sequence[Column], chosen: Chosen) -> Places:
    """Which columns of the table are what: one each, but for codes of departments."""
    headings = table.headings
    taken = chosen_columns(headings, chosen)
    if isinstance(taken, Problem):
        shown = ", ".join(str(heading) for heading in chosen.values())
        file.errors.append(RowError(table.line, "heading", shown, Notice(Expected.HEADINGS)))
        return []
    found = candidates(headings, [column.wanted for column in columns if column.key not in chosen])
    if "login" in found and "email" not in found:  # where a login is an address, it is both
        found |= dict.fromkeys(candidates([headings[at] for at in found["login"][:1]], _EMAIL), found["login"])
    places: Places = []
    for column in columns:
        at = [taken[column.key]] if column.key in taken else found.get(column.key, [])
        if len(at) > 1:
            shown = numbered(headings, at)
            file.errors.append(RowError(table.line, "heading", shown, Notice(Expected.COLUMN_ONCE)))
        elif column.key == "status" and at and candidates([headings[at[0]]], [BLOCKED]):
            places.append((at, Column("status", (), read_blocked)))
        elif at:
            places.append((at, column))
    codes = [at for at, heading in enumerate(headings) if _DEPARTMENT_CODE.fullmatch(fold(heading).replace("_", " "))]
    if codes and not any(column.key == "departments" for _at, column in places):
        places.append((codes, next(column for column in columns if column.key == "departments")))
    parts = candidates(headings, NAME_PARTS)
    if len(parts) == len(NAME_PARTS) and not any(column.key == "name" for _at, column in places):
        places.append(([parts["given"][0], parts["surname"][0]], Column("name", (), _read_parts)))
    read = {place for at, _column in places for place in at}
    file.unknown_headings += [visible(heading) for at, heading in enumerate(headings) if heading and at not in read]
    file.columns = {column.key: at[0] for at, column in places}
    file.several = {column.key for at, column in places if len(at) > 1}
    if "login" not in file.columns and len(found.get("login", [])) < 2:
        shown = ", ".join(headings)
        file.errors.append(RowError(table.line, "heading", shown, Notice(Expected.HEADINGS)))
    return places


def _read_rows(table: Table, places: Places, file: PeopleFile) -> None:
    lines: dict[str, int] = {}
    width = len(table.headings)
    login_at = next(at[0] for at, column in places if column.key == "login")
    read = {place for at, _column in places for place in at}
    unnamed = {at for at, heading in enumerate(table.headings) if table.line and not heading} - read
    for line, row in table:
        for at in [at for at in unnamed if at < len(row) and row[at]]:
            unnamed.remove(at)
            file.unknown_headings.append(f"#{at + 1}")
        if len(row) > width and any(row[width:]):
            file.errors.append(RowError(line, "row", (file.delimiter or ",").join(row), Notice(Expected.FIELDS)))
            continue
        if is_heading(row, table.headings) or _is_other_heading(row, login_at):
            file.errors.append(RowError(line, "login", row[0], Notice(Expected.NO_HEADING)))
            continue
        if width > 1 and is_footer(row):
            file.errors.append(RowError(line, "login", row[0], Notice(Expected.NO_TOTAL)))
            continue
        person = _read_row(line, row, places, file)
        if person is None:
            continue
        if person.folded not in lines and not person.other_logins:  # as most are
            lines[person.folded] = line
            file.rows.append(person)
            continue
        logins = {person.folded: person.login, **{fold(login): login for login in person.other_logins or ()}}
        for name, login in logins.items():
            other = lines.setdefault(name, line)
            if other != line:
                expected = Notice(Expected.LOGIN_ONCE, {"other_line": other})
                file.errors.append(RowError(line, "login", login, expected))
                break
        else:
            file.rows.append(person)
    _name_by_login(file.rows)


_EASTERN_HEADINGS = frozenset(
    folded(heading) for column in COLUMNS for heading in (*column.headings, *column.else_) if not heading.isascii()
)


def _is_other_heading(row: list[str], login_at: int) -> bool:
    """Whether another table begins: what stands in place of a login is how a column is called."""
    login = row[login_at] if login_at < len(row) else ""
    return not login.isascii() and folded(login) in _EASTERN_HEADINGS


def _name_by_login(rows: list[PersonRow]) -> None:
    """Managers and responsible people who are named by the address of somebody of the file: by their login names."""
    named = [
        (row, key, who) for row in rows for key in ("manager", "responsible") if "@" in (who := getattr(row, key) or "")
    ]
    if not named:
        return
    logins, found = {row.folded for row in rows}, dict[str, list[str]]()
    for row in rows:
        found.setdefault(fold(row.email or ""), []).append(row.login)
    for row, key, who in named:
        if fold(who) not in logins and len(whose := found.get(fold(who), [])) == 1:
            setattr(row, key, whose[0])


def _read_row(line: int, row: list[str], places: Places, file: PeopleFile) -> PersonRow | None:
    own: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    fine = True
    cells = len(row)
    for at, column in places:
        if len(at) > 1:
            value = ";".join(filter(None, (row[place] for place in at if place < cells)))
        elif at[0] < cells:
            value = row[at[0]]
        elif column.key == "login":
            value = ""
        else:
            continue
        if value == "*":
            continue  # cybozu.com's sign for what stays as it is
        try:
            if value.startswith(NO_RESULT):
                raise Unexpected(Expected.NO_FORMULA)
            (own if column.key in _OWN else extra)[column.key] = column.read(value)
        except Unexpected as problem:
            file.errors.append(RowError(line, column.key, visible(value), problem.notice))
            fine = False
    return PersonRow(line, **own, extra=extra) if fine else None
