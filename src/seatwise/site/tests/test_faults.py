"""A full disk, a lost, damaged or foreign database: said in plain words, on pages, to programs and by commands."""

import datetime
import errno
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from seatwise import cli
from seatwise.commands import worker
from seatwise.directory.models import User
from seatwise.letters.sending import Run
from seatwise.letters.tasks import send_letters
from seatwise.lib.faults import Kind, fault_of
from seatwise.site import daily_work
from seatwise.site.access import role_of

PASSWORD = "correct horse 1"
sqlite_only = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="of SQLite")
postgresql_only = pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="of PostgreSQL")


@pytest.fixture
def site(client: Client) -> Client:
    """A site whose faults are answered, not raised."""
    client.raise_request_exception = False
    return client


@pytest.fixture
def full(db: None) -> Iterator[None]:
    """A database that takes no further page: SQLite itself says that the disk is full."""
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        yield
        cursor.execute("PRAGMA max_page_count = 1073741823")


def refuse_writing(execute: Any, sql: str, *rest: Any) -> Any:
    """What SQLite says where the disk is full for whatever is written."""
    if sql.lstrip().upper().startswith(("INSERT", "UPDATE")):
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorname = "SQLITE_FULL"
        raise OperationalError(str(full)) from full
    return execute(sql, *rest)


