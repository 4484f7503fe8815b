"""The ledger's own SQL, the same on SQLite and PostgreSQL. Days, months and masks are as in models/facts.py."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from seatwise.directory.models import Service
from seatwise.lib import days
from seatwise.lib.batches import batches

BATCH = 1000

NEW = """FROM {staged} s LEFT JOIN ledger_accessmonth o
    ON o.service_id = %(service)s AND o.month = s.month AND o.login_id = s.login_id AND o.revision_id = %(revision)s
WHERE o.login_id IS NULL OR (o.days | s.days) <> o.days OR (o.program_days | s.program_days) <> o.program_days
"""
LOGINS_WITH_NEW = f"SELECT s.login_id {NEW}"

# Only what is new is written, and the logins it is of are the answer: the same facts again lock and write nothing.
MERGE_MONTHS = f"""
INSERT INTO ledger_accessmonth AS m (service_id, month, login_id, revision_id, days, program_days)
SELECT %(service)s, s.month, s.login_id, %(revision)s, s.days, s.program_days
{NEW}ON CONFLICT (service_id, month, login_id, revision_id) DO UPDATE
SET days = m.days | excluded.days, program_days = m.program_days | excluded.program_days
RETURNING login_id
"""

# What of some facts a revision has said before.
SAID_BEFORE = """
SELECT s.month, s.login_id, o.days & s.days, o.program_days & s.program_days
FROM {staged} s CROSS JOIN ledger_accessmonth o
WHERE o.service_id = %(service)s AND o.month = s.month AND o.login_id = s.login_id AND o.revision_id = %(revision)s
AND ((o.days & s.days) <> 0 OR (o.program_days & s.program_days) <> 0)
"""
TAKE_DAYS_OUT = """
UPDATE ledger_accessmonth AS m SET days = m.days & ~ s.days, program_days = m.program_days & ~ s.program_days
FROM {staged} s WHERE m.service_id = %(service)s AND m.month = +s.month AND m.login_id = +s.login_id
AND m.revision_id = %(revision)s
"""
TAKE_EMPTY_MONTHS_OUT = """
DELETE FROM ledger_accessmonth WHERE service_id = %(service)s AND revision_id = %(revision)s
AND month >= %(first)s AND month <= %(last)s AND days = 0 AND program_days = 0
"""

ROWS_OF_USERS = """
SELECT u.user_id, u.id FROM {staged} s CROSS JOIN ledger_usage u WHERE u.service_id = %s AND u.user_id = s.user_id
"""
# What logins add, by usage row. Somebody's second login is in the second layer: an UPDATE takes one row for each.
ROWS_OF_LOGINS = """
INSERT INTO {rows} (id, layer, last_day, bits, program_day)
SELECT u.id, row_number() OVER (PARTITION BY u.id ORDER BY s.login_id), s.last_day, s.bits, s.program_day
FROM {staged} s CROSS JOIN directory_login l CROSS JOIN ledger_usage u
WHERE l.id = s.login_id AND u.service_id = %(service)s AND u.user_id = l.user_id
"""
MONTHS_OF_USERS = """
SELECT l.user_id, m.month, m.days, m.program_days
FROM {staged} s CROSS JOIN directory_login l CROSS JOIN ledger_accessmonth m
WHERE l.user_id = s.user_id AND m.service_id = %s AND m.month IN ({months}) AND m.login_id = l.id
"""

WRITE_USAGE = """
UPDATE ledger_usage AS u SET last_day = s.last_day, bits = s.bits, days_30 = s.days_30, program_day = s.program_day
FROM {staged} s WHERE u.id = +s.id
AND (u.last_day <> s.last_day OR u.bits <> s.bits OR u.days_30 <> s.days_30 OR u.program_day <> s.program_day)
"""

WRITE_NUMBERS = "UPDATE ledger_usage AS u SET days_30 = s.days_30 FROM {staged} s WHERE u.id = +s.id"


def count_of_bits(bits: str) -> str:
    """SQL for the number of set bits of 32: of twelve at a time, which multiplying puts five apart and 31 adds up."""
    twelves = (f"({bits} & 4095)", f"({bits} >> 12 & 4095)", f"({bits} >> 24)")
    sums = (f"({each} * {0x1001001001001} & {0x84210842108421}) %% 31" for each in twelves)
    return f"({' + '.join(sums)})"


# More facts of some holders: what their rows become, the days that leave the window at the same time taken out.
ADDED = "(CAST(u.bits AS bigint) & %(staying)s | s.bits)"
ADD_TO_USAGE = f"""
UPDATE ledger_usage AS u SET
    last_day = CASE WHEN s.last_day > u.last_day THEN s.last_day ELSE u.last_day END,
    bits = {ADDED}, days_30 = {count_of_bits(ADDED)},
    program_day = CASE WHEN s.last_day > 0 OR u.last_day > 0 THEN 0
        WHEN s.program_day > u.program_day THEN s.program_day ELSE u.program_day END
