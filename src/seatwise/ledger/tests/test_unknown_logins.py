"""Unknown login names: where and when they were seen, whose they may be, and assigning many at once."""

import datetime
from typing import Any

import pytest
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.login_suggestions import LoginLine, lines
from seatwise.directory.models import Login, Service, User
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib import days
from seatwise.logs.facts import Facts, LoginFacts, cover
from seatwise.logs.rules import Rules

TODAY = datetime.date(2026, 11, 24)
NUMBER = days.day_of(TODAY)
PAGE = "/administration/directory/logins/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def office(alice: User) -> None:
    for login, name, email in (
        ("i-suzuki", "Suzuki Ichiro", "ichiro.suzuki@example.com"),
        ("h-sato", "Sato Hanako", ""),
        ("satoh", "Sato Haruki", ""),
        ("kim", "Kim Minji", ""),
    ):
        people.add({"login": login, "name": name, "email": email}, by=None, on=TODAY)


def seen(**accesses: list[int]) -> None:
    """Facts of days so many days ago."""
    service = Service.objects.add(code="wiki", name="Wiki", by=None)
    source = Source.objects.add(code="log", name="Proxy", rules=ReadingRules(services={"wiki": Rules()}), by=None)
    facts = Facts()
    for login, ago in accesses.items():
        facts.logins[login] = LoginFacts(login, 0, days.masks_of(NUMBER - n for n in ago))
    cover(facts, [(NUMBER - 90, NUMBER)])
    merge(source.revision, service, facts, zone="Asia/Tokyo", today=NUMBER)


def line(login: str) -> LoginLine:
    [found] = lines([Login.objects.get(pk=Login.objects.ensure([login])[login.lower()])])
    return found


@pytest.mark.parametrize(
    ("login", "clear", "possible"),
    [
        ("CORP\\i-suzuki", "i-suzuki", []),
        ("i.suzuki@example.net", "i-suzuki", []),
        ("ichiro.suzuki", "i-suzuki", []),
        ("suzukiichiro", "i-suzuki", []),
        ("minji_kim", "kim", []),
        ("suzuki.i", None, ["i-suzuki"]),  # initials are a guess
        ("sato.h", None, ["h-sato", "satoh"]),
        ("hsatoo", None, ["h-sato"]),  # one character more
        ("kin", None, []),  # too short to guess
        ("stranger", None, []),
    ],
)
def test_whose_a_login_may_be(office: None, login: str, clear: str | None, possible: list[str]) -> None:
    found = line(login)
    assert (found.clear and found.clear.login) == clear
    assert sorted(each.login for each in found.possible) == possible


def test_nobody_inactive_is_suggested_and_two_of_one_name_are_not_clear(office: None) -> None:
    people.add({"login": "sato2", "name": "Sato Hanako"}, by=None, on=TODAY)
    assert line("hanako.sato").clear is None
    assert {each.login for each in line("hanako.sato").possible} == {"h-sato", "sato2"}
    people.deactivate(User.objects.get(login="sato2"), by=None, on=TODAY)
    assert line("hanako.sato").clear == User.objects.get(login="h-sato")


def test_in_a_large_directory_only_domains_are_looked_through(office: None, monkeypatch: Any) -> None:
    monkeypatch.setattr("seatwise.directory.login_suggestions.MOST", 2)
    assert line("corp\\i-suzuki").clear == User.objects.get(login="i-suzuki")
    assert line("ichiro.suzuki").clear is None


def test_the_list_says_when_and_where_they_were_seen(office: None, client: Client, alice: User) -> None:
    seen(stranger=[1, 3, 40], **{"ichiro.suzuki": [2]})
    client.force_login(alice)
    rows = [[cell.text for cell in row.cells] for row in client.get(PAGE).context["list"].rows]
    assert rows == [
        ["ichiro.suzuki", "1", "22 Nov 2026", "Proxy", "Suzuki Ichiro (i-suzuki)"],
        ["stranger", "3", "23 Nov 2026", "Proxy", ""],
    ]
    login = Login.objects.get(folded="ichiro.suzuki")
    page = client.get(f"{PAGE}{login.pk}/").content.decode()
    assert 'value="i-suzuki">Suzuki Ichiro (i-suzuki)</button>' in page
    assert "22 November 2026" in page
    people.change(alice, {"language": "ja"}, by=None, on=TODAY)
    assert "記録された日数" in client.get(PAGE).content.decode()


def test_all_with_one_clear_suggestion_are_assigned_at_once(
    office: None, client: Client, cast: dict[str, User]
) -> None:
    seen(stranger=[1], **{"ichiro.suzuki": [2, 5], "minji.kim": [4]})
    page, owner = f"{PAGE}suggestions/", User.objects.get(login="i-suzuki")
    client.force_login(cast["audrey"])
    assert client.post(page).status_code == 403
    assert "Assign the selected" not in client.get(page).content.decode()
    client.force_login(cast["alice"])
    shown = client.get(page)
    assert [each.login.written for each in shown.context["lines"]] == ["ichiro.suzuki", "minji.kim"]
    pairs = [f"{each.login.pk}:{each.clear.pk}" for each in shown.context["lines"]]
    assert all(f'value="{pair}" checked' in shown.content.decode() for pair in pairs)
    for wrong in ([], ["x"], [*pairs, "999999:1"]):
        client.post(page, {"pair": wrong})
        assert Login.objects.unknown().count() == 3
    said = client.post(page, {"pair": pairs[:1]}, follow=True).content.decode()
    assert "1 login name was assigned." in said
    assert Login.objects.get(folded="ichiro.suzuki").user == owner
    assert Entry.objects.get(verb="login.give").by == cast["alice"]
    client.post(page, {"pair": pairs}, follow=True)  # one of them is no longer unknown
    assert Login.objects.get(folded="minji.kim").user is None
