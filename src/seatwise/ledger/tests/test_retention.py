"""Access days that are kept for a time only: what is left is as if nothing older had ever been recorded."""

import datetime
from collections.abc import Iterable, Mapping

import pytest

from seatwise import configuration
from seatwise.audit.models import Entry
from seatwise.directory.models import Service
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import AccessMonth, Coverage, Snapshot
from seatwise.ledger.retention import forget_old_access
from seatwise.ledger.tests.test_snapshots import bring, row
from seatwise.ledger.tests.world import (
    ON,
    add_person,
    add_service,
    add_source,
    day,
    facts_of,
    ledger,
    license_for,
    usage_rows,
)
from seatwise.ledger.zones import zone_for_reading

pytestmark = pytest.mark.django_db
TODAY = day("2026-11-24")
OLD, KEPT = day("2025-09-30"), day("2025-10-01")  # of months of which 13 lie before November 2026, or do not


def record(service: str, said: Mapping[str, Iterable[int]]) -> Service:
    found = add_service(service)
    license_for(found, *(add_person(f"{login}-{service}") for login in ("ann", "ben", "zoe")))
    source = add_source(f"proxy-{service}", found)
    named = {f"{login}-{service}": set(days) for login, days in said.items()}
    merge(source.revision, found, facts_of(named), zone=zone_for_reading(), today=TODAY)
    return found


def test_months_that_are_too_old_are_deleted_as_if_they_had_never_been(monkeypatch: pytest.MonkeyPatch) -> None:
    wiki = record("wiki", {"ann": {OLD}, "ben": {OLD - 400, KEPT}, "zoe": {TODAY, OLD}})
    before = ledger()
    assert forget_old_access(ON) is None  # nothing is deleted unless it is asked for
    assert ledger() == before
    monkeypatch.setitem(configuration.KEPT, "SEATWISE_KEEP_ACCESS", "13")
    assert forget_old_access(datetime.date(2026, 11, 24)) is not None
    record("only", {"ben": {KEPT}, "zoe": {TODAY}})
    rows = usage_rows()
    for login in ("ann", "ben", "zoe"):
        assert rows["wiki", f"{login}-wiki"] == rows["only", f"{login}-only"]
    assert rows["wiki", "ann-wiki"].last_day == 0
    assert min(AccessMonth.objects.filter(service=wiki).values_list("month", flat=True)) == 2025 * 12 + 9
    entry = Entry.objects.get(verb="access.forget")
    assert entry.after == {"before": "2025-10-01", "months of logins": 3}
    assert forget_old_access(datetime.date(2026, 11, 24)) is None


def test_covered_days_and_reports_go_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    wiki = record("wiki", {"ann": {OLD, TODAY}})
    report = bring(wiki, row("ann-wiki", "2025-08-01", "3"), as_of=datetime.date(2025, 8, 31))
    assert Coverage.objects.filter(month__lt=2025 * 12 + 9).exists()
    monkeypatch.setitem(configuration.KEPT, "SEATWISE_KEEP_ACCESS", "13")
    forget_old_access(datetime.date(2026, 11, 24))
    assert not Coverage.objects.filter(month__lt=2025 * 12 + 9).exists()
    assert not Snapshot.objects.filter(pk=report.pk).exists()
    assert usage_rows()["wiki", "ann-wiki"].last_day == TODAY
