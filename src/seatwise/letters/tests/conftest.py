"""A kind of letter to write, and a real mail server to send it through, which does what a test tells it."""

import asyncio
import datetime
import socket
from collections.abc import Callable, Iterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from seatwise.directory.models import User
from seatwise.letters import hooks, kinds
from seatwise.letters.backends import SMTP as SMTP_BACKEND
from seatwise.letters.models import Letter
from seatwise.letters.writing import write

KIND = "tests.question"
EARLIER = datetime.date(2026, 1, 5)


class Sink:
    """Takes letters, refuses them, or hangs up. `answers` is what it says to the next letters after DATA."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.to: list[str] = []
        self.connections = 0
        self.refused: dict[str, str] = {}  # what it says to recipients
        self.answers: list[str] = []
        self.hang_up: list[str] = []  # "before" or "after" it has taken the next letters
        self.sender_refused = ""

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.sender_refused:
            return self.sender_refused
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        hang_up = self.hang_up.pop(0) if self.hang_up else ""
        answer = self.answers.pop(0) if self.answers else "250 2.0.0 Ok: queued as 4B7"
        if hang_up != "before" and answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            found = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(found, EmailMessage)
            self.taken.append(found)
            self.to += envelope.rcpt_tos
        if hang_up and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return answer


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server on this machine, through which letters are sent."""
    handler = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=10)
    controller.start()
    settings.EMAIL_BACKEND = SMTP_BACKEND
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.EMAIL_TIMEOUT = 5
    yield handler
    controller.stop(no_assert=True)


class Question:
    """What the letters of tests ask: `due` says whether they are to be sent still."""

    def __init__(self) -> None:
        self.due = True
        self.given: dict[str, Any] = {}
        self.composed = 0

    def compose(self, letter: Letter) -> Mapping[str, Any] | None:
        self.composed += 1
        return self.given if self.due else None


@pytest.fixture
def question(monkeypatch: pytest.MonkeyPatch) -> Question:
    """A kind of letter."""
    asked = Question()
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register(kinds.Kind(KIND, "mail/letters_test", asked.compose, "Question"))
    return asked


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What the hooks were told."""
    heard: list[tuple[str, int]] = []
    monkeypatch.setattr(hooks, "delivered", [lambda letter: heard.append(("delivered", letter.pk))])
    lost = [lambda letters: heard.extend(("undeliverable", letter.pk) for letter in letters)]
    monkeypatch.setattr(hooks, "undeliverable", lost)
    return heard


Writing = Callable[..., Letter]


@pytest.fixture
def asking(question: Question) -> Writing:
    """Writes a letter to somebody, who gets an address."""

    def to(person: User, key: str = "", **fields: Any) -> Letter:
        if not person.email:
            User.objects.filter(pk=person.pk).update(email=f"{person.login}@example.com")
            person.refresh_from_db()
        return write(to=person, kind=KIND, about=person, key=key or f"question:{person.pk}", **fields)

    return to


class Later:
    """A clock that can be put on."""

    def __init__(self) -> None:
        self.ahead = datetime.timedelta()

    def __call__(self) -> datetime.datetime:
        return timezone.now() + self.ahead

    def after(self, **time: float) -> "Later":
        self.ahead += datetime.timedelta(**time)
        return self


@pytest.fixture
def clock() -> Later:
    """A clock that can be put on."""
    return Later()
