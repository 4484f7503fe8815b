"""The table of access months is made by hand: it must be what the model says, on both databases."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seatwise.ledger import fact_merge, holders, statements, usage_rows
from seatwise.ledger.models import AccessMonth
from seatwise.lib import staged_rows
from seatwise.lib.staged_rows import INTEGER, TEXT

pytestmark = pytest.mark.django_db
KEY = ["service_id", "month", "login_id", "revision_id"]
COLUMNS = [*KEY, "days", "program_days"]


def test_migrations_are_complete() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_columns_are_those_of_the_model() -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, AccessMonth._meta.db_table)
    assert [column.name for column in found] == COLUMNS
    assert not any(column.null_ok for column in found)
    fields = [field.column for field in AccessMonth._meta.concrete_fields if field.column]
    assert sorted(fields) == sorted(COLUMNS)


def test_the_primary_key_begins_with_service_and_month() -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, AccessMonth._meta.db_table)
    keys = [one["columns"] for one in found.values() if one["primary_key"]]
    assert keys == [KEY]
    assert [one["columns"] for one in found.values() if not one["primary_key"]] == []


def test_on_sqlite_the_table_has_no_row_ids() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite only")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'ledger_accessmonth'")
        assert cursor.fetchone()[0].rstrip().endswith("WITHOUT ROWID")
        cursor.execute("PRAGMA table_info(ledger_accessmonth)")
        in_key = sorted((row[5], row[1]) for row in cursor.fetchall() if row[5])
    assert [name for _, name in in_key] == KEY


def test_on_postgresql_the_numbers_are_as_narrow_as_on_the_paper() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'ledger_accessmonth'"
        )
        types = dict(cursor.fetchall())
    assert types == {
        name: "bigint" if name in ("service_id", "login_id", "revision_id") else "integer" for name in COLUMNS
    }


def test_the_months_of_some_logins_are_found_by_the_whole_key() -> None:
    """Otherwise each batch of users reads all logins of its months."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by its statistics")
    sql = statements.MONTHS_OF_LOGINS.format(months=statements.marks(3), logins=statements.marks(500))
    [plan] = statements.fetch(f"EXPLAIN QUERY PLAN {sql}", [1, 2, 3, 4, *range(500)])
    assert str(plan[3]).endswith("USING PRIMARY KEY (service_id=? AND month=? AND login_id=?)")


COPIES = {"id": INTEGER, **dict.fromkeys(statements.COPIES, TEXT)}
BEGINNING_WITH_THE_STAGED = {
    "MERGE_MONTHS": fact_merge.MONTH,
    "ROWS_OF_USERS": holders.USERS,
    "ROWS_OF_LOGINS": usage_rows.COUNTS,
    "LOGINS_WITH_NEW": fact_merge.MONTH,
    "MONTHS_OF_USERS": holders.USERS,
    "WRITE_USAGE": usage_rows.ROW,
    "ADD_TO_USAGE": usage_rows.ADDED,
    "BEGIN_ROWS": holders.USERS,
    "COPIES_OF_ROWS": holders.USERS,
    "COPY_AGAIN": COPIES,
}


@pytest.mark.parametrize("name", BEGINNING_WITH_THE_STAGED)
def test_few_rows_are_few_steps_however_many_others_there_are(name: str) -> None:
    """SQLite has no statistics of a new site, and takes a table that it should look into for a small one."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL knows how large its tables are")
    columns = BEGINNING_WITH_THE_STAGED[name]
    values = {"service": 1, "revision": 2, "staying": 3, "layer": 1}
    with (
        staged_rows.staged(columns, [], key=list(columns)[:1]) as table,
        staged_rows.staged(usage_rows.ADDED, []) as rows,
    ):
        words = {"staged": table, "rows": rows, "months": "1, 2", "login_bytes": statements.LOGIN_BYTES["sqlite"]}
        sql = getattr(statements, name).format(**words).replace(" = %s", " = %(service)s")
        used = {each: value for each, value in values.items() if f"%({each})s" in sql}
        steps = [str(step[3]) for step in statements.fetch(f"EXPLAIN QUERY PLAN {sql}", used)]
    read = [step for step in steps if step.startswith(("SCAN", "SEARCH")) and "subquery" not in step]
    assert read[0] == "SCAN s"
    assert all(step.startswith("SEARCH") for step in read[1:]), steps


def test_the_first_and_the_last_month_are_looked_up_not_searched_for() -> None:
    """SQLite reads all rows of a service where both are asked for at once."""
    with CaptureQueriesContext(connection) as captured:
        usage_rows.earlier_months(1, 24000)
    assert all(("MIN" in one["sql"]) + ("MAX" in one["sql"]) == 1 for one in captured)
