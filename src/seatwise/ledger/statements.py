"""The ledger's own SQL, the same on SQLite and PostgreSQL. Days, months and masks are as in models/facts.py."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import connection

from seatwise.directory.models import Service
from seatwise.lib.batches import batches

BATCH = 1000

MERGE_MONTHS = """
INSERT INTO ledger_accessmonth AS m (service_id, month, login_id, revision_id, days, program_days) VALUES {rows}
ON CONFLICT (service_id, month, login_id, revision_id) DO UPDATE
SET days = m.days | excluded.days, program_days = m.program_days | excluded.program_days
WHERE (m.days | excluded.days) <> m.days OR (m.program_days | excluded.program_days) <> m.program_days
"""

MERGE_COVERAGE = """
INSERT INTO ledger_coverage AS c (service_id, revision_id, month, days) VALUES {rows}
ON CONFLICT (service_id, revision_id, month) DO UPDATE SET days = c.days | excluded.days
"""

# Leaving a day: its bit is taken out, with no counting of bits. %(bit)s is 1 << day %% 31.
LEAVE_DAY = """
UPDATE ledger_usage SET days_30 = days_30 - 1, bits = bits - %(bit)s
WHERE service_id = %(service)s AND (bits & %(bit)s) <> 0
"""

LOGINS_OF_USERS = "SELECT id, user_id FROM directory_login WHERE user_id IN ({users})"

# Not joined with the logins: either database may then begin with all logins of a month, for each batch of users.
MONTHS_OF_LOGINS = """
SELECT login_id, month, days, program_days FROM ledger_accessmonth
WHERE service_id = %s AND month IN ({months}) AND login_id IN ({logins})
"""

USERS_WITH_DAYS = """
SELECT DISTINCT l.user_id
FROM ledger_accessmonth m JOIN directory_login l ON l.id = m.login_id
WHERE m.service_id = %s AND m.month = %s AND l.user_id IS NOT NULL AND ((m.days | m.program_days) & %s) <> 0
"""

UPDATE_USAGE = """
WITH v (last_day, bits, days_30, program_day, service_id, user_id) AS (VALUES {rows})
UPDATE ledger_usage AS u SET last_day = v.last_day, bits = v.bits, days_30 = v.days_30, program_day = v.program_day
FROM v WHERE u.service_id = v.service_id AND u.user_id = v.user_id
AND (u.last_day <> v.last_day OR u.bits <> v.bits OR u.days_30 <> v.days_30 OR u.program_day <> v.program_day)
"""
LOGIN_MONTHS = """
SELECT m.login_id, m.month, m.days FROM ledger_accessmonth m
WHERE m.service_id = %s AND m.days <> 0 ORDER BY m.month, m.login_id
"""


def marks(count: int) -> str:
    return ", ".join(["%s"] * count)


def execute(sql: str, parameters: Sequence[int] | dict[str, int]) -> int:
    """Run a statement; the number of rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def upsert(sql: str, rows: Iterable[Sequence[int]]) -> None:
    """Run a statement with {rows} over rows of numbers, in batches. Rows must be sorted, and no key may come twice.

    The numbers are written into the statement: as parameters they take ten times as long on PostgreSQL.
    """
    for batch in batches(rows, BATCH):
        one = f"({', '.join(['%d'] * len(batch[0]))})"
        with connection.cursor() as cursor:
            cursor.execute(sql.format(rows=", ".join([one % tuple(row) for row in batch])))


def fetch(sql: str, parameters: Sequence[int]) -> Iterator[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(5000):
            yield from rows


def months_of_users(service: int, months: Sequence[int], users: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """(user, month, days, program_days) of all login names of some users in some months."""
    if not months or not users:
        return
    owners = {row[0]: row[1] for row in fetch(LOGINS_OF_USERS.format(users=marks(len(users))), users)}
    for logins in batches(sorted(owners), BATCH):
        sql = MONTHS_OF_LOGINS.format(months=marks(len(months)), logins=marks(len(logins)))
        for login, month, days, program_days in fetch(sql, [service, *months, *logins]):
            yield owners[login], month, days, program_days


def update_usage(rows: Iterable[Sequence[int]]) -> None:
    """Write (last_day, bits, days_30, program_day, service, user) where something differs."""
    upsert(UPDATE_USAGE, rows)


def logins_and_days(service: Service) -> tuple[int, int]:
    """How many login names had an access, and on how many days of a login in all. Reads all months of the service."""
    logins: set[int] = set()
    days = 0
    key, mask = (0, 0), 0
    for login, month, more in fetch(LOGIN_MONTHS, [service.pk]):
        if (login, month) != key:
            days += mask.bit_count()
            key, mask = (login, month), 0
            logins.add(login)
        mask |= more
    return len(logins), days + mask.bit_count()
