"""Which way PostgreSQL takes where a log or a file of users is brought in, on tables that it has no statistics of.

Of SQLite: test_growth_in_bulk.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from tests import bulk_work
from tests.bulk_work import Site
from tests.growing import grow
from tests.test_every_page import populated

from seatwise.licenses.models import Contract

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="reads plans of PostgreSQL")
PEOPLE = 2000
# Of 8 kB, by a statement for each of them: a look into a table by an index takes about three, and so does an entry in
# each of the eleven indexes of usage rows.
READING, WRITING = 20, 60


def forget_statistics() -> None:
    """Tests before this one may have had tables looked at while they were empty; memberships are taken for none, as
    where they were looked at while a file was brought in.
    """
    with connection.cursor() as cursor:
        ours = "SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        cursor.execute(f"UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid IN ({ours})")
        cursor.execute(f"DELETE FROM pg_statistic WHERE starelid IN ({ours})")
        there = "pg_relation_size(oid) / 8192"
        cursor.execute(f"UPDATE pg_class SET reltuples = 0, relpages = {there} WHERE relname = 'directory_membership'")


def pages_read(sql: str, parameters: Any) -> int:
    """By a statement, which is taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", parameters)
        found = cursor.fetchone()[0]
        transaction.set_rollback(True)
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def read_by(do: bulk_work.Do) -> Counter[str]:
    """What each statement reads that has to do with a temporary table."""
    found: Counter[str] = Counter()
    asked: list[str] = []

    def look(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if not asked and "staged_" in sql and sql.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            asked.append(sql)
            found[sql] += pages_read(sql, parameters)
            asked.clear()
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(look):
        do()
    return found


@pytest.fixture
def site(cast: dict[str, Any], sales: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Site:
    monkeypatch.setattr("seatwise.commands.django_setup.setup", lambda **_: None)
    populated(cast, sales)
    Contract.objects.update(seats=10**6)
    grow(0, PEOPLE)
    forget_statistics()
    return Site(PEOPLE, tmp_path)


def test_a_statement_reads_a_few_pages_for_each_person(site: Site) -> None:
    wrong: dict[str, float] = {}
    for name in ("ingest", "ingest, again", "import-users", "import-users, again"):
        with transaction.atomic():
            found = read_by(bulk_work.COMMANDS[name].prepare(site))
            transaction.set_rollback(True)
        assert found, name
        for sql, pages in found.items():
            if pages > (READING if sql.split()[0] == "SELECT" else WRITING) * PEOPLE:
                wrong[f"{name}: {sql}"] = pages / PEOPLE
    assert not wrong
