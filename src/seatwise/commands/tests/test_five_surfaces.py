"""One list on five surfaces: page, CSV, XLSX, command and API say the same, and what a slow count of days says."""

import csv
import datetime
import io
import json
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from seatwise.commands.tests.conftest import Run
from seatwise.directory import people
from seatwise.directory.changes import PersonChange
from seatwise.directory.models import ApiToken, Department, Service, User
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib.logins import fold
from seatwise.licenses import grants
from seatwise.logs.facts import Facts, LoginFacts
from seatwise.logs.rules import Rules

EPOCH = datetime.date(1970, 1, 1)
TODAY = (datetime.date(2026, 11, 24) - EPOCH).days
GAP = range(TODAY - 40, TODAY - 35)
RECORDED = [day for day in range(TODAY - 120, TODAY + 1) if day not in GAP]
LOGINS = ["=1+1", "'quoted", "－full", "Zed", "alpha", "Ångström", "山田", 'a"b,c', "𝕏", "_x0041_", "http://a", "007"]
LOGINS += [f"user{n}" for n in range(48)]
DEPARTMENTS = {"s": ("Sales", None), "t": ("Tokyo", "s"), "d": ("Design", None)}


@dataclass
class Person:
    """Somebody, in the obvious way."""

    login: str
    departments: list[str]
    employment: str
    since: int
    accesses: set[int]
    programs: set[int] = field(default_factory=set)


