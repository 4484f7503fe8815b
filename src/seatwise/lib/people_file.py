"""A CSV file of people: bytes in, rows and row errors out. No database and no Django.

Used by `seatwise report --users` and by the import of people. Only a login is needed. A column that is
not there, and a row that ends early, leaves its fields None ("the file does not say"); an empty cell says
that there is nothing.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from seatwise.lib import people_cells as cells
from seatwise.lib.decoding import decode
from seatwise.lib.logins import fold, visible
from seatwise.lib.notices import Notice
from seatwise.lib.people_cells import DepartmentName, Employment, Expected, Unexpected

__all__ = [
    "COLUMNS",
    "Column",
    "DepartmentName",
    "Employment",
    "PeopleFile",
    "PersonRow",
    "RowError",
    "parse",
]


@dataclass(frozen=True)
class Column:
    """A column: the attribute of the row it fills, its headings in either language, and its reader."""

    key: str
    headings: tuple[str, ...]
    read: Callable[[str], object]


COLUMNS = (
    Column(
        "login",
        ("login", "login name", "user name", "username", "ログイン名", "ログイン", "ユーザー名"),
        cells.read_login,
    ),
    Column("name", ("name", "display name", "full name", "氏名", "表示名", "名前"), cells.read_text),
    Column("email", ("e-mail", "email", "mail", "e-mail address", "メールアドレス", "メール"), cells.read_email),
    Column("employee_number", ("employee number", "employee id", "従業員番号", "社員番号"), cells.read_text),
    Column(
        "departments",
        ("departments", "department", "組織", "所属", "所属組織", "部署"),
        cells.read_departments,
    ),
    Column("manager", ("manager", "上司", "上長"), cells.read_reference),
    Column("status", ("status", "状態", "ステータス", "使用状態"), cells.read_status),
    Column("kind", ("kind", "type", "種別", "種類"), cells.read_kind),
    Column("employment", ("employment", "雇用形態", "勤務形態"), cells.read_employment),
    Column("role", ("role", "役割", "権限"), cells.read_role),
    Column("language", ("language", "言語", "表示言語"), cells.read_language),
    Column("services", ("services", "service", "サービス", "利用サービス"), cells.read_codes),
    Column(
        "on_leave_until",
        (
            "on leave until",
            "leave until",
            "suspended until",
            "休職期限",
            "休職終了日",
            "復帰日",
            "復職日",
            "使用停止期限",
        ),
        cells.read_day,
    ),
    Column("other_logins", ("other logins", "aliases", "別のログイン名", "その他のログイン名"), cells.read_logins),
    Column("responsible", ("responsible", "responsible person", "責任者"), cells.read_reference),
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
    columns: tuple[str, ...] = ()
    unknown_headings: list[str] = field(default_factory=list)
    rows: list[PersonRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    blank_rows: int = 0


_OWN = frozenset(PersonRow.__dataclass_fields__) - {"line", "extra", "folded"}


def parse(data: bytes, *, name: str, encoding: str | None = None, columns: Sequence[Column] = COLUMNS) -> PeopleFile:
    """Read a people file. Raises decoding.UnreadableText where it is no text; all else is in `errors`."""
    text, used = decode(data, encoding)
    file = PeopleFile(name=name, encoding=used)
    text, skipped = _without_separator_line(text)
    file.delimiter = _delimiter_of(text, columns)
    records = _records(text, file, skipped)
    heading = next(records, None)
    if heading is None:
        if not file.errors:
            file.errors.append(RowError(1, "heading", "", Notice(Expected.HEADINGS)))
        return file
    places = _places(heading, file, columns)
    if not file.errors:
        _read_rows(records, places, len(heading[1]), file)
    return file


def _without_separator_line(text: str) -> tuple[str, int]:
    """Excel's own first line `sep=;` says nothing that the headings do not."""
    found = re.match(r"(?i)sep=[,;\t]\r?\n", text)
    return (text[found.end() :], 1) if found else (text, 0)


def _heading_key(text: str) -> str:
    return re.sub(r"[\s_‐-―-]+", "", fold(text))


def _by_heading(columns: Sequence[Column]) -> dict[str, Column]:
    return {_heading_key(heading): column for column in columns for heading in (column.key, *column.headings)}


def _delimiter_of(text: str, columns: Sequence[Column]) -> str:
    """The one of comma, semicolon and tab that finds the most known headings in the first row."""
    known = _by_heading(columns)
    start = text.lstrip("\r\n")[:65536]

    def found(delimiter: str) -> int:
        try:
            row = next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), [])
        except csv.Error:
            return 0
        return sum(_heading_key(cell) in known for cell in row)

    return max(",;\t", key=found)


def _records(text: str, file: PeopleFile, line: int) -> Iterator[tuple[int, list[str]]]:
    """(physical line on which it starts, cells) of every row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=file.delimiter, strict=True)
    before = line
    while True:
        first = before + reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            file.errors.append(RowError(first, "row", str(error), Notice(Expected.QUOTES)))
            return
        if any(cell.strip() for cell in row):
            yield first, row
        else:
            file.blank_rows += 1


def _places(heading: tuple[int, list[str]], file: PeopleFile, columns: Sequence[Column]) -> list[tuple[int, Column]]:
    line, titles = heading
    known = _by_heading(columns)
    places: list[tuple[int, Column]] = []
    for place, title in enumerate(titles):
        column = known.get(_heading_key(title))
        if column is None:
            if title.strip():
                file.unknown_headings.append(visible(title.strip()))
        elif any(column is other for _, other in places):
            file.errors.append(RowError(line, "heading", title.strip(), Notice(Expected.COLUMN_ONCE)))
        else:
            places.append((place, column))
    file.columns = tuple(column.key for _, column in places)
    if "login" not in file.columns:
        shown = ", ".join(title.strip() for title in titles)
        file.errors.append(RowError(line, "heading", shown, Notice(Expected.HEADINGS)))
    return places


def _read_rows(
    records: Iterator[tuple[int, list[str]]], places: list[tuple[int, Column]], width: int, file: PeopleFile
) -> None:
    lines: dict[str, int] = {}
    for line, row in records:
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            file.errors.append(RowError(line, "row", file.delimiter.join(row), Notice(Expected.FIELDS)))
            continue
        person = _read_row(line, row, places, file)
        if person is None:
            continue
        logins = {person.folded: person.login, **{fold(login): login for login in person.other_logins or ()}}
        for folded, login in logins.items():
            other = lines.setdefault(folded, line)
            if other != line:
                expected = Notice(Expected.LOGIN_ONCE, {"other_line": other})
                file.errors.append(RowError(line, "login", login, expected))
                break
        else:
            file.rows.append(person)


def _read_row(line: int, row: list[str], places: list[tuple[int, Column]], file: PeopleFile) -> PersonRow | None:
    values: dict[str, Any] = {}
    fine = True
    for place, column in places:
        if place >= len(row) and column.key != "login":
            continue
        value = row[place].strip() if place < len(row) else ""
        try:
            values[column.key] = column.read(value)
        except Unexpected as problem:
            file.errors.append(RowError(line, column.key, visible(value), problem.notice))
            fine = False
    if not fine:
        return None
    own = {key: value for key, value in values.items() if key in _OWN}
    return PersonRow(line=line, **own, extra={key: value for key, value in values.items() if key not in _OWN})