FROM {{staged}} s WHERE u.id = +s.id AND s.layer = %(layer)s
AND ({ADDED} <> u.bits OR s.last_day > u.last_day OR (u.last_day = 0 AND s.program_day > u.program_day))
"""  # noqa: S608 -- nothing but the above

# Days that leave the window.
STAYED = "(CAST(u.bits AS bigint) & %(staying)s)"
LEAVE_DAYS = f"""
UPDATE ledger_usage AS u SET bits = {STAYED}, days_30 = {count_of_bits(STAYED)}
WHERE u.service_id = %(service)s AND {STAYED} <> u.bits
"""  # noqa: S608 -- nothing but the above
BUT_THOSE = " AND NOT EXISTS (SELECT 1 FROM {rows} s WHERE s.id = u.id)"

# What usage rows copy from people, memberships and licenses (which are a later app's; this is what the database has of
# them). Each is looked up by itself: PostgreSQL takes minutes to join licenses that were just added.
COPIED = """
    (SELECT m.department_id FROM directory_membership m WHERE m.user_id = p.id AND m.until IS NULL AND m."primary")
        AS department_id,
    {login_bytes} AS login_bytes, (p.status = 'active' AND p.kind <> 'guest') AS shown, p.employment AS employment,
    (SELECT l.first_day FROM licenses_license l
        WHERE l.service_id = %(service)s AND l.user_id = p.id AND l.removed_on IS NULL) AS license_since
