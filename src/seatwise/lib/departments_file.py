"""cybozu.com's file of departments: a code, a name and the code of the department above, in any order."""

from collections.abc import Sequence

from seatwise.lib.logins import fold
from seatwise.lib.notices import Notice
from seatwise.lib.people_cells import DepartmentName, Expected, InsideItself, path_from_top
from seatwise.lib.table_columns import Wanted, candidates
from seatwise.lib.table_file import Table

Problem = tuple[int, str, Notice]  # the line, what stands there, and what was expected

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
