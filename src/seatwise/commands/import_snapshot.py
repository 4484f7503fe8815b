"""`seatwise import-snapshot`: a vendor's report of last access dates."""

import argparse
import datetime
import os

from seatwise.commands.errors import Failure
from seatwise.commands.mapping import add_choice, chosen_by, keep_choice
from seatwise.commands.named import service_of
from seatwise.commands.reading_options import day_option
from seatwise.lib import days
from seatwise.lib.decoding import UnreadableText

SHOWN = 20  # rows that there is something to say about
HELP = "import a vendor report for a service (login or name, last access date, number of days)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The service, the report and the day it is as of."""
    from seatwise.lib.table_dates import FORMS

    parser.add_argument("service", metavar="SERVICE", help="the code of the service")
    parser.add_argument("file", metavar="FILE", help="the report: CSV, XLSX or JSON")
    parser.add_argument("--as-of", metavar="D", type=day_option, required=True, help="the day it is as of")
    parser.add_argument("--encoding", metavar="E", help="its encoding, if it cannot be detected for certain")
    parser.add_argument(
        "--complete", action="store_true",
        help="it lists every user of the service: confirms pending removals of users not in it",
    )  # fmt: skip
    add_choice(parser, "login, last_access, days, name, department, employee_number or state")
    parser.add_argument(
        "--dates", choices=FORMS,
        help="the date format, if dates can be read in several ways",
    )  # fmt: skip
    parser.add_argument(
        "--report-time-zone",
        metavar="Z",
        type=zone_option,
        help="time zone of its dates and of times without an offset",
    )
    parser.add_argument(
        "--person", action="append", default=[], metavar="LINE=LOGIN", help="who a line belongs to, if asked"
    )


def zone_option(text: str) -> datetime.tzinfo:
    try:
        return days.zone(text)
    except days.UnknownZone as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run(options: argparse.Namespace) -> None:
    from seatwise.ledger.report_columns import ROLES
    from seatwise.ledger.report_drafts import reading_by
    from seatwise.ledger.snapshot_file import parse_report

    people = {line: login for line, _, login in (part.partition("=") for part in options.person)}
    if not all(line.isdecimal() and login for line, login in people.items()):
        raise Failure("--person needs a line number, = and a login name.", 2)
    service, as_of, name = service_of(options.service), days.date_of(options.as_of), os.path.basename(options.file)
    how = chosen_by(options, ROLES, service)
    reading = reading_by(how, service, as_of)
    try:
        with open(options.file, "rb") as file:
            report = parse_report(file.read(), name=name, encoding=options.encoding, reading=reading)
    except OSError as error:
        raise Failure(f"{options.file}: {error.strerror}. Nothing was imported.") from None
    except UnreadableText as error:
        raise Failure(f"{options.file}: {error}. Nothing was imported.") from None
    if report.columns:
        print(f"Columns: {', '.join(f'{what}: “{report.headings[at]}”' for what, at in report.columns.items())}.")
    if report.headings:
        keep_choice(options, service, report.headings, report.columns, ROLES, how, wrong=bool(report.errors))
    if report.errors:
        shown = "\n  ".join(map(str, report.errors[:SHOWN]))
        more = f"\n  … and {len(report.errors) - SHOWN} more" if len(report.errors) > SHOWN else ""
        raise Failure(f"nothing was imported.\n  {shown}{more}")
    from seatwise.ledger.snapshots import import_snapshot

    chosen = {int(line): login for line, login in people.items()}
    made = import_snapshot(
        service,
        report.rows,
        file=name,
        as_of=as_of,
        by=None,
        complete=options.complete,
        people=chosen,
        period=report.period,
    )
    dates = sorted(row.last_access for row in report.rows if row.last_access is not None)
    between = f", from {dates[0]} to {dates[-1]}" if dates else ""
    known = made.rows.exclude(login__user=None).count()
    others = made.rows_count - known
    print(
        f"{len(report.rows)} rows, {known} recognized, {others} not recognized; "
        f"{len(dates)} last access dates{between}."
    )
    remarks = [*report.remarks, *made.remarks]
    for remark in remarks[:SHOWN]:
        print(remark)
    if len(remarks) > SHOWN:
        print(f"… and {len(remarks) - SHOWN} more.")
    for said in made.said:
        print(said)
