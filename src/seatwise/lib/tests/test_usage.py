"""One list: narrowing and sorting."""

import pytest

from seatwise.lib.days import parse_day, parse_month
from seatwise.lib.usage import Narrowing, Sorting, UnknownDepartment, UsageRow, arrange, narrow


def row(login: str, last: str | None, count: int, *departments: str) -> UsageRow:
    """One person."""
    return UsageRow(login, "", departments, parse_day(last) if last else None, count)


ROWS = [
    row("alice", "2026-10-31", 5, "Sales/Tokyo", "Design"),
    row("bob", "2026-11-01", 3, "Sales"),
    row("carol", None, 0, "Sales/Osaka"),
    row("dave", "2024-03-31", 0, "Tokyo"),
    row("erin", "2026-10-31", 5),
]


def logins(rows: list[UsageRow]) -> list[str]:
    """Who is in the list."""
    return [row.login for row in rows]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (Narrowing(), ["alice", "bob", "carol", "dave", "erin"]),
        (Narrowing(last_access_by=parse_month("2026-10")), ["alice", "carol", "dave", "erin"]),
        (Narrowing(last_access_by=parse_month("2024-03")), ["carol", "dave"]),
        (Narrowing(last_access_by=parse_month("2024-02")), ["carol"]),
        (Narrowing(at_most=3), ["bob", "carol", "dave"]),
        (Narrowing(at_most=0), ["carol", "dave"]),
        (Narrowing(never=True), ["carol"]),
        (Narrowing(department="Sales"), ["alice", "bob", "carol"]),
        (Narrowing(department="sales / tokyo"), ["alice"]),
        (Narrowing(department="Ｓales"), ["alice", "bob", "carol"]),
        (Narrowing(department="Design"), ["alice"]),
        (Narrowing(department="Tokyo"), ["dave"]),  # a department of that name wins over one further down
        (Narrowing(department="Osaka"), ["carol"]),
        (Narrowing(department="Sales", at_most=3, never=True), ["carol"]),
    ],
)
def test_the_list_is_narrowed_to_what_is_wanted(by: Narrowing, expected: list[str]) -> None:
    assert logins(narrow(ROWS, by)) == expected


@pytest.mark.parametrize("department", ["Sal", "Tokyo/Sales", "", "/", "Nobody"])
def test_a_department_that_nobody_is_in_is_an_error(department: str) -> None:
    with pytest.raises(UnknownDepartment, match="Nobody is in a department"):
        narrow(ROWS, Narrowing(department=department))


@pytest.mark.parametrize(
    ("sorting", "expected"),
    [
        (Sorting(), ["carol", "dave", "alice", "erin", "bob"]),
        (Sorting("last-access", descending=True), ["bob", "alice", "erin", "dave", "carol"]),
        (Sorting("days"), ["carol", "dave", "bob", "alice", "erin"]),
        (Sorting("days", descending=True), ["alice", "erin", "bob", "carol", "dave"]),
        (Sorting("login"), ["alice", "bob", "carol", "dave", "erin"]),
        (Sorting("login", descending=True), ["erin", "dave", "carol", "bob", "alice"]),
    ],
)
def test_the_list_is_ascending_first_and_equal_ones_come_by_login(sorting: Sorting, expected: list[str]) -> None:
    assert logins(arrange(ROWS[::-1], sorting)) == expected


def test_nobody_at_all_can_be_sorted() -> None:
    assert arrange([], Sorting()) == []
    assert logins(arrange([ROWS[2]], Sorting())) == ["carol"]
