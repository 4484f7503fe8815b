"""A people file takes as many statements for many people as for few, and none that writes where nothing is new."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seatwise.audit.models import Entry
from seatwise.directory import people_file_import, rows
from seatwise.directory.models import Service, User
from seatwise.lib.people_file import PeopleFile, parse
from seatwise.licenses.models import License

TODAY = datetime.date(2026, 11, 24)
pytestmark = pytest.mark.django_db


def people_file(numbers: range, name: str = "User", status: str = "active") -> PeopleFile:
    rows = [
        f"u{n},{name} {n},u{n}@x.example,D{n % 3},{f'u{numbers.start}' if n % 2 else ''},old-u{n},{status},wiki"
        for n in numbers
    ]
    heading = "login,name,email,departments,manager,other logins,status,services"
    return parse("\n".join([heading, *rows]).encode(), name="people.csv")


def statements(file: PeopleFile) -> list[str]:
    """What is asked of the database to import a file, beside the copying of rows."""
    with CaptureQueriesContext(connection) as asked:
        plan = people_file_import.plan(file)
        assert not plan.errors, plan.errors[0]
        if not plan.changes_nothing:
            people_file_import.commit(plan.looked(plan.deactivations), by=None, on=TODAY)
    return [each["sql"] for each in asked]


@pytest.fixture
def wiki(db: None) -> Service:
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    statements(people_file(range(10)))  # the departments, and what is asked once in a process
    return service


def test_four_times_as_many_people_take_the_same_statements(wiki: Service) -> None:
    few, many = statements(people_file(range(100, 121))), statements(people_file(range(200, 284)))
    assert License.objects.held().count() == 10 + 21 + 84
    assert len(many) == len(few), [each for each in many if each not in few]


def test_four_times_as_many_changes_take_the_same_statements(wiki: Service) -> None:
    statements(people_file(range(100, 121)))
    statements(people_file(range(200, 284)))
    few = statements(people_file(range(100, 121), "Person", "inactive"))
    many = statements(people_file(range(200, 284), "Person", "inactive"))
    assert User.objects.filter(name__startswith="Person", status="inactive").count() == 21 + 84
    assert len(many) == len(few), [each for each in many if each not in few]


def test_the_same_file_again_only_reads(wiki: Service) -> None:
    few, many = people_file(range(100, 121)), people_file(range(200, 284))
    for file in (few, many):
        statements(file)
    entries = Entry.objects.count()
    again = [statements(file) for file in (few, many)]
    assert all(each.startswith("SELECT") for said in again for each in said)
    assert len(again[0]) == len(again[1]) < 12
    assert Entry.objects.count() == entries


def test_people_are_read_as_django_reads_them(wiki: Service) -> None:
    found = User.objects.filter(login__in=["u3", "u5"]).order_by("pk")
    quick = list(rows.read(found, ["password"]))
    assert [type(user) for user in quick] == [User, User]
    for user, usual in zip(quick, found, strict=True):
        assert user == usual
        assert "password" not in user.__dict__
        assert user.manager == usual.manager is not None
        assert {key: getattr(user, key) for key in usual.__dict__ if key != "_state"} == {
            key: value for key, value in usual.__dict__.items() if key != "_state"
        }
        user.name = "Changed"
        user.save()
    assert User.objects.filter(name="Changed").count() == 2
