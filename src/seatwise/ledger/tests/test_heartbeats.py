"""Days that heartbeats cover: whole ones without a gap, with nothing unread, and beside what lines cover."""

import datetime
import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from seatwise import configuration
from seatwise.directory.models import Service
from seatwise.ledger import covered_days, heartbeats, retention
from seatwise.ledger.fact_merge import forget, merge
from seatwise.ledger.follow import Follower
from seatwise.ledger.import_removal import remove
from seatwise.ledger.models import AsOf, Coverage, ListeningPeriod, LogImport, Recording, Revision, Source
from seatwise.ledger.tests.test_ingesting import line
from seatwise.ledger.tests.world import ON, ZONE, add_person, add_service, add_source, day, days_of, facts_of
from seatwise.lib import days

pytestmark = pytest.mark.django_db
MINUTES = datetime.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-24")
    Recording.objects.create(time_zone=ZONE)


@pytest.fixture
def wiki(db: None) -> Service:
    return add_service("wiki")


@pytest.fixture
def source(wiki: Service) -> Source:
    return add_source("log", wiki)


def at(text: str) -> datetime.datetime:
    """A time on a clock in Tokyo."""
    return datetime.datetime.fromisoformat(f"{text}+09:00")


def beats(source: Source, since: str, until: str, every: int = 60) -> None:
    """A heartbeat at both times, and each so many minutes between."""
    now = at(since)
    while now < at(until):
        heartbeats.note(source.revision, now)
        now += every * MINUTES
    heartbeats.note(source.revision, at(until))


def cover(revision: Revision, read_until: str = "2100-01-01T00:00") -> bool:
    return heartbeats.cover_idle_days(revision, at(read_until))


def covered(service: Service) -> list[str]:
    return [str(days.date_of(one)) for one in sorted(days_of(covered_days.covered(service)))]


def test_a_day_is_covered_once_what_arrived_before_its_end_was_read(source: Source, wiki: Service) -> None:
    beats(source, "2026-11-19T23:59", "2026-11-21T00:01")
    assert not cover(source.revision, read_until="2026-11-20T23:59:59")
    assert cover(source.revision, read_until="2026-11-21T00:00")
    assert covered(wiki) == ["2026-11-20"]


def test_a_day_is_covered_by_heartbeats_from_its_midnight_to_the_next(source: Source, wiki: Service) -> None:
    assert not cover(source.revision)
    beats(source, "2026-11-19T23:59", "2026-11-20T23:59")
    assert not cover(source.revision)
    assert covered(wiki) == []
    heartbeats.note(source.revision, at("2026-11-21T00:00"))
    assert cover(source.revision)
    assert covered(wiki) == ["2026-11-20"]
    assert AsOf.objects.get(service=wiki).day == day("2026-11-20")
    assert not cover(source.revision)  # nothing new
    assert ListeningPeriod.objects.count() == 1


def test_a_longer_gap_leaves_its_day_unknown(source: Source, wiki: Service) -> None:
    beats(source, "2026-11-19T23:30", "2026-11-20T12:00")
    beats(source, "2026-11-20T13:01", "2026-11-22T00:00")
    cover(source.revision)
    assert covered(wiki) == ["2026-11-21"]
    assert ListeningPeriod.objects.count() == 2


def test_heartbeats_that_come_often_are_kept_seldom(source: Source) -> None:
    assert heartbeats.note(source.revision, at("2026-11-20T12:00:00"))
    assert not heartbeats.note(source.revision, at("2026-11-20T12:00:20"))
    assert heartbeats.note(source.revision, at("2026-11-20T12:00:40"))
    assert not heartbeats.note(source.revision, at("2026-11-20T12:00:10"))  # the clock was put back a little


def test_days_of_lines_and_of_heartbeats_are_covered_together_and_taken_out_apart(
    source: Source, wiki: Service
) -> None:
    merge(
        source.revision, wiki, facts_of({}, {day("2026-11-19"), day("2026-11-20")}), zone=ZONE, today=day("2026-11-24")
    )
    beats(source, "2026-11-20T00:00", "2026-11-22T00:00")
    cover(source.revision)
    assert covered(wiki) == ["2026-11-19", "2026-11-20", "2026-11-21"]
    row = Coverage.objects.get()
    assert (row.days.bit_count(), row.idle_days.bit_count()) == (2, 2)
    forget(source.revision, by=None, on=ON)
    assert covered(wiki) == []
    assert not ListeningPeriod.objects.exists()
    assert not cover(source.revision)


