"""The pictures of a service: what is drawn is what was recorded, each with its table; unknown days are unknown."""

import datetime
from typing import Any

import pytest

from seatwise.directory.models import Department, Service, User
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib import axis, days
from seatwise.licenses import grants
from seatwise.logs.facts import Facts, LoginFacts, cover
from seatwise.logs.rules import Rules

TODAY = days.day_of(datetime.date(2026, 11, 24))  # a Tuesday
PAGE = "/administration/charts/wiki/"


@pytest.fixture
def wiki(cast: dict[str, User], sales: Department) -> Service:
    """bob and charlie are of Sales; nothing is recorded on the third day before, nor in the second week before."""
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    source = Source.objects.add(code="log", name="Log", rules=ReadingRules(services={"wiki": Rules()}), by=None)
    users = [cast[login] for login in ("alice", "bob", "charlie", "ivan")]
    grants.grant(service=service, users=users, by=None, reason="", on=datetime.date(2026, 1, 5))
    facts = Facts()
    for login, ago in {"bob": [0, 1, 8], "Charlie": [0, 30], "ivan": [0]}.items():
        facts.logins[login.casefold()] = LoginFacts(login, 0, days.masks_of(TODAY - n for n in ago))
    cover(facts, [(TODAY - 80, TODAY - 16), (TODAY - 8, TODAY - 4), (TODAY - 2, TODAY)])
    merge(source.revision, service, facts, zone="Asia/Tokyo", today=TODAY)
    return service


def test_people_a_day_and_unknown_days(client: Any, wiki: Service, alice: User) -> None:
    client.force_login(alice)
    page = client.get(PAGE)
    bars = {days.day_of(bar.name) - TODAY: bar for bar in page.context["daily"].bars}
    assert {ago: bar.count for ago, bar in bars.items() if bar.count} == {0: 2, -1: 1, -8: 1}
    assert {ago for ago, bar in bars.items() if bar.is_unknown} == {-3, *range(-15, -8)}
    assert (min(bars), max(bars), page.context["daily"].steps) == (-29, 0, [0, 1, 2])
    assert page.content.decode().count(">unknown</td>") == 8


def test_how_many_have_how_many_days_is_also_a_part_of_the_list(client: Any, wiki: Service, alice: User) -> None:
    client.force_login(alice)
    part = client.get(PAGE, headers={"HX-Request": "true", "HX-Target": "distribution"})
    bars = list(part.context["distribution"].bars)
    assert [(bar.count, bar.up_to) for bar in bars][:4] == [(1, 1), (1, 2), (0, 2), (1, 3)]
    assert part.content.decode().lstrip().startswith("<div")
    assert "2 people have at most 1 access days." in part.content.decode()
    assert f'hx-get="{PAGE}"' in client.get("/administration/access/wiki/").content.decode()


def test_departments_by_weeks(client: Any, wiki: Service, alice: User) -> None:
    client.force_login(alice)
    heat = client.get(PAGE).context["heat"]
    rows = {row.name: [week.count for week in row.weeks] for row in heat.departments}
    assert heat.departments[0].people == 2
    assert rows["Sales"][-6:] == [1, 0, 0, None, 1, 2]
    assert [week.at_least for week in heat.departments[0].weeks][-3:] == [True, True, False]
    assert [week.look for week in heat.departments[0].weeks][-3:] == ["unknown", "s3", "s5"]
    assert str(heat.departments[0].weeks[-1].first) == "2026-11-23"


def test_who_sees_usage_sees_the_pictures_of_their_people(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    client.force_login(cast["bob"])
    assert client.get(PAGE).status_code in (403, 404)
    wiki.change(by=None, department_admins_see_usage=True)
    page = client.get(PAGE)
    assert [row.name for row in page.context["heat"].departments] == ["Sales"]
    assert sum(bar.count for bar in page.context["distribution"].bars) == 2
    client.force_login(cast["charlie"])
    assert client.get(PAGE).status_code == 403


def test_nothing_is_drawn_where_nothing_is_recorded_and_a_wrong_cut_off_is_said(client: Any, alice: User) -> None:
    Service.objects.add(code="wiki", name="Wiki", by=None)
    client.force_login(alice)
    assert "Nothing recorded yet" in client.get(PAGE).content.decode()
    assert client.get(f"{PAGE}?at_most=many").status_code == 400


@pytest.mark.parametrize(
    ("most", "numbers"),
    [
        (0, [0, 1]),
        (3, [0, 1, 2, 3]),
        (9, [0, 2, 4, 6, 8, 10]),
        (26, [0, 10, 20, 30]),
        (480, [0, 100, 200, 300, 400, 500]),
    ],
)
def test_an_axis_has_round_numbers(most: int, numbers: list[int]) -> None:
    assert axis.steps(most) == numbers
