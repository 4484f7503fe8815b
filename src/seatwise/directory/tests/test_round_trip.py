"""What the list of users exports is imported again without a change; what a file says of administered departments."""

import datetime
from decimal import Decimal

import pytest
from django.test import Client

from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, Login, User
from seatwise.directory.people_file_import import Plan, commit, plan
from seatwise.lib.people_file import parse

TODAY = datetime.date(2026, 11, 24)
pytestmark = pytest.mark.django_db


def planned(data: bytes) -> Plan:
    return plan(parse(data, name="people.csv"))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_file_of_all_users_has_all_that_is_imported_and_changes_nothing(
    client: Client, alice: User, bob: User, charlie: User, gail: User, ivan: User, language: str, form: str
) -> None:
    tokyo = Department.objects.add(code="T1", name="Tokyo", parent=Department.objects.get(), by=None)
    bob.administer([*Department.objects.all()], by=None)
    fields = {
        "email": "c@example.com",
        "employee_number": "007",
        "manager": alice,
        "departments": [tokyo, "sales"],
        "left_on": "2026-12-31",
    }
    people.change(charlie, {**fields, "employment": "part_time", "expected_days": Decimal("2.5")}, by=None, on=TODAY)
    shared = {"login": "desk", "kind": "shared", "responsible": bob, "language": "ja", "name": "Desk"}
    people.add(shared, by=None, on=TODAY)
    Login.objects.give_each([("charlie@example.com", charlie)], by=None)
    client.force_login(alice)
    client.cookies["django_language"] = client.cookies["seatwise_language"] = language
    people.change(alice, {"language": language}, by=None, on=TODAY)
    answer = client.get("/administration/directory/users/file/", {"format": form})
    made = planned(b"".join(answer))
    assert ("ログイン名" in made.file.headings) == (language == "ja")
    assert not made.errors
    assert made.changes_nothing, made.counts()
    assert {*made.file.columns} == {
        "login", "departments", "status", "kind", "role", "name", "email", "employee_number", "manager", "employment",
        "language", "other_logins", "responsible", "administers", "left_on", "services", "on_leave_until",
    }  # fmt: skip


def test_administered_departments_are_given_by_file_with_the_roles(bob: User, alice: User, sales: Department) -> None:
    made = planned(b"login,administers\nbob,Sales; Support/Tokyo\nalice,\n")
    assert (made.administers, made.powers) == ({"bob": (["sales"], ["Support/Tokyo", "sales"])}, 1)
    commit(made.looked(), by=None, on=TODAY, leave_out=["roles"])
    rows = bob.departmentadministrator_set.order_by("department__code")
    administered = rows.values_list("department__code", flat=True)
    assert [*administered] == ["sales"]
    again = planned(b"login,administers\nbob,Sales; Support/Tokyo\n")
    with pytest.raises(Refused):
        commit(made.looked(), by=None, on=TODAY)  # the departments are there meanwhile
    commit(again.looked(), by=None, on=TODAY)
    assert [*administered.all()] == ["Support/Tokyo", "sales"]
    assert planned(b"login,administers\nbob,Sales; Support/Tokyo\n").changes_nothing
    taken = planned(b"login,administers\nbob,\n")
    commit(taken.looked(), by=None, on=TODAY)
    assert not administered.all().exists()


def test_whose_last_day_passed_is_deactivated_once(alice: User, bob: User, charlie: User) -> None:
    made = planned("login,退職日\nbob,2026-10-31\ncharlie,2026/11/24\nalice,\n".encode())
    assert {change.user.login: change.after for change in made.changed} == {
        "bob": {"left_on": "2026-10-31", "status": "inactive"}, "charlie": {"left_on": "2026-11-24"},
    }  # fmt: skip
    commit(made.looked(), by=None, on=TODAY)
    assert people.deactivate_who_left(TODAY) is None  # it is the last day of charlie
    assert (
        people.deactivate_who_left(TODAY + datetime.timedelta(1)) == "deactivated, since their last day has passed: 1"
    )
    charlie.refresh_from_db()
    assert charlie.status == "inactive"
    people.activate(bob, by=None, on=TODAY)  # came back: neither a night nor the file again ends that
    assert people.deactivate_who_left(TODAY + datetime.timedelta(1)) is None
    assert planned(b"login,left on\nbob,2026-10-31\n").changes_nothing


def test_the_last_administrator_stays_and_that_is_said(alice: User) -> None:
    people.change(alice, {"left_on": datetime.date(2026, 11, 1)}, by=None, on=TODAY)
    assert "alice: No one who can sign in would be an administrator" in str(people.deactivate_who_left(TODAY))
    alice.refresh_from_db()
    assert alice.status == "active"
