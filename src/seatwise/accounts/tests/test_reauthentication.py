"""Sensitive acts ask again who it is, of whoever signed in a while ago."""

from typing import Any

import pytest
from django.test import Client

from seatwise.accounts.tests.authenticator import code_of, set_up_app, sign_in
from seatwise.cast import PASSWORD, post_changed
from seatwise.directory.models import ApiToken

CONFIRM = "/account/confirmation/"
TOKEN = {"name": "export", "owner": "alice", "days": "30", "scopes": ["usage:read"]}
NEW_TOKEN = "/administration/directory/tokens/add/"


@pytest.fixture
def alices(client: Client, alice: Any) -> Client:
    """The browser of alice, who signed in an hour ago."""
    sign_in(client, "alice")
    an_hour_passes(client)
    return client


def an_hour_passes(client: Client) -> None:
    session = client.session
    for each in session["account_authentication_methods"]:
        each["at"] -= 3600
    session.save()


def person_form(person: Any, **changes: Any) -> dict[str, Any]:
    from seatwise.directory.forms import UserForm

    shown = {key: value for key, value in UserForm.of(person).items() if value not in (None, [], "")}
    return {key: getattr(value, "pk", value) for key, value in shown.items()} | changes


def test_whoever_signed_in_just_now_is_not_asked(client: Client, alice: Any) -> None:
    sign_in(client, "alice")
    assert client.post(NEW_TOKEN, TOKEN).status_code == 200
    assert ApiToken.objects.count() == 1


def test_what_was_sent_is_done_once_it_is_known_who_it_is(alices: Client) -> None:
    asked = alices.post(NEW_TOKEN, TOKEN)
    assert asked.headers["Location"] == f"{CONFIRM}?next={NEW_TOKEN.replace('/', '%2F')}"
    assert not ApiToken.objects.exists()
    address = asked.headers["Location"]
    assert "Confirm your identity" in alices.get(address).content.decode()
    assert alices.post(address, {"password": "wrong", "next": NEW_TOKEN}).status_code == 200
    assert not ApiToken.objects.exists()
    done = alices.post(address, {"password": PASSWORD, "next": NEW_TOKEN})
    assert "secret" in done.context
    assert ApiToken.objects.get().name == "export"


def test_a_code_does_as_well_as_the_password(client: Client, alice: Any) -> None:
    sign_in(client, "alice")
    secret = set_up_app(client)
    an_hour_passes(client)
    client.post(NEW_TOKEN, TOKEN)
    client.post(f"{CONFIRM}code/", {"code": code_of(secret), "next": NEW_TOKEN})
    assert ApiToken.objects.count() == 1


def test_the_password_of_another_is_set_after_a_confirmation_and_is_not_kept(alices: Client, charlie: Any) -> None:
    page = f"/administration/directory/users/{charlie.pk}/password/"
    for answer in (alices.get(page), alices.post(page, {"password": "a plain sentence 7"})):
        assert answer.headers["Location"].startswith(CONFIRM)
    assert "sentence" not in str(dict(alices.session))
    charlie.refresh_from_db()
    assert charlie.check_password(PASSWORD)


def test_a_role_is_given_after_a_confirmation_and_a_name_without(alices: Client, charlie: Any) -> None:
    page = f"/administration/directory/users/{charlie.pk}/edit/"
    named = post_changed(alices, page, person_form(charlie, name="Charles"))
    assert named.headers["Location"].startswith("/administration/")
    charlie.refresh_from_db()
    assert charlie.name == "Charles"
    assert post_changed(alices, page, person_form(charlie, role="auditor")).headers["Location"].startswith(CONFIRM)
    charlie.refresh_from_db()
    assert charlie.role == "member"
    added = {**person_form(charlie, login="eve", name="Eve", role="administrator")}
    assert alices.post("/administration/directory/users/add/", added).headers["Location"].startswith(CONFIRM)
    assert not type(charlie).objects.filter(login="eve").exists()


@pytest.mark.parametrize(
    "page",
    [
        "/administration/directory/imports/1/confirmation/",
        "/administration/reviews/1/closing/",
        "/administration/reviews/1/closing/1/again/",
        "/administration/reviews/1/steps/approved/",
        "/administration/reviews/1/undoing/",
        "/administration/reviews/1/undoing/1/",
        "/administration/licenses/changes/1/undo/",
        "/administration/directory/users/1/factors/",
        "/account/factors/codes/new/",
        "/account/factors/app/",
        "/account/factors/passkeys/new/",
    ],
)
def test_each_sensitive_act_asks(alices: Client, page: str) -> None:
    assert alices.post(page).headers["Location"].startswith(CONFIRM)
