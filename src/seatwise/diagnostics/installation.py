"""Checks of the installation: versions, settings, data directory, database, audit log."""

import os
import platform
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

import seatwise
from seatwise import configuration
from seatwise.audit import append_only
from seatwise.diagnostics.findings import Finding, error, ok, warning
from seatwise.server.limits import ROOM

TIGHT = 2 * 10**9  # bytes free on the disk below which it is worth a warning
LARGE = 10_000  # rows of a table from which the database needs statistics to find good plans
AWRY = 60.0  # seconds between the clocks of this machine and of the database


def megabytes(size: int) -> str:
    return f"{size / 10**6:,.0f} MB"


def database_size() -> int:
    """Bytes that the database takes on disk."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(cursor.fetchone()[0])


def database_version() -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"


def versions() -> Iterator[Finding]:
    system = f"{platform.system()} {platform.machine()}"
    yield ok(f"Seatwise {seatwise.__version__}, Python {platform.python_version()}, {database_version()}, {system}.")


def settings() -> Iterator[Finding]:
    configuration.check()
    origin = configuration.ORIGIN.value()
    yield ok(f"All settings can be used. The site is {origin.geturl()}.")
    if origin.scheme == "http" and origin.hostname not in configuration.LOOPBACK:
        yield warning(
            "Passwords cross the network readable unless something else protects them (SEATWISE_HTTPS=no).",
            "Put the site behind a proxy with https, and set SEATWISE_ORIGIN to the https address.",
        )
    if configuration.DEBUG.value():
        yield warning("SEATWISE_DEBUG is on.", "Leave it out for a site that others use.")


def data_directory() -> Iterator[Finding]:
    directory: Path = configuration.DATA_DIR.value()
    if directory.stat().st_mode & 0o077:
        yield warning(f"Other users of this machine can open {directory}.", f"chmod 700 {directory}")
    if not os.access(directory, os.W_OK):
        yield error(
            f"{directory} cannot be written to.", "Run this as the user that runs Seatwise, or change its owner."
        )
    free = shutil.disk_usage(directory).free
    if free < ROOM:
        yield error(
            f"The disk of {directory} is full: {megabytes(free)} free.", "Free some room; nothing can be saved."
        )
    elif free < TIGHT:
        yield warning(f"The disk of {directory} has {megabytes(free)} left.", "Free some room before it is full.")
    else:
        yield ok(f"{directory}: {megabytes(free)} free.")


def database() -> Iterator[Finding]:
    restore = "Stop the site, keep a copy of the file, and restore the last backup (docs/backup.md)."
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA quick_check(1)")
            said = str(cursor.fetchone()[0])
            if said != "ok":
                yield error(f"The database is damaged: {said}", restore)
                return
            cursor.execute("PRAGMA foreign_key_check")
            if broken := cursor.fetchone():
                yield error(f"The table {broken[0]} refers to rows that are not there.", restore)
    yield ok(f"The database is whole: {megabytes(database_size())}.")


def schema() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield error("The database is of an earlier version of Seatwise.", "Make a backup, then run `seatwise init`.")
        return
    known = executor.loader.disk_migrations or {}
    apps = {app for app, _name in known}
    newer = sorted(
        f"{app}.{name}" for app, name in executor.loader.applied_migrations if app in apps and (app, name) not in known
    )
    if newer:
        yield error(
            f"The database was changed by a later version of Seatwise ({newer[0]}).",
            "Install that version again, or restore a backup of this one.",
        )
    else:
        yield ok("The tables are those of this version.")


def audit_triggers() -> Iterator[Finding]:
    wanted = append_only.SQLITE if connection.vendor == "sqlite" else append_only.POSTGRESQL
    catalogue = "sqlite_master WHERE type = 'trigger'"
    name = "name"
    if connection.vendor == "postgresql":
        catalogue, name = "pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'", "tgname"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM {catalogue}")  # noqa: S608 - names of ours
        found = {row[0] for row in cursor.fetchall()}
    if missing := sorted(set(wanted) - found):
        yield error(
            f"The audit log can be changed: the trigger {missing[0]} is missing or switched off.",
            "Somebody changed the database by hand. Run `seatwise verify-audit`, and restore a backup made before.",
        )
    else:
        yield ok("Triggers keep the audit log from being changed; `seatwise verify-audit` reads all of it.")


def statistics() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT relname FROM pg_stat_user_tables WHERE n_live_tup > %s "
                "AND last_analyze IS NULL AND last_autoanalyze IS NULL ORDER BY n_live_tup DESC",
                [LARGE],
            )
            without = [row[0] for row in cursor.fetchall()]
        else:
            cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
            has_any = cursor.fetchone() is not None
            cursor.execute("SELECT max(rowid) FROM ledger_usage")
            without = ["ledger_usage"] if not has_any and (cursor.fetchone()[0] or 0) > LARGE else []
    if without:
        yield warning(
            f"The database has no statistics of {without[0]}, so lists may be slow.",
            "Run ANALYZE in it" + ("; see that autovacuum is on." if connection.vendor == "postgresql" else "."),
        )
    else:
        yield ok("The database has the statistics it needs.")


def clocks() -> Iterator[Finding]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            apart = abs((cursor.fetchone()[0] - timezone.now()).total_seconds())
        if apart > AWRY:
            yield warning(
                f"The clocks of this machine and of the database are {apart:.0f} s apart.", "Set both by NTP."
            )
    yield ok(f"Today is {configuration.today()} in {configuration.TIME_ZONE.value()}.")
