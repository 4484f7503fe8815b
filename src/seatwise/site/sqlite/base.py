"""SQLite on the file that `seatwise init` made: opening it makes none, and it stays the same while a process lives.

SQLite by itself makes an empty database where the file is gone, and goes on with a file that has no name any more. One
that is put in its place meets the write-ahead log of the former: https://www.sqlite.org/howtocorrupt.html, "Unlinking
or renaming a database file while in use". So before each question the file is looked at, outside of transactions.
"""

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base, creation

Identity = tuple[int, int]
_opened: dict[str, Identity] = {}  # which file each path was when this process opened it first


def identity_of(path: str) -> Identity | None:
    """Which file is at a path, whatever its content; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class DatabaseCreation(creation.DatabaseCreation):
    """Databases of tests are made anew."""

    def _create_test_db(self, *arguments: Any, **options: Any) -> str:
        name = str(super()._create_test_db(*arguments, **options))  # type: ignore[misc]  # a step that Django does not declare
        _opened.pop(name, None)
        Path(name).touch()
        return name


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the file, as long as it is that one."""

    creation_class = DatabaseCreation

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open it. Raises OperationalError or, where it cannot be written to, PermissionError, and says which file."""
        path = str(conn_params["database"])
        uri = f"{Path(path).absolute().as_uri()}?mode=rw"
        try:
            made = super().get_new_connection(conn_params | {"database": uri})
        except sqlite3.OperationalError:
            _say_why(path)
            raise
        found = identity_of(path)
        if found is not None and _opened.setdefault(path, found) == found:
            return made
        made.close()
        raise OperationalError(_gone(path) if found is None else _replaced(path))

    def ensure_connection(self) -> None:
        """Leave a file that was deleted or replaced, and say so by opening what is there."""
        if self.connection is not None and not self.in_atomic_block:
            path = str(self.settings_dict["NAME"])
            if identity_of(path) != _opened.get(path):
                self.close()
        super().ensure_connection()


def _say_why(path: str) -> None:
    """SQLite says no more than that it could not. Returns where that is all that is known."""
    if not os.path.exists(path):
        raise OperationalError(_gone(path)) from None
    for place in (os.path.dirname(path), path):
        if not os.access(place, os.W_OK):
            raise PermissionError(errno.EACCES, "It cannot be written to", place) from None


def _gone(path: str) -> str:
    return f"{path} is not there, and no new one was made. Bring the file back, or end Seatwise and restore a backup"


def _replaced(path: str) -> str:
    return f"{path} was replaced while it was in use. Put the former one back, or start Seatwise again if it is right"
