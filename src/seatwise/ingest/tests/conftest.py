"""A source to which shippers send, and their tokens."""

import shutil

import pytest

from seatwise.configuration import DATA_DIR
from seatwise.directory.models import User
from seatwise.ingest import spool
from seatwise.ingest.tests.tokens import token
from seatwise.ledger import lost_lines
from seatwise.ledger.models import Source
from seatwise.ledger.tests.world import add_person, add_service, add_source, license_for


@pytest.fixture(autouse=True)
def nothing_has_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "day_of_arrival", lambda: "2026-11-23")  # no test meets midnight
    spool.followers.clear()
    spool.looked_at.clear()
    for folder in (spool.FOLDER, lost_lines.FOLDER):
        shutil.rmtree(DATA_DIR.value() / folder, ignore_errors=True)


@pytest.fixture
def source(db: None) -> Source:
    wiki = add_service("wiki")
    license_for(wiki, *(add_person(login) for login in ("ann", "ben")))
    return add_source("log", wiki)


@pytest.fixture
def headers(alice: User) -> dict[str, str]:
    return {"authorization": f"Bearer {token(alice, 'logs:write')}"}
