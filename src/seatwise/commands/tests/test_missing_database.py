"""Where the file of the database is not there: what is said of it, and that a restore that fails leaves none."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core import management
from django.db import connection

from seatwise.commands import init
from seatwise.commands.django_setup import what_is_missing
from seatwise.commands.tests.conftest import Run


@pytest.fixture
def missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the database would be, in a data directory with nothing in it."""
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "seatwise.sqlite3"))
    return tmp_path / "seatwise.sqlite3"


@pytest.mark.parametrize("left", ["audit.key", "audit.head"])
def test_a_database_that_was_there_is_not_there_any_more(missing: Path, left: str) -> None:
    assert "is not a Seatwise data directory yet" in what_is_missing()
    missing.with_name(left).touch()
    assert "is missing, and no new one was created" in what_is_missing()


@pytest.mark.parametrize("is_there", [False, True])
def test_a_restore_that_fails_leaves_a_database_only_where_there_was_one(
    missing: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    wal, file = missing.with_name(f"{missing.name}-wal"), tmp_path / "wrong.zip"
    file.write_text("no backup")
    if is_there:
        missing.touch()
    monkeypatch.setattr(init, "prepare", lambda directory: True)
    monkeypatch.setattr(management, "call_command", lambda *command, **options: wal.touch())  # as migrating does
    done = run("restore", str(file))
    assert (done.code, "Nothing was changed" in done.err) == (1, True), done
    assert [missing.exists(), wal.exists()] == [is_there, is_there]
