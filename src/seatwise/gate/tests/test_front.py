"""The gate in front of Django: the same answers, from memory, and nothing of the site's own on other hosts."""

import asyncio
from io import BytesIO
from typing import Any
from urllib.parse import unquote
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_started
from django.db import OperationalError, close_old_connections
from django.utils.datastructures import CaseInsensitiveMapping

from seatwise.directory import people
from seatwise.gate import answers, cookies, verdicts
from seatwise.gate.front import PLACE, Gate
from seatwise.gate.models import GateSession
from seatwise.gate.tests.conftest import DAY, Browser
from seatwise.gate.tests.test_memory import Asking
from seatwise.gate.verdicts import Verdict, as_header, look_up
from seatwise.licenses import grants
from seatwise.licenses.models import License


class Server:
    """A server, as far as the gate needs one."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.memory = Asking(look_up, 60, lambda: self.now)
        self.reached: list[dict[str, Any]] = []
        self.gate = Gate(self.memory)

    def site(self, environ: Any) -> tuple[int, CaseInsensitiveMapping[str], bytes]:
        """Django, and a note that it was reached."""
        self.reached.append(environ)
        request_started.disconnect(close_old_connections)  # as the test client does: there is one connection
        got: list[Any] = []
        django: Any = WSGIHandler()
        try:
            body = django(environ, lambda status, headers, *_: got.extend([status, headers]))
        finally:
            request_started.connect(close_old_connections)
        return int(got[0].split()[0]), CaseInsensitiveMapping(got[1]), b"".join(body)

    def get(self, path: str, cookie: str = "", **more: str) -> tuple[int, CaseInsensitiveMapping[str], bytes]:
        """Status, headers, body."""
        environ: dict[str, Any] = {"PATH_INFO": path, "HTTP_COOKIE": cookie, "wsgi.input": BytesIO(), **more}
        setup_testing_defaults(environ)
        if place := PLACE.match(path):  # asked for here already: within an event loop there is another connection
            answers.verdict_for(environ, place[1], self.memory.verdict)
        answer = asyncio.run(self.gate(environ))
        if answer is None:
            return self.site(environ)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in answer.headers}
        return answer.status, CaseInsensitiveMapping(headers), answer.body


@pytest.fixture
def server(db: None) -> Server:
    """A server."""
    return Server()


def cookies_of(browser: Browser) -> str:
    """The Cookie header of a browser at the service."""
    return "; ".join(f"{name}={morsel.value}" for name, morsel in browser.service.cookies.items())


def test_a_proxy_is_answered_without_django_and_without_the_database(
    server: Server, at_the_door: Browser, django_assert_num_queries: Any
) -> None:
    sent = cookies_of(at_the_door)
    assert server.get("/gate/wiki/", sent)[0] == 204
    with django_assert_num_queries(0):
        status, headers, body = server.get("/gate/wiki/", sent)
    assert (status, headers["X-Seatwise-Login"], headers["Cache-Control"], body) == (204, "charlie", "no-store", b"")
    assert server.get("/gate/wiki/")[0] == 401
    assert server.get("/gate/nothing/", sent)[0] == 401
    assert server.reached == []


@pytest.mark.parametrize("kind", ["", "redirecting/", "traefik/"])
def test_only_an_answer_that_lets_in_has_the_verdict_and_names_the_service(
    server: Server, at_the_door: Browser, license_of_charlie: License, kind: str
) -> None:
    said = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_HOST": "wiki.example.com"}
    forged = said | {"HTTP_X_SEATWISE_VERDICT": "allowed wiki"}
    _status, headers, _body = server.get(f"/gate/wiki/{kind}", cookies_of(at_the_door), **said)
    assert headers["X-Seatwise-Verdict"] == "allowed wiki"
    assert at_the_door.ask(kind).headers["X-Seatwise-Verdict"] == "allowed wiki"
    refused = [server.get(f"/gate/{code}/{kind}", sent, **forged) for code, sent in (("wiki", ""), ("other", ""))]
    grants.revoke([license_of_charlie], by=None, reason="", on=DAY)
    server.now += 2
    refused.append(server.get(f"/gate/wiki/{kind}", cookies_of(at_the_door), **forged))
    refused += [server.get(path, cookies_of(at_the_door), **forged) for path in ("/", "/health/", "/gate/wiki/begin/")]
    assert not any("X-Seatwise-Verdict" in headers for _status, headers, _body in refused)


@pytest.mark.parametrize("kind", ["", "redirecting/", "traefik/"])
@pytest.mark.parametrize("state", ["in", "refused", "out"])
def test_it_says_what_django_says(
    server: Server, at_the_door: Browser, license_of_charlie: License, kind: str, state: str
) -> None:
    if state == "refused":
        grants.revoke([license_of_charlie], by=None, reason="", on=DAY)
    sent = "" if state == "out" else cookies_of(at_the_door)
    said = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_HOST": "wiki.example.com"}
    status, headers, _body = server.get(f"/gate/wiki/{kind}", sent, **said)
    from_django = Browser()
    from_django.service.cookies.load(sent)
    other = from_django.ask(kind)
    assert status == other.status_code
    assert headers.get("X-Seatwise-Login") == other.headers.get("X-Seatwise-Login")
    assert headers.get("Cookie") == other.headers.get("Cookie")
    assert headers.get("X-Seatwise-Verdict") == other.headers.get("X-Seatwise-Verdict")


def test_a_change_is_said_two_seconds_later_at_most(
    server: Server, at_the_door: Browser, license_of_charlie: License
) -> None:
    sent = cookies_of(at_the_door)
    assert server.get("/gate/wiki/", sent)[0] == 204
    grants.revoke([license_of_charlie], by=None, reason="", on=DAY)
    server.now += 2
    assert server.get("/gate/wiki/", sent)[0] == 403
    at_the_door.site.post("/account/logout/")
    server.now += 2
    assert server.get("/gate/wiki/", sent)[0] == 401


def test_while_the_database_is_away_it_says_what_it_knew_and_then_is_closed(
    server: Server, at_the_door: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = cookies_of(at_the_door)
    server.get("/gate/wiki/", sent)

    def away(secrets: Any) -> Any:
        raise OperationalError("away")

    monkeypatch.setattr(server.memory, "look_up", away)
    server.now += 59
    assert server.get("/gate/wiki/", sent)[0] == 204
    server.now += 2
    for kind in ("", "redirecting/", "traefik/"):
        status, headers, body = server.get(f"/gate/wiki/{kind}", sent)
        assert (status, headers["X-Seatwise-Login"]) == (503, "")
        assert b"stays closed" in body
    assert server.reached == []


def test_the_sites_own_session_is_nothing_at_a_service(server: Server, browser: Browser, charlie: Any) -> None:
    session = browser.site.cookies["session"].value
    for name in ("session", "__Host-session", "seatwise-gate-wiki", "__Host-seatwise-gate-wiki"):
        assert server.get("/gate/wiki/", f"{name}={session}")[0] == 401
    server.get("/gate/wiki/refused/", f"session={session}; language=ja; theirs=1")
    assert server.reached[0]["HTTP_COOKIE"].strip() == "language=ja"


def test_another_services_cookie_is_nobodys(server: Server, at_the_door: Browser, charlie: Any) -> None:
    from seatwise.directory.models import Service

    other = Service.objects.add(code="other", name="Other", by=None, address="https://other.example.com")
    grants.grant_one(service=other, user=charlie, by=None, reason="", on=DAY)
    secret = at_the_door.service.cookies["__Host-seatwise-gate-wiki"].value
    assert server.get("/gate/wiki/", f"__Host-seatwise-gate-wiki={secret}")[0] == 204
    assert server.get("/gate/other/", f"__Host-seatwise-gate-other={secret}")[0] == 401
    assert server.get("/gate/wiki/", f"seatwise-gate-wiki={secret}")[0] == 401


@pytest.mark.parametrize(
    "cookie", ["", "{", "\0", "a" * 8000, "a" * 43, "é" * 43, '"' + "a" * 43 + '"', "a" * 42 + "\n", ";" * 9000]
)
def test_nonsense_is_nobody(server: Server, cookie: str) -> None:
    for name in ("seatwise-gate-wiki", "__Host-seatwise-gate-wiki"):
        assert server.get("/gate/wiki/", f"{name}={cookie}")[0] == 401
        assert server.get("/gate/wiki/", f"x=1,{name}={cookie};{name}")[0] == 401


@pytest.mark.parametrize("path", ["/gate/", "/gate//", "/gate/../", "/gate/wiki", "/gate/wiki/x/"])
def test_other_paths_are_not_the_gates(server: Server, path: str) -> None:
    assert server.get(path)[0] in {301, 404}
    assert len(server.reached) == 1


def test_methods_make_no_difference(server: Server, at_the_door: Browser) -> None:
    for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS", "X"):
        assert server.get("/gate/wiki/", cookies_of(at_the_door), REQUEST_METHOD=method)[::2] == (204, b"")
        assert server.get("/gate/wiki/", REQUEST_METHOD=method)[0] == 401


@pytest.mark.parametrize(
    "login", ["佐藤", "a b", "{http.request.host}", 'a"b\\c', "x" * 255, "𠮷" * 255, "jürgen@例.jp"]
)
def test_every_login_survives_its_header(server: Server, wiki: Any, login: str) -> None:
    person = people.add({"login": login}, by=None, on=DAY)
    grants.grant_one(service=wiki, user=person, by=None, reason="", on=DAY)
    browser = Browser(person)
    browser.sign_in()
    _status, headers, _body = server.get("/gate/wiki/", cookies_of(browser))
    encoded = headers["X-Seatwise-Login"]
    assert unquote(encoded) == login
    assert encoded.isascii()
    assert not set('{} "\\') & set(encoded)
    assert headers["X-Seatwise-Login-Written"].encode("latin-1").decode() == login
    assert sum(len(name) + len(value) + 4 for name, value in headers.items()) < 8000  # proxy_buffer_size of the snippet
    assert "=?" not in browser.ask()["X-Seatwise-Login-Written"]


def test_no_login_can_end_a_header() -> None:
    for login in ("a\r\nX: y", "a\0b", "a\x7fb", "a\x85b", "a\u2028b"):
        assert as_header(login).encode("latin-1").decode().isprintable()


def test_the_gates_cookies_are_taken_out_and_others_left() -> None:
    for header, left in (
        ("__Host-seatwise-gate-wiki=1", ""),
        ("a=1; __Host-seatwise-gate-wiki=x; b=2", "a=1; b=2"),
        ("seatwise-state-wiki=1; seatwise-gate-other=2; a=1", "a=1"),
        ("a=seatwise-gate-wiki=1; xseatwise-gate-wiki=2", "a=seatwise-gate-wiki=1; xseatwise-gate-wiki=2"),
    ):
        assert cookies.without_ours(header) == left


def test_a_session_that_became_anothers_service_is_not_believed() -> None:
    known = Verdict("allowed", "wiki", True, "charlie", "charlie")
    assert known.at("wiki", https=True) is known
    assert known.at("wiki", https=False) is verdicts.NOBODY
    assert known.at("other", https=True) is verdicts.NOBODY
    assert answers.answer(None, {}).status == 503
    assert GateSession.objects is not None