def test_other_rules_begin_anew(source: Source, wiki: Service) -> None:
    beats(source, "2026-11-20T00:00", "2026-11-20T12:00")
    source.begin_revision(source.revision.rules(), by=None)
    beats(source, "2026-11-20T12:30", "2026-11-22T00:00")
    cover(source.revision)
    assert covered(wiki) == ["2026-11-21"]


def test_of_complementary_sources_each_has_to_be_heard(source: Source, wiki: Service) -> None:
    other = add_source("other", wiki, part=Source.Part.COMPLEMENTARY)
    merge(other.revision, wiki, facts_of({}, {day("2026-11-19")}), zone=ZONE, today=day("2026-11-24"))
    for one, until in ((source, "2026-11-22T00:00"), (other, "2026-11-21T00:00")):
        beats(one, "2026-11-19T00:00", until)
        cover(one.revision)
    assert covered(wiki) == ["2026-11-19", "2026-11-20"]


class Followed:
    """A file that is followed, and the clock."""

    def __init__(self, source: Source, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log, self.now, self.monkeypatch = log, at("2026-11-20T00:00"), monkeypatch
        self.follower = Follower(source, [str(log)], 0, clock=lambda: self.now.timestamp())

    def write(self, data: bytes) -> None:
        with self.log.open("ab") as file:
            file.write(data)
        os.utime(self.log, (self.now.timestamp(),) * 2)

    def look_until(self, until: str) -> None:
        while self.now < at(until):
            self.now += 30 * MINUTES
            self.monkeypatch.setattr(timezone, "now", lambda: self.now)
            list(heartbeats.follow(self.follower))


@pytest.fixture
def followed(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Followed:
    add_person("ann")
    return Followed(source, tmp_path / "access.log", monkeypatch)


def test_a_follower_that_looks_at_a_file_is_a_heartbeat_also_where_it_is_empty(
    followed: Followed, wiki: Service
) -> None:
    followed.look_until("2026-11-20T12:00")  # no file: nobody knows where the server writes
    assert not ListeningPeriod.objects.exists()
    followed.write(b"")
    followed.look_until("2026-11-22T00:00")
    assert covered(wiki) == ["2026-11-21"]


def test_a_day_of_a_file_that_cannot_be_read_is_unknown_until_it_can(followed: Followed, wiki: Service) -> None:
    followed.write(b"")
    followed.look_until("2026-11-21T08:00")
    followed.write(b"no line of a log\n")
    followed.look_until("2026-11-21T12:00")
    assert covered(wiki) == []
    beats(followed.follower.source, "2026-11-21T08:00", "2026-11-21T12:00")  # it is sent by others, too
    assert LogImport.objects.get().state == LogImport.State.FAILED
    followed.log.unlink()
    followed.write(b"")
    followed.look_until("2026-11-23T00:00")
    assert covered(wiki) == ["2026-11-22"]  # the file may have held lines of the 21st
    LogImport.objects.update(state=LogImport.State.DONE)
    cover(followed.follower.source.revision)
    assert covered(wiki) == ["2026-11-21", "2026-11-22"]


def test_lines_and_idle_days_of_a_followed_file(followed: Followed, wiki: Service) -> None:
    followed.write(line("ann", "2026-11-20"))
    followed.look_until("2026-11-22T00:00")
    assert covered(wiki) == ["2026-11-20", "2026-11-21"]
    remove(LogImport.objects.get(), by=None)
    assert covered(wiki) == ["2026-11-21"]


def test_the_zone_is_the_recorded_one(source: Source, wiki: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    Recording.objects.update(time_zone="Europe/Berlin")
    beats(source, "2026-10-25T07:00", "2026-10-26T08:00")  # in Berlin, from the one midnight to the other: 25 hours
    cover(source.revision)
    assert covered(wiki) == ["2026-10-25"]


def test_today_is_what_is_set(source: Source, wiki: Service) -> None:
    beats(source, "2026-11-24T00:00", "2026-11-26T00:00")
    cover(source.revision)
    as_of: Any = AsOf.objects.get(service=wiki)
    assert as_of.day == days.day_of(configuration.today())


def test_days_that_are_forgotten_are_not_covered_again(
    source: Source, wiki: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ListeningPeriod.objects.create(revision=source.revision, since=at("2025-08-01T00:00"), until=at("2026-11-24T00:00"))
    ListeningPeriod.objects.create(revision=source.revision, since=at("2025-06-01T00:00"), until=at("2025-06-09T00:00"))
    cover(source.revision)
    assert covered(wiki)[0] == "2025-06-01"
    monkeypatch.setenv("SEATWISE_KEEP_ACCESS", "13")
    retention.forget_old_access(configuration.today())
    cover(source.revision)
    assert covered(wiki)[0] == "2025-10-01"
