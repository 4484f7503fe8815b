"""The search above every page finds what somebody may see, and nothing else."""

import datetime
from typing import Any

import pytest
from django.test import Client

from seatwise.directory.models import User
from seatwise.reviews import opening
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.choosing_world import ON
from seatwise.reviews.tests.deciding_world import service_with


@pytest.fixture
def world(cast: dict[str, User]) -> dict[str, User]:
    """A service named Wiki, and a review of it that is open."""
    wiki = service_with(cast["charlie"])
    terms: dict[str, Any] = {"service": wiki, "owner": cast["alice"], "rule": Rule(), "due": datetime.date(2026, 12, 1)}
    opening.open_review(opening.draft(name="Wiki in Q4", by=None, on=ON, **terms), by=cast["alice"], on=ON)
    return cast


def found(client: Client, person: User, text: str) -> dict[str, str]:
    client.force_login(person)
    page = client.get("/find/", {"q": text})
    assert page.status_code == 200
    return {each.name: each.url for kind in page.context["kinds"] for each in kind.found}


def test_people_services_reviews_and_pages_are_found(client: Client, world: dict[str, User]) -> None:
    alice, charlie = world["alice"], world["charlie"]
    assert found(client, alice, "charl") == {"Charlie": f"/administration/people/{charlie.pk}/"}
    assert set(found(client, alice, "wiki")) == {"Wiki", "Wiki in Q4"}
    assert found(client, alice, "audit log") == {"Audit log": "/administration/audit/"}
    for url in found(client, alice, "i").values():
        assert client.get(url, follow=True).status_code == 200, url


def test_nobody_finds_what_they_may_not_see(client: Client, world: dict[str, User]) -> None:
    assert found(client, world["charlie"], "i") == {}
    assert set(found(client, world["bob"], "wiki")) == {"Wiki in Q4"}
    assert found(client, world["bob"], "alice") == {}
    for who in ("bob", "audrey"):
        for url in found(client, world[who], "i").values():
            assert client.get(url, follow=True).status_code == 200, (who, url)


def test_nothing_and_odd_texts_find_nothing(client: Client, world: dict[str, User]) -> None:
    for text in ("", " ", "%", "x" * 5000, "' OR 1=1 --"):
        assert found(client, world["alice"], text) == {}, text
    client.logout()
    assert client.get("/find/?q=alice").status_code == 302
