"""`seatwise import-snapshot`: a vendor's report of last access dates."""

import argparse
import os

from seatwise.commands.errors import Failure
from seatwise.commands.named import service_of
from seatwise.commands.reading_options import day_option
from seatwise.lib import days
from seatwise.lib.decoding import UnreadableText

SHOWN = 20  # rows that there is something to say about
HELP = "import a vendor's report (login or name, last access date, number of days) of a service"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The service, the report and the day it is as of."""
    parser.add_argument("service", metavar="SERVICE", help="the code of the service")
    parser.add_argument("file", metavar="FILE", help="the report, a CSV file")
    parser.add_argument("--as-of", metavar="D", type=day_option, required=True, help="the day it is as of")
    parser.add_argument("--encoding", metavar="E", help="its encoding, if it is neither UTF-8 nor Shift_JIS")
    parser.add_argument(
        "--complete", action="store_true",
        help="it lists everybody whom the service has: confirms pending removals of those who are not on it",
    )  # fmt: skip
    parser.add_argument(
        "--column", action="append", default=[], metavar="WHAT=HEADING",
        help="which heading is the login, name, last_access or days, where it cannot be guessed",
    )  # fmt: skip


def run(options: argparse.Namespace) -> None:
    from seatwise.ledger.report_headings import ROLES
    from seatwise.ledger.snapshot_file import parse_report
    from seatwise.ledger.zones import organization_zone

    columns = {what: column_of(heading) for what, _, heading in (part.partition("=") for part in options.column)}
    if any(what not in ROLES or heading == "" for what, heading in columns.items()):
        raise Failure(f"--column is one of {', '.join(ROLES)}, = and a heading, or # and the number of a column.", 2)
    zone = days.zone(organization_zone())
    name = os.path.basename(options.file)
    try:
        with open(options.file, "rb") as file:
            report = parse_report(file.read(), name=name, encoding=options.encoding, columns=columns, zone=zone)
    except OSError as error:
        raise Failure(f"{options.file}: {error.strerror}. Nothing was imported.") from None
    except UnreadableText as error:
        raise Failure(f"{options.file}: {error}. Nothing was imported.") from None
    if report.errors:
        shown = "\n  ".join(map(str, report.errors[:SHOWN]))
        raise Failure(f"nothing was imported.\n  {shown}")
    from seatwise.ledger.snapshots import import_snapshot

    service, as_of = service_of(options.service), days.date_of(options.as_of)
    made = import_snapshot(service, report.rows, file=name, as_of=as_of, by=None, complete=options.complete)
    print(f"Columns: {', '.join(f'{what}: “{report.headings[at]}”' for what, at in sorted(report.columns.items()))}.")
    dates = sorted(row.last_access for row in report.rows if row.last_access is not None)
    between = f", from {dates[0]} to {dates[-1]}" if dates else ""
    known = made.rows.exclude(login__user=None).count()
    print(f"{len(report.rows)} rows, {known} of people who are recognized; {len(dates)} last access dates{between}.")
    for remark in report.remarks[:SHOWN]:
        print(remark)
    if len(report.remarks) > SHOWN:
        print(f"… and {len(report.remarks) - SHOWN} more.")
    for said in made.said:
        print(said)


def column_of(text: str) -> str | int:
    """A heading, or the number of a column from 0."""
    return int(text[1:]) - 1 if text.startswith("#") and text[1:].isdecimal() else text
