"""What has not changed is not written; what has is written once, by as many statements for many as for few."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from seatwise.ledger import fact_merge, holders
from seatwise.ledger.as_of import roll
from seatwise.ledger.fact_merge import forget, merge, rebuild
from seatwise.ledger.models import Revision
from seatwise.ledger.tests.world import (
    ON,
    ZONE,
    World,
    add_person,
    add_service,
    add_source,
    day,
    expected_row,
    facts_of,
    ledger,
    license_for,
    usage_rows,
)

pytestmark = pytest.mark.django_db
TODAY = day("2026-11-24")
REFUSING = {
    "sqlite": "CREATE TEMPORARY TRIGGER no_{what}_{table} BEFORE {what} ON {table} "
    "BEGIN SELECT RAISE(ABORT, 'it was written'); END",
    "postgresql": "CREATE TRIGGER no_{what} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
}


def refuse_writing() -> None:
    """Until the end of the test the database lets nobody write the ledger."""
    with connection.cursor() as cursor:
        for table in ("ledger_accessmonth", "ledger_coverage", "ledger_usage", "ledger_asof"):
            for what in ("INSERT", "UPDATE", "DELETE"):
                cursor.execute(REFUSING[connection.vendor].format(what=what, table=table))


@contextmanager
def usage_rows_written() -> Iterator[list[int]]:
    """How many usage rows each statement changed."""
    found: list[int] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if "UPDATE ledger_usage" in sql:
            found.append(context["cursor"].rowcount)
        return answer

    with connection.execute_wrapper(count):
        yield found


def test_the_same_facts_again_write_nothing_and_count_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    facts = facts_of(
        {"ann": {TODAY, TODAY - 40}, "ben": {TODAY - 3}, "nobody": {TODAY}}, None, {"ben": {TODAY}, "robot": {TODAY}}
    )
    world.merge("wiki", "both", facts, TODAY)
    before = ledger()
    refuse_writing()
    monkeypatch.setattr(fact_merge, "add", lambda *_arguments: pytest.fail("somebody was counted"))
    world.merge("wiki", "both", facts, TODAY)
    world.merge("wiki", "both", facts_of({"ann": {TODAY}}), TODAY - 5)
    assert ledger() == before


def a_service_with_people(count: int) -> tuple[World, Revision]:
    world = World.__new__(World)
    world.services = {"many": add_service("many")}
    world.users = {f"u{number}": add_person(f"u{number}") for number in range(count)}
    license_for(world.services["many"], *world.users.values())
    return world, add_source("log", world.services["many"]).revision


def test_a_new_day_touches_each_row_once() -> None:
    world, revision = a_service_with_people(4)
    service = world.services["many"]
    days = {"u0": {TODAY - 30, TODAY - 2}, "u1": {TODAY - 30}, "u2": {TODAY - 60}}
    merge(revision, service, facts_of(days, range(TODAY - 60, TODAY)), zone=ZONE, today=TODAY - 1)
    more = {"u0": {TODAY}, "u2": {TODAY}, "unknown": {TODAY}}
    with usage_rows_written() as written:
        merge(revision, service, facts_of(more), zone=ZONE, today=TODAY)
    assert sum(written) == 3  # u0 loses a day and gains one, u1 loses one, u2 gains one
    assert usage_rows()["many", "u0"] == expected_row({TODAY - 2, TODAY}, (), TODAY)
    assert usage_rows()["many", "u1"] == expected_row({TODAY - 30}, (), TODAY)
    assert usage_rows()["many", "u2"] == expected_row({TODAY - 60, TODAY}, (), TODAY)
    assert usage_rows()["many", "u3"] == expected_row((), (), TODAY)


def statements_of_each_step(people: int) -> list[int]:
    """How many statements each step takes for so many people, of whom nothing is left afterwards."""
    taken = []
    with transaction.atomic():
        world, revision = a_service_with_people(people)
        service = world.services["many"]
        old, new = (facts_of({login: {one} for login in world.users}) for one in (TODAY - 9, TODAY))
        steps: tuple[Callable[[], object], ...] = (
            lambda: merge(revision, service, old, zone=ZONE, today=TODAY),
            lambda: merge(revision, service, new, zone=ZONE, today=TODAY),
            lambda: roll(service, TODAY + 1),
            lambda: rebuild(service),
            lambda: forget(revision, by=None, on=ON),
            lambda: holders.licenses_removed(service, world.users.values()),
            lambda: holders.licenses_added(service, world.users.values()),
        )
        for step in steps:
            with CaptureQueriesContext(connection) as captured:
                step()
            taken.append(len(captured))
        transaction.set_rollback(True)
    return taken


def test_many_take_as_many_statements_as_few() -> None:
    assert statements_of_each_step(3) == statements_of_each_step(60)
