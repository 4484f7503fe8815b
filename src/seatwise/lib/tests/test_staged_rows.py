"""Rows in a temporary table are what was put into it, as long as the block lasts, on both databases."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from seatwise.lib.staged_rows import (
    BOOLEAN,
    BYTES,
    DATE,
    INTEGER,
    LARGE_CACHE,
    MANY,
    TEXT,
    add,
    next_ids,
    selected,
    staged,
    with_large_cache,
)

pytestmark = pytest.mark.django_db
TEMPORARY = {
    "sqlite": "SELECT name FROM sqlite_temp_master WHERE name LIKE 'staged%'",
    "postgresql": "SELECT relname FROM pg_class WHERE relname LIKE 'staged%'",
}


def fetched(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def left() -> list[tuple[object, ...]]:
    return fetched(TEMPORARY[connection.vendor])


def test_every_kind_of_value_comes_out_as_it_went_in() -> None:
    columns = {"id": INTEGER, "name": TEXT, "shown": BOOLEAN, "since": DATE, "raw": BYTES}
    rows = [
        (1, "a\tb\\N\n“ü”", True, "2026-11-24", b"\x00\xff"),
        (2**40, "", False, "1970-01-01", b""),
        (3, None, None, None, None),
    ]
    with staged(columns, rows, key=["id"]) as table:
        found = fetched(f"SELECT id, name, shown, since, raw FROM {table} ORDER BY id")
        spelled = [(*row[:3], row[3] and str(row[3]), row[4] if row[4] is None else bytes(row[4])) for row in found]  # type: ignore[call-overload]
        assert spelled == sorted(rows)
        assert fetched(f"SELECT count(*) FROM {table} WHERE shown") == [(1,)]
    assert left() == []


def test_no_rows_are_an_empty_table_and_one_may_stand_beside_another() -> None:
    with staged({"id": INTEGER}, []) as one, staged({"id": INTEGER}, iter([(7,)])) as other:
        assert fetched(f"SELECT * FROM {one} UNION ALL SELECT * FROM {other}") == [(7,)]
    assert left() == []


def test_one_statement_writes_them() -> None:
    columns = {"id": INTEGER, "n": INTEGER}
    with staged(columns, [(1, 5), (2, 6)], key=["id"]) as into, staged(columns, [(2, 7), (3, 8)]) as table:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {into} AS t (id, n) SELECT id, n FROM {table} WHERE true "
                "ON CONFLICT (id) DO UPDATE SET n = t.n | excluded.n"
            )
            cursor.execute(f"UPDATE {into} SET n = 0 FROM {table} s WHERE {into}.id = s.id AND s.n = 8")
        assert fetched(f"SELECT id, n FROM {into} ORDER BY id") == [(1, 5), (2, 7), (3, 0)]


def test_what_a_select_finds_is_a_table_as_well() -> None:
    sql = "SELECT id, n + 1 AS m FROM {} WHERE n > %(least)s"
    with (
        staged({"id": INTEGER, "n": INTEGER}, [(1, 5), (2, 6)]) as one,
        selected(sql.format(one), {"least": 5}) as table,
    ):
        assert fetched(f"SELECT id, m FROM {table}") == [(2, 7)]
    assert left() == []


def test_a_key_that_comes_twice_is_an_error_of_the_database_and_leaves_nothing() -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), staged({"id": INTEGER}, [(1,), (1,)], key=["id"]):
        pytest.fail("it was staged")
    assert left() == []


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_what_goes_wrong_leaves_nothing_either() -> None:
    with pytest.raises(DatabaseError), staged({"id": INTEGER}, [(1,)]) as table:
        fetched(f"SELECT nothing FROM {table}")
    with pytest.raises(IntegrityError), staged({"id": INTEGER}, [(1,), (1,)], key=["id"]):
        pytest.fail("it was staged")
    assert left() == []
    columns = ["folded", "written", "kind"]
    with pytest.raises(IntegrityError):
        add("directory_login", columns, [("ann", "Ann", "person"), ("ann", "Ann", "person")])
    assert fetched("SELECT folded FROM directory_login") == []


def test_ids_are_given_out_before_the_rows_are_there_and_to_nobody_else() -> None:
    first = next_ids("directory_login", 2)
    columns = ["id", "folded", "written", "kind"]
    add("directory_login", columns, [(pk, f"l{pk}", f"“L\t{pk}”", "person") for pk in first])
    add("directory_login", columns[1:], [("later", "Later", "person")])
    found = [int(str(row[0])) for row in fetched("SELECT id FROM directory_login ORDER BY id")]
    assert found[:2] == first
    assert next_ids("directory_login", 1) > found[2:] > first[1:]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own")
def test_a_large_cache_is_given_up_however_the_work_ends() -> None:
    def size() -> int:
        with connection.cursor() as cursor:
            return int(cursor.execute("PRAGMA cache_size").fetchone()[0])

    usual = size()
    with with_large_cache():
        assert size() == LARGE_CACHE != usual
    assert size() == usual
    with pytest.raises(DatabaseError), with_large_cache():
        fetched("SELECT nothing")
    assert size() == usual


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite looks up by the index of the key, always")
def test_what_many_new_rows_refer_to_is_not_looked_for_as_among_few() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE owner (id bigint PRIMARY KEY, name text)")
        cursor.execute("CREATE TEMPORARY TABLE owned (owner bigint REFERENCES owner DEFERRABLE INITIALLY DEFERRED)")
        cursor.execute("INSERT INTO owner VALUES (0)")
        cursor.execute("ANALYZE owner")
        for _ in range(10):  # PostgreSQL keeps to a way from the sixth time on
            cursor.execute("INSERT INTO owned VALUES (0)")
            connection.check_constraints()
        add("owner", ["id", "name"], [(number, "x" * 500) for number in range(1, MANY + 1)])
        add("owned", ["owner"], [(number,) for number in range(1, MANY + 1)])
        connection.check_constraints()
        cursor.execute("SELECT seq_tup_read FROM pg_stat_xact_all_tables WHERE relname = 'owner'")
        [(read,)] = cursor.fetchall()
    assert read < 10 * MANY
