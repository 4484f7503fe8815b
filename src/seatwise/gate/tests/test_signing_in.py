"""Signing in at a service, what the gate then says, and what ends it."""

import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from seatwise.cast import PASSWORD
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.gate.daily import forget_sessions_that_are_over
from seatwise.gate.models import GateSession
from seatwise.gate.tests.conftest import DAY, HERE, Browser
from seatwise.licenses import grants
from seatwise.licenses.models import License
from seatwise.licenses.suspension_rules import end, suspend


def test_somebody_with_a_license_is_let_through_and_named(browser: Browser) -> None:
    assert browser.ask().status_code == 401
    back = browser.sign_in("/page?x=1&y=%20")
    assert (back.status_code, back.url) == (302, f"{HERE}/page?x=1&y=%20")
    answer = browser.ask()
    assert (answer.status_code, answer["X-Seatwise-Login"], answer.content) == (204, "charlie", b"")


def test_the_cookie_is_for_one_host_only_and_out_of_reach_of_scripts(at_the_door: Browser) -> None:
    kept = at_the_door.service.cookies["__Host-seatwise-gate-wiki"]
    assert (kept["secure"], kept["httponly"], kept["samesite"], kept["domain"], kept["path"]) == (
        True,
        True,
        "Lax",
        "",
        "/",
    )
    assert "session" not in at_the_door.service.cookies


def test_the_secrets_are_kept_hashed_only(at_the_door: Browser) -> None:
    [kept] = GateSession.objects.values()
    sent = [cookie.value for cookie in at_the_door.service.cookies.values()]
    assert sent
    assert not set(sent) & {str(value) for value in kept.values()}


def test_who_is_signed_out_signs_in_first_and_is_sent_on_by_a_page(license_of_charlie: License, charlie: Any) -> None:
    browser = Browser()
    begun = browser.ask("begin/", "/page")
    assert begun.url.startswith(
        "https://seatwise.example.com/gate/wiki/enter/?to=https%3A%2F%2Fwiki.example.com%2Fpage"
    )
    asked = browser.site.get(begun.url.removeprefix("https://seatwise.example.com"))
    assert asked.url.startswith("/account/login/?next=/gate/wiki/enter/")
    browser.site.force_login(charlie)
    onwards = browser.site.get(parse_qs(urlsplit(asked.url).query)["next"][0])
    assert onwards.status_code == 200  # a redirect here would still belong to the form, whose policy is 'self'
    address = onwards.context["address"]
    assert f'content="0; url={address}"' in onwards.content.decode()
    assert browser.redeem(address).url == f"{HERE}/page"
    assert browser.ask().status_code == 204


def test_who_holds_no_license_is_told_where_to_ask_for_one(wiki: Any, charlie: Any) -> None:
    browser = Browser(charlie)
    refused = browser.site.get(browser.ask("begin/").url.removeprefix("https://seatwise.example.com"))
    assert refused.status_code == 403
    assert "You have no license for Wiki" in refused.content.decode()
    assert 'href="https://seatwise.example.com/' in refused.content.decode()
    assert not GateSession.objects.exists()


def test_a_removed_license_ends_it_and_a_new_one_opens_again(
    at_the_door: Browser, license_of_charlie: License, wiki: Any, charlie: Any
) -> None:
    grants.revoke([license_of_charlie], by=None, reason="", on=DAY)
    assert at_the_door.ask().status_code == 403
    page = at_the_door.ask("refused/")
    assert page.status_code == 403
    assert "You have no license for Wiki" in page.content.decode()
    assert "You are signed in as charlie." in page.content.decode()
    grants.grant_one(service=wiki, user=charlie, by=None, reason="", on=DAY)
    assert at_the_door.ask().status_code == 204


@pytest.mark.parametrize("what", ["sign out", "inactive", "password", "own password", "a guest", "session deleted"])
def test_what_ends_a_session(at_the_door: Browser, charlie: Any, what: str) -> None:
    if what == "sign out":
        at_the_door.site.post("/account/logout/")
    elif what == "inactive":
        people.deactivate(charlie, by=None, on=DAY)
    elif what == "password":
        charlie.give_password("another horse 2", by=None)
    elif what == "own password":
        passwords = {"oldpassword": PASSWORD, "password1": "another horse 2", "password2": "another horse 2"}
        assert at_the_door.site.post("/account/password/", passwords).status_code == 302
    elif what == "a guest":
        grants.revoke([License.objects.get()], by=None, reason="", on=DAY)
        people.change(charlie, {"kind": "guest"}, by=None, on=DAY)
    else:
        Session.objects.all().delete()
    assert at_the_door.login_let_through() == ""


def test_another_role_or_spelling_ends_nothing(at_the_door: Browser, charlie: Any) -> None:
    people.change(charlie, {"role": "auditor"}, by=None, on=DAY)
    assert at_the_door.ask().status_code == 204
    people.change(charlie, {"login": "charlie.brown"}, by=None, on=DAY)
    assert at_the_door.ask()["X-Seatwise-Login"] == "charlie.brown"


