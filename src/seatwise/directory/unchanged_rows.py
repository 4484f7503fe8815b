"""Which rows of a people file say only what is so already: the database finds them, and nobody looks at them any more.

Such a row is in nobody's way, whatever the other rows say. One that is not found may yet turn out to change nothing: a
column's SQL may say of too many people that they differ, never of too few.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from django.db import connection

from seatwise.directory import changes
from seatwise.directory.changes import Comparison
from seatwise.directory.department_plan import Tree
from seatwise.directory.models import Login
from seatwise.directory.people import ordered
from seatwise.lib.batches import among
from seatwise.lib.logins import fold
from seatwise.lib.people_cells import DepartmentName
from seatwise.lib.people_file import PeopleFile, PersonRow
from seatwise.lib.staged_rows import INTEGER, TEXT, staged

Names = tuple[DepartmentName, ...]
CHANGED = """
SELECT s.number FROM {staged} s LEFT JOIN directory_user u ON u.folded = s.folded WHERE {differs}
"""
ACTIVE = """
SELECT count(*) FROM {staged} s CROSS JOIN directory_user u WHERE u.folded = s.folded AND u.status = 'active'
"""


def as_list(values: Iterable[str]) -> str:
    r"""Values as one text, such as `\na\nb\n`: in no cell of a file is the end of a line."""
    return "\n".join(["", *values, ""])


def length(values: str) -> str:
    """SQL: how many a text of values has."""
    return f"(length({values}) - length(replace({values}, '\n', '')) - 1)"


def holds(values: str, value: str) -> str:
    """SQL: whether a text of values has one."""
    return f"replace({values}, '\n' || {value} || '\n', '') <> {values}"


def _somebody(key: str) -> Comparison:
    """Whoever is named by another login of theirs seems to differ, and who is named by themselves."""

    def says(row: PersonRow) -> str | None:
        login = getattr(row, key)
        return None if login is None else fold(login)

    known = f"coalesce((SELECT o.folded FROM directory_user o WHERE o.id = u.{key}_id), '')"  # noqa: S608 -- our own
    return Comparison(says, f"s.{key} <> {known} OR s.{key} = s.folded")


def _employment(row: PersonRow) -> str | None:
    if row.employment is None:
        return None
    kind, days = row.employment
    return f"{kind} {'' if days is None else int(days * 10)}"


def _other_logins(row: PersonRow) -> str | None:
    return None if row.other_logins is None else as_list({fold(login) for login in row.other_logins})


def _in_departments(key: str, table: str, so: str) -> str:
    """SQL: whether the departments of a person in a table are others than those that the file says: of these there is
    no million. `+ 0` keeps PostgreSQL from beginning with the departments.
    """
    return f"""{length(f"s.{key}")} <> (
        SELECT coalesce(sum(CASE WHEN {so} THEN 1 ELSE 1000000 END), 0)
        FROM {table} m CROSS JOIN directory_department d WHERE m.user_id = u.id AND d.id = m.department_id + 0
    )"""  # noqa: S608 -- our own


_DAYS = "coalesce(CAST(CAST(round(u.expected_days * 10) AS bigint) AS text), '')"
_THEIRS = f"""
SELECT count(*) FROM directory_login l WHERE l.user_id = u.id AND {holds("s.other_logins", "l.folded")}
"""  # noqa: S608 -- our own
_FIRST = "(substr(s.departments, 1, length(d.code) + 2) = '\n' || d.code || '\n')"
_CURRENT = "(SELECT * FROM directory_membership WHERE until IS NULL)"
OWN: Mapping[str, Comparison] = {
    **{
        key: Comparison(attrgetter(key), f"s.{key} <> u.{key}")
        for key in ("name", "email", "employee_number", "status", "kind", "role", "language")
    },
    **{key: _somebody(key) for key in ("manager", "responsible")},
    "employment": Comparison(_employment, f"s.employment <> u.employment || ' ' || {_DAYS}"),
    "left_on": Comparison(attrgetter("left_on"), "s.left_on <> coalesce(CAST(u.left_on AS text), '')"),
    "other_logins": Comparison(_other_logins, f"{length('s.other_logins')} <> ({_THEIRS})"),
}
DEPARTMENTS: Mapping[str, str] = {
    "departments": _in_departments(
        "departments", _CURRENT, f'm."primary" = {_FIRST} AND {holds("s.departments", "d.code")}'
    ),
    "administers": _in_departments(
        "administers", "directory_departmentadministrator", holds("s.administers", "d.code")
    ),
}


@dataclass(frozen=True)
class Found:
    """The rows that may change something, and how many active people there are whose login stands in the file."""

    rows: list[PersonRow]
    active: int
    departments: "_Departments"


class _Departments:
    """What departments that the file names are called in the database, as a text of codes."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.known: dict[Names, str] = {}

    def says(self, key: str, row: PersonRow) -> str | None:
        names: Names | None = getattr(row, key)
        if names is None:
            return None
        if names not in self.known:
            self.known[names] = self._codes(names)
        return self.known[names]

    def _codes(self, names: Names) -> str:
        codes = [self.tree.known(name) for name in names]
        return as_list(ordered(codes) if all(codes) else [""])  # no department has the code ""

    def are_others(self, wrong: Container[DepartmentName]) -> bool:
        """Whether what the file makes of the tree has changed which departments are meant, or some cannot be used."""
        return any(
            self._codes(names) != codes or any(name in wrong for name in names) for names, codes in self.known.items()
        )


def find(file: PeopleFile, tree: Tree, *, all_of_them: bool = False) -> Found:
    """Look for them in the database, and in a tree that is as it is there. Or take all of them to change something."""
    departments = _Departments(tree)
    compared = {} if all_of_them else {key: each for key, each in _columns(departments) if key in file.columns}
    says = [each.says for each in compared.values()]
    rows = ((number, row.folded, *(each(row) for each in says)) for number, row in enumerate(file.rows))
    columns = {"number": INTEGER, "folded": TEXT, **dict.fromkeys(compared, TEXT)}
    differs = " OR ".join(["u.id IS NULL", *(each.differs for each in compared.values())])
    with staged(columns, rows, key=["number"]) as table, connection.cursor() as cursor:
        cursor.execute(ACTIVE.format(staged=table))
        [active] = cursor.fetchone()
        cursor.execute(CHANGED.format(staged=table, differs="true" if all_of_them else differs))
        changed = {number for (number,) in cursor.fetchall()}
    changed |= _rows_of_owners(file, changed)
    return Found([file.rows[number] for number in sorted(changed)], active, departments)


def _columns(departments: _Departments) -> Iterator[tuple[str, Comparison]]:
    yield from OWN.items()
    yield from ((key, Comparison(partial(departments.says, key), differs)) for key, differs in DEPARTMENTS.items())
    yield from ((column.key, column.comparison) for column in changes.import_columns)


def _rows_of_owners(file: PeopleFile, changed: Collection[int]) -> set[int]:
    """The rows of those by whose other login names some rows are called."""
    names = [file.rows[number].folded for number in changed]
    given = Login.objects.given().filter(folded__in=among(names, "text"))
    owners = set(given.values_list("user__folded", flat=True)) if names else set()
    return {number for number, row in enumerate(file.rows) if row.folded in owners} if owners else set()
