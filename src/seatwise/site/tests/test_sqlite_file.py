"""The file of the database is deleted, replaced or cannot be written to, while it is in use and when it is opened."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from seatwise.commands.errors import error_text
from seatwise.lib.faults import Kind, fault_of
from seatwise.site.sqlite.base import DatabaseWrapper, identity_of

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="of SQLite")


def make(path: Path) -> Path:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return make(tmp_path / "data.sqlite3")


@pytest.fixture
def opened(file: Path, django_db_blocker: Any) -> Iterator[BaseDatabaseWrapper]:
    """A connection that was used and stays open, as the worker's and the gate's do."""
    connection = DatabaseWrapper(connections["default"].settings_dict | {"NAME": file}, "other")
    with django_db_blocker.unblock():
        assert count(connection) == 0
        yield connection
        connection.close()


def count(connection: BaseDatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        return int(cursor.execute("SELECT count(*) FROM t").fetchone()[0])


def test_a_file_that_was_deleted_in_use_is_missed_at_once_and_not_made_anew(
    opened: BaseDatabaseWrapper, file: Path, tmp_path: Path
) -> None:
    for path in tmp_path.glob("data.sqlite3*"):
        path.rename(tmp_path / f"aside-{path.name}")
    for _ in range(2):
        with pytest.raises(OperationalError, match="is not there, and no new one was made") as gone:
            count(opened)
        fault = fault_of(gone.value)
        assert fault is not None
        assert fault.kind == Kind.AWAY
        assert str(file) in fault.detail
    assert not file.exists()
    (tmp_path / f"aside-{file.name}").rename(file)
    assert count(opened) == 0  # the same again: it goes on by itself


def test_another_file_in_its_place_is_not_written_to_before_the_site_is_started_again(
    opened: BaseDatabaseWrapper, file: Path, tmp_path: Path
) -> None:
    make(tmp_path / "other").replace(file)
    with pytest.raises(OperationalError, match="was replaced while it was in use"):
        count(opened)
    fresh = DatabaseWrapper(opened.settings_dict, "another")
    with pytest.raises(OperationalError, match="was replaced"):
        count(fresh)


def test_a_transaction_that_is_under_way_is_not_torn(opened: BaseDatabaseWrapper, file: Path) -> None:
    opened.set_autocommit(False)
    opened.in_atomic_block = True
    file.unlink()
    assert count(opened) == 0
    opened.in_atomic_block = False
    opened.close()


def test_a_place_that_cannot_be_written_to_is_named(
    opened: BaseDatabaseWrapper, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite says no more than that it is unable to open it."""
    opened.close()
    for path in file.parent.glob("data.sqlite3-*"):
        path.unlink()

    def refuse(*arguments: object, **options: object) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr("django.db.backends.sqlite3.base.DatabaseWrapper.get_new_connection", refuse)
    monkeypatch.setattr(os, "access", lambda place, mode: str(place) != str(file.parent))
    with pytest.raises(PermissionError) as refused:
        count(opened)
    assert error_text(refused.value) == (
        f"{file.parent}: It cannot be written to. Run it as a user with write access, or choose another place."
    )


def test_what_is_at_a_path_is_known_by_more_than_its_name(file: Path, tmp_path: Path) -> None:
    before = identity_of(str(file))
    assert before == identity_of(str(file))
    make(tmp_path / "other").replace(file)
    assert identity_of(str(file)) not in (before, None)
    assert identity_of(str(tmp_path / "none")) is None
