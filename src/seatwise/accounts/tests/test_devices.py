"""The devices on which somebody is signed in: listed, signed out, written down, forgotten."""

import time
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from seatwise.accounts import signed_in
from seatwise.accounts.tests.authenticator import sign_in
from seatwise.audit.models import Entry
from seatwise.configuration import today
from seatwise.site import daily_work

PAGE = "/account/devices/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E1 Safari/604.1"
)
EDGE = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36 Edg/141.0"


def browser(login: str, agent: str, address: str) -> Client:
    """A browser in which somebody has just signed in."""
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    assert sign_in(client, login).status_code == 302
    return client


@pytest.fixture
def three(charlie: Any, bob: Any) -> tuple[Client, Client, Client]:
    """Two browsers of charlie and one of bob."""
    return (
        browser("charlie", FIREFOX, "192.0.2.1"),
        browser("charlie", SAFARI, "192.0.2.2"),
        browser("bob", EDGE, "192.0.2.3"),
    )


def is_signed_in(client: Client) -> bool:
    return bool(client.get(PAGE).status_code == 200)


def listed(client: Client) -> list[tuple[str, str, bool]]:
    return [(each.browser, each.session.ip, each.is_this) for each in client.get(PAGE).context["devices"]]


@pytest.mark.parametrize(
    ("agent", "name"),
    [(FIREFOX, "Firefox, Windows"), (SAFARI, "Safari, iPhone"), (EDGE, "Edge, Linux"), ("curl/8", ""), ("", "")],
)
def test_browsers_have_short_names(agent: str, name: str) -> None:
    assert signed_in.short(agent) == name


def test_everybody_sees_their_own_devices_with_this_one_first(three: tuple[Client, Client, Client]) -> None:
    here, there, bobs = three
    assert listed(here) == [("Firefox, Windows", "192.0.2.1", True), ("Safari, iPhone", "192.0.2.2", False)]
    assert listed(there)[0] == ("Safari, iPhone", "192.0.2.2", True)
    assert listed(bobs) == [("Edge, Linux", "192.0.2.3", True)]


def test_signing_in_takes_no_longer_the_more_devices_somebody_is_signed_in_on(charlie: Any) -> None:
    asked = []
    for number in range(5):
        with CaptureQueriesContext(connection) as queries:
            browser("charlie", FIREFOX, f"192.0.2.{number}")
        asked.append(len(queries))
    assert asked[1] == asked[4]
    assert UserSession.objects.count() == 5


def test_one_other_device_is_signed_out_and_it_is_written_down(three: tuple[Client, Client, Client]) -> None:
    here, _there, _bobs = three
    other, theirs = UserSession.objects.get(ip="192.0.2.2").pk, UserSession.objects.get(ip="192.0.2.3").pk
    for sent in (theirs, "x", "0"):
        assert "No one is signed in there any more" in here.post(PAGE, {"device": sent}, follow=True).content.decode()
    assert all(is_signed_in(each) for each in three)
    assert "1 device was signed out" in here.post(PAGE, {"device": other}, follow=True).content.decode()
    assert [is_signed_in(each) for each in three] == [True, False, True]
    entry = Entry.objects.of("account.sign_out_elsewhere").get()
    assert (entry.by_login, entry.after) == ("charlie", {"devices": ["Safari, iPhone"]})


def test_all_others_are_signed_out_and_this_one_stays(three: tuple[Client, Client, Client]) -> None:
    _here, there, _bobs = three
    there.post(PAGE)
    assert [is_signed_in(each) for each in three] == [False, True, True]
    assert listed(there) == [("Safari, iPhone", "192.0.2.2", True)]


def test_signing_out_others_asks_again_who_it_is(three: tuple[Client, Client, Client]) -> None:
    here, there, _bobs = three
    session = here.session
    for each in session["account_authentication_methods"]:
        each["at"] -= 3600
    session.save()
    assert here.post(PAGE).headers["Location"].startswith("/account/confirmation/")
    assert is_signed_in(there)


def test_a_session_that_ended_or_changed_its_key_is_not_listed(three: tuple[Client, Client, Client]) -> None:
    here, there, _bobs = three
    there.post("/account/logout/")
    session = here.session
    session.cycle_key()
    session.save()
    here.cookies["session"] = str(session.session_key)
    assert listed(here) == [("Firefox, Windows", "192.0.2.1", True)]


def test_ended_sessions_are_forgotten_with_where_they_were_used(three: tuple[Client, Client, Client]) -> None:
    key = three[0].session.session_key
    Session.objects.exclude(pk=key).update(expire_date="2020-01-01T00:00Z")
    forgetting = [each for each in daily_work.DAILY if "forget" in each.__name__]
    for each in forgetting:
        each(today())
    assert [each.session_key for each in UserSession.objects.all()] == [key]


def test_it_says_when_a_session_was_used_last(three: tuple[Client, Client, Client]) -> None:
    session = three[1].session
    session["seen_at"] = int(time.time()) - 7200
    session.save()
    here, there = three[0].get(PAGE).context["devices"]
    assert 7100 < (here.seen - there.seen).total_seconds() < 7300
    assert there.began > there.seen
