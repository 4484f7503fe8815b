"""Rows into a temporary table, so that one statement does something with all of them: `COPY` on PostgreSQL, a prepared
statement on SQLite.

    columns = {"login_id": INTEGER, "name": TEXT}
    with staged(columns, rows, key=["login_id"]) as table:
        cursor.execute(f"INSERT INTO t (login_id, name) SELECT login_id, name FROM {table} WHERE true ON CONFLICT …")
        cursor.execute(f"UPDATE t SET name = s.name FROM {table} s WHERE t.id = +s.id AND t.name <> s.name")

Both databases run such statements alike. SQLite needs the `WHERE true` before `ON CONFLICT`; PostgreSQL refuses a key
that comes twice in one upsert. SQLite knows no sizes and may begin with either table. To have it begin with the
temporary one, join in a SELECT by `FROM staged s CROSS JOIN t … WHERE t.id = s.id`, and in an UPDATE compare with
`+s.id`, for which it can use no index. Both mean nothing to PostgreSQL.

Rows that need no other to be compared with go into their table at once: `add`.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

INTEGER, TEXT, BOOLEAN, DATE, BYTES = "bigint", "text", "boolean", "date", "bytes"
Value = int | str | bool | bytes | None

MANY = 1000  # rows, after which the way to look something up in a table may be another
LARGE_CACHE = -64_000  # as SQLite says it: in KiB, taken as they are needed

_numbers = itertools.count(1)  # no two tables of a process have one name, so none of one connection


@contextmanager
def staged(columns: Mapping[str, str], rows: Iterable[Sequence[Value]], *, key: Sequence[str] = ()) -> Iterator[str]:
    """The name of a temporary table that holds the rows, until the end of the block.

    `columns` are names and types in the order of the values: INTEGER, TEXT, BOOLEAN, DATE (as YYYY-MM-DD) or BYTES.
    Each may hold None, but for those of the `key`, which no two rows share: in its order rows go in quickest. Nothing
    is locked by it outside of a transaction, not even on SQLite. At the end of the block no result may be half read.
    """
    table = f"staged_{next(_numbers)}"
    here = connection.vendor
    types = {BYTES: "blob" if here == "sqlite" else "bytea"}
    parts = [f"{name} {types.get(kind, kind)}" for name, kind in columns.items()]
    end = ""
    if key:
        parts.append(f"PRIMARY KEY ({', '.join(key)})")
        end = " WITHOUT ROWID" if here == "sqlite" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({', '.join(parts)}){end}")
    with _until_left(table):
        add(table, list(columns), rows)
        if here != "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {table}")
        yield table


@contextmanager
def selected(sql: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    """The same of what a SELECT finds, for an UPDATE: SQLite takes apart a SELECT that stands within one."""
    table = f"staged_{next(_numbers)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {table} AS {sql}", parameters)
    with _until_left(table):
        yield table


@contextmanager
def with_large_cache() -> Iterator[None]:
    """For work that writes most rows of a large table: with the 2 MB that SQLite usually keeps in memory, it reads
    parts of indexes again and again, and takes twice as long for a million rows. For serving pages that is enough.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        [usual] = cursor.execute("PRAGMA cache_size").fetchone()
        cursor.execute(f"PRAGMA cache_size = {LARGE_CACHE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = {usual}")


def values_in(table: str, column: str, where: str = "true") -> RawSQL:
    """A column of a temporary table for a query of Django's: `filter(pk__in=values_in(table, "id"))`."""
    return RawSQL(f"SELECT {column} FROM {table} WHERE {where}", ())  # noqa: S608, S611 -- our own names


@contextmanager
def _until_left(table: str) -> Iterator[None]:
    """Drop a table at the end of the block; where the block fails in a transaction, its rolling back does."""
    failed = True
    try:
        yield
        failed = False
    finally:
        if not (failed and connection.in_atomic_block):
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE {table}")


def add(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows to a table, of values as the database takes them. Nothing may be asked of the database meanwhile.

    PostgreSQL looks up the rows that others refer to as this connection did it first. Where the table had a few rows
    then, it reads all of them each time, which takes hours for many new people: so after MANY rows it plans anew.
    """
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    if connection.vendor == "sqlite":
        _insert(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608
        return
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
    ):
        added = 0
        for row in rows:
            copy.write_row(row)
            added += 1
    if added >= MANY:
        with connection.cursor() as cursor:
            cursor.execute("DISCARD PLANS")


def next_ids(table: str, count: int) -> list[int]:
    """Ids for rows that are about to be added, which nobody else gets. In a transaction that writes."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            last = cursor.fetchone()
            return [number + 1 + (last[0] if last else 0) for number in range(count)]
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return sorted(row[0] for row in cursor.fetchall())


def _insert(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Through no cursor of Django's, which would keep all rows in memory."""
    with connection.wrap_database_errors:
        alone = not connection.connection.in_transaction
        if alone:
            connection.connection.execute("BEGIN DEFERRED")  # else each row is a transaction; other tables stay free
        try:
            connection.connection.executemany(statement, rows)
        except BaseException:
            if alone:
                connection.connection.execute("ROLLBACK")
            raise
        if alone:
            connection.connection.execute("COMMIT")
