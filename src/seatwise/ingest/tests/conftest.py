"""A source to which shippers send, and their tokens."""

import pytest

from seatwise.directory.models import User
from seatwise.ingest import spool
from seatwise.ingest.tests.tokens import token
from seatwise.ledger.models import Source
from seatwise.ledger.tests.world import add_person, add_service, add_source, license_for


@pytest.fixture(autouse=True)
def nothing_has_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "day_of_arrival", lambda: "2026-11-23")  # no test meets midnight


@pytest.fixture
def source(db: None) -> Source:
    wiki = add_service("wiki")
    license_for(wiki, *(add_person(login) for login in ("ann", "ben")))
    return add_source("log", wiki)


@pytest.fixture
def headers(alice: User) -> dict[str, str]:
    return {"authorization": f"Bearer {token(alice, 'logs:write')}"}
