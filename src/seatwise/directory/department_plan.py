"""What a people file would do to the tree of departments: found, added, renamed, moved. Writes at the end, at once."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from seatwise import audit
from seatwise.directory import changes, rows
from seatwise.directory.changes import DepartmentChange
from seatwise.directory.models import Department, User
from seatwise.directory.models.departments import arrange
from seatwise.lib.logins import fold
from seatwise.lib.notices import Code, Notice
from seatwise.lib.people_cells import MOST_TEXT, DepartmentName, Unexpected


class DepartmentCode(Code):
    """What is expected of the departments of a file."""

    AMBIGUOUS = "either a code or a name: this is the code of one department and the name of another (write CODE=Name)"
    TWO_PLACES = "one place and name for each department code; other rows give this code another"
    TOO_LONG = "department names that make at most 255 characters together"
    INSIDE_ITSELF = "a department that does not belong to itself"


@dataclass(eq=False)
class Node:
    code: str
    name: str
    parent: "Node | None"
    row: Department | None = None
    before: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """As a person reads it."""
        return f"{self.parent.path} / {self.name}" if self.parent else self.name

    def is_within(self, other: "Node") -> bool:
        """Whether it is the other one or belongs to it."""
        return self is other or (self.parent is not None and self.parent.is_within(other))


class Tree:
    """The tree as it would be after the names that were resolved so far."""

    def __init__(self, departments: Iterable[Department]) -> None:
        self.added: list[Node] = []
        self.changed: list[Node] = []
        self._by_code: dict[str, Node] = {}
        self._by_place: dict[tuple[Node | None, str], Node] = {}
        self._declared: dict[str, DepartmentName] = {}
        self._resolved: dict[DepartmentName, str] = {}
        by_id: dict[int, Node] = {}
        for row in sorted(departments, key=lambda department: department.position):
            parent = by_id[row.parent_id] if row.parent_id else None
            node = by_id[row.pk] = Node(row.code, row.name, parent, row)
            self._put(node)

    def declare(self, names: Iterable[DepartmentName]) -> dict[DepartmentName, Notice]:
        """Take in the names that say their code, from the top downwards; what is wrong with which of them."""
        wrong: dict[DepartmentName, Notice] = {}
        for name in sorted((name for name in names if name.code), key=lambda name: len(name.path)):
            try:
                self._declare(name)
            except Unexpected as problem:
                wrong[name] = problem.notice
        return wrong

    def resolve(self, name: DepartmentName) -> str:
        """The code of the department that is meant, which may have to be added. Raises Unexpected."""
        if name not in self._resolved:
            self._resolved[name] = self._resolve(name)
        return self._resolved[name]

    def known(self, name: DepartmentName) -> str:
        """The code of the department that is meant, or "" where there is none in the database, or it is not clear."""
        try:
            node = self._found(name)
        except Unexpected:
            return ""
        return node.code if node and node.row else ""

    def _resolve(self, name: DepartmentName) -> str:
        return (self._found(name) or self._add_path(name.path)).code

    def _found(self, name: DepartmentName) -> Node | None:
        if name.code:
            return self._by_code.get(fold(name.code))
        by_code = self._by_code.get(fold("/".join(name.path)))
        by_path = self._at(name.path)
        if len(name.path) == 1 and by_code and by_path and by_code is not by_path:
            raise Unexpected(DepartmentCode.AMBIGUOUS)
        return (by_code or by_path) if len(name.path) == 1 else (by_path or by_code)

    def described(self, code: str) -> str:
        """The full name of the department of a code."""
        return self._by_code[fold(code)].path

    def _declare(self, name: DepartmentName) -> None:
        key = fold(name.code)
        if self._declared.setdefault(key, name).path != name.path:
            raise Unexpected(DepartmentCode.TWO_PLACES)
        parent = self._parent(name.path)
        node = self._by_code.get(key)
        if node is None:
            self._put(self._new(name.code, name.path[-1], parent))
        elif (node.name, node.parent) != (name.path[-1], parent):
            if parent and parent.is_within(node):
                raise Unexpected(DepartmentCode.INSIDE_ITSELF)
            self._rename(node, name.path[-1], parent)

    def _rename(self, node: Node, name: str, parent: Node | None) -> None:
        if node.row and not node.before:
            node.before = {"name": node.name, "parent": node.parent.code if node.parent else ""}
            self.changed.append(node)
        place = (node.parent, fold(node.name))
        if self._by_place.get(place) is node:
            del self._by_place[place]
        node.name, node.parent = name, parent
        self._by_place[parent, fold(name)] = node

    def _parent(self, path: Sequence[str]) -> Node | None:
        above = path[:-1]
        if not above:
            return None
        return self._at(above) or self._by_code.get(fold("/".join(above))) or self._add_path(above)

    def _at(self, path: Sequence[str]) -> Node | None:
        node: Node | None = None
        for name in path:
            node = self._by_place.get((node, fold(name)))
            if node is None:
                return None
        return node

    def _add_path(self, path: Sequence[str]) -> Node:
        code = "/".join(path)
        node = self._new(code, path[-1], self._parent(path))
        self._put(node)
        return node

    def _new(self, code: str, name: str, parent: Node | None) -> Node:
        if len(code) > MOST_TEXT:
            raise Unexpected(DepartmentCode.TOO_LONG)
        free, number = code, 1
        while fold(free) in self._by_code:
            number += 1
            free = f"{code} ({number})"
        node = Node(free, name, parent)
        self.added.append(node)
        return node

    def _put(self, node: Node) -> None:
        self._by_code.setdefault(fold(node.code), node)
        self._by_place.setdefault((node.parent, fold(node.name)), node)

    def fingerprint(self) -> str:
        """The same for the same additions, renamings and moves."""
        parts = [f"{node.code}\0{node.path}\0{node.before}" for node in (*self.added, *self.changed)]
        return hashlib.sha256("\0\0".join(parts).encode()).hexdigest()

    @transaction.atomic
    def write(self, *, by: User | None) -> None:
        """Write what was added, renamed and moved, with the audit entries and what later apps do."""
        told: list[DepartmentChange] = []
        for node in self.added:
            row = Department(code=node.code, name=node.name, parent=node.parent.row if node.parent else None)
            row.save(force_insert=True)
            node.row = row
            told.append(DepartmentChange(row, {}, self._after(node), new=True))
        for node in self.changed:
            assert node.row is not None
            node.row.name, node.row.parent = node.name, node.parent.row if node.parent else None
            now = self._after(node)
            before = {key: value for key, value in node.before.items() if now[key] != value}
            if before:
                told.append(DepartmentChange(node.row, before, {key: now[key] for key in before}))
        rows.update(Department, [(node.row, ["name", "parent_id"]) for node in self.changed if node.row])
        if not told:
            return
        arrange()
        for function in changes.departments_changed:
            function(told)
        audit.record_many(
            audit.entry(by, _verb(change), change.department, before=change.before, after=change.after)
            for change in told
        )

    @staticmethod
    def _after(node: Node) -> dict[str, str]:
        after = {"name": node.name, "parent": node.parent.code if node.parent else ""}
        return after if node.before else {"code": node.code, **after}


def _verb(change: DepartmentChange) -> str:
    if change.new:
        return "department.add"
    return "department.move" if "parent" in change.before else "department.rename"
