"""`seatwise service add` and `seatwise service list`."""

import argparse
import sys

HELP = "add a service, or list the services there are"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="add a service", allow_abbrev=False)
    add.add_argument("code", metavar="CODE", help="a short name of a–z, 0–9, - and _ by which commands call it")
    add.add_argument("--name", required=True, metavar="N", help="what it is called")
    add.add_argument("--seats", type=int, metavar="N", help="contracted seats; without it nothing limits licenses")
    actions.add_parser("list", help="print code, name, held and contracted seats", allow_abbrev=False)


def run(options: argparse.Namespace) -> int:
    """0: done, 1: refused, 2: wrong usage."""
    from seatwise.commands.django_setup import setup

    setup()
    return _list() if options.action == "list" else _add(options)


def _add(options: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from seatwise.configuration import today
    from seatwise.directory.changes import Refused
    from seatwise.directory.models import Service
    from seatwise.licenses import contract_terms

    if options.seats is not None and options.seats < 0:
        return _fail("--seats is a number of seats, 0 or more. Nothing was added.", code=2)
    try:
        with transaction.atomic():
            service = Service.objects.add(code=options.code, name=options.name, by=None)
            if options.seats is not None:
                contract_terms.add(service=service, seats=options.seats, by=None, on=today())
    except Refused as refusal:
        return _fail(f"{refusal} Nothing was added.", code=1)
    except ValidationError as error:
        return _fail(f"{' '.join(error.messages)} Nothing was added.", code=2)
    return 0


def _list() -> int:
    from seatwise.configuration import today
    from seatwise.directory.models import Service
    from seatwise.licenses.seats import seats_of

    for service in Service.objects.order_by("code"):
        seats = seats_of(service, today())
        contracted = "no contract" if seats.contracted is None else str(seats.contracted)
        print(f"{service.code}\t{service.name}\t{seats.held}\t{contracted}")
    return 0


def _fail(message: str, *, code: int) -> int:
    print(f"seatwise service: {message}", file=sys.stderr)
    return code
