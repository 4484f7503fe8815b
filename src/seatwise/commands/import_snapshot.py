"""`seatwise import-snapshot`: a vendor's report of last access dates."""

import argparse
import os

from seatwise.commands.errors import fail
from seatwise.commands.reading_options import day_option
from seatwise.lib import days
from seatwise.lib.decoding import UnreadableText

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


def run(options: argparse.Namespace) -> int:
    from seatwise.ledger.snapshot_file import HEADINGS, parse_report

    columns = dict(part.partition("=")[::2] for part in options.column)
    if any(what not in HEADINGS or not heading for what, heading in columns.items()):
        return fail("import-snapshot", f"--column is one of {', '.join(HEADINGS)}, = and a heading.", code=2)
    name = os.path.basename(options.file)
    try:
        with open(options.file, "rb") as file:
            report = parse_report(file.read(), name=name, encoding=options.encoding, columns=columns)
    except OSError as error:
        return fail("import-snapshot", f"{options.file}: {error.strerror}. Nothing was imported.")
    except UnreadableText as error:
        return fail("import-snapshot", f"{options.file}: {error}. Nothing was imported.")
    if report.errors:
        shown = "\n  ".join(map(str, report.errors[:20]))
        return fail("import-snapshot", f"nothing was imported.\n  {shown}")
    from seatwise.commands.django_setup import setup

    setup()
    from seatwise.directory.changes import Refused
    from seatwise.directory.models import Service
    from seatwise.ledger.snapshots import import_snapshot

    service = Service.objects.filter(code=options.service).first()
    if service is None:
        known = ", ".join(Service.objects.values_list("code", flat=True)) or "none"
        return fail("import-snapshot", f"there is no service {options.service!r}. There are: {known}.")
    try:
        made = import_snapshot(
            service, report.rows, file=name, as_of=days.date_of(options.as_of), by=None, complete=options.complete
        )
    except Refused as refusal:
        return fail("import-snapshot", refusal)
    for said in made.said:
        print(said)
    return 0
