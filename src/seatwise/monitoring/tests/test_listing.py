"""The list by its two ways, from usage rows and from the months, which must be the same list."""

import datetime
import random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings, strategies as st

from seatwise.directory import people
from seatwise.directory.models import Department, Service, User
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib.usage import SORTS, Narrowing, Sorting, UnknownDepartment
from seatwise.licenses import grants
from seatwise.licenses.models import License
from seatwise.logs.facts import Facts, LoginFacts
from seatwise.logs.rules import Rules
from seatwise.monitoring import listing
from seatwise.monitoring.listing import Basis, MonitoredRow

pytestmark = pytest.mark.django_db
EPOCH = datetime.date(1970, 1, 1)
ON = datetime.date(2026, 1, 1)
TODAY = (datetime.date(2026, 11, 24) - EPOCH).days
EVERYBODY = Narrowing()


def masks(days: Any) -> dict[int, int]:
    """Days as facts have them."""
    found: dict[int, int] = {}
    for day in days:
        date = EPOCH + datetime.timedelta(day)
        month = date.year * 12 + date.month - 1
        found[month] = found.get(month, 0) | 1 << (date.day - 1)
    return found


def read(service: Service, accesses: dict[str, Any], programs: dict[str, Any] | None = None) -> None:
    """Merge facts; every day of a year is covered."""
    facts = Facts(covered=masks(range(TODAY - 365, TODAY + 2)))
    for login in {*accesses, *(programs or {})}:
        facts.logins[login] = LoginFacts(
            login, 0, masks(accesses.get(login, ())), masks((programs or {}).get(login, ()))
        )
    source = Source.objects.filter(code=service.code).first() or Source.objects.add(
        code=service.code, name="log", by=None, rules=ReadingRules(services={service.code: Rules()})
    )
    merge(source.revision, service, facts, zone="Asia/Tokyo", today=TODAY)


def add_service(code: str, *logins: str, **fields: Any) -> Service:
    """A service and people who may use it."""
    service: Service = Service.objects.add(code=code, name=code, by=None, **fields)
    users = [
        User.objects.filter(login=login).first() or people.add({"login": login, "name": login.title()}, by=None, on=ON)
        for login in logins
    ]
    grants.grant(service=service, users=users, by=None, reason="", on=ON)
    return service


@pytest.fixture
def wiki(db: None) -> Service:
    """Thirty people whose accesses lie anywhere in the last year."""
    chance = random.Random(5)
    wiki = add_service("wiki", *(f"user{n}" for n in range(30)))
    days = {f"user{n}": {TODAY - chance.randrange(-1, 40 + 10 * n) for _ in range(n)} for n in range(30) if n % 7}
    read(wiki, days, {f"user{n}": {TODAY - n} for n in range(0, 30, 5)})
    return wiki


def counted(of: Basis) -> Basis:
    """The same basis, to be counted from the months."""
    return Basis(of.service, of.as_of, of.window, of.covered, is_current=False)


def both(of: Basis, by: Narrowing = EVERYBODY, sorting: Sorting | None = None) -> list[MonitoredRow]:
    """The list, which both ways give."""
    found = list(listing.rows_of(of, by, sorting or Sorting()))
    assert found == list(listing.rows_of(counted(of), by, sorting or Sorting()))
    return found


@pytest.mark.parametrize("by", SORTS)
@pytest.mark.parametrize("descending", [False, True])
def test_usage_rows_and_months_give_the_same_list(wiki: Service, by: str, descending: bool) -> None:
    assert len(both(listing.basis(wiki), sorting=Sorting(by, descending))) == 30


@pytest.mark.parametrize(
    "by",
    [Narrowing(never=True), Narrowing(at_most=3), Narrowing(last_access_by=2026 * 12 + 9), Narrowing(text="user1 SER")],
)
def test_narrowed_they_give_the_same_list(wiki: Service, by: Narrowing) -> None:
    assert 0 < len(both(listing.basis(wiki), by)) < 30


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    backs=st.sets(st.integers(0, 150), max_size=20),
    by_programs=st.sets(st.integers(0, 150), max_size=3),
    as_of_back=st.integers(0, 60),
    window=st.integers(1, 70),
)
def test_any_day_and_window_say_what_the_days_say(
    db: None, backs: set[int], by_programs: set[int], as_of_back: int, window: int
) -> None:
    from django.db import transaction

    with transaction.atomic():
        service = add_service("one", "ann")
        days, as_of = {TODAY - back for back in backs}, TODAY - as_of_back
        read(service, {"ann": days}, {"ann": {TODAY - back for back in by_programs}})
        [row] = listing.rows_of(listing.basis(service, as_of, window), EVERYBODY, Sorting())
        inside = {day for day in days if as_of - window < day <= as_of}
        assert row.last_access == max((day for day in days if day <= as_of), default=None)
        assert row.api_only == (row.last_access is None and any(back >= as_of_back for back in by_programs))
        assert row.access_days == len(inside)
        assert row.strip == sum(1 << (day - (as_of - window + 1)) for day in inside)
        transaction.set_rollback(True)


@pytest.mark.parametrize("ago", range(35))
def test_the_strip_shows_the_day_where_it_was(db: None, ago: int) -> None:
    service = add_service("one", "ann")
    read(service, {"ann": {TODAY - ago}})
    [row] = both(listing.basis(service))
    assert row.strip == (1 << (29 - ago) if ago < 30 else 0)


