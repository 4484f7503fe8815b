"""Codes that are stolen, replayed, late, or for somebody else; and addresses that lead elsewhere."""

import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.utils import timezone

from seatwise.gate.models import GateAddress, GateSession
from seatwise.gate.origins import origin_of, safe_path
from seatwise.gate.tests.conftest import HERE, Browser

ENTER = "/gate/wiki/enter/"


def test_a_code_is_good_once(browser: Browser) -> None:
    address = browser.way_in()
    assert browser.redeem(address).status_code == 302
    replayed = browser.redeem(address)
    assert replayed.status_code == 403
    assert "already used" in replayed.content.decode()


def test_a_code_is_good_for_the_browser_that_asked_for_it(browser: Browser) -> None:
    thief = Browser()
    thief.ask("begin/")
    address = browser.way_in()
    assert thief.is_shut_out_by(thief.redeem(address))
    assert Browser().is_shut_out_by(Browser().redeem(address))
    assert browser.redeem(address).url == f"{HERE}/"
    assert browser.login_let_through() == "charlie"


def test_a_code_is_good_for_a_minute(browser: Browser) -> None:
    address = browser.way_in()
    GateSession.objects.update(created_at=timezone.now() - datetime.timedelta(seconds=61))
    assert browser.is_shut_out_by(browser.redeem(address))


def test_a_code_is_good_at_the_address_it_was_for(browser: Browser, wiki: Any) -> None:
    GateAddress.objects.add(service=wiki, address="https://other.example.com", by=None)
    address = browser.way_in()
    for host in ("other.example.com", "wiki.example.com.evil.example", "wiki.example.com:8443", ""):
        given = {"HTTP_X_FORWARDED_HOST": host}
        assert browser.is_shut_out_by(browser.ask(f"redeem/?{urlsplit(address).query}", **given)), host
    plain = browser.ask(f"redeem/?{urlsplit(address).query}", HTTP_X_FORWARDED_PROTO="http")
    assert browser.is_shut_out_by(plain)
    assert browser.redeem(address).url == f"{HERE}/"


def test_a_code_is_good_for_its_service(browser: Browser, wiki: Any) -> None:
    from seatwise.directory.models import Service

    Service.objects.add(code="other", name="Other", by=None, address="https://other.example.com")
    address = browser.way_in()
    browser.service.cookies["__Host-seatwise-state-other"] = browser.service.cookies["__Host-seatwise-state-wiki"].value
    browser.code = "other"
    assert browser.is_shut_out_by(browser.redeem(address))


def test_a_code_is_no_key_and_a_key_no_code(at_the_door: Browser) -> None:
    key = at_the_door.service.cookies["__Host-seatwise-gate-wiki"].value
    before = GateSession.objects.get()
    refused = at_the_door.ask(f"redeem/?code={key}")
    assert "This sign-in to" in refused.content.decode()
    assert GateSession.objects.get().secret == before.secret
    code = parse_qs(urlsplit(at_the_door.way_in()).query)["code"][0]
    at_the_door.service.cookies["__Host-seatwise-gate-wiki"] = code
    assert at_the_door.login_let_through() == ""


def test_a_code_of_somebody_who_signed_out_opens_nothing(browser: Browser) -> None:
    address = browser.way_in()
    browser.site.post("/account/logout/")
    browser.redeem(address)
    assert browser.login_let_through() == ""


def test_a_request_that_only_looks_uses_nothing_up(browser: Browser) -> None:
    address = browser.way_in()
    query = urlsplit(address).query
    assert browser.service.head(f"/gate/wiki/redeem/?{query}").status_code == 405
    assert GateSession.objects.get().secret is None
    assert browser.redeem(address).url == f"{HERE}/"


@pytest.mark.parametrize("code", ["", "x", "a" * 43, "a" * 8000, "%00", "{", "é" * 43])
def test_nonsense_is_refused(browser: Browser, code: str) -> None:
    browser.way_in()
    assert browser.is_shut_out_by(browser.ask(f"redeem/?{urlencode({'code': code})}"))


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "https://wiki.example.com.evil.example/",
        "https://wiki.example.com@evil.example/",
        "https://evil.example@wiki.example.com/",
        "https://wiki.example.com:444/",
        "http://wiki.example.com/",
        "https:wiki.example.com",
        "https:///wiki.example.com/",
        "https://wiki.example.com\\@evil.example/",
        "https://wiki.example.com%2F@evil.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://[::1",
        "https://evil.example#https://wiki.example.com/",
        "https://evil.example?https://wiki.example.com/",
        "",
        "x" * 8000,
    ],
)
def test_nobody_is_given_a_code_for_an_address_that_is_not_on_the_list(browser: Browser, to: str) -> None:
    answer = browser.site.get(f"{ENTER}?{urlencode({'to': to, 'state': 'a' * 64})}")
    assert answer.status_code == 403
    assert not GateSession.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/x\r\nSet-Cookie: a=b",
        "/é",
        "/ x",
        "/\0",
        "/.seatwise/redeem/?code=x",
        "/.SEATWISE/",
        "/" + "x" * 4001,
        "evil.example",
        "",
    ],
)
def test_paths_that_could_lead_elsewhere_become_the_first_page(browser: Browser, path: str) -> None:
    assert safe_path(path) == "/"
    address = f"{HERE}{path if path.startswith('/') else ''}"
    answer = browser.site.get(f"{ENTER}?{urlencode({'to': address, 'state': 'a' * 64})}")
    if answer.status_code == 302:
        assert answer.url.startswith(f"{HERE}/.seatwise/redeem/?code=")
        assert GateSession.objects.get().address.startswith(f"{HERE}/")
    else:
        assert answer.status_code in {400, 403}


def test_where_somebody_wanted_to_go_stays_on_the_address(browser: Browser) -> None:
    for path in ("/a?b=https://evil.example", "/%2F%2Fevil.example", "/@evil.example", "/%7Bx%7D", "/a%20b;c"):
        assert safe_path(path) == path
        assert browser.sign_in(path).url == f"{HERE}{path}"
    assert safe_path("/a#b") == "/a"


def test_a_proxy_that_names_another_address_is_told_so(browser: Browser) -> None:
    for said in (
        {"HTTP_X_FORWARDED_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_HOST": "wiki.example.com, evil.example"},
        {"HTTP_X_FORWARDED_HOST": "<script>"},
        {"HTTP_X_FORWARDED_PROTO": "http"},
        {"HTTP_X_FORWARDED_HOST": ""},
    ):
        answer = browser.ask("begin/", **said)
        assert answer.status_code == 403
        assert "Unknown address" in answer.content.decode()
        assert "<script>" not in answer.content.decode()
    assert browser.service.get("/gate/nothing/begin/").status_code == 403


def test_origins_are_compared_in_one_spelling() -> None:
    for address, origin in (
        ("https://Wiki.Example.com:443/x", "https://wiki.example.com"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("https://wiki.example.com:08443", "https://wiki.example.com:8443"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
        ("https://wiki.example.com:0", ""),
        ("https://wiki.example.com:99999", ""),
        ("https://wíki.example.com", ""),
        ("ftp://wiki.example.com", ""),
        ("https://user@wiki.example.com", ""),
    ):
        assert origin_of(address) == origin
