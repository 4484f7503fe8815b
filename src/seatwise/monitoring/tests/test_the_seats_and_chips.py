"""Above the list: the seats in parts, each leading to as many users as it says; and the chips that take it back."""

import datetime
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seatwise.directory.models import Service
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib import days
from seatwise.licenses import contract_terms, grants
from seatwise.licenses.models import Contract
from seatwise.licenses.overview import overview_of, use_of_all, use_of_everybody
from seatwise.logs.facts import Facts, LoginFacts, cover
from seatwise.logs.rules import Rules

TODAY = days.day_of(datetime.date(2026, 11, 24))
ADDRESS = "/administration/access/wiki/"
HTMX = {"HX-Request": "true", "HX-Target": "results"}


@pytest.fixture
def wiki(cast: dict[str, Any]) -> Service:
    """alice uses it, audrey did until 40 days ago, bob and charlie never did, and gail and ivan take no seat."""
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    source = Source.objects.add(code="log", name="Log", rules=ReadingRules(services={"wiki": Rules()}), by=None)
    on = datetime.date(2026, 1, 5)
    contract_terms.add(
        service=service, seats=10, price=Decimal(1800), currency="JPY", renews=datetime.date(2027, 4, 1), by=None, on=on
    )
    users = [cast[login] for login in ("alice", "audrey", "bob", "charlie", "ivan")]
    grants.grant(service=service, users=users, by=None, reason="", on=on)
    facts = Facts()
    for login, ago in {"alice": [0, 1, 40], "audrey": [40, 41], "ivan": [1]}.items():
        facts.logins[login] = LoginFacts(login, 0, days.masks_of(TODAY - n for n in ago))
    cover(facts, [(TODAY - 60, TODAY)])
    merge(source.revision, service, facts, zone="Asia/Tokyo", today=TODAY)
    return service


@pytest.fixture
def behind(cast: dict[str, Any]) -> Service:
    """A service whose log is read until three days ago; since then audrey, who used it, and charlie got licenses."""
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    source = Source.objects.add(code="log", name="Log", rules=ReadingRules(services={"wiki": Rules()}), by=None)
    on, lately = datetime.date(2026, 1, 5), datetime.date(2026, 11, 23)
    contract_terms.add(service=service, seats=10, price=Decimal(1800), currency="JPY", by=None, on=on)
    grants.grant(service=service, users=[cast["alice"], cast["bob"]], by=None, reason="", on=on)
    grants.grant(service=service, users=[cast["charlie"], cast["audrey"]], by=None, reason="", on=lately)
    facts = Facts()
    for login, ago in {"alice": 3, "audrey": 5, "charlie": 50}.items():
        facts.logins[login] = LoginFacts(login, 0, days.masks_of([TODAY - ago]))
    cover(facts, [(TODAY - 60, TODAY - 3)])
    merge(source.revision, service, facts, zone="Asia/Tokyo", today=TODAY)
    return service


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_license_that_was_given_after_the_last_counted_day_is_not_idle(
    client: Any, behind: Service, cast: dict[str, Any], who: str
) -> None:
    behind.change(by=None, department_admins_see_usage=True)
    client.force_login(cast[who])
    response = client.get(ADDRESS)
    counts = {"used": 2, "rare": 0, "never": 1, "later": 1, "free": 6}
    assert parts(response) == (counts if who == "alice" else {"used": 0, "rare": 0, "never": 1, "later": 1})
    for part, address, _chosen in response.context["parts"]:
        if address:
            assert client.get(ADDRESS + address).context["page"].paginator.count == part.count, address
    assert [row.login for row in client.get(f"{ADDRESS}?never=on").context["page"]] == ["bob"]
    assert client.get(f"{ADDRESS}?use=unused").context["page"].paginator.count == 0
    assert response.context["page"].paginator.count == (4 if who == "alice" else 2)
    overview = overview_of(behind, cast["alice"], datetime.date(2026, 11, 24))
    assert overview.use == use_of_all([behind], cast["alice"])[behind.pk]
    assert overview.idle_cost is not None
    assert (overview.use.idle, overview.idle_cost.seats) == (1, 1)
    assert {part.name: part.count for part in overview.parts} == counts


def parts(response: Any) -> dict[str, int]:
    return {part.name: part.count for part, _, _ in response.context["parts"]}


@pytest.mark.parametrize(
    ("query", "counts"),
    [
        ("", {"used": 1, "rare": 1, "never": 2, "free": 6}),
        ("?as_of=2026-10-20", {"used": 2, "rare": 0, "never": 2, "free": 6}),
        ("?at_most=0&text=bob", {"used": 1, "rare": 1, "never": 2, "free": 6}),
    ],
)
def test_each_part_leads_to_as_many_users_as_it_says(
    client: Any, wiki: Service, alice: Any, query: str, counts: dict[str, int]
) -> None:
    client.force_login(alice)
    response = client.get(ADDRESS + query)
    assert parts(response) == counts
    for part, address, chosen in response.context["parts"]:
        if address:
            assert not chosen
            there = client.get(ADDRESS + address)
            assert len(there.context["lines"]) == part.count, part.name
            assert [other.name for other, _, chosen in there.context["parts"] if chosen] == [part.name]
            back = next(address for other, address, _ in there.context["parts"] if other.name == part.name)
            assert len(client.get(ADDRESS + back).context["lines"]) == 4


