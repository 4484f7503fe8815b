"""A password that an administrator sets for somebody: written down, told, and changed by its owner at once."""

from typing import Any

import pytest
from django.test import Client

from seatwise.accounts.models import PasswordToChange
from seatwise.audit.models import Entry
from seatwise.cast import PASSWORD
from seatwise.letters.composing import compose
from seatwise.letters.models import Letter

GIVEN, OWN = "battery staple 7", "another horse 2"
CHANGE = "/account/password/"


@pytest.fixture
def charlies(alice: Any, charlie: Any) -> Client:
    """The browser of charlie, for whom alice set a password."""
    type(charlie).objects.filter(pk=charlie.pk).update(email="charlie@example.com", language="ja")
    administrators = Client()
    administrators.post("/account/login/", {"login": "alice", "password": PASSWORD})
    page = f"/administration/directory/users/{charlie.pk}/password/"
    assert administrators.post(page, {"password": GIVEN}).status_code == 302
    browser = Client()
    browser.post("/account/login/", {"login": "charlie", "password": GIVEN})
    return browser


def change(browser: Client, new: str, old: str = GIVEN) -> Any:
    return browser.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new})


def test_it_is_written_down_and_its_owner_is_told_in_their_language(charlies: Client, alice: Any, charlie: Any) -> None:
    entry = Entry.objects.of("user.password").newest_first()[0]
    assert (entry.by, entry.subject_id) == (alice, str(charlie.pk))
    letter = Letter.objects.get()
    assert (letter.to, letter.address) == (charlie, "charlie@example.com")
    said = compose(letter)
    assert said
    assert "パスワードが変更されました" in said.text
    assert "alice" in said.text
    assert GIVEN not in said.text


@pytest.mark.parametrize("page", ["/", "/language/", "/account/factors/", "/gate/wiki/enter/"])
def test_nothing_can_be_done_before_another_was_chosen(charlies: Client, page: str) -> None:
    for _ in range(2):
        if page not in ("/language/", "/account/factors/"):
            assert charlies.get(page).headers["Location"] == CHANGE
    assert "ほかの人があなたのパスワードを設定しました" in charlies.get(CHANGE).content.decode()


def test_afterwards_one_is_where_one_wanted_to_be(charlies: Client, charlie: Any) -> None:
    charlies.get("/?wanted=1")
    assert change(charlies, GIVEN).status_code == 200, "the one that was given is not another one"
    assert PasswordToChange.objects.exists()
    answer = charlies.get(change(charlies, OWN).headers["Location"])
    assert answer.headers["Location"] == "/?wanted=1"
    assert charlies.get("/").status_code == 200
    assert not PasswordToChange.objects.exists()
    charlies.post("/account/logout/")
    charlies.post("/account/login/", {"login": "charlie", "password": OWN})
    assert charlies.get("/").status_code == 200


def test_one_that_was_set_ends_the_sessions_of_its_owner(alice: Any, charlie: Any) -> None:
    before = Client()
    before.post("/account/login/", {"login": "charlie", "password": PASSWORD})
    charlie.give_password(GIVEN, by=alice)
    assert before.get("/").headers["Location"].startswith("/account/login/")


def test_one_that_somebody_gives_themselves_is_told_too_and_is_not_to_be_changed(client: Client, alice: Any) -> None:
    client.post("/account/login/", {"login": "alice", "password": PASSWORD})
    assert change(client, OWN, PASSWORD).status_code == 302
    assert client.get("/").status_code == 200
    assert Letter.objects.get().to == alice


def test_the_first_administrator_who_chose_their_own_goes_on(client: Client, alice: Any) -> None:
    alice.give_password(OWN, by=None)
    client.post("/account/login/", {"login": "alice", "password": OWN})
    assert "Alice" in client.get("/").content.decode()
    assert not PasswordToChange.objects.exists()