"""
LOGIN_BYTES = {"sqlite": "CAST(p.login AS BLOB)", "postgresql": "convert_to(p.login, 'UTF8')"}
COPIES = ("department_id", "login_bytes", "shown", "employment", "license_since")

BEGIN_ROWS = f"""
INSERT INTO ledger_usage (service_id, user_id, last_day, bits, days_30, program_day, {", ".join(COPIES)})
SELECT %(service)s, p.id, 0, 0, 0, 0, {COPIED} FROM {{staged}} s CROSS JOIN directory_user p WHERE p.id = s.user_id
ON CONFLICT (service_id, user_id) DO NOTHING
"""  # noqa: S608 -- nothing but the above
COPIES_OF_ROWS = f"""
SELECT u.id AS id, {COPIED} FROM {{staged}} s CROSS JOIN ledger_usage u CROSS JOIN directory_user p
WHERE u.service_id = %(service)s AND u.user_id = s.user_id AND p.id = s.user_id
"""  # noqa: S608 -- nothing but the above
SAME_COPIES = " AND ".join(f"(u.{name} = s.{name} OR (u.{name} IS NULL AND s.{name} IS NULL))" for name in COPIES)
COPY_AGAIN = f"""
UPDATE ledger_usage AS u SET {", ".join(f"{name} = s.{name}" for name in COPIES)}
FROM {{staged}} s WHERE u.id = +s.id AND ({SAME_COPIES}) IS NOT TRUE
"""  # noqa: S608 -- nothing but the above

LOGINS_OF_USERS = "SELECT id, user_id FROM directory_login WHERE user_id IN ({users})"

# Not joined with the logins: either database may then begin with all logins of a month, for each batch of users.
MONTHS_OF_LOGINS = """
SELECT login_id, month, days, program_days FROM ledger_accessmonth
WHERE service_id = %s AND month IN ({months}) AND login_id IN ({logins})
"""

USERS_WITH_DAYS = """
SELECT DISTINCT l.user_id FROM ledger_accessmonth m CROSS JOIN directory_login l
WHERE m.service_id = %s AND m.month = %s AND ((m.days | m.program_days) & %s) <> 0
AND l.id = m.login_id AND l.user_id IS NOT NULL
"""
LOGINS_WITH_DAYS = """
SELECT count(*) FROM (SELECT DISTINCT login_id FROM ledger_accessmonth WHERE service_id = %s AND days <> 0) l
"""
DAYS_OF_MONTHS = f"""
SELECT month, min(revision_id), max(revision_id), sum({count_of_bits("days")}) FROM ledger_accessmonth
WHERE service_id = %s AND days <> 0 GROUP BY month
"""  # noqa: S608 -- nothing but the above
LOGINS_OF_MONTH = "SELECT login_id, days FROM ledger_accessmonth WHERE service_id = %s AND month = %s AND days <> 0"


def marks(count: int) -> str:
    return ", ".join(["%s"] * count)


def execute(sql: str, parameters: Sequence[int] | dict[str, int] = ()) -> int:
    """Run a statement; the number of rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def fetch(sql: str, parameters: Sequence[int] | dict[str, int]) -> Iterator[tuple[int, ...]]:
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
        for login, month, mask, program_mask in fetch(sql, [service, *months, *logins]):
            yield owners[login], month, mask, program_mask


ACTIVE_BY_DEPARTMENT = """
SELECT u.department_id, {sums} FROM (
    SELECT l.user_id AS user_id, {weeks} FROM ledger_accessmonth m JOIN directory_login l ON l.id = m.login_id
    WHERE m.service_id = %s AND m.month >= %s AND m.month <= %s AND l.user_id IS NOT NULL GROUP BY l.user_id
) a JOIN ledger_usage u ON u.user_id = a.user_id AND u.service_id = %s
WHERE u.id IN ({rows}) GROUP BY u.department_id
"""


def active_by_department(
    service: int, spans: Sequence[tuple[int, int]], rows: str, parameters: Sequence[Any]
) -> Iterator[tuple[Any, ...]]:
    """(department, people who had an access in each span of days …) of usage rows that a query gives the ids of."""
    first, last = days.month_of(spans[0][0]), days.month_of(spans[-1][1])
    weeks, given = [], []
    for number, span in enumerate(spans):
        months = range(days.month_of(span[0]), days.month_of(span[1]) + 1)
        within = " OR ".join(["(m.month = %s AND (m.days & %s) <> 0)"] * len(months))
        weeks.append(f"max(CASE WHEN {within} THEN 1 ELSE 0 END) AS w{number}")
        given += [value for month in months for value in (month, days.mask_between(month, *span))]
    sums = ", ".join(f"sum(a.w{number})" for number in range(len(spans)))
    sql = ACTIVE_BY_DEPARTMENT.format(sums=sums, weeks=", ".join(weeks), rows=rows)
    return fetch(sql, [*given, service, first, last, service, *parameters])


def logins_and_days(service: Service) -> tuple[int, int]:
    """How many login names had an access, and on how many days of a login in all. Reads all months of the service.

    A day that several revisions of sources saw is counted once: months of one alone are counted by the database.
    """
    logins, number = next(fetch(LOGINS_WITH_DAYS, [service.pk]))[0], 0
    for month, first, last, count in fetch(DAYS_OF_MONTHS, [service.pk]):
        masks: dict[int, int] = {}
        for login, mask in fetch(LOGINS_OF_MONTH, [service.pk, month]) if first != last else ():
            masks[login] = masks.get(login, 0) | mask
        number += int(count) if first == last else sum(map(int.bit_count, masks.values()))
    return logins, number
