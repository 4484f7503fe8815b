"""Triggers that refuse to change or delete entries, on SQLite and PostgreSQL.

They guard against mistakes and against SQL by hand; whoever owns the database can drop them, which is why the entries
are chained as well. `INSERT OR REPLACE` (SQLite) and `TRUNCATE` (PostgreSQL) do not fire the triggers for rows that
they delete, so each has one of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "audit_entry"
MESSAGE = "entries of the audit log are never changed or deleted"

SQLITE = {
    "audit_entry_no_update": f"BEFORE UPDATE ON {TABLE}",
    "audit_entry_no_delete": f"BEFORE DELETE ON {TABLE}",
    "audit_entry_no_replace": (
        f"BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE number = NEW.number)"  # noqa: S608
    ),
}
POSTGRESQL = {
    "audit_entry_no_change": f"BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW",
    "audit_entry_no_truncate": f"BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT",
}
REFUSING = f"""CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"""


def creating(vendor: str) -> list[str]:
    """The SQL that puts the triggers there."""
    if vendor == "sqlite":
        body = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        return [f"CREATE TRIGGER {name} {when} {body}" for name, when in SQLITE.items()]
    triggers = [f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION audit_refuse()" for name, when in POSTGRESQL.items()]
    return [REFUSING, *triggers]


def dropping(vendor: str) -> list[str]:
    """The SQL that takes the triggers away."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in SQLITE]
    return [f"DROP TRIGGER IF EXISTS {name} ON {TABLE}" for name in POSTGRESQL]


def create(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For the migration."""
    run(schema_editor.connection, creating(schema_editor.connection.vendor))


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For the migration, backwards."""
    run(schema_editor.connection, dropping(schema_editor.connection.vendor))


def run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Without the triggers: only for `seatwise restore --replace`, and for tests that empty their tables."""
    run(connection, dropping(connection.vendor))
    yield
    run(connection, creating(connection.vendor))
