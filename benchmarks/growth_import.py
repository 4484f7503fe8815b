"""A people file beside the plainest SQL: the rows that it becomes, written as they are; and a look at what is new."""

from dataclasses import dataclass, field
from typing import Any

HEADING = "login,name,email,departments,services"
TABLES = (
    *("directory_department", "directory_user", "directory_login", "directory_membership"),
    *("licenses_change", "licenses_license", "ledger_usage", "audit_entry"),
)
DIFFERENT = """
SELECT count(*) FROM {staged} s LEFT JOIN directory_user u ON u.folded = s.folded
WHERE u.id IS NULL OR u.name <> s.name OR u.email <> s.email
"""


@dataclass
class Import:
    """A file of people who are not there yet, and the rows that they become, by table: (columns, rows)."""

    data: bytes = b""
    rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]] = field(default_factory=dict)

    def make(self, people: int) -> None:
        """Write the file; bring it in, keep the rows, and roll back."""
        from django.db import connection, transaction

        lines = [f"p{n:07d},Person {n},p{n:07d}@example.com,D{n % 50},bench" for n in range(people)]
        self.data = "\n".join([HEADING, *lines]).encode()
        with transaction.atomic(), connection.cursor() as cursor:
            keys = {table: "number" if table == "audit_entry" else "id" for table in TABLES}
            there = {}
            for table, key in keys.items():
                cursor.execute(f"SELECT max({key}) FROM {table}")
                there[table] = cursor.fetchone()[0] or 0
            self.bring_in()
            for table, key in keys.items():
                cursor.execute(f"SELECT * FROM {table} WHERE {key} > {there[table]} ORDER BY {key}")
                self.rows[table] = [column[0] for column in cursor.description], cursor.fetchall()
            transaction.set_rollback(True)

    def bring_in(self) -> None:
        """As `seatwise import-users --yes` does."""
        import datetime

        from seatwise.directory import people_file_import
        from seatwise.lib.people_file import parse

        plan = people_file_import.plan(parse(self.data, name="people.csv"))
        if not plan.changes_nothing:
            people_file_import.commit(plan.looked(), by=None, on=datetime.date(2026, 11, 2))

    def plain(self) -> None:
        """The rows into their tables, with all that is checked at the end of a transaction."""
        from django.db import connection

        from seatwise.lib import staged_rows

        for table, (columns, rows) in self.rows.items():
            staged_rows.add(table, columns, rows)
        if connection.vendor == "postgresql":
            connection.check_constraints()

    def plain_look(self) -> None:
        """What of the file is not in the database: nothing."""
        from django.db import connection

        from seatwise.lib.staged_rows import TEXT, staged

        people = [line.split(",")[:3] for line in self.data.decode().splitlines()[1:]]
        with (
            staged(dict.fromkeys(("folded", "name", "email"), TEXT), people, key=["folded"]) as table,
            connection.cursor() as cursor,
        ):
            cursor.execute(DIFFERENT.format(staged=table))
            cursor.fetchone()
