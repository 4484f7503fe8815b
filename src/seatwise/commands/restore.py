"""`seatwise restore FILE`: what `seatwise backup` wrote, into this database."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seatwise.commands.django_setup import refuse
from seatwise.commands.init import prepare_everything

HELP = "fill the database from a file of `seatwise backup`; stop the site first"
NEEDS_SITE = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """From where, and whether to replace what is there."""
    parser.add_argument("file", type=Path, help="the file that `seatwise backup` wrote")
    parser.add_argument(
        "--key", metavar="SHA256", help="the key that identifies your backups, as `seatwise backup` printed it"
    )
    parser.add_argument(
        "--audit-key-file",
        type=Path,
        metavar="FILE",
        help="the audit.key of the machine the backup was made on, if it is not here yet",
    )
    parser.add_argument(
        "--without-audit-key",
        action="store_true",
        help="continue without that key: the log can be read, but not verified until the key is there",
    )
    parser.add_argument("--replace", action="store_true", help="replace everything in the database")
    parser.add_argument("--quiet", action="store_true", help="print nothing unless there is an error")


def run(options: argparse.Namespace) -> int:
    """Restore all of it, or change nothing. The data directory and the tables are made if they are not there."""
    if not options.file.is_file():
        refuse(f"{options.file} does not exist. Nothing was changed.")
    made = prepare_everything()
    from seatwise import configuration
    from seatwise.commands.database_restore import CannotRestore, Trust, restore
    from seatwise.site import clock

    def progress(table: str, rows: int) -> None:
        if not options.quiet and rows:
            print(f"  {table}: {rows:,}", file=sys.stderr)

    def note(text: str) -> None:
        print(f"seatwise: {text}.", file=sys.stderr)

    trust = Trust(options.key or "", options.audit_key_file, options.without_audit_key)
    try:
        with _removed_on_failure(made):
            rows = restore(options.file, replace=options.replace, progress=progress, trust=trust, note=note)
    except CannotRestore as error:
        refuse(f"{error}. Nothing was changed.")
    jump = clock.look(configuration.today())
    if jump:
        note(f"{jump.describe()} {jump.what_next()} To confirm it: seatwise tick --accept-clock")
    if not options.quiet:
        print(f"{rows:,} rows were restored.")
    return 0


@contextmanager
def _removed_on_failure(made: Path | None) -> Iterator[None]:
    """Leave no empty database where one that was made for this was not filled."""
    from django.db import connection

    try:
        yield
    except BaseException:
        if made:
            connection.close()
            for suffix in ("", "-wal", "-shm"):
                made.with_name(made.name + suffix).unlink(missing_ok=True)
        raise
