"""Who gets in, and who does not."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from seatwise.cast import PASSWORD

SIGN_IN = "/account/login/"


def sign_in(client: Client, login: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(SIGN_IN, {"login": login, "password": password, **more})


@pytest.mark.parametrize("spelled", ["alice", "ALICE", " alice ", "ａｌｉｃｅ"])
def test_a_login_name_is_known_however_it_is_spelled(client: Client, alice: Any, spelled: str) -> None:
    assert sign_in(client, spelled).headers["Location"] == "/"
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(("login", "password"), [("alice", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_somebody_else_does_not_get_in_and_learns_nothing(
    client: Client, alice: Any, login: str, password: str
) -> None:
    response = sign_in(client, login, password)
    assert response.context["form"].errors
    assert "Alice" not in response.content.decode()
    assert client.get("/").headers["Location"] == f"{SIGN_IN}?next=/"
    assert "_auth_user_id" not in client.session


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(client: Client, alice: Any) -> None:
    def words(response: Any) -> list[str]:
        return list(response.context["form"].non_field_errors())

    assert words(sign_in(client, "alice", "wrong")) == ["Incorrect login name or password."]
    assert words(sign_in(client, "nobody", "wrong")) == ["Incorrect login name or password."]


@pytest.mark.parametrize("password", ["wrong", "x" * 1000])
def test_a_name_that_nobody_has_takes_as_long_as_one_that_somebody_has(
    client: Client, alice: Any, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[int] = []
    encode = MD5PasswordHasher.encode

    def counting(self: Any, password: str, salt: str) -> str:
        hashed.append(len(password))
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    sign_in(client, "alice", password)
    known, hashed[:] = [*hashed], []
    sign_in(client, "nobody", password)
    assert hashed == known == [min(len(password), 129)]


@pytest.mark.parametrize("who", ["ivan", "gail"])
def test_inactive_people_and_guests_are_told_that_they_cannot_sign_in(
    client: Client, cast: dict[str, Any], who: str
) -> None:
    response = sign_in(client, who)
    assert response.headers["Location"] == "/account/inactive/"
    assert client.get("/").status_code == 302
    assert client.get("/account/inactive/").status_code == 200


def test_somebody_who_becomes_inactive_is_signed_out(client: Client, charlie: Any) -> None:
    sign_in(client, "charlie")
    charlie.status = "inactive"
    charlie.save(update_fields=["status"])
    assert client.get("/").headers["Location"] == f"{SIGN_IN}?next=/"


def test_after_signing_in_one_is_where_one_wanted_to_be_but_never_elsewhere(client: Client, alice: Any) -> None:
    assert sign_in(client, "alice", next="/administration/").headers["Location"] == "/administration/"
    client.post("/account/logout/")
    assert sign_in(client, "alice", next="https://evil.example/").headers["Location"] == "/"


def test_nobody_can_register_or_reset_a_password(client: Client, alice: Any) -> None:
    for address in ("/account/signup/", "/account/reset/", "/account/set/"):
        assert client.get(address).headers["Location"] == SIGN_IN
        assert client.post(address, {"username": "eve", "password1": "x", "password2": "x"}).status_code in (302, 405)
    assert type(alice).objects.count() == 1


def test_one_can_give_oneself_a_new_password_and_it_is_in_the_audit_log(client: Client, alice: Any) -> None:
    from seatwise.audit.models import Entry

    client.force_login(alice)
    new = "another horse 2"
    asked = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/account/password/", asked).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password(new)
    entry = Entry.objects.newest_first()[0]
    assert (entry.verb, entry.by, entry.subject_id) == ("user.password", alice, str(alice.pk))
    assert "Password successfully changed." in client.get("/").content.decode()


@pytest.mark.parametrize("weak", ["password12", "1234567890", "short"])
def test_a_weak_password_is_refused(client: Client, alice: Any, weak: str) -> None:
    client.force_login(alice)
    asked = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    assert client.post("/account/password/", asked).status_code == 200
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_passwords_are_kept_as_argon2() -> None:
    from django.conf import settings

    from seatwise import settings as ours

    assert ours.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    assert settings.AUTH_USER_MODEL == "directory.User"


def test_the_sign_in_page_speaks_the_language_of_the_browser(client: Client, db: None) -> None:
    page = client.get(SIGN_IN, headers={"Accept-Language": "ja,en;q=0.5"}).content.decode()
    with translation.override("ja"):
        assert translation.gettext("Sign in") in page
    assert 'lang="ja"' in page