def test_the_parts_fill_the_bar_and_nobody_is_too_thin_to_see(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    drawn = [part for part, _, _ in client.get(ADDRESS).context["parts"] if part.width]
    assert drawn[0].x == 0
    assert drawn[-1].x + drawn[-1].width == 1000
    assert all(part.width >= 4 for part in drawn)


def test_what_seats_cost_and_when_the_contract_ends_is_said(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    page = client.get(ADDRESS).content.decode()
    assert "10 seats contracted" in page
    assert "renews 1 April 2027" in page
    assert "JPY 3,600 a month" in page


def test_more_seats_than_contracted_are_said(client: Any, wiki: Service, alice: Any) -> None:
    Contract.objects.update(seats=3)
    client.force_login(alice)
    page = client.get(ADDRESS).content.decode()
    assert "1 more is held than contracted" in page
    assert "free" not in parts(client.get(ADDRESS)) or parts(client.get(ADDRESS))["free"] == 0


def test_a_department_administrator_sees_their_own_people_and_no_contract(client: Any, wiki: Service, bob: Any) -> None:
    wiki.change(by=None, department_admins_see_usage=True)
    client.force_login(bob)
    response = client.get(ADDRESS)
    assert parts(response) == {"used": 0, "rare": 0, "never": 2}
    page = response.content.decode()
    assert "contracted" not in page
    assert "JPY" not in page
    assert 'class="who"><a' not in page  # the pages of people are not theirs to open


def test_days_without_records_make_bounds_of_the_parts(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    bounds = [part.bound for part, _, _ in client.get(f"{ADDRESS}?as_of=2026-10-20").context["parts"]]
    assert bounds == ["≥", "≤", "≤", ""]


def test_each_condition_is_a_chip_that_takes_it_back(client: Any, wiki: Service, sales: Any, alice: Any) -> None:
    client.force_login(alice)
    query = "?department=sales&last_access_by=2026-10&at_most=3&never=on&text=b&use=&sort=days&page=1"
    chips = client.get(ADDRESS + query).context["chips"]
    assert [chip.text for chip in chips] == [
        "Department: Sales",
        "Last access in or before: October 2026",
        "Access days at most: 3",
        "No access since recording began",
        "Name or login: b",
    ]
    assert chips[1].hint == "Users without access are included."
    assert chips[2].address == "?department=sales&last_access_by=2026-10&never=on&text=b&sort=days"


def test_a_form_with_errors_has_no_chips_and_says_which_field_is_wrong(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    response = client.get(f"{ADDRESS}?at_most=x&text=b")
    assert response.context["chips"] == []
    assert "Access days at most: Enter a whole number." in response.content.decode()


def test_htmx_gets_the_list_alone_and_a_clean_address(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    response = client.get(f"{ADDRESS}?department=&at_most=0&text=", headers=HTMX)
    page = response.content.decode()
    assert "<html" not in page
    assert page.strip().startswith('<div id="results"')
    assert response["HX-Push-Url"] == f"{ADDRESS}?at_most=0"
    assert "2026-" in page
    wrong = client.get(f"{ADDRESS}?at_most=x", headers=HTMX)
    assert (wrong.status_code, "HX-Push-Url" in wrong) == (200, False)


def test_a_click_on_a_heading_sorts_ascending_first(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    address = ADDRESS
    for expected in ("?sort=last-access", "?sort=last-access&descending=on", "?sort=last-access"):
        page = client.get(address).content.decode()
        link = re.search(r'id="sort-last-access" href="([^"]*)"', page)
        assert link
        assert link[1].replace("&amp;", "&") == expected
        address = ADDRESS + expected


def test_strips_are_said_in_words(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    page = client.get(ADDRESS).content.decode()
    assert "2 access days in the last 30 days</span>" in page
    page = client.get(f"{ADDRESS}?as_of=2026-10-20").content.decode()
    assert "2 access days in the last 30 days; 4 days without records" in page


def test_a_service_is_chosen_from_a_list_where_there_are_many(client: Any, wiki: Service, alice: Any) -> None:
    client.force_login(alice)
    for number in range(5):
        Service.objects.add(code=f"other{number}", name=f"Other {number}", by=None)
    assert '<select id="service" name="code">' in client.get(ADDRESS).content.decode()
    assert client.get("/administration/access/?code=other3").url == "/administration/access/other3/"
    assert client.get("/administration/access/").url == "/administration/access/other0/"
    assert client.get("/administration/access/?code=nothing").status_code == 404


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads plans of SQLite")
def test_everyone_is_counted_in_indexes_without_a_look_at_the_rows(wiki: Service) -> None:
    with CaptureQueriesContext(connection) as asked:
        use_of_everybody([wiki], {})
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]['sql']}")
        steps = [step for *_ids, step in cursor.fetchall() if "ledger_usage" in step or "U0" in step]
    assert len(steps) == 3
    assert all("USING COVERING INDEX" in step for step in steps), steps
