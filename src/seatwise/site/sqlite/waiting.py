"""Writing that may as well be left out. Without Django's settings, so that any app can import it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def not_waiting(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """While this lasts, SQLite raises OperationalError at once where somebody else writes; others do not wait anyway,
    but for the same rows."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    [usual] = connection.connection.execute("PRAGMA busy_timeout").fetchone()
    connection.connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout = {usual}")
