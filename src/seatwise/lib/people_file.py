"""A CSV file of people: bytes in, rows and row errors out. No database and no Django.

Used by `seatwise report --users` and by the import of people. Only a login is needed. A column that is
not there, and a row that ends early, leaves its fields None ("the file does not say"); an empty cell says
that there is nothing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from seatwise.lib import people_cells as cells
from seatwise.lib.logins import fold, visible
from seatwise.lib.notices import Notice
from seatwise.lib.people_cells import DepartmentName, Employment, Expected, Unexpected
from seatwise.lib.table_columns import Chosen, Problem, Wanted, candidates, chosen_columns, numbered
from seatwise.lib.table_file import BrokenTable, Table, read_table

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
    else_: tuple[str, ...] = ()  # headings that stand for it where none of the others is there

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.key, tuple(filter(None, ((self.key, *self.headings), self.else_))))


ADDRESSES = (
    "e-mail", "email", "mail", "e-mail address", "email address", "mail address", "primary email", "メールアドレス",
    "メール", "电子邮件", "電子郵件", "correo electrónico", "dirección de correo electrónico",
)  # fmt: skip
COLUMNS = (
    Column(
        "login",
        (
            "login", "login name", "user name", "username", "user principal name", "login id", "ログイン名", "ログイン",
            "ユーザー名", "ユーザ名", "ログインid", "登录名", "登入名稱", "登錄名", "nombre de inicio de sesión",
        ),
        cells.read_login,
        ADDRESSES,
    ),
    Column(
        "name",
        ("name", "display name", "displayname", "full name", "fullname", "氏名", "表示名", "名前", "显示名称",
         "顯示名稱", "姓名",
         "nombre para mostrar"),
        cells.read_text,
    ),
    Column("email", ADDRESSES, cells.read_email),
    Column(
        "employee_number",
        ("employee number", "employee id", "employee no", "employee no.", "従業員番号", "社員番号", "员工编号",
         "員工編號",
         "职员编号", "número de empleado", "id de empleado"),
        cells.read_text,
    ),
    Column(
        "departments",
        ("departments", "department", "組織", "所属", "所属組織", "部署", "部門", "组织", "部门",
         "departamento", "departamentos"),
        cells.read_departments,
    ),
    Column("manager", ("manager", "上司", "上長"), cells.read_reference),
    Column(
        "status",
        ("status", "account status", "user status", "account enabled", "状態", "ステータス", "使用状態", "状态",
         "使用状态",
         "狀態", "使用狀態", "estado"),
        cells.read_status,
    ),
    Column("kind", ("kind", "type", "user type", "種別", "種類"), cells.read_kind),
    Column("employment", ("employment", "雇用形態", "勤務形態"), cells.read_employment),
    Column("role", ("role", "役割", "権限"), cells.read_role),
    Column("language", ("language", "言語", "表示言語", "语言", "語言", "idioma"), cells.read_language),
    Column("services", ("services", "service", "サービス", "利用サービス"), cells.read_codes),
    Column(
        "on_leave_until",
        (
            "on leave until", "leave until", "suspended until", "休職期限", "休職終了日", "復帰日", "復職日",
            "使用停止期限",
        ),
        cells.read_day,
    ),
    Column("other_logins", ("other logins", "aliases", "別のログイン名", "その他のログイン名"), cells.read_logins),
    Column("responsible", ("responsible", "responsible person", "責任者"), cells.read_reference),
)  # fmt: skip
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
    tree: list[DepartmentName] = field(default_factory=list)  # of a file of departments: each with its code, its place


_OWN = frozenset(PersonRow.__dataclass_fields__) - {"line", "extra", "folded"}


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
    wanted = [column.wanted for column in columns]

    def score(cells_: list[str]) -> int:
        found = candidates(cells_, wanted)
        return len(found) if "login" in found or is_departments(cells_) else 0

    try:
        table = read_table(data, score, encoding)
        file.encoding, file.delimiter = table.encoding, table.delimiter
        if is_departments(table.headings):
            _read_departments(table, file)
        else:
            places = _places(table, file, columns, chosen or {})
            if not file.errors:
                _read_rows(table, places, file)
        file.blank_rows = table.blank_rows
    except BrokenTable as broken:
        why = str(broken.values.get("why", broken.code.name))
        file.errors.append(RowError(broken.line, "row", why, Notice(Expected.QUOTES)))
    return file


_DEPARTMENTS = (
    Wanted("code", ((
        "department code", "組織コード", "组织代码", "組織代碼", "código del departamento", "código de departamento",
    ),)),
    Wanted("name", (("display name", "name", "表示名", "组织名称", "显示名称", "顯示名稱", "nombre para mostrar"),)),
    Wanted("parent", ((
        "parent department code", "親組織コード", "上级组织代码", "上層組織代碼", "上級組織代碼",
        "código del departamento principal",
        "código del departamento superior",
    ),)),
)  # fmt: skip


def is_departments(headings: Sequence[str]) -> bool:
    """Whether these are the headings of cybozu.com's file of departments."""
    return len(candidates(headings, _DEPARTMENTS)) == len(_DEPARTMENTS)


