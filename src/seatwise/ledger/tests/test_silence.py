"""Unusual silence: learned by weekday and hour, not of new sources nor on days off, told once, and said on pages."""

import datetime
from collections.abc import Iterable

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from seatwise.audit.models import Entry
from seatwise.configuration import TODAY
from seatwise.directory.models import Service, User
from seatwise.ledger import arrivals, closures, silence
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.freshness import freshness
from seatwise.ledger.models import Arrival, Recording, Silence, Source
from seatwise.ledger.source_health import every_source
from seatwise.ledger.tests.world import ZONE, add_service, add_source, day, facts_of
from seatwise.letters.models import Letter
from seatwise.lib import days

pytestmark = pytest.mark.django_db
OFFICE = range(9, 18)


@pytest.fixture
def wiki(db: None) -> Service:
    Recording.objects.create(time_zone=ZONE)
    return add_service("wiki")


@pytest.fixture
def source(wiki: Service) -> Source:
    return add_source("log", wiki)


def at(text: str, monkeypatch: pytest.MonkeyPatch) -> datetime.datetime:
    """Let it be a time in Tokyo."""
    now = datetime.datetime.fromisoformat(f"{text}+09:00")
    monkeypatch.setenv(TODAY.name, text[:10])
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


def came(source: Source, service: Service, some: Iterable[int], hours: Iterable[int] = OFFICE) -> None:
    """Lines came in these hours of some days."""
    rows = []
    for one in some:
        for hour in hours:
            last = datetime.datetime.fromisoformat(f"{days.date_of(one)}T{hour:02}:30:00+09:00")
            rows.append(
                Arrival(source=source, service=service, day=one, hour=hour, reasons={"access": 1}, last_at=last)
            )
    Arrival.objects.bulk_create(rows)


def weekdays(first: str, last: str) -> list[int]:
    return [one for one in range(day(first), day(last) + 1) if days.weekday(one) < 5]


def office(source: Source, service: Service) -> None:
    """Lines come from Monday to Friday in office hours, for the five weeks until Friday 20 November."""
    came(source, service, weekdays("2026-10-19", "2026-11-20"))


@pytest.mark.parametrize(
    ("now", "is_silent"),
    [
        ("2026-11-20T23:30", False),  # the evening
        ("2026-11-22T20:00", False),  # the weekend
        ("2026-11-23T11:59", False),  # two hours of Monday have passed
        ("2026-11-23T12:00", True),  # three have
        ("2026-11-24T08:00", True),
    ],
)
def test_silence_is_unusual_once_three_hours_have_passed_in_which_lines_usually_come(
    source: Source, wiki: Service, monkeypatch: pytest.MonkeyPatch, now: str, is_silent: bool
) -> None:
    office(source, wiki)
    assert silence.notice(source, at(now, monkeypatch)) is is_silent
    assert Silence.objects.count() == is_silent


@pytest.mark.parametrize(("since", "is_silent"), [("2026-11-09", False), ("2026-11-01", False), ("2026-10-25", True)])
def test_nothing_is_said_of_a_source_before_three_weeks_are_known(
    source: Source, wiki: Service, monkeypatch: pytest.MonkeyPatch, since: str, is_silent: bool
) -> None:
    came(source, wiki, weekdays(since, "2026-11-20"))
    assert silence.notice(source, at("2026-11-23T17:00", monkeypatch)) is is_silent
    assert not silence.notice(add_source("new", wiki), timezone.now())


def test_a_day_off_is_no_silence_and_teaches_none(
    source: Source, wiki: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEATWISE_HOLIDAYS", "JP")  # 3 and 23 November, a Tuesday and a Monday
    came(source, wiki, [one for one in weekdays("2026-10-19", "2026-11-20") if one != day("2026-11-03")])
    assert not silence.notice(source, at("2026-11-23T17:00", monkeypatch))
    assert not silence.notice(source, at("2026-11-24T11:00", monkeypatch))
    assert silence.notice(source, at("2026-11-24T12:00", monkeypatch))


def test_a_week_of_four_without_lines_does_not_unteach_what_is_usual(
    source: Source, wiki: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    office(source, wiki)
    Arrival.objects.filter(day=day("2026-11-09")).delete()  # a Monday
    assert silence.notice(source, at("2026-11-23T12:00", monkeypatch))
    Silence.objects.all().delete()
    Arrival.objects.filter(day=day("2026-11-02")).delete()
    assert not silence.notice(source, at("2026-11-23T17:00", monkeypatch))


def test_each_silence_is_told_once_and_ends_with_the_next_line(
    source: Source, wiki: Service, alice: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    office(source, wiki)
    now = at("2026-11-23T12:00", monkeypatch)
    assert silence.notice(source, now)
    assert not silence.notice(source, now)
    [letter] = Letter.objects.filter(kind=silence.KIND)
    found = silence.compose(letter)
    assert letter.to == alice
    assert found is not None
    assert found["since"].isoformat() == "2026-11-20T17:30:00+09:00"
    assert not mail.outbox  # the worker sends it
    client.force_login(alice)
    assert "has been silent since 20" in client.get("/").content.decode().replace("&nbsp;", " ")
    [health] = every_source()
    assert health.silent_since == Silence.objects.get().since
    arrivals.note(source, wiki, {}, {"api": 1})
    assert Silence.objects.get().ended_at == now
    assert silence.compose(letter) is None
    verbs = Entry.objects.order_by("-pk").values_list("verb", flat=True)
    assert list(verbs[:2]) == ["source.heard", "source.silent"]
    assert not silence.notice(source, now)


def test_pages_say_it_of_the_window_unless_the_days_were_closed(
    source: Source, wiki: Service, alice: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge(source.revision, wiki, facts_of({}, {day("2026-11-02")}), zone=ZONE, today=day("2026-11-25"))
    since, until = (datetime.datetime.fromisoformat(f"2026-11-{text}+09:00") for text in ("10T10:00", "11T12:00"))
    Silence.objects.create(source=source, since=since, ended_at=until)
    at("2026-11-25T12:00", monkeypatch)

    def said(**asked: int) -> int:
        [found] = freshness(wiki, **asked)
        return len(found.silences)

    assert (said(), said(length=14), said(length=15)) == (1, 0, 1)
    assert (said(last=day("2026-11-09")), said(last=day("2026-11-10"))) == (0, 1)
    client.force_login(alice)
    page = "/administration/services/wiki/find-a-seat/"
    assert "unusually silent from 10" in client.get(page).content.decode()
    closures.close([wiki], datetime.date(2026, 11, 10), datetime.date(2026, 11, 10), reason="x", by=None)
    assert said() == 1
    closures.close([wiki], datetime.date(2026, 11, 11), datetime.date(2026, 11, 11), reason="x", by=None)
    assert said() == 0


def test_all_sources_are_looked_at_once_an_hour_and_not_right_after_the_start(
    source: Source, wiki: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    office(source, wiki)
    monkeypatch.setattr(silence, "_looked_in", None)
    at("2026-11-23T12:01", monkeypatch)
    assert silence.look_each_hour() is None
    at("2026-11-23T12:59", monkeypatch)
    assert silence.look_each_hour() is None
    assert not Silence.objects.exists()
    at("2026-11-23T13:00", monkeypatch)
    assert silence.look_each_hour() == "silent sources noticed: 1"
    at("2026-11-23T14:00", monkeypatch)
    assert silence.look_each_hour() is None
