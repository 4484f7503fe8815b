"""`seatwise rebuild-usage`: build the usage of services anew from the months. Changes nothing unless one was wrong."""

import argparse

from seatwise.commands.errors import fail

HELP = "build usage anew from the facts; changes nothing unless something was wrong"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="a service's code (default: all services)")


def run(options: argparse.Namespace) -> int:
    from seatwise.commands.django_setup import setup

    setup()
    from seatwise.directory.models import Service
    from seatwise.ledger.fact_merge import rebuild

    services = {service.code: service for service in Service.objects.order_by("pk")}
    missing = [code for code in options.services if code not in services]
    if missing:
        return fail("rebuild-usage", f"there is no service {missing[0]!r}. There are: {', '.join(services) or 'none'}.")
    for code in options.services or services:
        rebuild(services[code])
    return 0
