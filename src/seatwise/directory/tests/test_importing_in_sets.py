"""A people file takes as many statements for many people as for few, and none that writes where nothing is new."""

import datetime
import re

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from seatwise.audit.models import Entry
from seatwise.directory import people_file_import, rows, unchanged_rows
from seatwise.directory.department_plan import Tree
from seatwise.directory.import_preview import sections
from seatwise.directory.models import Department, Login, Service, User
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
    read = re.compile(r"SELECT|(CREATE TEMPORARY TABLE|COPY|ANALYZE|DROP TABLE) staged_")
    assert all(read.match(each.strip()) for said in again for each in said)
    assert len(again[0]) == len(again[1]) < 24
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


HEADING = (
    "login,name,email,employee number,departments,manager,status,kind,employment,role,language,services,other logins,"
    "responsible,left on,administers,on leave until"
)
AS_IT_IS = {
    "login": "", "name": "Ann O", "email": "", "employee number": "", "departments": "A; B", "manager": "boss",
    "status": "active", "kind": "shared", "employment": "part time 2.5", "role": "auditor", "language": "ja",
    "services": "wiki", "other logins": "", "responsible": "boss", "left on": "2027-03-31", "administers": "A; C",
    "on leave until": "",
}  # fmt: skip
OTHERWISE = {
    "login": ["nobody", "x-1", "U0002"],  # of nobody, of u1, otherwise written
    "name": ["", "ann o", "*"],
    "email": ["", "else@example.com", "wrong"],
    "employee number": ["", "7", "0005"],
    "departments": ["", "A", "B; A", "A; B; C", "A; C", "C; B", "A=A", "New", "A; A; B", "B=A/B", "a;b"],
    "manager": ["", "chief", "second", "nobody", "*"],  # a further login of boss
    "status": ["", "inactive", "wrong"],
    "kind": ["", "guest", "user"],
    "employment": ["", "part time 3", "part time", "full time", "other"],
    "role": ["", "member", "administrator"],
    "language": ["", "en"],
    "services": ["", "mail", "wiki; mail", "gone", "mail; wiki"],
    "other logins": ["", "new-one", "x-1", "boss"],
    "responsible": ["", "second"],
    "left on": ["", "2026-01-31", "2027-04-01"],
    "administers": ["", "A", "A; B", "C; A", "A; C; B"],
    "on leave until": ["", "2026-01-01", "2027-02-01", "2027-02-02"],
}


def row_of(number: int, changed: dict[str, str]) -> str:
    cells = {"login": f"u{number:04}", "email": f"u{number}@x.example", "employee number": f"{number}"}
    cells["other logins"] = f"x-{number}; y-{number}"
    return ",".join({**AS_IT_IS, **cells, **changed}.values())


def described(made: people_file_import.Plan) -> list[object]:
    """All that is seen of a plan, and decides what it does."""
    return [
        made.fingerprint(),
        made.counts(),
        [(section.key, list(section.lines(1000))) for section in sections(made)],
        [question.describe() for question in made.questions],
        (made.active, made.missing, made.recognized),
    ]


def test_rows_that_the_database_finds_unchanged_would_change_nothing(wiki: Service) -> None:
    Service.objects.add(code="mail", name="Mail", by=None)
    many = [{key: value} for key, values in OTHERWISE.items() for value in values]
    first = ["boss,B", "second,S", *(f"gone{number},G" for number in range(3))]
    others = ["login,name", *first, *(f"u{number:04},U" for number in range(len(many) + 3))]
    statements(parse("\n".join(others).encode(), name="people.csv"))
    Login.objects.give_each([("chief", User.objects.get(login="boss"))], by=None)
    leave = {"on leave until": "2027-02-01"}
    base = [leave if "on leave until" in each else {} for each in (*many, {}, {}, {})]
    so = [HEADING, *(row_of(number, each) for number, each in enumerate(base))]
    statements(parse("\n".join(so).encode(), name="people.csv"))
    same = parse("\n".join([*so, "gone1" + "," * 16]).encode(), name="people.csv")
    tree = Tree(Department.objects.in_tree_order())
    assert [row.login for row in unchanged_rows.find(same, tree).rows] == ["gone1"]
    guest, own = f"u{len(many):04}", f"u{len(many) + 2:04}"
    User.objects.filter(login=guest).update(kind="guest")  # with a license
    User.objects.filter(login=own).update(manager=F("pk"))
    more = [{"kind": ""}, {"other logins": f"x-{len(many) + 1}"}, {"manager": own}]
    rows = [row_of(number, each) for number, each in enumerate([*many, *more])]
    called = f"y-{len(many) + 1}" + "," * 16  # another row of whom the database finds unchanged
    file = parse("\n".join([HEADING, *rows, called]).encode(), name="people.csv")
    assert len(file.rows) == len(rows) - 2, file.errors
    for missing in (False, True):
        quick = people_file_import.plan(file, deactivate_missing=missing)
        slow = people_file_import.plan(file, deactivate_missing=missing, all_of_them=True)
        assert described(quick) == described(slow)
    at = len(many) + 2
    assert {error.line for error in quick.errors} >= {at, at + 2, at + 3}  # guest, own, called


def test_what_a_department_is_called_after_the_file_is_what_counts(db: None) -> None:
    statements(parse(b"login,departments\na,S1=Sales/Tokyo\nb,Sales/Tokyo\nc,Sales\n", name="people.csv"))
    file = parse(b"login,departments\na,S1=Sales/Osaka\nb,Sales/Tokyo\nc,Sales\n", name="people.csv")
    made = people_file_import.plan(file)
    assert described(made) == described(people_file_import.plan(file, all_of_them=True))
    assert [change.user.login for change in made.changed] == ["b"]
