"""Departments are a tree told apart by code."""

import pytest

from seatwise.audit.models import Entry
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> dict[str, Department]:
    found: dict[str, Department] = {}
    for code, parent in (("a", ""), ("b", "a"), ("c", "b"), ("d", "a"), ("e", ""), ("f", "e")):
        above = Department.objects.get(code=parent) if parent else None
        found[code] = Department.objects.add(code=code, name=code.upper(), parent=above, by=None)
    return {code: Department.objects.get(code=code) for code in found}


def below(code: str) -> set[str]:
    return set(Department.objects.below(Department.objects.get(code=code)).values_list("code", flat=True))


def test_a_department_has_what_is_below_it(tree: dict[str, Department]) -> None:
    assert below("a") == {"a", "b", "c", "d"}
    assert below("b") == {"b", "c"}
    assert below("e") == {"e", "f"}
    assert [each.full_name for each in Department.objects.in_tree_order()] == [
        "A",
        "A / B",
        "A / B / C",
        "A / D",
        "E",
        "E / F",
    ]


def test_a_move_takes_along_what_is_below(tree: dict[str, Department]) -> None:
    tree["b"].change(by=None, name="B", parent=tree["f"])
    assert below("a") == {"a", "d"}
    assert below("e") == {"e", "f", "b", "c"}
    assert Department.objects.get(code="c").full_name == "E / F / B / C"
    assert Entry.objects.newest_first()[0].verb == "department.move"


def test_a_renaming_is_seen_as_one(tree: dict[str, Department]) -> None:
    assert tree["a"].change(by=None, name="Alpha", parent=None)
    entry = Entry.objects.newest_first()[0]
    assert (entry.verb, entry.before, entry.after) == ("department.rename", {"name": "A"}, {"name": "Alpha"})
    assert Department.objects.get(code="c").full_name == "Alpha / B / C"
    assert not tree["a"].change(by=None, name="Alpha", parent=None)


def test_a_department_cannot_belong_to_itself(tree: dict[str, Department]) -> None:
    for parent in ("a", "c"):
        with pytest.raises(Refused, match="cannot be its own parent"):
            tree["a"].change(by=None, name="A", parent=tree[parent])


def test_a_code_is_taken_once(tree: dict[str, Department]) -> None:
    with pytest.raises(Refused, match="already"):
        Department.objects.add(code="a", name="Other", by=None)


def test_only_an_empty_department_can_be_removed(tree: dict[str, Department], charlie: User, sales: Department) -> None:
    with pytest.raises(Refused, match="cannot be removed"):
        tree["b"].remove(by=None)
    with pytest.raises(Refused, match="cannot be removed"):
        sales.remove(by=None)
    tree["c"].remove(by=None)
    assert below("b") == {"b"}
