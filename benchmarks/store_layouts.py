"""`python -m benchmarks.store_layouts LAYOUT USERS`: measure one layout in the database that Seatwise is set up for.

Prints JSON: size in bytes, and seconds to merge 13 months, to merge the last one again, for the first page, to roll.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from seatwise.lib import days

MONTHS = range(2025 * 12 + 10, 2026 * 12 + 11)  # November 2025 to November 2026
TODAY = days.parse_day("2026-11-24")
Rows = Sequence[tuple[int, int]]  # (login, mask of days)


def month_rows(month: int, users: int) -> Rows:
    """The access days of all users in a month: a fifth of them come never, the others on a quarter of the days."""
    rnd = random.Random(month)
    until = days.mask_between(month, 0, TODAY - 1)
    return [(user, rnd.getrandbits(31) & rnd.getrandbits(31) & until) for user in range(1, users + 1) if user % 5]


def timed(job: Callable[[], Any]) -> float:
    """The seconds a job takes."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def executed(sql: str, rows: Sequence[Sequence[int]] | None = None) -> list[Any]:
    """Run a statement, once or for rows of numbers in batches; what it found."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        if rows is None:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []
        for start in range(0, len(rows), 1000):
            batch = rows[start : start + 1000]
            one = "(" + ", ".join(["%s"] * len(batch[0])) + ")"
            cursor.execute(sql.format(rows=", ".join([one] * len(batch))), [v for row in batch for v in row])
    return []


class Days:
    """A row for each user and day."""

    tables = ("bench_day",)

    def __init__(self, users: int) -> None:
        executed("CREATE TABLE bench_day (login integer, day integer, PRIMARY KEY (login, day))" + without_rowid())

    def merge(self, month: int, rows: Rows) -> None:
        """Insert what is not there."""
        one = [(login, day) for login, mask in rows for day in days.days_of_mask(month, mask)]
        executed("INSERT INTO bench_day VALUES {rows} ON CONFLICT DO NOTHING", one)

    def page(self) -> list[Any]:
        """Count all rows."""
        return executed(
            f"SELECT login, max(day), sum(CASE WHEN day > {TODAY - 30} THEN 1 ELSE 0 END) "
            "FROM bench_day GROUP BY login ORDER BY 2, 1 LIMIT 50"
        )

    def roll(self) -> None:
        """Nothing to do."""


class Months:
    """A mask for each user and month. The exact last day and count of a page's 50 are read afterwards."""

    tables = ("bench_month",)

    def __init__(self, users: int) -> None:
        executed(
            "CREATE TABLE bench_month (month integer, login integer, days integer, PRIMARY KEY (month, login))"
            + without_rowid()
        )

    def merge(self, month: int, rows: Rows) -> None:
        """OR what is new."""
        executed(
            "INSERT INTO bench_month AS m VALUES {rows} ON CONFLICT (month, login) DO UPDATE "
            "SET days = m.days | excluded.days WHERE m.days | excluded.days <> m.days",
            [(month, login, mask) for login, mask in rows],
        )

    def page(self) -> list[Any]:
        """Find the last month of each user, of these the earliest 50, and their masks."""
        found = executed(
            "SELECT login, max(month * 64 + length(CAST(days AS text))) FROM bench_month "
            "WHERE days <> 0 GROUP BY login ORDER BY 2, 1 LIMIT 50"
        )
        logins = ", ".join(str(login) for login, _ in found)
        executed(f"SELECT login, month, days FROM bench_month WHERE login IN ({logins}) AND month >= {MONTHS[-2]}")
        return found

    def roll(self) -> None:
        """Nothing to do."""


class Ours:
    """Seatwise's own tables, by its own code."""

    tables = ("ledger_accessmonth", "ledger_usage")

    def __init__(self, users: int) -> None:
        from seatwise.directory.models import Login, Service, User
        from seatwise.ledger.models import Source, Usage
        from seatwise.ledger.models.sources import ReadingRules
        from seatwise.logs.rules import Rules

        self.service = Service.objects.add(code="bench", name="Bench", by=None)
        rules = ReadingRules(services={"bench": Rules()})
        self.revision = Source.objects.add(code="log", name="Log", rules=rules, by=None).revision
        names = [f"user{i:06d}" for i in range(1, users + 1)]
        User.objects.bulk_create([User(login=name, folded=name, name=name) for name in names], batch_size=5000)
        ids = dict(User.objects.values_list("login", "pk"))
        Login.objects.bulk_create(
            [Login(folded=name, written=name, user_id=ids[name]) for name in names], batch_size=5000
        )
        Usage.objects.bulk_create([Usage(service=self.service, user_id=ids[name]) for name in names], batch_size=5000)

    def merge(self, month: int, rows: Rows) -> None:
        """The product's merge, recomputing the usage that it touches."""
        from seatwise.ledger.fact_merge import merge
        from seatwise.logs.facts import Facts, LoginFacts, cover

        facts = Facts()
        for user, mask in rows:
            login = f"user{user:06d}"
            facts.logins[login] = LoginFacts(login, 0, {month: mask} if mask else {})
        cover(facts, [(days.first_day_of(month), min(days.last_day_of(month), TODAY - 1))])
        merge(self.revision, self.service, facts, zone="UTC", today=TODAY)

    def page(self) -> list[Any]:
        """The product's first page."""
        from seatwise.lib.usage import Narrowing, Sorting
        from seatwise.monitoring.listing import basis, selection

        return selection(basis(self.service), Narrowing(), Sorting(), None)[:50]

    def roll(self) -> None:
        """The product's move to the next day."""
        from django.db import transaction

        from seatwise.ledger.as_of import advance
        from seatwise.ledger.locking import lock

        with transaction.atomic():
            as_of = lock(self.service)
            advance(as_of, (as_of.day or 0) + 1)


def without_rowid() -> str:
    """What makes tables small on SQLite."""
    from django.db import connection

    return " WITHOUT ROWID" if connection.vendor == "sqlite" else ""


def size_of(tables: Sequence[str]) -> int:
    """The bytes of some tables and their indexes."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM FULL {', '.join(tables)}")
        return sum(int(executed(f"SELECT pg_total_relation_size('{name}')")[0][0]) for name in tables)
    executed("SELECT 1")
    names = "', '".join(tables)
    found = executed(
        f"SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name IN ('{names}'))"
    )
    return int(found[0][0])


def months(users: int) -> Iterator[tuple[int, Rows]]:
    """The rows of each month."""
    for month in MONTHS:
        yield month, month_rows(month, users)


def main(layout: str, users: int) -> None:
    """Measure."""
    from seatwise.commands.init import prepare_everything

    prepare_everything()
    store: Any = {"days": Days, "months": Months, "ours": Ours}[layout](users)
    merge = 0.0
    rows: Rows = []
    for month, rows in months(users):
        merge += timed(lambda month=month, rows=rows: store.merge(month, rows))  # type: ignore[misc]
    again = timed(lambda: store.merge(MONTHS[-1], rows))
    page = min(timed(store.page) for _ in range(5))
    figures = {"size": size_of(store.tables), "merge": merge, "again": again, "page": page, "roll": 0.0}
    if layout == "ours":
        figures["roll"] = timed(store.roll)
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
