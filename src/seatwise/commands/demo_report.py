"""`seatwise demo-report`: the report on the logs of an invented organization, made for it."""

import argparse
import sys
from pathlib import Path

from seatwise.commands import report
from seatwise.commands.reading_options import today_in
from seatwise.demo.logs import people_csv, write_logs

HELP = "create the logs of an invented organization, and report on them"
NEEDS_SITE = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--directory", default="demo-data", metavar="DIR", help="directory (default demo-data)")


def run(options: argparse.Namespace) -> int:
    """Make the logs, and print the report on the least active users of kintone."""
    directory = Path(options.directory)
    files = write_logs(directory, today_in("Asia/Tokyo"))
    people = directory / "people.csv"
    people.write_bytes(people_csv())
    command = [
        str(directory / "kintone"),
        "--users",
        str(people),
        "--time-zone",
        "Asia/Tokyo",
        "--at-most",
        "3",
    ]
    print(f"{len(files)} log files are in {directory}. The report on them:", file=sys.stderr)
    print(f"  seatwise report {' '.join(command)}\n", file=sys.stderr)
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)
    return report.run(parser.parse_args(command))
