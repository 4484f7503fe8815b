"""The page of User Access Monitoring: who sees it, what stands on it, and that its file is the same list."""

import csv
import datetime
import io
import re
from typing import Any

import pytest

from seatwise.directory import people
from seatwise.directory.models import Service
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib import days
from seatwise.licenses import grants
from seatwise.logs.facts import Facts, LoginFacts, cover
from seatwise.logs.rules import Rules

TODAY = days.day_of(datetime.date(2026, 11, 24))
ADDRESS = "/administration/access/wiki/"


def facts_of(accesses: dict[str, list[int]], covered: tuple[int, int]) -> Facts:
    facts = Facts()
    for login, ago in accesses.items():
        facts.logins[login] = LoginFacts(login, 0, days.masks_of(TODAY - n for n in ago))
    cover(facts, [covered])
    return facts


@pytest.fixture
def wiki(cast: dict[str, Any]) -> Service:
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    source = Source.objects.add(code="log", name="Log", rules=ReadingRules(services={"wiki": Rules()}), by=None)
    users = [cast[login] for login in ("alice", "bob", "charlie", "ivan")]
    grants.grant(service=service, users=users, by=None, reason="", on=datetime.date(2026, 1, 5))
    facts = facts_of({"alice": [0, 1, 40], "bob": [3], "ivan": [1], "gail": [1]}, (TODAY - 60, TODAY))
    merge(source.revision, service, facts, zone="Asia/Tokyo", today=TODAY)
    return service


def logins(response: Any) -> list[str]:
    return [line.row.login for line in response.context["lines"]]


def test_the_list_has_licensed_active_people_least_recent_first(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    response = client.get(ADDRESS)
    assert logins(response) == ["charlie", "bob", "alice"]
    page = response.content.decode()
    assert "No access" in page
    assert "2026-11-21" in page
    assert "3 days ago" in page


def test_a_tick_stands_for_the_person_of_its_row(client: Any, wiki: Service, alice: Any, cast: dict[str, Any]) -> None:
    client.force_login(alice)
    page = client.get(ADDRESS).content.decode()
    ticks = re.findall(r'<input type="checkbox" name="user" value="([^"]*)"', page)
    assert ticks == [str(cast[login].pk) for login in ("charlie", "bob", "alice")]


def test_inactive_people_and_guests_are_not_on_it(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    assert not {"ivan", "gail"} & set(logins(client.get(ADDRESS)))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("at_most=1", ["charlie", "bob"]),
        ("never=on", ["charlie"]),
        ("last_access_by=2026-10", ["charlie"]),
        ("department=sales", ["charlie", "bob"]),
        ("text=BOB", ["bob"]),
        ("sort=days&descending=on", ["alice", "bob", "charlie"]),
        ("as_of=2026-10-20", ["bob", "charlie", "alice"]),
        ("department=sales&at_most=0", ["charlie"]),
    ],
)
def test_it_is_narrowed_and_sorted_by_the_address(
    client: Any, wiki: Service, alice: Any, query: str, found: list[str]
) -> None:
    client.force_login(alice)
    assert logins(client.get(f"{ADDRESS}?{query}")) == found


@pytest.mark.parametrize("query", ["at_most=x", "last_access_by=2026-13", "unheard=1", "as_of=tomorrow", "sort=age"])
def test_a_wrong_parameter_gets_a_message(client: Any, wiki: Service, alice: Any, query: str) -> None:
    client.force_login(alice)
    response = client.get(f"{ADDRESS}?{query}")
    assert response.status_code == 400
    assert response.context["form"].errors


@pytest.mark.parametrize("surface", ["", "&format=csv", "&format=xlsx"])
@pytest.mark.parametrize("day", ["2020-01-01", "2026-11-25"])
def test_a_day_that_nothing_is_known_of_is_refused_on_the_page_and_in_files(
    client: Any, wiki: Service, alice: Any, day: str, surface: str
) -> None:
    client.force_login(alice)
    response = client.get(f"{ADDRESS}?as_of={day}{surface}")
    assert (response.status_code, response["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "As of: Choose a day between" in response.content.decode()


@pytest.mark.parametrize("query", ["", "at_most=1", "sort=days&descending=on", "as_of=2026-10-20", "text=nobody"])
def test_the_file_is_the_list_that_is_shown(client: Any, wiki: Service, alice: Any, query: str) -> None:
    client.force_login(alice)
    shown = client.get(f"{ADDRESS}?{query}")
    response = client.get(f"{ADDRESS}?{query}&format=csv")
    data = b"".join(response.streaming_content)
    assert data.startswith(b"\xef\xbb\xbfLogin,User,Department,Last Access Date,")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))[1:]
    assert [row[0] for row in rows] == logins(shown)
    assert [row[4] for row in rows] == [str(line.row.access_days) for line in shown.context["lines"]]


def test_days_without_records_make_lower_bounds(client: Any, wiki: Service, alice: Any) -> None:
    source = Source.objects.get(code="log")
    merge(source.revision, wiki, facts_of({}, (TODAY - 70, TODAY - 65)), zone="Asia/Tokyo", today=TODAY)
    client.force_login(alice)
    assert "≥" not in client.get(ADDRESS).content.decode()
    assert "≥" in client.get(f"{ADDRESS}?as_of=2026-09-22").content.decode()


@pytest.mark.parametrize(("who", "status"), [("audrey", 200), ("bob", 404), ("charlie", 403), ("ivan", 302)])
def test_who_sees_the_list(client: Any, wiki: Service, cast: dict[str, Any], who: str, status: int) -> None:
    client.force_login(cast[who])
    answer = client.get(ADDRESS)
    assert answer.status_code == status
    assert ("2026-11-21" in answer.content.decode()) == (status == 200)


def test_a_department_administrator_sees_their_own_people_where_that_was_allowed(
    client: Any, wiki: Service, bob: Any
) -> None:
    wiki.change(by=None, department_admins_see_usage=True)
    client.force_login(bob)
    assert logins(client.get(ADDRESS)) == ["charlie", "bob"]


def test_somebody_signed_out_is_asked_to_sign_in(client: Any, wiki: Service) -> None:
    response = client.get(ADDRESS)
    assert response.status_code == 302
    assert response.url.startswith("/account/login/")


def test_a_page_takes_the_same_number_of_queries_for_few_and_for_many(
    client: Any, wiki: Service, alice: Any, django_assert_max_num_queries: Any
) -> None:
    from seatwise.directory import people

    new = [people.add({"login": f"m{i}", "name": f"M {i}"}, by=None, on=datetime.date(2026, 1, 1)) for i in range(60)]
    grants.grant(service=wiki, users=new, by=None, reason="", on=datetime.date(2026, 1, 5))
    client.force_login(alice)
    with django_assert_max_num_queries(27):
        assert len(logins(client.get(ADDRESS))) == 50
    assert len(logins(client.get(f"{ADDRESS}?page=2"))) == 13


def test_a_member_sees_their_own_record_on_its_page(client: Any, wiki: Service, charlie: Any, bob: Any) -> None:
    client.force_login(bob)
    page = client.get("/record/").content.decode()
    assert "Wiki" in page
    assert "2026-11-21" in page
    client.force_login(charlie)
    assert "No access" in client.get("/record/").content.decode()


def test_the_list_speaks_japanese(client: Any, wiki: Service, alice: Any) -> None:
    people.change(alice, {"language": "ja"}, by=alice, on=datetime.date(2026, 11, 24))
    client.force_login(alice)
    page = client.get(ADDRESS).content.decode()
    assert "ユーザーのアクセス状況" in page
    assert "最終アクセス日" in page
