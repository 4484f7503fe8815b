"""`seatwise usage` says of the same people and logs what `seatwise report --users` says."""

import csv
import datetime
import gzip
import itertools
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seatwise.commands.tests.conftest import Run
from seatwise.licenses.models import License
from seatwise.logs.tests.samples import combined

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).parents[5] / "shared" / "data"
FIRST = datetime.date(2026, 8, 20)
BESIDE = ("at_least", "license_since", "marks", "on_leave_until", "expected_days", "strip")  # what reports do not know
DEPARTMENTS = ("Sales", "Sales/Tokyo", "Sales/Tokyo/One", "Sales/Osaka", "Design", "Design/Tokyo", "開発部", "")


@pytest.fixture(autouse=True)
def _set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seatwise.commands.django_setup.setup", lambda **_: None)


def people(seed: int) -> str:
    """A file of people: some are guests, inactive, of several departments, and have other login names."""
    chance = random.Random(seed)
    rows = ["login,name,departments,status,kind,other logins,services"]
    for number in range(36):
        kind = "guest" if number % 9 == 4 else "user"
        status = "inactive" if number % 7 == 3 else "active"
        department = chance.choice(DEPARTMENTS)
        second = chance.choice(("", "", "; Design")) if department and not department.startswith("Design") else ""
        other = f"old{number}; m-{number}" if number % 5 == 0 else ""
        services = "" if kind == "guest" else "wiki"
        login = f"User{number}" if number % 3 else f"利用者{number}"
        rows.append(f"{login},Name {number},{department}{second},{status},{kind},{other},{services}")
    return "\n".join(rows) + "\n"


def log_lines(seed: int, days: range) -> list[bytes]:
    """A log of the people above, of strangers and of nobody: some come daily, some seldom, some never."""
    chance = random.Random(seed)
    lines = []
    for n in days:
        date = (FIRST + datetime.timedelta(n)).strftime("%d/%b/%Y")
        lines.append(combined("-", time=f"{date}:00:00:01 +0000"))
        for number in range(36):
            if chance.random() > (0.0, 0.02, 0.1, 0.5, 0.95)[number % 5]:
                continue
            names = [f"user{number}" if number % 3 else "\\xE5\\x88\\xA9\\xE7\\x94\\xA8\\xE8\\x80\\x85" + str(number)]
            names += [f"OLD{number}", f"m-{number}"] if number % 5 == 0 else []
            request = chance.choice(("GET / HTTP/1.1", "GET / HTTP/1.1", "GET /api/x HTTP/1.1", "GET /a.css HTTP/1.1"))
            status = chance.choice((200, 200, 200, 304, 401))
            time = f"{date}:{chance.randrange(24):02}:15:00 {chance.choice(('+0000', '+0900', '-0330'))}"
            lines.append(combined(chance.choice(names), request, status, time))
        if n % 10 == 0:
            lines.append(combined(f"stranger{n}", time=f"{date}:12:00:00 +0000"))
    chance.shuffle(lines)
    return lines


