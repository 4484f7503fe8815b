"""Seatwise records who works with its pages, where an administrator wants it to."""

from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse
from django.test import Client

from seatwise.directory.models import User
from seatwise.ingest import own_pages, spool
from seatwise.ledger.models import AccessMonth, ListeningPeriod, Source
from seatwise.ledger.tests.world import add_service, add_source, license_for
from seatwise.recorder import Recorder, Unreachable

pytestmark = pytest.mark.django_db
NOON, DAY = 1_795_489_200, 86_400  # of 2026-11-24, in Tokyo


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """The recorder of Seatwise's own pages, whose turns a test takes."""
    monkeypatch.setenv("SEATWISE_OWN_SOURCE", "own")
    recorder = Recorder(deliver=own_pages.keep, clock=lambda: NOON)
    recorder.sender.start = lambda: None  # type: ignore[method-assign]
    monkeypatch.setattr(own_pages, "Recorder", lambda deliver: recorder)
    return recorder


@pytest.fixture
def source(alice: User, charlie: User) -> Source:
    seatwise = add_service("seatwise")
    license_for(seatwise, alice, charlie)
    return add_source("own", seatwise)


def test_pages_of_administrators_count_and_those_for_everyone_do_not(
    recorder: Recorder, source: Source, alice: User, charlie: User
) -> None:
    for user, path, headers in (
        (charlie, "/", {}),
        (charlie, "/record/", {}),
        (charlie, "/administration/", {}),  # which they may not see
        (alice, "/record/", {}),
        (alice, "/administration/access/seatwise/", {"HX-Request": "true"}),
    ):
        client = Client(headers=headers)
        client.force_login(user)
        client.get(path)
    assert not recorder.sender.waiting
    client = Client()
    client.force_login(alice)
    assert client.get("/administration/access/seatwise/").status_code == 200
    recorder.sender.turn()
    spool.read_soon()
    assert [found.login.folded for found in AccessMonth.objects.select_related("login")] == ["alice"]
    assert ListeningPeriod.objects.get().revision == source.revision


def test_a_part_that_a_person_asked_for_counts(recorder: Recorder, source: Source, alice: User) -> None:
    client = Client(headers={"HX-Request": "true", "HX-Boosted": "true"})
    client.force_login(alice)
    client.get("/administration/access/seatwise/")
    assert len(recorder.sender.waiting) == 1


def test_nothing_is_recorded_unless_it_is_set_up(
    recorder: Recorder, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.change(by=None, retired_on="2026-11-01")
    with pytest.raises(Unreachable, match="SEATWISE_OWN_SOURCE is own, and no source"):
        own_pages.keep([b"x"])
    monkeypatch.setenv("SEATWISE_OWN_SOURCE", "")
    with pytest.raises(MiddlewareNotUsed):
        own_pages.OwnPagesMiddleware(lambda request: HttpResponse())


def test_on_a_full_disk_lines_wait(recorder: Recorder, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "has_no_room", lambda _: True)
    with pytest.raises(Unreachable, match="the disk is full"):
        own_pages.keep([b"x"])


def days_read() -> int:
    return sum(found.days.bit_count() for found in AccessMonth.objects.all())


def test_what_arrives_is_read_soon_and_nothing_is_looked_at_where_nothing_did(
    source: Source, django_assert_num_queries: Any
) -> None:
    now = [0.0]
    some = b'{"time":%d,"login":"alice","method":"GET","host":"x","path":"/","status":200}'
    spool.append(source, [some % NOON])
    spool.read_soon()
    assert days_read() == 1
    spool.followers["own"].clock = lambda: now[0]
    spool.followers["own"].not_before.clear()
    with django_assert_num_queries(0):
        spool.read_soon()
    spool.append(source, [some % (NOON - DAY)])
    spool.read_soon()
    assert days_read() == 2
    spool.followers["own"].not_before = {"x": 5.0}  # reading took long
    spool.append(source, [some % (NOON - 2 * DAY)])
    with django_assert_num_queries(0):
        spool.read_soon()
    now[0] = 5.0
    spool.read_soon()
    assert days_read() == 3
