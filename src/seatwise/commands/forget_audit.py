"""`seatwise forget-audit`: removing the oldest entries of the audit log, under a signed checkpoint."""

import argparse
import datetime
import sys
from pathlib import Path

from seatwise.commands.django_setup import setup

HELP = "write the oldest entries of the audit log to a file and remove them, leaving a signed checkpoint"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--before", required=True, metavar="DAY", help="entries of this day (YYYY-MM-DD) and later stay"
    )
    parser.add_argument("--to", required=True, type=Path, metavar="FILE", help="where the entries are kept; a new file")
    parser.add_argument("--reason", required=True, metavar="R", help="why, for the audit log")


def run(options: argparse.Namespace) -> int:
    """0: done, 1: refused, 2: wrong usage."""
    setup()
    from seatwise import configuration
    from seatwise.audit.retention import CannotRemove, remove_before
    from seatwise.lib import days

    try:
        day = days.date_of(days.parse_day(options.before))
        moment = datetime.datetime.combine(day, datetime.time(), configuration.zone())
        count = remove_before(moment, options.to, by_text=options.reason)
    except ValueError as error:
        return _fail(f"--before: {error}. Nothing was removed.", 2)
    except FileExistsError:
        return _fail(f"{options.to} is there already. Name a new file. Nothing was removed.", 1)
    except (CannotRemove, OSError) as error:
        return _fail(str(error), 1)
    print(f"{count:,} entries were written to {options.to} and removed." if count else "There are no such entries.")
    return 0


def _fail(message: str, code: int) -> int:
    print(f"seatwise forget-audit: {message}", file=sys.stderr)
    return code
