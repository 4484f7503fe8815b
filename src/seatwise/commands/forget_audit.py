"""`seatwise forget-audit`: removing the oldest entries of the audit log, under a signed checkpoint."""

import argparse
import datetime
from pathlib import Path

from seatwise.commands.errors import Failure

HELP = "write the oldest entries of the audit log to a file and remove them, leaving a signed checkpoint"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--before", required=True, metavar="DAY", help="entries of this day (YYYY-MM-DD) and later stay"
    )
    parser.add_argument(
        "--to", required=True, type=Path, metavar="FILE", help="where the entries are written; a new file"
    )
    parser.add_argument("--reason", required=True, metavar="R", help="the reason, for the audit log")


def run(options: argparse.Namespace) -> None:
    """0: done, 1: refused, 2: wrong usage."""
    from seatwise import configuration
    from seatwise.audit.retention import CannotRemove, remove_before
    from seatwise.lib import days

    try:
        day = days.date_of(days.parse_day(options.before))
        moment = datetime.datetime.combine(day, datetime.time(), configuration.zone())
        count = remove_before(moment, options.to, by_text=options.reason)
    except ValueError as error:
        raise Failure(f"--before: {error}. Nothing was removed.", 2) from None
    except FileExistsError:
        raise Failure(f"{options.to} already exists. Choose a new file name. Nothing was removed.") from None
    except (CannotRemove, OSError) as error:
        raise Failure(error) from None
    print(f"{count:,} entries were written to {options.to} and removed." if count else "There are no such entries.")
