"""Which passwords are taken, everywhere that one is set."""

from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given, strategies as st

from seatwise.cast import PASSWORD
from seatwise.lib import passwords


def refused(password: str, user: Any = None) -> set[str]:
    """Why a password is refused; nothing where it is taken."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {str(each.code) for each in error.error_list}
    return set()


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "password_too_short"),
        ("x" * 129, "password_too_long"),
        ("Password1234", "password_too_common"),
        ("P@ssw0rd2026!", "password_too_common"),
        ("ＰＡＳＳＷＯＲＤ１２３４", "password_too_common"),
        ("monkeymonkey", "password_too_common"),
        ("1qaz2wsx3edc", "password_too_common"),
        ("Summer2026!!!", "password_easy_to_guess"),
        ("December-2026-x", "password_easy_to_guess"),
        ("Haru2027Haru2027", "password_easy_to_guess"),
        ("qwertyuiop123456", "password_easy_to_guess"),
        ("poiuytrewq;lkj", "password_easy_to_guess"),
        ("aaaaaaaaaaaaaa", "password_easy_to_guess"),
        ("seatwise-admin-2026", "password_easy_to_guess"),
        ("パスワードパスワード2026", "password_easy_to_guess"),
        ("wiki-2026-spring", "password_easy_to_guess"),
        ("W1k1.Autumn.2026", "password_easy_to_guess"),
        ("Tanaka.Hanako2026", "password_easy_to_guess"),
        ("hanako-t-123456", "password_easy_to_guess"),
    ],
)
def test_what_is_guessed_first_is_refused(hanako: Any, wiki: Any, password: str, why: str) -> None:
    assert why in refused(password, hanako)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse 1",
        "otter-lantern-maple",
        "839201749203",
        "雨の日に七匹の猫と歩く川辺",
        "🐙🌋 tea at dawn",
        "x" * 5 + "Kq7#vL2m",
    ],
)
def test_no_kind_of_character_is_asked_for(hanako: Any, wiki: Any, password: str) -> None:
    assert not refused(password, hanako)


def test_a_long_password_counts_to_its_last_character(alice: Any) -> None:
    long = "river " * 20 + "and 8 more"[:8]
    assert len(long) == 128
    alice.give_password(long, by=None)
    assert alice.check_password(long)
    assert not alice.check_password(long[:-1] + "X")


def test_a_password_is_the_same_on_every_keyboard(client: Client, alice: Any) -> None:
    alice.give_password("Ｏｔｔｅｒ im Caf\u00e9 トウキョウ", by=None)
    assert alice.check_password("Otter im Cafe\u0301 ﾄｳｷｮｳ")
    sent = {"login": "alice", "password": "Otter im Cafe\u0301 ﾄｳｷｮｳ"}
    assert client.post("/account/login/", sent).headers["Location"] == "/"


@pytest.mark.parametrize("page", ["/account/password/", "/administration/directory/users/{}/password/"])
def test_each_page_that_sets_a_password_refuses_weak_ones(client: Client, alice: Any, charlie: Any, page: str) -> None:
    client.force_login(alice)
    weak = {"oldpassword": PASSWORD, **dict.fromkeys(("password", "password1", "password2"), "Summer2026!!!")}
    answer = client.post(page.format(charlie.pk), weak)
    assert "easy to guess" in answer.content.decode()


@given(st.text(max_size=140), st.lists(st.text(max_size=10), max_size=3))
def test_any_text_can_be_looked_at(password: str, words: list[str]) -> None:
    rest = passwords.left(password, words)
    assert len(rest) <= len(passwords.normal(password).casefold())
    assert all(each.isalnum() for each in rest)


@pytest.fixture
def wiki(db: None) -> Any:
    from seatwise.directory.models import Service

    return Service.objects.create(code="wiki", name="Wiki")


@pytest.fixture
def hanako(db: None) -> Any:
    from seatwise.cast import EARLIER
    from seatwise.directory import people

    record = {"login": "hanako-t", "name": "Tanaka Hanako", "email": "h.tanaka@example.co.jp"}
    return people.add(record, by=None, on=EARLIER)
