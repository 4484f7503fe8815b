"""Lines that come late: a silence is no longer said once as many came as usual, and not before."""

import datetime

import pytest

from seatwise.audit.models import Entry
from seatwise.directory.models import Service
from seatwise.ledger import late_lines, silence
from seatwise.ledger.freshness import freshness
from seatwise.ledger.models import Arrival, Recording, Silence, Source
from seatwise.ledger.tests.test_silence import at, came, office
from seatwise.ledger.tests.world import ZONE, add_service, add_source, day

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = "2026-11-23", "2026-11-24"  # nine lines come on such a day


@pytest.fixture
def wiki(db: None) -> Service:
    Recording.objects.create(time_zone=ZONE)
    return add_service("wiki")


@pytest.fixture
def source(wiki: Service) -> Source:
    """Lines came each working day until Friday, then none until Monday at three."""
    found = add_source("log", wiki)
    office(found, wiki)
    since, until = (datetime.datetime.fromisoformat(f"2026-11-{text}+09:00") for text in ("20T17:30", "23T15:00"))
    Silence.objects.create(source=found, since=since, ended_at=until)
    return found


def came_at_once(source: Source, service: Service, date: str, lines: int) -> None:
    moment = datetime.datetime.fromisoformat(f"{date}T15:00+09:00")
    Arrival.objects.create(
        source=source, service=service, day=day(date), hour=15, reasons={"access": lines}, last_at=moment
    )


@pytest.mark.parametrize(
    ("monday", "tuesday", "is_over"),
    [(8, 9, False), (9, 9, True), (3, 14, False), (3, 15, True), (0, 17, False), (0, 18, True)],
)
def test_as_many_lines_as_usual_end_it_on_its_days_or_later_at_once(
    source: Source, wiki: Service, monkeypatch: pytest.MonkeyPatch, monday: int, tuesday: int, is_over: bool
) -> None:
    came_at_once(source, wiki, MONDAY, monday)
    came_at_once(source, wiki, TUESDAY, tuesday)
    at(f"{TUESDAY}T17:00", monkeypatch)
    monkeypatch.setattr(silence, "_looked_in", (day(TUESDAY), 16))
    assert (silence.look_each_hour() == "silences caught up: 1") is is_over
    [found] = freshness(wiki)
    assert len(found.silences) == (0 if is_over else 1)
    assert Entry.objects.filter(verb="source.caught_up").count() == is_over
    assert late_lines.note_those_caught_up() == 0  # once


def test_nothing_ends_it_where_too_few_weeks_are_known(
    source: Source, wiki: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    came_at_once(source, wiki, MONDAY, 90)
    at(f"{TUESDAY}T17:00", monkeypatch)
    Arrival.objects.filter(day__lt=day("2026-11-02")).delete()
    assert late_lines.note_those_caught_up() == 0


def test_a_week_in_which_lines_were_lost_is_no_measure_of_what_is_usual(
    source: Source, wiki: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    Arrival.objects.filter(day=day("2026-11-16")).delete()
    since, until = (datetime.datetime.fromisoformat(f"2026-11-{text}+09:00") for text in ("16T09:00", "16T23:00"))
    Silence.objects.create(source=source, since=since, ended_at=until)
    came(source, wiki, [day(MONDAY)], hours=range(15, 18))
    at(f"{TUESDAY}T17:00", monkeypatch)
    assert late_lines.note_those_caught_up() == 0
