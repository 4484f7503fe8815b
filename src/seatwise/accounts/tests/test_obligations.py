"""What must be done first."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from seatwise.accounts import obligations
from seatwise.cast import PASSWORD

TO_DO = "/account/password/"


@pytest.fixture(autouse=True)
def _charlie_has_something_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def first(request: HttpRequest) -> str | None:
        return TO_DO if getattr(request.user, "login", "") == "charlie" else None

    monkeypatch.setattr(obligations, "OBLIGATIONS", [lambda request: None, first, lambda request: "/never/"])
    monkeypatch.setattr(obligations, "FREE", obligations.FREE | {"account_change_password"})


@pytest.fixture
def signed_in(client: Client, charlie: Any) -> Client:
    client.post("/account/login/", {"login": "charlie", "password": PASSWORD})
    return client


def test_every_page_leads_to_what_must_be_done_first(signed_in: Client) -> None:
    for address in ("/", "/administration/", "/api/v1/docs"):
        assert signed_in.get(address).headers["Location"] == TO_DO
    assert signed_in.post("/enquiries/1/answer/").headers["Location"] == TO_DO
    assert signed_in.get("/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == TO_DO


def test_one_can_do_it_speak_another_language_and_sign_out(signed_in: Client) -> None:
    assert signed_in.get(TO_DO).status_code == 200
    assert signed_in.post("/language/", {"language": "ja"}).headers["Location"] == "/"
    assert signed_in.post("/account/logout/").headers["Location"] == "/account/login/"
    assert "login" in signed_in.get("/").headers["Location"]


def test_nobody_signs_in_at_a_service_before_but_proxies_are_answered(signed_in: Client) -> None:
    assert signed_in.get("/gate/wiki/enter/?to=x").headers["Location"] == TO_DO
    assert signed_in.get("/gate/wiki/").headers.get("Location") != TO_DO


def test_afterwards_one_is_where_one_wanted_to_be(rf: RequestFactory, signed_in: Client, charlie: Any) -> None:
    signed_in.get("/gate/wiki/enter/?to=x")
    request = rf.get("/")
    request.session = signed_in.session
    assert obligations.wanted(request) == "/gate/wiki/enter/?to=x"
    assert obligations.wanted(request) == "/"


def test_whoever_is_signed_out_has_nothing_to_do(client: Client) -> None:
    assert client.get("/account/login/").status_code == 200
    assert client.get("/").headers["Location"] == "/account/login/?next=/"


def test_only_pages_that_exist_are_open_meanwhile() -> None:
    assert not obligations.FREE - set(_names(get_resolver()))


def _names(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _names(each, (*spaces, each.namespace) if each.namespace else spaces)
        elif isinstance(each, URLPattern) and each.name:
            yield ":".join((*spaces, each.name))