def end_own_connection() -> None:
    """What happens where PostgreSQL is stopped."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [(number,)] = cursor.fetchall()
    other = connections["default"].copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [number])
    other.close()


@sqlite_only
def test_a_full_disk_is_called_a_full_disk_when_somebody_saves(site: Client, alice: User, full: None) -> None:
    site.force_login(alice)
    for number in range(60):
        fields = {"code": f"s{number}", "name": "x" * 90, "how_removal_takes_effect": "vendor"}
        response = site.post("/administration/directory/services/add/", fields)
        if response.status_code == 507:
            break
    assert response.status_code == 507
    text = response.content.decode()
    assert "The disk is full" in text
    assert "free disk space" in text
    assert response["Retry-After"] == "30"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "status", "heading", "in_japanese"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 507, "The disk is full", "ディスクがいっぱいです"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), 507, "The disk is full", "ディスクがいっぱいです"),
        (PermissionError(errno.EACCES, "Permission denied"), 503, "The site cannot write", "書き込みできません"),
        (OperationalError("the connection is closed"), 503, "The database cannot be reached", "接続できません"),
        (OSError(errno.EMFILE, "Too many open files"), 503, "The server is at its limit", "資源が足りません"),
    ],
)
def test_a_fault_is_told_in_the_language_of_whoever_asks_and_in_the_shape_of_programs(
    site: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    heading: str,
    in_japanese: str,
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr("seatwise.site.language.language_of", broken)  # before anybody is known
    for language, words in (("en", heading), ("ja", in_japanese)):
        page = site.get("/", headers={"accept-language": language})
        assert page.status_code == status
        assert words in page.content.decode()
    told = site.get("/api/v1/services/wiki/usage")
    assert told.status_code == status
    assert told.json()["errors"][0]["what"] == heading
    assert "Traceback" not in caplog.text
    assert str(error.args[-1]) in caplog.text


def test_a_mistake_of_ours_is_not_taken_for_a_fault_of_the_machine(
    site: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seatwise.site.language.language_of", lambda request: 1 / 0)
    page = site.get("/")
    assert page.status_code == 500
    assert "Something went wrong" in page.content.decode()
    assert fault_of(ZeroDivisionError()) is None
    assert fault_of(OSError("nothing known")) is None


@pytest.mark.parametrize("login", ["alice", "nobody"])
@sqlite_only
def test_signing_in_on_a_full_disk_says_that_and_not_that_there_were_too_many_attempts(
    site: Client, alice: User, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    with connection.execute_wrapper(refuse_writing):
        response = site.post("/account/login/", {"login": login, "password": PASSWORD})
    page = response.content.decode()
    assert response.status_code != 429
    assert "Too many" not in page
    assert ("disk" in page) == (response.status_code == 507)
    assert response.status_code == 507 or login == "nobody"
    assert "_auth_user_id" not in site.session


@postgresql_only
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_ended_in_the_middle_is_told_and_the_next_request_works(
    site: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.force_login(alice)

    def ended(request: Any) -> str:
        end_own_connection()
        return role_of(request)

    with monkeypatch.context() as patched:
        patched.setattr("seatwise.site.access.role_of", ended)
        response = site.get("/administration/directory/users/")
    assert response.status_code == 503
    assert "The database cannot be reached" in response.content.decode()
    connection.close()
    assert site.get("/administration/directory/users/").status_code == 200


@sqlite_only
@pytest.mark.parametrize("content", [b"this is no database" * 500, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_damaged_or_foreign_database_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.sqlite3"
    path.write_bytes(content)
    with pytest.raises(sqlite3.DatabaseError) as damaged:
        sqlite3.connect(path).execute("SELECT * FROM x")
    fault = fault_of(damaged.value)
    assert fault is not None
    assert fault.kind == Kind.BROKEN
    with pytest.raises(sqlite3.OperationalError) as foreign:
        sqlite3.connect(tmp_path / "empty").execute("SELECT * FROM directory_user")
    fault = fault_of(foreign.value)
    assert fault is not None
    assert fault.kind == Kind.BROKEN
    with pytest.raises(sqlite3.OperationalError) as nowhere:
        sqlite3.connect(tmp_path / "no" / "where")
    fault = fault_of(nowhere.value)
    assert fault is not None
    assert fault.kind == Kind.AWAY


def test_the_daily_work_stops_at_a_full_disk_and_says_so_in_a_line(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def first(day: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(daily_work, "DAILY", [first, lambda day: done.append("second")])
    with caplog.at_level(logging.ERROR):
        assert not daily_work.tick(datetime.date(2026, 11, 24), print)
    assert done == []
    assert "The disk is full (" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk full: "),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "/x"), "/x: Is a directory. Check the name"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "/x: Permission denied. Run it as a user"),
        (OperationalError("connection refused"), "database away: "),
        (RecursionError(), "nested too deeply"),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"), "the input is not text"),
        (OverflowError("Python int too large"), "too large for the database"),
    ],
)
def test_a_command_ends_with_a_message_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, said: str
) -> None:
    def broken(arguments: Any) -> int:
        raise error

    monkeypatch.setattr(cli, "run_command", broken)
    assert cli.main(["formats"]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("seatwise: ")
    assert said in shown
    assert "Traceback" not in shown


def test_a_full_disk_behind_the_output_of_a_command_is_a_message(tmp_path: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    with open("/dev/full", "w") as full:
        found = subprocess.run(
            [sys.executable, "-m", "seatwise", "formats"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert found.returncode == 1
    assert found.stderr.startswith("seatwise: disk full: ")
    assert "Traceback" not in found.stderr
    assert "Exception ignored" not in found.stderr


@pytest.mark.django_db(transaction=True)
def test_the_worker_goes_on_after_a_full_disk_or_a_lost_connection_and_takes_the_task_up_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On PostgreSQL the connection is ended by the server; on SQLite the disk is full for what is written next."""
    tried: list[str] = []
    work = worker.work

    def interrupted(**options: Any) -> Run:
        tried.append(connection.vendor)
        if tried == ["postgresql"]:
            end_own_connection()
        elif tried == ["sqlite"]:
            connection.execute_wrappers.append(refuse_writing)
        return Run()

    monkeypatch.setattr(worker, "work", lambda *, once: work(once=True))
    monkeypatch.setattr(daily_work, "each_minute", lambda say: None)
    monkeypatch.setattr("seatwise.letters.tasks.send_due", interrupted)
    monkeypatch.setattr(db_worker.Worker, "configure_signals", lambda self: None)
    send_letters.enqueue()
    assert not worker.done_or_interrupted()
    said = capsys.readouterr().err
    expected = "The disk is full (" if connection.vendor == "sqlite" else "The database cannot be reached ("
    assert f"seatwise worker: {expected}" in said
    assert "Traceback" not in said
    connection.execute_wrappers.clear()
    assert worker.done_or_interrupted()
    assert len(tried) == 2
    assert [task.status for task in DBTaskResult.objects.all()] == ["SUCCESSFUL"]
