"""How long somebody stays signed in, here and at services."""

import time
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from seatwise.accounts.session_store import BEGUN
from seatwise.audit.models import Entry
from seatwise.cast import PASSWORD

HOUR = 3600


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, _a_slow_machine_makes_no_more_queries: int) -> Any:
    """Sets the time of sessions, which note requests as often as outside of tests."""
    begun = time.time()
    monkeypatch.setattr("seatwise.accounts.sessions.WRITE_EACH", _a_slow_machine_makes_no_more_queries)

    class Clock:
        def set(self, seconds: float) -> None:
            monkeypatch.setattr("seatwise.accounts.sessions.time.time", lambda: begun + seconds)

    clock = Clock()
    clock.set(0)
    return clock


def signed_in(login: str) -> Client:
    browser = Client()
    browser.post("/account/login/", {"login": login, "password": PASSWORD})
    assert browser.get("/").status_code == 200
    return browser


@pytest.mark.parametrize("login", ["alice", "bob", "audrey"])
def test_whoever_sees_others_data_signs_in_again_when_nothing_was_done(
    cast: dict[str, Any], clock: Any, login: str
) -> None:
    browser = signed_in(login)
    for minutes in (29, 58, 87):
        clock.set(minutes * 60)
        assert browser.get("/").status_code == 200
    clock.set((87 + 30) * 60)
    assert browser.get("/", follow=True).redirect_chain[0][0].startswith("/account/login/")
    assert browser.get("/").status_code == 302
    entry = Entry.objects.of("account.sign_out").get()
    assert (entry.by, entry.after) == (cast[login], {"idle": True})


def test_it_is_said_why_one_is_signed_out(alice: Any, clock: Any) -> None:
    browser = signed_in("alice")
    clock.set(HOUR)
    assert "after a period of inactivity" in browser.get("/", follow=True).content.decode()


def test_a_member_stays_signed_in_while_working_elsewhere(charlie: Any, clock: Any) -> None:
    browser = signed_in("charlie")
    clock.set(11 * HOUR)
    assert browser.get("/").context["user"] == charlie
    assert not Entry.objects.of("account.sign_out").exists()


def test_no_session_lasts_longer_than_is_set_however_much_it_is_used(charlie: Any, settings: Any) -> None:
    browser = signed_in("charlie")
    row = Session.objects.get()
    begun = row.get_decoded()[BEGUN]
    for _ in range(3):
        browser.get("/")
        assert abs(Session.objects.get().expire_date.timestamp() - begun - 12 * HOUR) < 1
    store = browser.session
    store[BEGUN] = begun - 12 * HOUR
    store.save()
    assert browser.get("/").status_code == 302


def test_a_session_ends_at_the_moment_that_its_session_at_a_service_ends(charlie: Any) -> None:
    store = signed_in("charlie").session
    assert store.get_expiry_date() == Session.objects.get().expire_date


def test_a_request_is_noted_once_a_minute_at_most(charlie: Any, clock: Any) -> None:
    def writes() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.get("/")
        return sum("django_session" in each["sql"] and each["sql"].startswith("UPDATE") for each in queries)

    browser = signed_in("charlie")
    clock.set(50)
    assert writes() == 0
    clock.set(61)
    assert (writes(), writes()) == (1, 0)


def test_a_session_has_another_key_after_signing_in(client: Client, alice: Any) -> None:
    store = client.session
    store["visited"] = True
    store.save()
    client.cookies["session"] = before = str(store.session_key)
    client.post("/account/login/", {"login": "alice", "password": PASSWORD})
    assert client.cookies["session"].value != before
    stranger = Client()
    stranger.cookies["session"] = before
    assert stranger.get("/").status_code == 302