def _read_departments(table: Table, file: PeopleFile) -> None:
    """Each department with those above it, which stand anywhere in the file."""
    at = {what: found[0] for what, found in candidates(table.headings, _DEPARTMENTS).items()}
    found: dict[str, tuple[int, str, str]] = {}
    departments: dict[str, tuple[str, str]] = {}
    for line, row in table:
        row += [""] * (len(table.headings) - len(row))
        code, name, parent = (row[at[what]] for what in ("code", "name", "parent"))
        if not code or not name or fold(code) in found:
            file.errors.append(RowError(line, "departments", code or name, Notice(Expected.DEPARTMENT_ONCE)))
        found[fold(code)] = (line, code, parent)
        departments[fold(code)] = (name.replace("/", "／"), fold(parent))
    for key, (line, code, parent) in found.items():
        try:
            path, above = cells.path_from_top(key, departments)
        except cells.InsideItself:
            path, above = [], parent
        if above:
            file.errors.append(RowError(line, "departments", parent, Notice(Expected.DEPARTMENT_ABOVE)))
        else:
            file.tree.append(DepartmentName(tuple(path), code))


_EMAIL = [column.wanted for column in COLUMNS if column.key == "email"]
Places = list[tuple[list[int], Column]]


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
        elif at:
            places.append((at, column))
    codes = [at for at, heading in enumerate(headings) if _DEPARTMENT_CODE.fullmatch(fold(heading).replace("_", " "))]
    if codes and not any(column.key == "departments" for _at, column in places):
        places.append((codes, next(column for column in columns if column.key == "departments")))
    read = {place for at, _column in places for place in at}
    file.unknown_headings += [visible(heading) for at, heading in enumerate(headings) if heading and at not in read]
    file.columns = tuple(column.key for _at, column in places)
    if "login" not in file.columns:
        shown = ", ".join(headings)
        file.errors.append(RowError(table.line, "heading", shown, Notice(Expected.HEADINGS)))
    return places


def _read_rows(table: Table, places: Places, file: PeopleFile) -> None:
    lines: dict[str, int] = {}
    width = len(table.headings)
    for line, row in table:
        if any(row[width:]):
            file.errors.append(RowError(line, "row", (file.delimiter or ",").join(row), Notice(Expected.FIELDS)))
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


def _read_row(line: int, row: list[str], places: Places, file: PeopleFile) -> PersonRow | None:
    values: dict[str, Any] = {}
    fine = True
    for at, column in places:
        if at[0] >= len(row) and column.key != "login" and len(at) == 1:
            continue
        value = ";".join(filter(None, (row[place] if place < len(row) else "" for place in at)))
        if value == "*":
            continue  # cybozu.com's sign for what stays as it is
        try:
            values[column.key] = column.read(value)
        except Unexpected as problem:
            file.errors.append(RowError(line, column.key, visible(value), problem.notice))
            fine = False
    if not fine:
        return None
    own = {key: value for key, value in values.items() if key in _OWN}
    return PersonRow(line=line, **own, extra={key: value for key, value in values.items() if key not in _OWN})
