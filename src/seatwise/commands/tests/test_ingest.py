"""`seatwise ingest`: what it prints, refuses and leaves behind; killed in the middle; two at once."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from seatwise.commands.tests.conftest import Run, set_up_site
from seatwise.logs.tests.samples import combined

SETTINGS = {"SEATWISE_TODAY": "2026-11-24", "SEATWISE_TIME_ZONE": "Asia/Tokyo"}
LOG = b"".join(
    combined(login, request, status, f"{date}/2026:12:00:00 +0000")
    for login, request, status, date in (
        ("-", "GET / HTTP/1.1", 200, "20/Oct"),
        ("ann", "GET / HTTP/1.1", 200, "21/Oct"),
        ("ann", "GET / HTTP/1.1", 200, "20/Nov"),
        ("ANN", "GET / HTTP/1.1", 200, "22/Nov"),
        ("ben", "GET /api/x HTTP/1.1", 200, "22/Nov"),
        ("ivan", "GET / HTTP/1.1", 200, "22/Nov"),
        ("zoe", "GET / HTTP/1.1", 200, "22/Nov"),
        ("mallory", "GET / HTTP/1.1", 200, "23/Nov"),
        ("ann", "GET / HTTP/1.1", 200, "29/Nov"),
    )
)
PEOPLE = "login,status,services\nann,active,wiki\nben,active,wiki\nivan,inactive,wiki\nzoe,active,\n"
SET_UP = (
    ("service", "add", "wiki", "--name", "Wiki"),
    ("source", "add", "nginx", "--service", "wiki", "--format", "combined"),
    ("import-users", "people.csv", "--yes"),
)
TABLES = {
    "ledger_accessmonth": "service_id, month, login_id, revision_id, days, program_days",
    "ledger_coverage": "service_id, revision_id, month, days",
    "ledger_asof": "service_id, day",
    "ledger_usage": "service_id, user_id, last_day, bits, days_30, program_day",
    "ledger_recording": "time_zone",
}


class TestTheCommand:
    """In this process."""

    pytestmark = pytest.mark.django_db

    @pytest.fixture(autouse=True)
    def _set_up(self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "access.log").write_bytes(LOG)
        (tmp_path / "people.csv").write_text(PEOPLE)
        set_up_site(run, monkeypatch, SET_UP)

    def test_it_is_silent(self, run: Run) -> None:
        assert run("ingest", "nginx", "access.log") == (0, "", "")

    def test_the_account_is_printed_where_it_is_asked_for(self, run: Run) -> None:
        done = run("ingest", "nginx", "access.log", "--account")
        assert (done.code, done.out) == (0, "")
        assert done.err.splitlines() == [
            "wiki: 9 lines, access 6, future 1, anonymous 1, api 1",
            "  1 logins without a user",
            "  perhaps inactive people with access: ivan",
            "  perhaps unlicensed people with access: zoe",
        ]

    def test_what_is_not_there_is_refused(self, run: Run) -> None:
        done = run("ingest", "apache", "access.log")
        assert (done.code, done.out) == (1, "")
        assert done.err == "seatwise ingest: there is no source 'apache'. There are: nginx.\n"
        done = run("ingest", "nginx", "gone.log")
        assert (done.code, done.out) == (1, "")
        assert "gone.log" in done.err

    def test_another_zone_is_refused_and_the_import_marked_as_failed(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from seatwise.ledger.models import LogImport

        assert run("ingest", "nginx", "access.log").code == 0
        before = run("usage", "wiki", "--output", "json").out
        monkeypatch.setenv("SEATWISE_TIME_ZONE", "Asia/Tokyo")
        done = run("ingest", "nginx", "access.log")
        assert (done.code, done.out) == (1, "")
        assert "Recorded days are in the time zone UTC" in done.err
        assert "Set SEATWISE_TIME_ZONE to UTC." in done.err
        assert list(LogImport.objects.order_by("pk").values_list("state", flat=True)) == ["done", "failed"]
        assert run("usage", "wiki", "--output", "json").out == before

    def test_a_bad_file_among_good_ones_merges_nothing(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "bad.gz").write_bytes(b"\x1f\x8b\x08\x00bad")
        done = run("ingest", "nginx", "access.log", "bad.gz")
        assert (done.code, done.out) == (1, "")
        assert "bad.gz" in done.err
        assert all(count == 0 for count in counts().values())

    @pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("power cut")])
    def test_an_interrupted_import_merges_nothing_and_says_so_in_its_state(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException
    ) -> None:
        from seatwise.ledger.models import LogImport

        def fails(*args: object) -> None:
            raise error

        monkeypatch.setattr("seatwise.ledger.ingestion.write_account", fails)
        if isinstance(error, KeyboardInterrupt):
            assert run("ingest", "nginx", "access.log").code == 130
        else:
            with pytest.raises(RuntimeError):
                run("ingest", "nginx", "access.log")
        assert all(count == 0 for count in counts().values())
        assert LogImport.objects.get().state == "failed"


def counts() -> dict[str, int]:
    """How many facts there are."""
    found = {}
    with connection.cursor() as cursor:
        for table in ("ledger_accessmonth", "ledger_coverage", "ledger_recording", "ledger_serviceaccount"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


class TestProcesses:
    """As processes, on a database of their own: killed, and several at once."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture
    def place(self, transactional_db: None, tmp_path: Path) -> "Iterator[Place]":
        place = Place(tmp_path)
        (tmp_path / "access.log").write_bytes(LOG)
        (tmp_path / "people.csv").write_text(PEOPLE)
        place.run(place.script(*SET_UP))
        yield place
        if connection.vendor != "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM ledger_accessmonth")

    def test_killed_while_it_reads_it_leaves_nothing_and_the_second_try_gives_all(self, place: "Place") -> None:
        before = place.tables()
        os.mkfifo(place.directory / "pipe")
        process = place.start("from seatwise.cli import main; sys.exit(main(['ingest', 'nginx', 'pipe']))")
        with open(place.directory / "pipe", "wb") as pipe:  # waits until the reader is there
            pipe.write(LOG[: len(LOG) // 2])
            pipe.flush()
            process.send_signal(signal.SIGKILL)
            process.communicate()
        assert place.tables() == before
        place.ingests_as_if_nothing_had_been()

    def test_killed_after_it_merged_and_before_it_finished_it_leaves_nothing(self, place: "Place") -> None:
        before = place.tables()
        process = place.start(
            "from seatwise.commands.django_setup import setup; setup()\n"
            "from seatwise.ledger import ingestion\n"
            "import os, signal\n"
            "ingestion.write_account = lambda *args: os.kill(os.getpid(), signal.SIGKILL)\n"
            "from seatwise.cli import main; main(['ingest', 'nginx', 'access.log'])"
        )
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert place.tables() == before
        place.ingests_as_if_nothing_had_been()

    def test_two_imports_at_once_give_what_one_gives(self, place: "Place") -> None:
        code = "from seatwise.cli import main; sys.exit(main(['ingest', 'nginx', 'access.log']))"
        processes = [place.start(code) for _ in range(3)]
        assert [process.communicate()[1] for process in processes] == [""] * 3
        at_once = place.tables()
        place.run(code)
        assert place.tables() == at_once
        assert len(at_once["ledger_accessmonth"]) == 6


class Place:
    """A data directory, or on PostgreSQL the database of the tests, for processes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEATWISE_", "DJANGO_"))}
        kept.pop("DATABASE_URL", None)
        self.environment = kept | SETTINGS | {"SEATWISE_DATA_DIR": str(directory / "data")}
        (directory / "data").mkdir(mode=0o700)
        settings: dict[str, Any] = connection.settings_dict
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            copy = sqlite3.connect(directory / "data" / "seatwise.sqlite3")
            connection.connection.backup(copy)
            copy.close()
        else:
            port = f"&port={settings['PORT']}" if settings["PORT"] else ""
            self.environment["DATABASE_URL"] = (
                f"postgresql://{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}?host={settings['HOST']}{port}"
            )

    def script(self, *commands: tuple[str, ...]) -> str:
        """The commands, one after the other, in one process."""
        return f"from seatwise.cli import main\nfor command in {commands!r}: assert main(command) == 0, command"

    def start(self, code: str) -> "subprocess.Popen[str]":
        """Begin to run code."""
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", f"import sys\n{code}"],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, code: str) -> None:
        """Run code to its end, which must be a good one."""
        process = self.start(code)
        errors = process.communicate(timeout=120)[1]
        assert process.returncode == 0, errors

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        """All that is known, read past everything of ours."""
        if connection.vendor == "sqlite":
            database = sqlite3.connect(self.directory / "data" / "seatwise.sqlite3")
            found = {name: sorted(database.execute(f"SELECT {what} FROM {name}")) for name, what in TABLES.items()}
            database.close()
            return found
        found = {}
        with connection.cursor() as cursor:
            for name, what in TABLES.items():
                cursor.execute(f"SELECT {what} FROM {name}")
                found[name] = sorted(cursor.fetchall())
        return found

    def ingests_as_if_nothing_had_been(self) -> None:
        """Ingest the log, and once more: the second time changes nothing."""
        code = "from seatwise.cli import main; sys.exit(main(['ingest', 'nginx', 'access.log']))"
        self.run(code)
        once = self.tables()
        assert sorted((row[4], row[5]) for row in once["ledger_accessmonth"]) == [
            (0, 1 << 21),  # ben, by the API; ann in October, in November; ivan and zoe; mallory
            (1 << 20, 0),
            (1 << 21, 0),
            (1 << 21, 0),
            (1 << 19 | 1 << 21, 0),
            (1 << 22, 0),
        ]
        self.run(code)
        assert self.tables() == once
