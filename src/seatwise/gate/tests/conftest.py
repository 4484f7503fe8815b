"""A service with the gate before it, people at its door, and browsers that keep cookies by host as browsers do."""

import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from seatwise.directory.models import Service
from seatwise.gate.models import GateSession
from seatwise.licenses import grants
from seatwise.licenses.models import License

DAY = datetime.date(2026, 11, 1)
HERE = "https://wiki.example.com"


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.ALLOWED_HOSTS = [
        "seatwise.example.com",
        "testserver",
        ".inside.example.com",
        "127.0.0.1",
        "localhost",
        "[::1]",
    ]
    monkeypatch.setenv("SEATWISE_ORIGIN", "https://seatwise.example.com")
    monkeypatch.setenv("SEATWISE_PROXIES", "1")


@pytest.fixture
def wiki(db: None) -> Service:
    """A service that people reach at https://wiki.example.com."""
    how = Service.Removal.GATE
    return Service.objects.add(code="wiki", name="Wiki", by=None, address=f"{HERE}/", how_removal_takes_effect=how)


@pytest.fixture
def license_of_charlie(wiki: Service, charlie: Any) -> License:
    """What lets charlie through."""
    return grants.grant_one(service=wiki, user=charlie, by=None, reason="", on=DAY)


class Browser:
    """A browser: signed in to Seatwise or not, with cookies of its own at the service."""

    def __init__(self, person: Any = None, origin: str = HERE, code: str = "wiki") -> None:
        self.site: Any = Client(HTTP_HOST="seatwise.example.com", HTTP_X_FORWARDED_PROTO="https")
        self.service: Any = Client()
        self.origin, self.code = origin, code
        if person is not None:
            self.site.force_login(person)

    def ask(self, what: str = "", path: str = "/", **more: Any) -> Any:
        """What the proxy asks of the gate about a request of this browser."""
        parts = urlsplit(self.origin)
        said = {"HTTP_X_FORWARDED_PROTO": parts.scheme, "HTTP_X_FORWARDED_HOST": parts.netloc}
        return self.service.get(f"/gate/{self.code}/{what}", **{**said, "HTTP_X_FORWARDED_URI": path, **more})

    def way_in(self, path: str = "/") -> str:
        """The address, with a code, to which Seatwise sends this browser back."""
        sent = self.site.get(self.ask("begin/", path).url.removeprefix("https://seatwise.example.com"))
        assert sent.status_code == 302, sent.content.decode()
        return str(sent.url)

    def redeem(self, address: str) -> Any:
        """What becomes of such an address here."""
        return self.ask(f"redeem/?code={parse_qs(urlsplit(address).query)['code'][0]}")

    def is_shut_out_by(self, answer: Any) -> bool:
        """Whether a page says that a code is good for nothing, and neither a session nor a cookie came of it."""
        said = answer.status_code == 403 and "This sign-in to" in answer.content.decode()
        key = f"__Host-seatwise-gate-{self.code}"
        return said and key not in answer.cookies and not GateSession.objects.exclude(secret=None).exists()

    def login_let_through(self) -> str:
        """Whom the proxy lets through now; empty for nobody, to whom the gate says why."""
        answer = self.ask()
        if answer.status_code == 204:
            assert answer["X-Seatwise-Verdict"] == f"allowed {self.code}"
            return str(answer["X-Seatwise-Login"])
        said = {401: b"Nobody is signed in at the gate.\n", 403: b"This person has no license.\n"}
        assert answer.content == said[answer.status_code]
        assert "X-Seatwise-Verdict" not in answer
        return ""

    def sign_in(self, path: str = "/") -> Any:
        """All of it."""
        return self.redeem(self.way_in(path))


@pytest.fixture
def browser(license_of_charlie: License, charlie: Any) -> Browser:
    """Charlie's, signed in to Seatwise."""
    return Browser(charlie)


@pytest.fixture
def at_the_door(browser: Browser) -> Browser:
    """Charlie's, signed in at the service too."""
    assert browser.sign_in().status_code == 302
    return browser