@pytest.fixture
def wiki(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service, people who have held licenses since before their logs: two, nine days apart, up to tomorrow."""
    (tmp_path / "people.csv").write_text(people(1))
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "early").write_bytes(b"".join(log_lines(2, range(60))))
    (tmp_path / "logs" / "late").write_bytes(b"".join(log_lines(3, range(69, 98))))
    monkeypatch.setenv("SEATWISE_TODAY", "2026-08-01")
    for command in (
        ("service", "add", "wiki", "--name", "Wiki"),
        ("source", "add", "nginx", "--service", "wiki", "--format", "combined"),
        ("import-users", "people.csv", "--yes"),
    ):
        assert run(*command).code == 0, command
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-24")
    return tmp_path


def both(run: Run, *options: str) -> Iterator[Any]:
    """The list of both commands, as they print it."""
    logs = ["logs"]
    for command in (("report", *logs, "--users", "people.csv"), ("usage", "wiki")):
        done = run(*command, *options)
        assert done.code == 0, done.err
        yield done


def begins(text: str) -> list[str]:
    """The lines of a list, as CSV or as a table, without what comes after the number of access days."""
    if text.startswith("\ufeff"):
        return [",".join(row[:5]) for row in csv.reader(text[1:].splitlines())]
    beside = re.compile(r"( +License Since.*| +20\d\d-\d\d-\d\d( +[A-Za-z, ]+)?| +API only)$")
    return [beside.sub("", line) for line in text.splitlines() if not line.startswith("─")]


def same(run: Run, *options: str) -> list[dict[str, Any]]:
    """The users of both commands, which must be the same; and the rest but the account and strangers."""
    report, usage = (json.loads(done.out) for done in both(run, "--output", "json", *options))
    for user in usage["users"]:
        for key in BESIDE:
            del user[key]
    assert {**usage, "account": None} == {
        **{key: value for key, value in report.items() if key != "unknown_logins"},
        "account": None,
    }
    assert {key: usage["account"][key] for key in ("first_day", "last_day", "gaps", "logins", "user_days")} == {
        key: report["account"][key] for key in ("first_day", "last_day", "gaps", "logins", "user_days")
    }
    return list(usage["users"])


def test_the_list_is_that_of_the_report(run: Run, wiki: Path) -> None:
    assert run("ingest", "nginx", "logs").code == 0
    users = same(run)
    assert len(users) == 28  # of 36, 4 are guests, and 4 others inactive
    assert any(user["last_access"] is None for user in users)
    assert any(user["access_days"] > 15 for user in users)


@pytest.mark.parametrize(
    "as_of",
    ["2026-08-20", "2026-09-30", "2026-10-20", "2026-10-31", "2026-11-23", "2026-11-24"],
)
def test_as_of_any_day_it_is_that_of_the_report(run: Run, wiki: Path, as_of: str) -> None:
    assert run("ingest", "nginx", "logs").code == 0
    same(run, "--as-of", as_of)


@pytest.mark.parametrize("as_of", ["2026-08-18", "2026-11-25", "1970-01-01"])
def test_a_day_before_recording_began_or_to_come_is_refused(run: Run, wiki: Path, as_of: str) -> None:
    assert run("ingest", "nginx", "logs").code == 0
    done = run("usage", "wiki", "--as-of", as_of)
    assert (done.code, done.out) == (2, "")
    assert "Choose a day between 19 August 2026, when recording began, and 24 November 2026." in done.err


def test_a_license_given_later_is_not_in_the_list_of_an_earlier_day(
    run: Run, wiki: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("ingest", "nginx", "logs").code == 0
    (wiki / "late.csv").write_text("login,name,services\nLate,Late,wiki\n")
    monkeypatch.setenv("SEATWISE_TODAY", "2026-10-10")
    assert run("import-users", "late.csv", "--yes").code == 0
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-24")
    for as_of, listed in (("2026-10-09", False), ("2026-10-10", True), ("2026-11-24", True)):
        users = json.loads(run("usage", "wiki", "--output", "json", "--as-of", as_of).out)["users"]
        assert ("Late" in {user["login"] for user in users}) == listed, as_of
        assert len(users) == 28 + listed


@pytest.mark.parametrize("as_of", [(), ("--as-of", "2026-10-05"), ("--window", "7"), ("--window", "90")])
def test_narrowed_and_sorted_it_is_that_of_the_report(run: Run, wiki: Path, as_of: tuple[str, ...]) -> None:
    assert run("ingest", "nginx", "logs").code == 0
    everybody = len(same(run, *as_of))
    for sort, direction in itertools.product(("last-access", "days", "login"), ((), ("--descending",))):
        assert len(same(run, *as_of, "--sort", sort, *direction)) == everybody
    for narrowing in (
        ("--never",),
        ("--at-most", "0"),
        ("--at-most", "1"),
        ("--last-access-by", "2026-09"),
        ("--last-access-by", "2026-10", "--at-most", "2", "--sort", "days", "--descending"),
    ):
        assert 0 < len(same(run, *as_of, *narrowing)) < everybody
    for department in ("Sales", "Sales/Tokyo", "sales/tokyo", "Osaka", "Design", "開発部", "Tokyo/One", "Tokyo"):
        assert 0 < len(same(run, *as_of, "--department", department)) < everybody


@pytest.mark.parametrize("output", ["csv", "table"])
@pytest.mark.parametrize("options", [(), ("--as-of", "2026-10-05"), ("--sort", "days", "--window", "60")])
def test_as_csv_and_as_a_table_it_is_that_of_the_report_with_more_columns(
    run: Run, wiki: Path, output: str, options: tuple[str, ...]
) -> None:
    assert run("ingest", "nginx", "logs").code == 0
    report, usage = both(run, "--output", output, *options)
    assert begins(usage.out) == begins(report.out)
    warnings = [one for one in usage.err.splitlines() if "Warning" in one]
    assert warnings
    assert warnings == [one for one in report.err.splitlines() if "Warning" in one]


def test_guests_and_inactive_people_are_not_shown(run: Run, wiki: Path) -> None:
    assert run("ingest", "nginx", "logs").code == 0
    shown = {user["login"] for user in same(run)}
    assert not shown & {"User4", "User13", "User22", "User31"}  # guests
    assert not shown & {"利用者3", "User10", "User17", "利用者24"}  # inactive
    assert "User1" in shown


def test_without_a_license_nobody_is_shown(run: Run, wiki: Path) -> None:
    assert run("service", "add", "mail", "--name", "Mail").code == 0
    done = run("usage", "mail", "--output", "json")
    assert (done.code, json.loads(done.out)["users"]) == (0, [])
    assert json.loads(done.out)["as_of"] == "2026-11-24"
    assert json.loads(done.out)["account"]["first_day"] is None


def test_before_anything_was_read_everybody_is_listed_with_no_access(run: Run, wiki: Path) -> None:
    for options in ((), ("--window", "5")):
        users = json.loads(run("usage", "wiki", "--output", "json", *options).out)["users"]
        assert len(users) == 28
        assert {(user["last_access"], user["access_days"]) for user in users} == {(None, 0)}
    done = run("usage", "wiki", "--as-of", "2026-10-10")
    assert (done.code, done.out) == (2, "")
    assert "Nothing has been recorded for this service yet" in done.err


def test_an_earlier_day_looks_the_same_from_later_as_it_looked_then(
    run: Run, wiki: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a past day, after everything was read; and on that day, when only the older part was there."""
    monkeypatch.setenv("SEATWISE_TODAY", "2026-10-18")
    assert run("ingest", "nginx", "logs/early").code == 0
    then = run("usage", "wiki", "--output", "csv")
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-24")
    assert run("ingest", "nginx", "logs/late").code == 0
    now = run("usage", "wiki", "--output", "csv", "--as-of", "2026-10-18")
    assert then.out == now.out
    assert run("usage", "wiki", "--output", "csv").out != now.out


def test_departments_by_code_and_unknown_ones(run: Run, wiki: Path) -> None:
    done = run("usage", "wiki", "--department", "Nowhere")
    assert (done.code, done.out) == (2, "")
    assert "'Nowhere'" in done.err


def test_a_service_that_is_not_there_is_refused(run: Run, wiki: Path) -> None:
    done = run("usage", "wikki")
    assert (done.code, done.out) == (1, "")
    assert "there is no service 'wikki'. There are: wiki." in done.err


WAGTAIL = SHARED / "git" / "wagtail.tsv.gz"


@pytest.mark.skipif(not WAGTAIL.is_file(), reason="shared/data is not beside the project")
def test_wagtail_as_of_the_end_of_june_2024(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The facts of shared/data/INDEX.md, by all ways in which they can be reached."""
    monkeypatch.setenv("SEATWISE_TIME_ZONE", "Asia/Tokyo")
    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    lines, older, authors = [], [], set()
    with gzip.open(WAGTAIL, "rt", encoding="utf-8", errors="surrogateescape") as rows:
        for row in rows:
            author, authored, _ = row.rstrip("\n").split("\t")
            when = datetime.datetime.fromisoformat(authored)
            lines.append(combined(author, "GET /k/ HTTP/1.1", 200, when.strftime("%d/%b/%Y:%H:%M:%S %z")))
            authors.add(author)
            if when.astimezone(tokyo).date() <= datetime.date(2024, 6, 30):
                older.append(lines[-1])
    half = len(lines) // 2
    parts = {"newer": lines[:half], "earlier": lines[half:], "whole": lines, "older": older}
    for name, some in parts.items():
        (tmp_path / name).write_bytes(b"".join(some))
    table = "login,name,services\n" + "".join(f'"{author}",,wagtail; trial\n' for author in sorted(authors))
    (tmp_path / "people.csv").write_text(table)
    for command in (
        ("service", "add", "wagtail", "--name", "Wagtail"),
        ("service", "add", "trial", "--name", "Trial"),
        ("source", "add", "git", "--service", "wagtail", "--format", "combined"),
        ("source", "add", "git-then", "--service", "trial", "--format", "combined"),
        ("import-users", "people.csv", "--yes"),
        ("ingest", "git", "newer"),
        ("ingest", "git", "earlier"),
        ("ingest", "git", "whole"),
    ):
        done = run(*command)
        assert done.code == 0, done.err
    early = datetime.date(2010, 1, 1)  # a list as of a day leaves out whoever got a license later
    License.objects.update(added_on=early, first_day=early)
    past = run("usage", "wagtail", "--as-of", "2024-06-30", "--output", "csv").out
    report = run("report", "whole", "--users", "people.csv", "--as-of", "2024-06-30", "--output", "csv").out
    assert begins(past) == begins(report)
    everything = json.loads(run("usage", "wagtail", "--output", "json").out)
    assert (everything["account"]["logins"], everything["account"]["user_days"]) == (1129, 8466)
    users = json.loads(run("usage", "wagtail", "--as-of", "2024-06-30", "--output", "json").out)["users"]
    seen = [user for user in users if user["last_access"]]
    active = [user["access_days"] for user in users if user["access_days"]]
    assert (len(users), len(seen)) == (1129, 963)
    assert (len(active), sum(active), max(active)) == (29, 59, 13)
    assert sum(user["last_access"] < "2024-04-01" for user in seen) == 912

    monkeypatch.setenv("SEATWISE_TODAY", "2024-06-30")
    assert run("ingest", "git-then", "older").code == 0
    then = run("usage", "trial", "--output", "json")
    assert json.loads(then.out)["as_of"] == "2024-06-30"
    assert begins(run("usage", "trial", "--output", "csv").out) == begins(past)
