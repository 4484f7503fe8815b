"""`seatwise connect github` and `microsoft`: reports that are fetched, what is in them, and importing them."""

import argparse
from typing import TYPE_CHECKING, Any

from seatwise.commands.connection_reading import read_now
from seatwise.commands.named import SHOWN, print_list

if TYPE_CHECKING:
    from seatwise.connections.models import Reading


def add_actions(add: Any) -> None:
    """`add` makes the parser of an action."""
    for name, text, run in (
        ("preview", "read it, and show what is in it", preview),
        ("import", "the same, and import it as a vendor's report", import_reports),
    ):
        add(name, text, run).add_argument(
            "--all", action="store_true", help=f"show every row with a remark, not only {SHOWN}"
        )


def preview(options: argparse.Namespace) -> None:
    _read(options)


def import_reports(options: argparse.Namespace) -> None:
    from seatwise.connections import vendor_reports

    reading = _read(options)
    for code, service in reading.connection.services().items():
        made, said = vendor_reports.import_report(reading, code, by=None)
        print(f"{service}: imported, as of {made.as_of}.")
        for each in (*made.said, *said):
            print(each)


def _read(options: argparse.Namespace) -> "Reading":
    from seatwise.connections import vendor_reports
    from seatwise.connections.kinds import KINDS
    from seatwise.connections.models import Connection

    reading = read_now(Connection.needed(KINDS[options.kind]))
    for code in reading.connection.services():
        service, kept, report, matches = vendor_reports.report_of(reading, code)
        dates = [row.last_access for row in report.rows if row.last_access is not None]
        between = f", from {min(dates)} to {max(dates)}" if dates else ""
        print(
            f"{service}: {len(report.rows)} people as of {kept['as_of']}, {matches.recognized} of them recognized; "
            f"{len(dates)} last access dates{between}."
        )
        remarks = [*report.remarks, *matches.remarks]
        print_list("To check", len(remarks), map(str, remarks), everything=options.all)
    return reading
