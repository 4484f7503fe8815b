"""`seatwise service close-days`, `list-closed` and `reopen-days`."""

import pytest

from seatwise.commands import run_command
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Closure
from seatwise.ledger.tests.world import ZONE, add_service, add_source, day, facts_of


@pytest.mark.django_db
def test_closed_days_are_confirmed_listed_and_undone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-24")
    wiki = add_service("wiki")
    merge(add_source("log", wiki).revision, wiki, facts_of({}, {day("2026-11-02")}), zone=ZONE, today=day("2026-11-24"))
    when = ["wiki", "2026-11-03", "2026-11-05"]
    assert run_command(["service", "close-days", *when, "--reason", "moving"]) == 0
    assert run_command(["service", "close-days", *when, "--reason", "again"]) == 1
    assert "already confirmed" in capsys.readouterr().err
    assert run_command(["service", "list-closed", "wiki"]) == 0
    assert capsys.readouterr().out == "2026-11-03\t2026-11-05\tmoving\n"
    assert run_command(["service", "reopen-days", *when]) == 0
    assert not Closure.objects.exists()
    assert run_command(["service", "reopen-days", *when]) == 2
