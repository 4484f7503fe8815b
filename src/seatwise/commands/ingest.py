"""`seatwise ingest`: logs into the ledger. The same logs twice, or in any order, give the same ledger."""

import argparse
import sys
from typing import TYPE_CHECKING

from seatwise.commands.errors import Failure
from seatwise.commands.named import source_of_logs
from seatwise.commands.reading_options import LOG_OR_PART_HELP, ProgressBar

if TYPE_CHECKING:
    from seatwise.ledger.models import LogImport

HELP = "import a source’s logs, or fact files made from them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="the source whose logs they are")
    parser.add_argument("logs", nargs="+", metavar="LOG", help=LOG_OR_PART_HELP)
    parser.add_argument("--account", action="store_true", help="print the result of each line")


def run(options: argparse.Namespace) -> None:
    from seatwise.ledger.ingestion import UNUSABLE, claim, fail as mark_failed, ingest
    from seatwise.ledger.models import LogImport
    from seatwise.ledger.words import ImportCode
    from seatwise.lib.notices import Notice
    from seatwise.logs.inputs import UnreadableInput
    from seatwise.logs.places import find_inputs

    source = source_of_logs(options.source)
    progress = ProgressBar()
    try:
        inputs = find_inputs(options.logs)
    except UnreadableInput as error:
        raise Failure(error) from None
    names = [found.name.rsplit("/", 1)[-1] for found in inputs]
    log_import = LogImport.objects.create(revision=source.revision, files=names)
    claim(log_import)
    try:
        ingest(log_import, inputs, on_progress=progress)
    except UNUSABLE as error:
        progress.finish()
        mark_failed(log_import, error.notice)
        raise Failure(error) from None
    except BaseException:
        mark_failed(log_import, Notice(ImportCode.INTERRUPTED))
        raise
    progress.finish()
    if options.account or sys.stderr.isatty():
        print_account(log_import)


def print_account(log_import: "LogImport") -> None:
    """Say what became of the lines, on standard error."""
    from seatwise.logs.facts import REASON_NAMES

    for account in log_import.accounts.select_related("service").order_by("service__code"):
        counts = ((name, account.reasons.get(name, 0)) for name in REASON_NAMES)  # PostgreSQL keeps no order
        reasons = ", ".join(f"{name} {count}" for name, count in counts if count)
        print(f"{account.service.code}: {account.lines} lines, access {account.accesses}, {reasons}", file=sys.stderr)
        if account.unknown_count:
            print(f"  {account.unknown_count} logins without a user", file=sys.stderr)
        for finding, logins in account.findings.items():
            if logins:
                print(f"  {finding.replace('_', ' ')} people with access: {', '.join(logins[:10])}", file=sys.stderr)
