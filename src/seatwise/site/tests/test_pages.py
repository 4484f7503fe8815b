"""The frame: home, the administration's index, languages, errors, headers."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from seatwise.cast import PASSWORD
from seatwise.site import errors, home


@pytest.mark.parametrize("who", ["alice", "audrey", "bob", "charlie"])
def test_everybody_who_can_sign_in_has_a_home(client: Client, cast: dict[str, Any], who: str) -> None:
    client.force_login(cast[who])
    page = client.get("/").content.decode()
    assert who.capitalize() in page
    assert ('href="/administration/"' in page) == (who in ("alice", "audrey"))


def test_who_has_no_gear_has_what_they_may_open_in_the_bar(client: Client, cast: dict[str, Any]) -> None:
    for who, there in (("bob", True), ("charlie", False), ("alice", False)):
        client.force_login(cast[who])
        bar = client.get("/").content.decode().partition("</header>")[0]
        assert ('href="/administration/access/"' in bar) == there, who


@pytest.mark.parametrize(("who", "status"), [("alice", 200), ("audrey", 200), ("bob", 403), ("charlie", 403)])
def test_the_administration_is_for_administrators_and_auditors(
    client: Client, cast: dict[str, Any], who: str, status: int
) -> None:
    client.force_login(cast[who])
    page = client.get("/administration/")
    assert page.status_code == status
    assert ('href="/administration/directory/users/"' in page.content.decode()) == (status == 200)
    assert ("You do not have access to this page" in page.content.decode()) == (status == 403)


@pytest.mark.parametrize("address", ["/", "/administration/", "/account/password/"])
def test_somebody_signed_out_is_asked_to_sign_in(client: Client, db: None, address: str) -> None:
    assert client.get(address).headers["Location"] == f"/account/login/?next={address}"


@pytest.mark.parametrize("address", ["/", "/administration/", "/health/"])
def test_a_page_to_look_at_takes_nothing(client: Client, alice: Any, address: str) -> None:
    client.force_login(alice)
    refused = client.post(address)
    assert refused.status_code == 405
    assert "POST" not in refused.headers["Allow"]
    assert "This request is not supported here" in refused.content.decode()


def test_the_menu_has_only_pages_that_exist_and_marks_where_one_is(client: Client, alice: Any) -> None:
    client.force_login(alice)
    parts = client.get(reverse("audit:entries")).context["menu"]
    links = [link for part in parts for link in part.links]
    assert [link.url for link in links if link.current] == [reverse("audit:entries")]
    for link in links:
        assert client.get(link.url).status_code == 200


def test_later_apps_can_put_cards_on_the_first_page(
    client: Client, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "CARDS", [lambda request: None, lambda request: ("partials/empty.html", {})])
    client.force_login(alice)
    assert len(client.get("/").context["cards"]) == 1


def test_the_health_check_needs_nobody_and_tells_no_version(client: Client, db: None) -> None:
    assert client.get("/health/").json() == {"status": "ok"}


def test_a_language_is_kept_in_the_record_and_in_the_audit_log(client: Client, alice: Any) -> None:
    from seatwise.audit.models import Entry

    client.force_login(alice)
    response = client.post("/language/", {"language": "ja", "next": "/administration/"})
    assert response.headers["Location"] == "/administration/"
    alice.refresh_from_db()
    assert alice.language == "ja"
    assert Entry.objects.newest_first()[0].after == {"language": "ja"}
    assert client.get("/").headers["Content-Language"] == "ja"


def test_a_language_is_kept_in_a_cookie_before_signing_in(client: Client, db: None) -> None:
    client.post("/language/", {"language": "ja"})
    assert client.get("/account/login/").headers["Content-Language"] == "ja"


@pytest.mark.parametrize("goal", ["https://evil.example/", "//evil.example", ""])
def test_choosing_a_language_leads_to_no_other_site(client: Client, db: None, goal: str) -> None:
    assert client.post("/language/", {"language": "ja", "next": goal}).headers["Location"] == "/"


def test_a_language_that_is_not_spoken_changes_nothing(client: Client, alice: Any) -> None:
    client.force_login(alice)
    client.post("/language/", {"language": "xx"})
    alice.refresh_from_db()
    assert alice.language == "en"
    assert client.get("/language/").status_code == 405


def test_what_is_not_there_gets_a_page_in_our_look(client: Client, alice: Any) -> None:
    client.force_login(alice)
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_a_form_that_is_not_ours_is_refused_with_a_page(alice: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/account/login/", {"login": "alice", "password": PASSWORD})
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()


def test_the_page_for_an_error_of_ours_needs_no_database() -> None:
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()


def test_the_policy_allows_only_our_own_files(client: Client, alice: Any) -> None:
    client.force_login(alice)
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


class Inline(HTMLParser):
    """Finds what the policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.script = tag == "script" and "src" not in names
        self.found += [name for name in names if name == "style" or re.match(r"on[a-z]+$", name)]
        self.found += [tag] if tag == "style" or self.script else []


@pytest.mark.parametrize(
    "address",
    ["/", "/administration/", "/administration/audit/", "/account/password/", "/nothing/", "/account/logout/"],
)
def test_no_page_has_styles_or_scripts_of_its_own(client: Client, alice: Any, address: str) -> None:
    client.force_login(alice)
    parser = Inline()
    parser.feed(client.get(address).content.decode())
    assert parser.found == []


def test_static_files_are_named_with_their_version(client: Client, db: None) -> None:
    page = client.get("/account/login/").content.decode()
    address = re.search(r"/static/seatwise/seatwise\.css\?v=[0-9a-f]{10}", page)
    assert address
    response = client.get(address[0])
    assert response.status_code == 200
    response.close()
