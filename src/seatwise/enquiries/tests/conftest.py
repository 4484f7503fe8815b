"""What tests of enquiries need: a wiki with charlie's license, a purpose, letters that are kept, and what was said."""

import datetime
from typing import Any

import pytest

from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.enquiries import hooks, purposes
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.questions import Draft, ask_many
from seatwise.licenses import grants
from seatwise.licenses.models import License

TODAY = datetime.date(2026, 11, 24)
DUE = TODAY + datetime.timedelta(days=7)
ADDED = datetime.date(2026, 1, 5)
PURPOSE = purposes.Purpose(
    name="transfer",
    label="a seat for someone else",
    why=lambda enquiry: "A colleague needs a seat.",
    silence=lambda enquiry: "Without an answer the seat passes on.",
    after_giving_back=lambda enquiry: "Thank you.",
    remind_after=(3, 5),
)


def days(number: int) -> datetime.date:
    """So many days from today."""
    return TODAY + datetime.timedelta(days=number)


@pytest.fixture(autouse=True)
def _purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    """The purpose of these tests alone, and no hooks of other apps."""
    monkeypatch.setattr(purposes, "_purposes", {"transfer": PURPOSE})
    for name in ("answered", "taken_back", "lapsed", "undeliverable"):
        monkeypatch.setattr(hooks, name, [])


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    """Letters that are sent are kept in memory."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def said() -> list[tuple[str, Enquiry, datetime.date]]:
    """What hooks were told."""
    told: list[tuple[str, Enquiry, datetime.date]] = []
    for name in ("answered", "taken_back", "lapsed", "undeliverable"):
        getattr(hooks, name).append(lambda enquiry, on, name=name: told.append((name, enquiry, on)))
    return told


@pytest.fixture
def wiki(db: None) -> Service:
    """A service."""
    service: Service = Service.objects.add(code="wiki", name="Wiki", by=None)
    return service


@pytest.fixture
def held(wiki: Service, charlie: User) -> License:
    """The license of charlie, who has an address."""
    people.change(charlie, {"email": "charlie@example.com"}, by=None, on=ADDED)
    return grants.grant_one(service=wiki, user=charlie, by=None, reason="", on=ADDED)


@pytest.fixture
def enquiry(held: License, alice: User) -> Enquiry:
    """Charlie is asked."""
    return ask(held, alice)


def ask(held: License, by: User | None = None, **given: Any) -> Enquiry:
    """Ask whoever holds a license."""
    wanted: dict[str, Any] = {"purpose": "transfer", "on": TODAY, **given}
    draft = Draft(held, wanted.pop("about", held.service), wanted.pop("due", DUE), wanted.pop("facts", None))
    return ask_many([draft], by=by, **wanted)[0]
