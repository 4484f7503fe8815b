"""`seatwise find-seat`."""

import json
from pathlib import Path

import pytest

from seatwise.commands.tests.conftest import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def wiki(run: Run, tmp_path: Path) -> None:
    """Three holders of three seats, and 80 days of a log."""
    (tmp_path / "people.csv").write_text(
        "login,name,departments,services\nann,Ann,Sales,wiki\nben,Ben,Design,wiki\ncleo,Cleo,Sales,\ndora,Dora,Sales,wiki\n"
    )
    months = {7: 31, 8: 31, 9: 30, 10: 31, 11: 23}
    days = [(month, day) for month, last in months.items() for day in range(1, last + 1)]
    names = {7: "Jul", 8: "Aug", 9: "Sep", 10: "Oct", 11: "Nov"}
    lines = [
        f'192.0.2.1 - {login} [{day:02}/{names[month]}/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 9 "-" "-"\n'
        for month, day in days
        for login in (["dora", "ann"] if (month, day) == (9, 5) else ["dora"])
    ]
    (tmp_path / "access.log").write_text("".join(lines))
    for command in (
        ("service", "add", "wiki", "--name", "Wiki", "--seats", "3"),
        ("source", "add", "nginx", "--service", "wiki", "--format", "combined"),
        ("import-users", "people.csv", "--yes"),
        ("ingest", "nginx", "access.log"),
    ):
        done = run(*command)
        assert done.code == 0, done.err


def test_licenses_that_were_given_today_are_not_judged(run: Run, wiki: None) -> None:
    done = run("find-seat", "wiki")
    assert done.code == 0
    assert done.out == "Free seats: 0; 3 of 3 held.\n"
    assert "Not judged: ann (license added recently, until 23 December 2026)." in done.err


@pytest.fixture
def older(wiki: None) -> None:
    """The same after a year."""
    import datetime

    from seatwise.ledger.models import Usage
    from seatwise.licenses.models import License

    License.objects.update(first_day=datetime.date(2025, 6, 1))
    Usage.objects.update(license_since=datetime.date(2025, 6, 1))


def test_the_list_with_the_reasons_in_words(run: Run, older: None) -> None:
    done = run("find-seat", "wiki", "--for", "cleo")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[1].split() == ["Login", "User", "Last", "Access", "30", "90", "365"]
    assert lines[3].startswith("ben")
    assert "no access since recording began on 1 July 2026; held for 541 days" in lines[3]
    assert lines[4].startswith("ann")
    assert "no access since 5 September 2026" in lines[4]
    assert len(lines) == 5
    assert "1 more use their seat" in done.err


def test_the_same_department_first_and_at_most_so_many(run: Run, older: None) -> None:
    found = json.loads(
        run("find-seat", "wiki", "--for", "CLEO", "--department-first", "--limit", "1", "--output", "json").out
    )
    [ann] = found["candidates"]
    assert (ann["login"], ann["same_department"], ann["last_access"]) == ("ann", True, "2026-09-05")
    assert ann["access_days"]["90"] == {"number": 1, "at_least": False}
    assert ann["access_days"]["365"] == {"number": 1, "at_least": True}
    assert ann["days_that_count_as_used"]["90"] == {"number": 1, "expected": 64}
    assert ann["days_that_count_as_used"]["365"]["number"] == 220
    assert found["seats"] == {"contracted": 3, "held": 3, "pending": 0, "free": 0}
    assert (found["in_full_use"], found["looked_at"], found["holders"]) == (1, 3, 3)


def test_what_is_not_there_is_refused(run: Run, wiki: None) -> None:
    done = run("find-seat", "wikki")
    assert (done.code, done.out) == (1, "")
    assert "There are: wiki." in done.err
    done = run("find-seat", "wiki", "--for", "nobody")
    assert (done.code, "'nobody'" in done.err) == (1, True)
    assert run("find-seat", "wiki", "--department-first").code == 2
