"""cybozu.com's exports of departments, users' departments and services, which are not made for Seatwise."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from seatwise.lib.logins import fold
from seatwise.lib.notices import Notice
from seatwise.lib.people_cells import DepartmentName, Expected, InsideItself, path_from_top
from seatwise.lib.people_columns import LOGINS
from seatwise.lib.table_columns import Wanted, candidates, folded
from seatwise.lib.table_file import Table

_USER = (
    "login name,display name,new login name,password,surname,given name,phonetic surname,phonetic given name,"
    "localized name,language for localized name,e-mail address,status,language,time zone,phone,extension,mobile phone,"
    "url,employee id,hire date,birthday,about me,display order,skype name,delete"
).split(",")
_ORGANIZATION = (
    "department code,display name,new department code,localized name,language for localized name,"
    "parent department code,description"
).split(",")
_MOST_DEPARTMENTS = 100  # of one user
_GROUP = re.compile(
    r"(?:new )?group(?: \(role\))? code ?\d*|新?グループ(?:\(ロール\))?コード ?\d*"
    r"|(?:群?组|群組|角色)(?:\(角色\))?(?:代码|代碼) ?\d*|(?:nuevo )?código de(?:l)? grupo ?\d*"
)


def headings_of(file: str, first: Sequence[str]) -> list[str] | None:
    """The headings that a file of this name, whose first row is this, was downloaded without; None if it is none."""
    kind = re.sub(r"[\s_-]*\(?\d*\)?$", "", PurePath(file).stem).casefold()
    masked = len(first) == len(_USER) and first[3] == "*" and first[2] in ("*", first[0])
    if masked or (kind == "user" and len(first) == len(_USER)):
        return list(_USER)
    if kind == "organization" and len(first) == len(_ORGANIZATION):
        return list(_ORGANIZATION)
    if kind == "userorganizations":
        pairs = ([f"department code {n}", ""] for n in range(1, _MOST_DEPARTMENTS + 1))  # and that of a job title
        return ["login name", *(heading for pair in pairs for heading in pair)]
    if kind in ("group", "usergroups"):
        return ["group code" if kind == "group" else "login name", "group code 1"]
    return None


def is_groups(headings: Sequence[str]) -> bool:
    """Whether these are the headings of a file of groups, or of who is in which."""
    names = [folded(heading) for heading in headings if heading]
    others = [name for name in names if not _GROUP.fullmatch(name)]
    has_login = any(name in LOGINS for name in others)
    return len(others) < len(names) and (not has_login or all(name in LOGINS for name in others))


Problem = tuple[int, str, Notice]  # the line, what stands there, and what was expected

_DEPARTMENTS = (
    Wanted("code", ((
        "department code", "組織コード", "组织代码", "組織代碼", "código del departamento", "código de departamento",
        "code", "部署コード", "部門コード",
    ),)),
    Wanted("name", ((
        "display name", "name", "表示名", "组织名称", "显示名称", "顯示名稱", "nombre para mostrar",
        "department name", "department", "組織名", "部署名", "部門名",
    ),)),
    Wanted("parent", ((
        "parent department code", "親組織コード", "上级组织代码", "上層組織代碼", "上級組織代碼",
        "código del departamento principal",
        "código del departamento superior",
        "parent code", "parent department", "parent", "親部署コード", "親部門コード", "上位組織コード",
        "上位部署コード", "上位部門コード",
    ),)),
)  # fmt: skip


def is_departments(headings: Sequence[str]) -> bool:
    """Whether these are the headings of a file of departments, such as cybozu.com's, and not of people."""
    found = candidates(headings, (*_DEPARTMENTS, Wanted("login", (LOGINS,))))
    return "login" not in found and len(found) == len(_DEPARTMENTS)


def read_departments(table: Table) -> tuple[list[DepartmentName], list[Problem]]:
    """Each department with its place, and what is wrong. Raises BrokenTable."""
    names: list[DepartmentName] = []
    problems: list[Problem] = []
    at = {what: found[0] for what, found in candidates(table.headings, _DEPARTMENTS).items()}
    found: dict[str, tuple[int, str, str]] = {}
    departments: dict[str, tuple[str, str]] = {}
    for line, row in table:
        row += [""] * (len(table.headings) - len(row))
        code, name, parent = (row[at[what]] for what in ("code", "name", "parent"))
        if not code or not name or fold(code) in found:
            problems.append((line, code or name, Notice(Expected.DEPARTMENT_ONCE)))
        found[fold(code)] = (line, code, parent)
        departments[fold(code)] = (name.replace("/", "／"), fold(parent))
    for key, (line, code, parent) in found.items():
        try:
            path, above = path_from_top(key, departments)
        except InsideItself:
            path, above = [], parent
        if above:
            problems.append((line, parent, Notice(Expected.DEPARTMENT_ABOVE)))
        else:
            names.append(DepartmentName(tuple(path), code))
    return names, problems
