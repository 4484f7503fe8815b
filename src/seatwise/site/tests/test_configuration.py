"""Settings: read, refused, documented."""

import datetime
import os
from pathlib import Path

import pytest

from seatwise import configuration
from seatwise.configuration import WrongSetting
from seatwise.setting_values import Mail


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SEATWISE_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)


def test_every_setting_is_documented() -> None:
    page = Path(__file__).parents[4] / "docs" / "configuration.md"
    assert page.read_text() == configuration.render(), "run: python -m seatwise.configuration > docs/configuration.md"


def test_nothing_has_to_be_set() -> None:
    configuration.check()
    assert configuration.UPLOAD_LIMIT.value() == 2_000_000_000


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SEATWISE_TODAY", "2026-13-01", "expected YYYY-MM-DD"),
        ("SEATWISE_TIME_ZONE", "Asia/Atlantis", "expected a name such as Asia/Tokyo"),
        ("SEATWISE_DEBUG", "maybe", "expected yes or no"),
        ("SEATWISE_MAIL", "mail.example.com", "expected smtp+starttls://user:password@mail.example.com"),
        ("SEATWISE_MAIL", "http://mail.example.com", "expected smtp+starttls://"),
        ("SEATWISE_MAIL", "smtp://mail.example.com:x", "expected smtp+starttls://"),
        ("SEATWISE_MAIL", "smtps://mail.example.com/inbox", "expected smtp+starttls://"),
        ("SEATWISE_MAIL", "smtps://user@mail.example.com", "a user and a password belong together"),
        ("SEATWISE_MAIL", "smtp://user:secret@mail.example.com", "the password would cross the network readable"),
        ("SEATWISE_MAIL_FROM", "Seatwise", "such as seatwise@example.com"),
        ("SEATWISE_MAIL_FROM", "a@example.com\nBcc: b@example.com", "such as seatwise@example.com"),
        ("SEATWISE_ORIGIN", "seatwise.example.com", "such as https://seatwise.example.com"),
        ("SEATWISE_ORIGIN", "https://seatwise.example.com/below", "such as https://seatwise.example.com"),
        ("SEATWISE_ORIGIN", "https://a:99999", "such as https://seatwise.example.com"),
        ("SEATWISE_ALLOWED_HOSTS", "a.example, *", "'*' is not the name of a host"),
        ("SEATWISE_SECRET_KEY", "short", "at least 50 random characters"),
        ("SEATWISE_UPLOAD_LIMIT", "much", "a size such as 500 MB"),
        ("SEATWISE_PROXIES", "-1", "a whole number of 0 or more"),
        ("DATABASE_URL", "mysql://a/b", "expected postgresql://"),
        ("DATABASE_URL", "postgresql://a:x/b", "expected postgresql://"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting) as refused:
        configuration.check()
    assert name in str(refused.value)
    assert expected in str(refused.value)
    assert "Nothing was started." in str(refused.value)


@pytest.mark.parametrize("name", ["SEATWISE_SECRET_KEY", "DATABASE_URL"])
def test_a_secret_is_not_repeated_in_the_message(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "hunter2")
    with pytest.raises(WrongSetting) as refused:
        configuration.check()
    assert "hunter2" not in str(refused.value)


def test_a_misspelled_name_is_refused_with_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATWISE_TIMEZONE", "Asia/Tokyo")
    with pytest.raises(WrongSetting, match="Did you mean SEATWISE_TIME_ZONE"):
        configuration.check()


def test_plain_http_is_for_this_machine_only_unless_it_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATWISE_ORIGIN", "http://seatwise.example.com")
    monkeypatch.setenv("SEATWISE_PROXIES", "1")
    with pytest.raises(WrongSetting, match="passwords would cross the network"):
        configuration.check()
    monkeypatch.setenv("SEATWISE_HTTPS", "no")
    configuration.check()
    monkeypatch.delenv("SEATWISE_HTTPS")
    monkeypatch.setenv("SEATWISE_ORIGIN", "http://localhost:8000")
    configuration.check()


@pytest.mark.parametrize("origin", ["https://seatwise.example.com", "https://192.0.2.7"])
def test_a_site_for_others_never_shows_errors_in_full(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("SEATWISE_ORIGIN", origin)
    monkeypatch.setenv("SEATWISE_PROXIES", "1")
    configuration.check()
    monkeypatch.setenv("SEATWISE_DEBUG", "yes")
    with pytest.raises(WrongSetting, match=r"SEATWISE_DEBUG is yes, and SEATWISE_ORIGIN is .*secrets"):
        configuration.check()
    monkeypatch.setenv("SEATWISE_ORIGIN", "http://127.0.0.1:8000")
    configuration.check()


@pytest.mark.parametrize("origin", ["https://seatwise.example.com", "https://192.0.2.7"])
def test_a_site_for_others_says_how_many_proxies_stand_before_it(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("SEATWISE_ORIGIN", origin)
    monkeypatch.delenv("SEATWISE_PROXIES", raising=False)
    with pytest.raises(WrongSetting, match="SEATWISE_PROXIES=0 if there is none"):
        configuration.check()
    for said in ("0", "1"):
        monkeypatch.setenv("SEATWISE_PROXIES", said)
        configuration.check()


def test_today_is_the_day_in_the_zone_or_the_one_that_was_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-24")
    assert configuration.today() == datetime.date(2026, 11, 24)
    monkeypatch.delenv("SEATWISE_TODAY")
    monkeypatch.setenv("SEATWISE_TIME_ZONE", "Pacific/Kiritimati")
    east = configuration.today()
    monkeypatch.setenv("SEATWISE_TIME_ZONE", "Pacific/Niue")
    assert (east - configuration.today()).days in (1, 2)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("smtp://mail.example.com", Mail("smtp", "mail.example.com", 25)),
        ("smtps://me:p%40ss@mail.example.com", Mail("smtps", "mail.example.com", 465, "me", "p@ss")),
        ("smtp+starttls://me:x@mail.example.com:2525", Mail("smtp+starttls", "mail.example.com", 2525, "me", "x")),
        ("smtp://me:x@127.0.0.1", Mail("smtp", "127.0.0.1", 25, "me", "x")),
        ("print:", Mail("print")),
        ("folder:/letters", Mail("folder", folder=Path("/letters"))),
    ],
)
def test_by_what_letters_are_sent_is_an_address(monkeypatch: pytest.MonkeyPatch, written: str, expected: Mail) -> None:
    monkeypatch.setenv("SEATWISE_MAIL", written)
    assert configuration.MAIL.value() == expected


@pytest.mark.parametrize(
    ("origin", "sender"),
    [
        ("https://seatwise.example.com", "seatwise@seatwise.example.com"),
        ("http://127.0.0.1:8000", "seatwise@localhost"),
        ("https://[::1]", "seatwise@localhost"),
    ],
)
def test_letters_come_from_the_host_of_the_site(monkeypatch: pytest.MonkeyPatch, origin: str, sender: str) -> None:
    monkeypatch.setenv("SEATWISE_ORIGIN", origin)
    assert configuration.MAIL_FROM.value() == sender
