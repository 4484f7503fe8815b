"""`seatwise backup FILE`: all data in one file, for either database."""

import argparse
import sys
from pathlib import Path

from seatwise.commands.django_setup import refuse

HELP = "write all data to a file that can be restored to SQLite or PostgreSQL; the site may run meanwhile"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the file to write, such as seatwise-2026-11-24.zip")
    parser.add_argument("--quiet", action="store_true", help="print nothing unless there is an error")


def run(options: argparse.Namespace) -> int:
    """Write it whole, or not at all."""
    from seatwise.commands.database_backup import back_up
    from seatwise.reviews.evidence import fingerprint

    if options.file.is_dir():
        refuse(f"{options.file} is a directory (expected a file name). Nothing was written.")

    def progress(table: str, rows: int) -> None:
        if not options.quiet and rows:
            print(f"  {table}: {rows:,}", file=sys.stderr)

    try:
        rows = back_up(options.file, progress)
    except (OSError, ValueError) as error:
        refuse(f"the backup could not be written: {error}. Nothing was written.")
    if not options.quiet:
        print(f"{options.file}: {rows:,} rows. The secret key and files being imported are not in it.")
        print("To restore elsewhere, you also need audit.key from the data directory. Keep it apart from backups.")
        print(f"It is signed. To identify this site's backups, keep: --key {fingerprint()}")
    return 0
