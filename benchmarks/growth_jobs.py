"""`python -m benchmarks.growth_jobs PEOPLE`: do jobs of Seatwise's, and the same by plain SQL, with so many people.

Prints JSON: for each job its seconds and those of plain SQL. A further job is a line in JOBS and two functions.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.growth_import import Import
from benchmarks.growth_people import populate
from benchmarks.store_layouts import month_rows, timed
from seatwise.lib import days

MONTH = 2026 * 12 + 9
LAST, NEXT, THEN = (days.parse_day(day) for day in ("2026-10-31", "2026-11-01", "2026-11-02"))
PLAIN_MONTHS = """
INSERT INTO ledger_accessmonth AS m (service_id, month, login_id, revision_id, days, program_days)
SELECT {service}, s.month, l.id, {revision}, s.days, 0 FROM {staged} s CROSS JOIN directory_login l
WHERE l.folded = s.folded ON CONFLICT (service_id, month, login_id, revision_id) DO UPDATE
SET days = m.days | excluded.days WHERE (m.days | excluded.days) <> m.days
"""
PLAIN_ROWS = """
CREATE TEMPORARY TABLE plain AS SELECT u.id, s.last_day, s.bits, s.days_30
FROM {staged} s CROSS JOIN directory_login l CROSS JOIN ledger_usage u
WHERE l.folded = s.folded AND u.service_id = {service} AND u.user_id = l.user_id
"""
PLAIN_USAGE = """
UPDATE ledger_usage AS u SET last_day = s.last_day, bits = u.bits | s.bits, days_30 = u.days_30 + s.days_30
FROM plain s WHERE u.id = +s.id AND (u.bits | s.bits) <> u.bits
"""
PLAIN_ROLL = """
UPDATE ledger_usage SET days_30 = days_30 - 1, bits = bits - {bit} WHERE service_id = {service} AND (bits & {bit}) <> 0
"""


@dataclass
class Bench:
    """A service of many people, its revision, and what the logs say of them."""

    people: int
    service: Any
    revision: Any
    facts: Any = None
    rows: list[tuple[str | int, ...]] = field(default_factory=list)  # folded, month, days, last_day, bits, days_30
    newcomers: Import = field(default_factory=Import)


@dataclass(frozen=True)
class Job:
    """Ours is done, in its turn; the plain one before it, and rolled back. What prepares both is not timed."""

    name: str
    ours: Callable[[Bench], object]
    plain: Callable[[Bench], object]
    prepare: Callable[[Bench], object] = lambda _bench: None


def read_a_month(bench: Bench) -> None:
    """Most people came in October."""
    read(bench, MONTH, dict(month_rows(MONTH, bench.people)), LAST)


def read_a_day(bench: Bench) -> None:
    """Every other one came on the first of November."""
    read(bench, MONTH + 1, dict.fromkeys(range(2, bench.people + 1, 2), 1), NEXT)


def read(bench: Bench, month: int, seen: dict[int, int], last: int) -> None:
    """What the reader finds in logs until a day, as facts and as rows."""
    from seatwise.logs.facts import Facts, LoginFacts, cover

    bench.facts, bench.rows = Facts(), []
    for number, mask in seen.items():
        login = f"user{number:07d}"
        bench.facts.logins[login] = LoginFacts(login, 0, {month: mask} if mask else {})
        found = list(days.days_of_mask(month, mask))
        bits = sum(1 << day % 31 for day in found if day > last - days.WINDOW)
        if found:
            bench.rows.append((login, month, mask, found[-1], bits, bits.bit_count()))
    cover(bench.facts, [(days.first_day_of(month), last)])


def ingest(bench: Bench) -> None:
    """As `seatwise ingest` does after the log was read."""
    from seatwise.ledger.ingestion import bring_in
    from seatwise.ledger.models import LogImport

    bring_in(LogImport.objects.create(revision=bench.revision), [bench.service], [bench.facts], "combined")


def plain_ingest(bench: Bench) -> None:
    """The rows into the months and the usage rows."""
    from seatwise.lib.staged_rows import INTEGER, TEXT, staged

    columns = {"folded": TEXT, **dict.fromkeys(("month", "days", "last_day", "bits", "days_30"), INTEGER)}
    with staged(columns, bench.rows, key=["folded"]) as table:
        execute(PLAIN_MONTHS, bench, staged=table)
        execute(PLAIN_ROWS, bench, staged=table)
        execute(PLAIN_USAGE, bench)
        execute("DROP TABLE plain", bench)


def plain_day(bench: Bench) -> None:
    """The same after the bits of the leaving day are gone."""
    execute(PLAIN_ROLL, bench, bit=bit_leaving(NEXT))
    plain_ingest(bench)


def bit_leaving(day: int) -> int:
    """The bit of the day that leaves the window when a day comes."""
    return 1 << ((day - days.WINDOW) % 31)


def cover_another_day(bench: Bench) -> None:
    """So that there is a day to move on to."""
    from seatwise.ledger.models import Coverage

    Coverage.objects.filter(service=bench.service, month=MONTH + 1).update(days=3)


def roll(bench: Bench) -> None:
    """As the daily work does."""
    from django.db import transaction

    from seatwise.ledger import as_of
    from seatwise.lib.staged_rows import with_large_cache

    with with_large_cache(), transaction.atomic():
        as_of.roll(bench.service, THEN)


def plain_roll(bench: Bench) -> None:
    """The bit of the leaving day out of all rows."""
    execute(PLAIN_ROLL, bench, bit=bit_leaving(THEN))


def write_a_file(bench: Bench) -> None:
    """Of as many people as there are, with a license each."""
    bench.newcomers.make(bench.people)


def bring_in(bench: Bench) -> None:
    """From bytes to users, login names, memberships, licenses, usage rows and entries of the audit log."""
    bench.newcomers.bring_in()


def plain_bring_in(bench: Bench) -> None:
    """Those rows."""
    bench.newcomers.plain()


def plain_look(bench: Bench) -> None:
    """Whether all are there."""
    bench.newcomers.plain_look()


def execute(sql: str, bench: Bench, **values: object) -> None:
    """Run a statement about the service."""
    from seatwise.ledger import statements

    statements.execute(sql.format(service=bench.service.pk, revision=bench.revision.pk, **values))


JOBS: Sequence[Job] = (
    Job("a month of logs", ingest, plain_ingest, read_a_month),
    Job("the same again", ingest, plain_ingest),
    Job("the next day", ingest, plain_day, read_a_day),
    Job("nothing but another day", roll, plain_roll, cover_another_day),
    Job("as many new people, by file", bring_in, plain_bring_in, write_a_file),
    Job("the same file again", bring_in, plain_look),
)


def rolled_back(job: Callable[[Bench], object], bench: Bench) -> float:
    """The seconds of a job that leaves nothing behind."""
    from django.db import transaction

    with transaction.atomic():
        took = timed(lambda: job(bench))
        transaction.set_rollback(True)
    return took


def main(people: int) -> None:
    """Measure."""
    from seatwise.commands.init import prepare_everything

    prepare_everything()
    bench = Bench(people, *populate(people))
    figures = {}
    for job in JOBS:
        job.prepare(bench)
        plain = rolled_back(job.plain, bench)
        figures[job.name] = [timed(lambda job=job: job.ours(bench)), plain]  # type: ignore[misc]
        print(f"{job.name}: {figures[job.name]}", file=sys.stderr, flush=True)  # a million people take a while
    print(json.dumps(figures))


if __name__ == "__main__":
    main(int(sys.argv[1]))
