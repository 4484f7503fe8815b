"""How fresh numbers are: the last line and heartbeat, and the lines that were read today by reason, on every page."""

import datetime
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from seatwise.diagnostics import metrics, work
from seatwise.directory.models import ApiToken, Service, User
from seatwise.ledger import arrivals, closures, heartbeats
from seatwise.ledger.freshness import Freshness, freshness, freshness_of
from seatwise.ledger.ingestion import ingest
from seatwise.ledger.models import Arrival, LogImport, Source
from seatwise.ledger.source_health import every_source
from seatwise.ledger.tests.test_ingesting import line
from seatwise.ledger.tests.world import add_person, add_service, add_source, license_for
from seatwise.lib import days
from seatwise.logs.places import find_inputs

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 24, 3, 30, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-24")
    monkeypatch.setenv("SEATWISE_TIME_ZONE", "Asia/Tokyo")


@pytest.fixture
def wiki(db: None) -> Service:
    wiki = add_service("wiki")
    license_for(wiki, add_person("ann"))
    return wiki


@pytest.fixture
def source(wiki: Service) -> Source:
    return add_source("log", wiki)


def read(source: Source, path: Path, *some: bytes, into: LogImport | None = None) -> LogImport:
    path.write_bytes(b"".join(some))
    log_import = into or LogImport.objects.create(revision=source.revision)
    ingest(log_import, find_inputs([str(path)]))
    return log_import


def told(service: Service) -> Freshness:
    [found] = freshness(service)
    return found


def test_lines_are_counted_when_they_are_read_by_reason_and_what_is_read_again_is_not(
    source: Source, wiki: Service, tmp_path: Path
) -> None:
    assert (told(wiki).heard_at, told(wiki).lines, told(wiki).lag) == (None, 0, None)
    some = [line("ann", "2026-11-20"), line("ann", "2026-11-20", status=404)]
    log_import = read(source, tmp_path / "a.log", *some)
    assert told(wiki).today == {"access": 1, "failed": 1}
    read(source, tmp_path / "a.log", *some, line("ann", "2026-11-21"), into=log_import)
    assert told(wiki).today == {"access": 2, "failed": 1}
    before = Arrival.objects.get().last_at
    read(source, tmp_path / "a.log", *some, line("ann", "2026-11-21"), into=log_import)
    assert Arrival.objects.get().last_at == before == told(wiki).heard_at
    assert [count for _label, count in told(wiki).by_reason] == [2, 1]


def test_hours_and_days_are_the_organizations(source: Source, wiki: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    arrivals.note(source, wiki, {}, {"access": 3, "asset": 0})
    monkeypatch.setattr(timezone, "now", lambda: NOW + datetime.timedelta(minutes=20))
    arrivals.note(source, wiki, {"access": 3}, {"access": 5})
    row = Arrival.objects.get()
    assert (str(days.date_of(row.day)), row.hour, row.reasons) == ("2026-11-24", 12, {"access": 5})
    assert told(wiki).lag == datetime.timedelta()
    heartbeats.note(source.revision, NOW + datetime.timedelta(minutes=5))
    monkeypatch.setattr(timezone, "now", lambda: NOW + datetime.timedelta(hours=1))
    assert told(wiki).lag == datetime.timedelta(minutes=40)
    assert told(wiki).beat_at == NOW + datetime.timedelta(minutes=5)
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-25")
    assert (told(wiki).lines, told(wiki).heard_at) == (0, NOW + datetime.timedelta(minutes=20))


def test_what_is_old_is_cleared_and_the_last_import_says_when_a_source_was_heard(source: Source, wiki: Service) -> None:
    arrivals.note(source, wiki, {}, {"access": 3})
    heard = LogImport.objects.create(revision=source.revision, state=LogImport.State.DONE).asked_at
    arrivals.clear(datetime.date(2027, 1, 19))
    assert Arrival.objects.exists()
    arrivals.clear(datetime.date(2027, 1, 21))
    assert not Arrival.objects.exists()
    assert told(wiki).heard_at == heard


def test_sources_of_several_services_take_a_fixed_number_of_queries(
    source: Source, wiki: Service, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    other = add_service("other")
    both = add_source("both", wiki, other)
    add_source("gone", wiki).change(by=None, retired_on=datetime.date(2026, 11, 1))
    arrivals.note(both, other, {}, {"api": 2})
    with django_assert_num_queries(4):  # type: ignore[operator]
        found = freshness_of([wiki, other])
    assert [(each.source, each.lines) for each in found[wiki.pk]] == [(both, 0), (source, 0)]
    assert [(each.source, each.lines) for each in found[other.pk]] == [(both, 2)]


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/administration/access/wiki/",
        "/administration/charts/wiki/",
        "/administration/services/wiki/find-a-seat/",
        "/administration/people/{ann}/access/wiki/",
        "/administration/sources/{source}/",
    ],
)
def test_every_page_with_numbers_of_a_service_says_it(
    client: Client, source: Source, wiki: Service, alice: User, tmp_path: Path, page: str
) -> None:
    read(source, tmp_path / "a.log", line("ann", "2026-11-20"), line("ann", "2026-11-20", status=404))
    client.force_login(alice)
    address = page.format(ann=User.objects.get(login="ann").pk, source=source.pk)
    text = re.sub(r"<[^>]+>|\s+", " ", client.get(address, follow=True).content.decode())
    assert "last line read" in text
    assert "2 lines read today : access 1, refused 1." in re.sub(" +", " ", text).replace("today:", "today :")


def test_programs_are_told_the_same(client: Client, source: Source, wiki: Service, alice: User, tmp_path: Path) -> None:
    read(source, tmp_path / "a.log", line("ann", "2026-11-20"), line("ann", "2026-11-22", status=404))
    heartbeats.note(source.revision, NOW)
    closures.close([wiki], datetime.date(2026, 11, 23), datetime.date(2026, 11, 23), reason="x", by=None)
    secret = ApiToken.objects.add(name="p", owner=alice, scopes=["usage:read"], days=9, by=None, on=NOW.date())[1]
    answer = client.get("/api/v1/services/wiki/records", headers={"authorization": f"Bearer {secret}"}).json()
    [told] = answer.pop("sources")
    assert answer == {
        "service": {"code": "wiki", "name": "Wiki"},
        "counted_until": "2026-11-23",
        "unknown_days": [],
        "heartbeat_days": [],
        "closed_days": [{"first_day": "2026-11-23", "last_day": "2026-11-23"}],
    }
    assert (told["code"], told["last_heartbeat_at"], told["lines_today"]["access"]) == (
        "log",
        "2026-11-24T03:30:00Z",
        1,
    )
    [health] = every_source()
    assert (health.heard_at, health.beat_at) == (Arrival.objects.get().last_at, NOW)
    assert [each.text for each in work.sources() if each.text.startswith("log: last line")]
    assert 'source_last_heartbeat_seconds{source="log"} 1795491000' in metrics.render()
