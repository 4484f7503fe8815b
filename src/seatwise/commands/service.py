"""`seatwise service add` and `seatwise service list`."""

import argparse

from seatwise.commands.errors import Failure

HELP = "add or list services"
NOTHING = "Nothing was added."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="add a service", allow_abbrev=False)
    add.add_argument("code", metavar="CODE", help="a short name of a–z, 0–9, - and _, used in commands")
    add.add_argument("--name", required=True, metavar="N", help="its name")
    add.add_argument("--seats", type=int, metavar="N", help="contracted seats; without it, licenses are not limited")
    add.set_defaults(run=add_service)
    every = actions.add_parser("list", help="print code, name, held and contracted seats", allow_abbrev=False)
    every.set_defaults(run=list_services)


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


def list_services(options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.directory.models import Service
    from seatwise.licenses.seats import seats_of

    for service in Service.objects.order_by("code"):
        seats = seats_of(service, today())
        contracted = "no contract" if seats.contracted is None else str(seats.contracted)
        print(f"{service.code}\t{service.name}\t{seats.held}\t{contracted}")
