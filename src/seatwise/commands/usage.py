"""`seatwise usage`: the list of User Access Monitoring, with the options and outputs of `report`."""

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from seatwise.commands import usage_output
from seatwise.commands.errors import Failure
from seatwise.commands.named import service_of
from seatwise.commands.reading_options import at_least, filter_text
from seatwise.commands.report import add_list_options, narrowing_of
from seatwise.lib.usage import USES, Narrowing, Sorting, UnknownDepartment
from seatwise.logs.facts import REASON_NAMES, Account

if TYPE_CHECKING:
    from seatwise.directory.models import Service
    from seatwise.monitoring.listing import Basis

HELP = "print each licensed user's last access date and number of access days"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The service, and which rows are wanted in which form."""
    parser.add_argument("service", metavar="SERVICE", help="the code of the service")
    add_list_options(parser)
    parser.add_argument(
        "--held-at-least", metavar="N", type=at_least(1), help="only licenses held for at least this many days"
    )
    parser.add_argument(
        "--employment", choices=("full_time", "part_time", "other"), help="only people with this type of employment"
    )
    parser.add_argument(
        "--text", type=filter_text, metavar="T", help="only people whose name or login contains this text"
    )
    parser.add_argument("--use", choices=USES, help="only people with or without access days in the window")


def wanted(options: argparse.Namespace) -> Narrowing:
    return replace(
        narrowing_of(options),
        use=options.use,
        text=options.text,
        held_at_least=options.held_at_least,
        employment=options.employment,
    )


def run(options: argparse.Namespace) -> None:
    from seatwise.ledger.zones import organization_zone, today
    from seatwise.monitoring.basis import wrong_day
    from seatwise.monitoring.listing import basis, recorder, rows_of

    service = service_of(options.service)
    if options.as_of is not None and (wrong := wrong_day(service, options.as_of)):
        raise Failure(wrong, 2)
    of = basis(service, options.as_of, options.window)
    try:
        rows = rows_of(of, wanted(options), Sorting(options.sort, options.descending))
    except UnknownDepartment as error:
        raise Failure(error, 2) from None
    listing = usage_output.Listing(
        rows=rows,
        ground=ground_of(service, of),
        as_of=of.as_of if of.as_of is not None else today(),
        window=options.window,
        time_zone=organization_zone(),
        with_people=True,
        with_licenses=True,
        record=recorder(of),
    )
    usage_output.write(options.output, listing)


def ground_of(service: "Service", of: "Basis") -> usage_output.ListBasis:
    """The account of all imports for the service, and what the ledger has of it."""
    from seatwise.ledger.models import ServiceAccount
    from seatwise.ledger.statements import logins_and_days

    account = Account()
    for one in ServiceAccount.objects.filter(service=service):
        account.lines += one.lines
        account.reasons["access"] += one.accesses
        for name in REASON_NAMES:
            account.reasons[name] += one.reasons.get(name, 0)
    logins, user_days = logins_and_days(service)
    return usage_output.ListBasis(account, logins, user_days, of.covered)
