"""Which way PostgreSQL takes to a page of the list, on tables that it has no statistics of. Of SQLite: test_growth."""

import json
from typing import Any

import pytest
from django.db import connection
from tests.growing import grow
from tests.test_every_page import populated

from seatwise.directory.models import Service
from seatwise.lib.usage import SORTS, Narrowing, Sorting
from seatwise.monitoring import listing

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="reads plans of PostgreSQL")
PAGES_READ = 60  # of 8 kB, of a table of several hundred


def plan_of(sql: str, parameters: Any) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", parameters)
        found = cursor.fetchone()[0]
    plan: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for each in plan.get("Plans", []) for node in nodes(each))]


def test_the_first_page_in_each_order_and_narrowed_is_read_from_an_index(cast: dict[str, Any], sales: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_usage SET (autovacuum_enabled = off)")
        cursor.execute("TRUNCATE ledger_usage")  # rows of tests before this one, rolled back, are still in its indexes
        # They may have had it looked at while it was empty: nothing is known of it any more.
        cursor.execute("UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = 'ledger_usage'::regclass")
        cursor.execute("DELETE FROM pg_statistic WHERE starelid = 'ledger_usage'::regclass")
    populated(cast, sales)
    grow(0, 3000)
    of = listing.basis(Service.objects.get(code="wiki"))
    asked = [(Narrowing(), Sorting(by, descending)) for by in SORTS for descending in (False, True)]
    for narrowing, sorting in [*asked, (Narrowing(never=True), Sorting("last-access"))]:
        statements: list[tuple[str, Any]] = []

        def keep(execute: Any, sql: str, parameters: Any, *rest: Any, kept: Any = statements) -> Any:
            kept.append((sql, parameters))
            return execute(sql, parameters, *rest)

        with connection.execute_wrapper(keep):
            assert len(listing.selection(of, narrowing, sorting, None)[0:50]) == 50
        plan = plan_of(*statements[0])
        read = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        assert read < PAGES_READ, (sorting, json.dumps(plan, indent=1))
        assert "Seq Scan" not in {node["Node Type"] for node in nodes(plan)}, (sorting, json.dumps(plan, indent=1))
