"""`seatwise rebuild-usage` changes nothing, unless something was wrong."""

from pathlib import Path

import pytest

from seatwise.commands.tests.conftest import Run
from seatwise.ledger.models import Usage
from seatwise.logs.tests.samples import combined

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ledger(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seatwise.commands.django_setup.setup", lambda **_: None)
    dates = ("01/Jan", "25/Oct", "26/Oct", "20/Nov", "24/Nov", "25/Nov")
    lines = [combined(f"user{n}", time=f"{date}/2026:12:00:00 +0000") for n in range(3) for date in dates[2 * n :]]
    (tmp_path / "log").write_bytes(b"".join(lines))
    (tmp_path / "people.csv").write_text("login,services\n" + "".join(f"user{n},wiki; mail\n" for n in range(4)))
    for command in (
        ("service", "add", "wiki", "--name", "Wiki"),
        ("service", "add", "mail", "--name", "Mail"),
        ("source", "add", "nginx", "--service", "wiki", "--service", "mail", "--format", "combined"),
        ("import-users", "people.csv", "--yes"),
        ("ingest", "nginx", "log"),
    ):
        assert run(*command).code == 0


def rows() -> list[tuple[object, ...]]:
    return sorted(Usage.objects.values_list())


def test_nothing_is_changed_and_nothing_printed(run: Run) -> None:
    before = rows()
    assert len({row[4:] for row in before}) > 2
    assert run("rebuild-usage") == (0, "", "")
    assert rows() == before


def test_what_was_wrong_is_put_right_in_the_services_that_are_named(run: Run) -> None:
    before = rows()
    Usage.objects.update(bits=5, days_30=2, last_day=1, program_day=9)
    assert run("rebuild-usage", "mail") == (0, "", "")
    assert rows() != before
    assert [row for row in rows() if row in before] == sorted(Usage.objects.filter(service__code="mail").values_list())
    assert run("rebuild-usage") == (0, "", "")
    assert rows() == before


def test_a_service_that_is_not_there_is_refused_before_anything_is_done(run: Run) -> None:
    Usage.objects.update(bits=5)
    before = rows()
    done = run("rebuild-usage", "wiki", "shop")
    assert (done.code, done.err) == (1, "seatwise rebuild-usage: there is no service 'shop'. There are: mail, wiki.\n")
    assert rows() == before
