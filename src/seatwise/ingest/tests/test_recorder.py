"""What a recorder sends counts as the same requests would in a server's log."""

import datetime
from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client

from seatwise.configuration import today
from seatwise.directory.models import ApiToken, User
from seatwise.ingest import spool
from seatwise.ledger.models import ListeningPeriod, ServiceAccount
from seatwise.ledger.tests.world import add_person, add_service, add_source, day, ledger, license_for
from seatwise.recorder import Recorder

pytestmark = pytest.mark.django_db


def at(text: str) -> float:
    return datetime.datetime.fromisoformat(text).timestamp()


def test_a_day_begins_at_midnight_of_the_organization(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "day_of_arrival", lambda: "2026-11-23")
    monkeypatch.setenv("SEATWISE_TIME_ZONE", "Asia/Kathmandu")  # a quarter of an hour off any hour
    wiki = add_service("wiki")
    license_for(wiki, add_person("ann"), add_person("佐藤"))
    add_source("app", wiki)
    token = ApiToken.objects.add(name="p", owner=alice, scopes=["logs:write"], days=9, by=None, on=today())[1]

    def deliver(lines: Sequence[bytes]) -> None:
        body: Any = b"\n".join(lines)
        answer = client.post(
            "/ingest/app/" if lines else "/ingest/app/heartbeat",
            body,
            content_type="text/plain",
            headers={"authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 204

    now = 0.0
    recorder = Recorder(deliver=deliver, clock=lambda: now)
    recorder.sender.start = lambda: None  # type: ignore[method-assign]
    for moment, login, path in (
        ("2026-11-20T23:59:59.9999+05:45", "ann", "/"),
        ("2026-11-21T00:00:00+05:45", "ann", "/"),
        ("2026-11-21T00:14:59+05:45", "ann", "/"),
        ("2026-11-21T08:00:00+05:45", "佐藤", "/k/v1/records.json"),
        ("2026-11-21T08:01:00+05:45", "佐藤", "/検索 結果"),
    ):
        now = at(moment)
        recorder.record(login, "GET", "wiki", path, 200)
    recorder.sender.turn()
    assert ListeningPeriod.objects.count() == 1
    spool.read_what_arrived()
    account = ServiceAccount.objects.get()
    assert (account.lines, account.accesses, account.reasons["api"]) == (4, 3, 1)
    found = ledger()
    month = 2026 * 12 + 10
    assert [(login, days, programs) for _s, at_, login, _r, days, programs in found["months"] if at_ == month] == [
        ("ann", 1 << 19 | 1 << 20, 0),
        ("佐藤", 1 << 20, 1 << 20),
    ]
    assert found["as of"] == [("wiki", day("2026-11-21"))]