def masks(some: set[int] | list[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for day in some:
        date = EPOCH + datetime.timedelta(day)
        month = date.year * 12 + date.month - 1
        found[month] = found.get(month, 0) | 1 << (date.day - 1)
    return found


@pytest.fixture
def everybody(db: None, monkeypatch: pytest.MonkeyPatch) -> list[Person]:
    """Sixty people of all sorts who hold licenses of the service wiki, and some who are not to be seen."""
    monkeypatch.setattr("seatwise.commands.django_setup.setup", lambda **_: None)
    chance = random.Random(8)
    tree: dict[str, Any] = {}
    for code, (name, above) in DEPARTMENTS.items():
        tree[code] = Department.objects.add(code=code, name=name, by=None, parent=tree.get(above or ""))
    wiki = Service.objects.add(code="wiki", name="Wiki", by=None)
    found, facts, planned = [], Facts(covered=masks(RECORDED)), []
    for number, login in enumerate(LOGINS):
        person = Person(
            login,
            chance.choice(([], ["s"], ["t"], ["d", "t"], ["d"])),
            chance.choice(("full_time", "full_time", "part_time", "other")),
            TODAY - chance.choice((0, 10, 29, 30, 100, 400)),
            set(chance.sample(RECORDED, chance.choice((0, 0, 1, 3, 30)))),
        )
        person.programs = set(chance.sample(RECORDED, 2)) if number % 6 == 0 else set()
        fields = {
            "login": login,
            "name": f"Name {number % 7}",
            "departments": person.departments,
            "employment": person.employment,
            "expected_days": "2.5" if number % 2 else "",
        }
        planned.append(PersonChange(User(), {}, fields, new=True))
        facts.logins[fold(login)] = LoginFacts(login, 0, masks(person.accesses), masks(person.programs))
        found.append(person)
    people.apply(planned, by=None, on=datetime.date(2025, 1, 1))
    holders = {change.user.login: change.user for change in planned}
    for since in sorted({person.since for person in found}):
        users = [holders[person.login] for person in found if person.since == since]
        grants.grant(service=wiki, users=users, by=None, reason="", on=EPOCH + datetime.timedelta(since))
    source = Source.objects.add(code="log", name="Log", rules=ReadingRules(services={"wiki": Rules()}), by=None)
    merge(source.revision, wiki, facts, zone="UTC", today=TODAY)
    for login, change in (("user40", {"status": "inactive"}), ("user41", {"kind": "guest"})):
        people.change(User.objects.get(login=login), change, by=None, on=datetime.date(2026, 1, 1))
    people.change(
        User.objects.get(login="user42"),
        {"login": "Äpfel", "employment": "other"},
        by=None,
        on=datetime.date(2026, 1, 1),
    )
    renamed = next(person for person in found if person.login == "user42")
    renamed.login, renamed.employment = "Äpfel", "other"
    return [person for person in found if person.login not in ("user40", "user41")]


QUERIES: list[dict[str, str]] = [
    {},
    {"sort": "days"},
    {"sort": "login"},
    {"never": "on"},
    {"at_most": "1", "sort": "days"},
    {"at_most": "0", "held_at_least": "30"},
    {"last_access_by": "2026-10"},
    {"department": "s"},
    {"department": "d", "employment": "part_time", "sort": "login"},
    {"employment": "part_time"},
    {"held_at_least": "31"},
    {"text": "user1"},
    {"text": "NAME 3", "at_most": "5", "held_at_least": "1", "sort": "days"},
    {"use": "used", "department": "t"},
    {"use": "unused", "sort": "days"},
    {"text": "nobody at all"},
]


@dataclass
class Counted:
    """A row of the list, counted day by day."""

    person: Person
    name: str
    last_access: int | None
    access_days: int
    held: int  # days, as of the list's day


BELOW = {"s": {"s", "t"}, "t": {"t"}, "d": {"d"}}
OCTOBER_ENDS = (datetime.date(2026, 11, 1) - EPOCH).days - 1


def holds(row: Counted, key: str, value: str) -> bool:
    """Whether somebody is wanted by one parameter."""
    if key == "department":
        return bool(BELOW[value] & set(row.person.departments))
    if key == "text":
        known = f"{row.name} {row.person.login} {'user42' if row.person.login == 'Äpfel' else ''}".lower()
        return all(word in known for word in value.lower().split())
    return {
        "never": row.last_access is None,
        "at_most": key == "at_most" and row.access_days <= int(value),
        "last_access_by": row.last_access is None or row.last_access <= OCTOBER_ENDS,
        "employment": row.person.employment == value,
        "held_at_least": key == "held_at_least" and row.held >= int(value),
        "use": row.access_days > 0 if value == "used" else row.access_days == 0 and row.last_access is not None,
    }.get(key, True)


def expected(everybody: list[Person], query: dict[str, str], as_of: int, *, descending: bool) -> list[Counted]:
    """The list by counting days one by one."""
    names = dict(User.objects.values_list("login", "name"))
    rows = [
        Counted(
            person,
            names[person.login],
            max((day for day in person.accesses if day <= as_of), default=None),
            sum(day in person.accesses for day in range(as_of - 29, as_of + 1)),
            as_of - person.since + 1,
        )
        for person in everybody
        if person.since <= as_of
    ]
    rows = [row for row in rows if all(holds(row, key, value) for key, value in query.items())]
    rows.sort(key=lambda row: row.person.login.encode())
    if query.get("sort") == "login":
        return rows[::-1] if descending else rows
    if query.get("sort") == "days":
        return sorted(rows, key=lambda row: row.access_days, reverse=descending)
    return sorted(rows, key=lambda row: -1 if row.last_access is None else row.last_access, reverse=descending)


def iso(day: int | None) -> str | None:
    return None if day is None else (EPOCH + datetime.timedelta(day)).isoformat()


def unescaped(cell: str) -> str:
    return cell.removeprefix("'")


def page_rows(client: Any, address: str) -> list[Any]:
    """All pages of the screen."""
    found, page = [], 1
    while True:
        response = client.get(f"{address}&page={page}")
        assert response.status_code == 200
        found += [line.row for line in response.context["lines"]]
        if not response.context["page"].has_next():
            return found
        page += 1


def command_options(query: dict[str, str]) -> list[str]:
    options = []
    for key, value in query.items():
        option = f"--{key.replace('_', '-')}"
        options += [option] if value == "on" else [option, value]
    return options


@pytest.mark.parametrize("as_of", ["", "2026-11-24", "2026-10-20", "2026-08-01"])
@pytest.mark.parametrize("descending", [False, True])
def test_all_five_say_the_same(run: Run, client: Any, everybody: list[Person], as_of: str, descending: bool) -> None:
    alice = people.add({"login": "zz-admin", "role": "administrator"}, by=None, on=datetime.date(2025, 1, 1))
    client.force_login(alice)
    _token, secret = ApiToken.objects.add(
        name="x", owner=alice, scopes=["usage:read"], days=9, by=None, on=datetime.date(2026, 11, 24)
    )
    day = (datetime.date.fromisoformat(as_of or "2026-11-24") - EPOCH).days
    for asked in QUERIES:
        query = dict(asked) | ({"as_of": as_of} if as_of else {}) | ({"descending": "on"} if descending else {})
        address = f"/administration/access/wiki/?{urlencode(query)}"
        should = expected(everybody, query, day, descending=descending)
        page = page_rows(client, address)
        assert [(r.login, r.last_access, r.access_days) for r in page] == [
            (r.person.login, r.last_access, r.access_days) for r in should
        ], query
        assert [r.is_new for r in page] == [r.held < 30 for r in should]
        data = b"".join(client.get(f"{address}&format=csv").streaming_content).decode("utf-8-sig")
        heading, *lines = csv.reader(io.StringIO(data))
        book = b"".join(client.get(f"{address}&format=xlsx").streaming_content)
        headings, *sheet = openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows(values_only=True)
        assert heading == list(headings)
        api, path = [], f"/api/v1/services/wiki/usage?limit=25&{urlencode(query)}"
        while path:
            answer = client.get(path, headers={"authorization": f"Bearer {secret}"}).json()
            api += answer["users"]
            path = answer["next"]
        done = run("usage", "wiki", "--output", "json", *command_options(query))
        assert done.code == 0, done.err
        command = json.loads(done.out)["users"]
        printed = run("usage", "wiki", "--output", "csv", *command_options(query)).out
        assert printed == "\ufeff" + data
        assert api == command
        for row, line, cells, record in zip(page, lines, sheet, api, strict=True):
            assert unescaped(line[0]) == unescape(cells[0]) == record["login"] == row.login
            assert line[1] == cells[1] == record["name"] == row.name
            assert line[2] == (cells[2] or "") == "; ".join(record["departments"]) == "; ".join(row.departments)
            last = cells[3].date().isoformat() if cells[3] else None
            assert (line[3] or None) == last == record["last_access"] == iso(row.last_access)
            assert int(line[4]) == cells[4] == record["access_days"] == row.access_days
            assert isinstance(cells[4], int)
            assert (int(line[5]) > 0) == (cells[5] > 0) == record["at_least"]
            assert line[6] == cells[6].date().isoformat() == record["license_since"] == row.since.isoformat()
            assert line[7] == (cells[7] or "") == "; ".join(row.marks_in_words())
            assert record["marks"] == list(row.marks)
            assert record["strip"].count("1") == row.access_days


@pytest.mark.parametrize("wrong", ["at_most=x", "held_at_least=0", "employment=king", "format=pdf", "encoding=ebcdic"])
def test_wrong_parameters_get_a_message_and_no_file(client: Any, everybody: list[Person], wrong: str) -> None:
    client.force_login(people.add({"login": "zz", "role": "administrator"}, by=None, on=datetime.date(2025, 1, 1)))
    for more in ("", "&format=csv", "&format=xlsx"):
        if wrong.startswith("format") and more:
            continue
        response = client.get(f"/administration/access/wiki/?{wrong}{more}")
        assert response.status_code == 400
        assert response.context["form"].errors