def test_with_the_api_alone_somebody_is_api_only_until_the_first_access(db: None) -> None:
    service = add_service("one", "ann", "ben", "cleo")
    read(service, {"ben": {TODAY - 3}}, {"ann": {TODAY - 100}, "ben": {TODAY}, "cleo": {TODAY + 1}})
    assert {row.login: row.api_only for row in both(listing.basis(service))} == {
        "ann": True,
        "ben": False,
        "cleo": False,
    }
    before = listing.rows_of(listing.basis(service, TODAY - 4), EVERYBODY, Sorting())
    assert {row.login: row.api_only for row in before} == {"ann": True, "ben": False, "cleo": False}


def test_guests_inactive_people_and_those_without_a_license_are_not_listed(db: None) -> None:
    service = add_service("one", "ann", "ben", "cleo", "dora")
    read(service, {login: {TODAY} for login in ("ann", "ben", "cleo", "dora", "nobody")})
    people.deactivate(User.objects.get(login="ben"), by=None, on=ON)
    people.change(User.objects.get(login="cleo"), {"kind": "guest"}, by=None, on=ON)
    grants.revoke([License.objects.get(user__login="dora")], by=None, reason="", on=ON)
    assert [row.login for row in both(listing.basis(service))] == ["ann"]
    grants.grant_one(
        service=service, user=User.objects.get(login="dora"), by=None, reason="", on=ON + datetime.timedelta(9)
    )
    people.activate(User.objects.get(login="ben"), by=None, on=ON)
    rows = both(listing.basis(service))
    assert [row.login for row in rows] == ["ann", "ben", "dora"]
    assert {row.access_days for row in rows} == {1}
    assert [row.since for row in rows] == [ON, ON, ON + datetime.timedelta(9)]


@pytest.fixture
def departments(wiki: Service) -> dict[str, list[str]]:
    """A tree, and who is in it by code."""
    tree: dict[str, Department] = {}
    for code, name, above in (
        ("s", "Sales", None), ("st", "Tokyo", "s"), ("st1", "One", "st"), ("d", "Design", None), ("dt", "Tokyo", "d"),
    ):  # fmt: skip
        tree[code] = Department.objects.add(code=code, name=name, by=None, parent=tree.get(above or ""))
    found: dict[str, list[str]] = {code: [] for code in tree}
    for number, codes in enumerate((["s"], ["st"], ["st1"], ["d"], ["dt"], ["d", "st1"], [])):
        login = f"user{number}"
        people.change(User.objects.get(login=login), {"departments": codes}, by=None, on=ON)
        for code in codes:
            found[code].append(login)
    return found


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Sales", ("s", "st", "st1")),
        ("s", ("s", "st", "st1")),
        ("Sales/Tokyo", ("st", "st1")),
        (" sales / TOKYO ", ("st", "st1")),
        ("One", ("st1",)),
        ("Tokyo", ("st", "st1", "dt")),
        ("Design", ("d", "dt")),
    ],
)
def test_a_department_includes_those_below_it(
    wiki: Service, departments: dict[str, list[str]], name: str, codes: tuple[str, ...]
) -> None:
    rows = both(listing.basis(wiki), Narrowing(department=name), Sorting("login"))
    assert [row.login for row in rows] == sorted({login for code in codes for login in departments[code]})


def test_a_departments_name_is_its_path_with_the_primary_one_first(
    wiki: Service, departments: dict[str, list[str]]
) -> None:
    rows = {row.login: row.departments for row in both(listing.basis(wiki))}
    assert rows["user5"] == ("Design", "Sales/Tokyo/One")
    assert rows["user6"] == ()


@pytest.mark.parametrize("name", ["Nowhere", "", "/", "Sales/Osaka"])
def test_a_department_that_is_not_there_is_said_to_be_so(
    wiki: Service, departments: dict[str, list[str]], name: str
) -> None:
    for of in (listing.basis(wiki), listing.basis(wiki, TODAY - 9)):
        with pytest.raises(UnknownDepartment):
            list(listing.rows_of(of, Narrowing(department=name), Sorting()))


def test_logins_are_in_the_order_of_their_letters_on_every_database(db: None) -> None:
    logins = ["b", "B2", "a_", "a-1", "ä", "Z", "山", "y", "10", "9"]
    service = add_service("one", *logins)
    read(service, {})
    assert [row.login for row in both(listing.basis(service), sorting=Sorting("login"))] == sorted(logins)
    assert [row.login for row in both(listing.basis(service), sorting=Sorting("days", True))] == sorted(logins)


def test_a_page_is_a_part_of_the_whole_list(wiki: Service) -> None:
    selection = listing.selection(listing.basis(wiki), EVERYBODY, Sorting("days", True), None)
    everything = list(selection)
    assert len(selection) == 30
    assert [row for start in range(0, 40, 7) for row in selection[start : start + 7]] == everything


def test_a_page_asks_as_little_of_a_long_list_as_of_a_short_one(wiki: Service) -> None:
    def queries(rows: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(listing.selection(listing.basis(wiki), EVERYBODY, Sorting(), None)[:rows]) == rows
        return len(captured)

    assert queries(2) == queries(30) <= 8


def test_who_sees_which_rows(wiki: Service, cast: dict[str, Any]) -> None:
    grants.grant(service=wiki, users=[cast["bob"], cast["charlie"], cast["audrey"]], by=None, reason="", on=ON)

    def seen(login: str) -> list[str]:
        lists = [
            [row.login for row in listing.selection(of, EVERYBODY, Sorting("login"), cast[login])]
            for of in (listing.basis(wiki), counted(listing.basis(wiki)))
        ]
        assert lists[0] == lists[1]
        return lists[0]

    assert len(seen("alice")) == len(seen("audrey")) == 33
    assert seen("bob") == ["bob"]
    assert seen("charlie") == ["charlie"]
    assert seen("gail") == seen("ivan") == []
    wiki.change(by=None, department_admins_see_usage=True)
    assert seen("bob") == ["bob", "charlie"]
    assert seen("charlie") == ["charlie"]
