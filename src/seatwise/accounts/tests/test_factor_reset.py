"""A lost second factor is reset by another administrator, or on the machine."""

from typing import Any

import pytest
from django.test import Client

from seatwise.accounts import factors
from seatwise.accounts.tests.authenticator import set_up_app, sign_in
from seatwise.audit.models import Entry
from seatwise.commands import run_command
from seatwise.letters.composing import compose
from seatwise.letters.models import Letter


@pytest.fixture
def owner(charlie: Any) -> Client:
    """The browser of charlie, who has an app."""
    type(charlie).objects.filter(pk=charlie.pk).update(email="charlie@example.com", language="ja")
    browser = Client()
    sign_in(browser, "charlie")
    set_up_app(browser)
    return browser


def address(person: Any) -> str:
    return f"/administration/directory/users/{person.pk}/factors/"


def test_another_administrator_resets_it_says_why_and_the_owner_is_told(
    client: Client, alice: Any, charlie: Any, owner: Client
) -> None:
    sign_in(client, "alice")
    assert client.post(address(charlie), {"reason": ""}).context["form"].errors
    assert factors.has_one(charlie), "a reason is asked for"
    assert client.post(address(charlie), {"reason": "She called; I know her voice."}).status_code == 302
    assert not factors.of(charlie).exists()
    assert "login" in owner.get("/").headers["Location"], "the owner is signed out"
    assert sign_in(Client(), "charlie").headers["Location"] == "/"
    entry = Entry.objects.of("factor.reset").get()
    assert (entry.by, entry.subject_text, entry.reason) == (alice, "Charlie", "She called; I know her voice.")
    assert entry.before == {"second_factors": ["totp", "recovery_codes"]}
    told = compose(Letter.objects.latest("pk"))
    assert told
    assert "2要素認証" in told.text
    assert "alice" in told.text
    assert "She called; I know her voice." in told.text


def test_nobody_resets_their_own(client: Client, alice: Any) -> None:
    sign_in(client, "alice")
    set_up_app(client)
    page = client.post(address(alice), {"reason": "lost"})
    assert "by another administrator" in page.content.decode()
    assert factors.has_one(alice)
    assert client.get("/").status_code == 200, "and stays signed in"


@pytest.mark.parametrize("who", ["audrey", "bob", "charlie"])
def test_only_administrators_reset(cast: Any, owner: Client, who: str) -> None:
    browser = Client()
    browser.force_login(cast[who])
    for answer in (browser.get(address(cast["charlie"])), browser.post(address(cast["charlie"]), {"reason": "x"})):
        assert answer.status_code == 403
    assert factors.has_one(cast["charlie"])


def test_on_the_machine_it_is_a_command(charlie: Any, owner: Client, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["reset-factors", "ＣＨＡＲＬＩＥ", "--reason", "lost in the sea"]) == 0
    assert not factors.of(charlie).exists()
    entry = Entry.objects.of("factor.reset").get()
    assert (entry.by, entry.reason) == (None, "lost in the sea")
    assert run_command(["reset-factors", "charlie", "--reason", "again"]) == 1
    assert run_command(["reset-factors", "nobody", "--reason", "again"]) == 1
    assert "has no second factor. Nothing was changed." in capsys.readouterr().err
