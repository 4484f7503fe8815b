"""`seatwise service`: add and list services, and confirm on which days they were closed."""

import argparse
import datetime

from seatwise.commands.errors import Failure
from seatwise.commands.named import add_action, service_of

HELP = "add or list services, and confirm days on which they were closed"
NOTHING = "Nothing was changed."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = add_action(actions, "add", add_service, "add a service")
    add.add_argument("code", metavar="CODE", help="a short name of a–z, 0–9, - and _, used in commands")
    add.add_argument("--name", required=True, metavar="N", help="its name")
    add.add_argument("--seats", type=int, metavar="N", help="contracted seats; without it, licenses are not limited")
    add_action(actions, "list", list_services, "print code, name, held and contracted seats")
    close = add_action(actions, "close-days", close_days, "confirm that a service was closed on days without records")
    _days(close)
    close.add_argument("--reason", required=True, metavar="R", help="the holiday or the shutdown")
    closed = add_action(actions, "list-closed", list_closed, "print first and last day, and reason")
    closed.add_argument("code", metavar="CODE", help="the service")
    reopen = add_action(actions, "reopen-days", reopen_days, "undo a confirmation")
    _days(reopen)


def _days(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help="the service")
    parser.add_argument("first", metavar="FIRST", type=datetime.date.fromisoformat, help="YYYY-MM-DD")
    parser.add_argument("last", metavar="LAST", type=datetime.date.fromisoformat, help="YYYY-MM-DD")


def add_service(options: argparse.Namespace) -> None:
    from django.db import transaction

    from seatwise.configuration import today
    from seatwise.directory.models import Service
    from seatwise.licenses import contract_terms

    if options.seats is not None and options.seats < 0:
        raise Failure("--seats must be 0 or more.", 2)
    with transaction.atomic():
        service = Service.objects.add(code=options.code, name=options.name, by=None)
        if options.seats is not None:
            contract_terms.add(service=service, seats=options.seats, by=None, on=today())


def close_days(options: argparse.Namespace) -> None:
    from seatwise.ledger import closures

    closures.close([service_of(options.code)], options.first, options.last, reason=options.reason, by=None)


def list_closed(options: argparse.Namespace) -> None:
    for closure in service_of(options.code).closures.all():
        print(f"{closure.first}\t{closure.last}\t{closure.reason}")


def reopen_days(options: argparse.Namespace) -> None:
    from seatwise.ledger import closures

    found = service_of(options.code).closures.filter(first=options.first, last=options.last).first()
    if found is None:
        raise Failure(f"{options.code} was not confirmed as closed from {options.first} to {options.last}.", 2)
    closures.reopen(found, by=None)


def list_services(options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.directory.models import Service
    from seatwise.licenses.seats import seats_of

    for service in Service.objects.order_by("code"):
        seats = seats_of(service, today())
        contracted = "no contract" if seats.contracted is None else str(seats.contracted)
        print(f"{service.code}\t{service.name}\t{seats.held}\t{contracted}")