@pytest.mark.parametrize("login", ["", " ", "\t\n", "\u3000", "\u00a0 \u2003"])
def test_no_login_that_is_empty_reaches_a_service(at_the_door: Browser, charlie: User, login: str) -> None:
    """Nobody can have one; and where one stands in the database all the same, the gate refuses it."""
    with pytest.raises(Refused, match="cannot be a login name"):
        people.add({"login": login}, by=None, on=DAY)
    with pytest.raises(Refused, match="cannot be a login name"):
        people.change(charlie, {"login": login}, by=None, on=DAY)
    User.objects.filter(pk=charlie.pk).update(login=login)
    answer = at_the_door.ask()
    assert (answer.status_code, answer.content) == (403, b"This person has no license.\n")
    assert "X-Seatwise-Verdict" not in answer


def test_signing_in_again_replaces_the_session(at_the_door: Browser) -> None:
    before = GateSession.objects.get()
    at_the_door.sign_in()
    assert GateSession.objects.get().pk != before.pk
    assert at_the_door.ask().status_code == 204


def test_several_tabs_may_sign_in_at_once(browser: Browser) -> None:
    first, second = browser.way_in("/one"), browser.way_in("/two")
    assert browser.redeem(first).url == f"{HERE}/one"
    assert browser.redeem(second).url == f"{HERE}/two"
    assert browser.ask().status_code == 204


def test_a_proxy_that_hands_answers_on_gets_pages(browser: Browser, license_of_charlie: License) -> None:
    begun = browser.ask("redirecting/", "/page")
    assert begun.status_code == 302
    assert begun.url.startswith("https://seatwise.example.com/gate/wiki/enter/")
    browser.sign_in()
    assert browser.ask("redirecting/").status_code == 204
    grants.revoke([license_of_charlie], by=None, reason="", on=DAY)
    refused = browser.ask("redirecting/")
    assert refused.status_code == 403
    assert "You have no license for Wiki" in refused.content.decode()


def test_traefik_gets_the_cookies_without_the_gates(at_the_door: Browser) -> None:
    at_the_door.service.cookies["theirs"] = "1"
    answer = at_the_door.ask("traefik/")
    assert (answer.status_code, answer["Cookie"]) == (204, "theirs=1")
    assert "Cookie" not in at_the_door.ask("redirecting/")


@pytest.mark.parametrize(
    "said", [{"HTTP_SEC_FETCH_MODE": "cors"}, {"HTTP_X_FORWARDED_METHOD": "POST"}, {"HTTP_SEC_FETCH_MODE": "no-cors"}]
)
def test_what_is_no_opening_of_a_page_is_not_sent_to_a_form(browser: Browser, said: dict[str, str]) -> None:
    answer = browser.ask("redirecting/", **said)
    assert (answer.status_code, answer["Content-Type"]) == (401, "text/plain; charset=utf-8")
    assert answer.content.decode().startswith("You are no longer signed in to Wiki.")
    assert not answer.cookies


def test_at_a_service_pages_are_in_the_language_of_the_browser_and_need_nothing_of_ours(browser: Browser) -> None:
    page = browser.ask("refused/", HTTP_ACCEPT_LANGUAGE="ja")
    text = page.content.decode()
    assert '<html lang="ja">' in text
    assert "<script" not in text
    assert all(address.startswith("https://seatwise.example.com/") for address in _addresses(text))
    assert "style-src https://seatwise.example.com" in page["Content-Security-Policy"]
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert not page.cookies


def test_who_is_known_at_a_service_is_refused_in_their_own_language(
    at_the_door: Browser, license_of_charlie: License, charlie: Any
) -> None:
    grants.revoke([license_of_charlie], by=None, reason="", on=DAY)
    people.change(charlie, {"language": "ja"}, by=None, on=DAY)
    page = at_the_door.ask("refused/", HTTP_ACCEPT_LANGUAGE="en")
    assert ('<html lang="ja">' in page.content.decode(), page["Content-Language"]) == (True, "ja")


def _addresses(text: str) -> list[str]:
    return [part.split('"')[0] for part in text.split('href="')[1:]]


def test_what_is_over_is_deleted_each_day_and_nothing_else(at_the_door: Browser) -> None:
    at_the_door.way_in()
    old = GateSession.objects.exclude(code=None).get()
    GateSession.objects.filter(pk=old.pk).update(created_at=timezone.now() - datetime.timedelta(minutes=2))
    at_the_door.way_in()
    assert forget_sessions_that_are_over(DAY) == "sessions at the gate that are over deleted: 1"
    assert forget_sessions_that_are_over(DAY) is None
    assert at_the_door.ask().status_code == 204
    at_the_door.site.post("/account/logout/")
    assert forget_sessions_that_are_over(DAY) == "sessions at the gate that are over deleted: 1"


def test_asking_takes_one_query(at_the_door: Browser, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        at_the_door.ask()


def test_without_a_cookie_nothing_is_asked(wiki: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert Browser().login_let_through() == ""


def test_a_suspended_license_is_refused_and_passes_again_when_it_wakes_up(
    at_the_door: Browser, wiki: Any, charlie: Any, alice: Any
) -> None:
    until = DAY + datetime.timedelta(days=60)
    suspension = suspend(charlie, wiki, until=until, reason="leave", by=alice, on=DAY)
    assert at_the_door.login_let_through() == ""
    end(suspension, by=alice, reason="", on=DAY)
    assert at_the_door.login_let_through() == "charlie"
