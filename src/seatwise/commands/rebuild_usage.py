"""`seatwise rebuild-usage`: build the usage of services anew from the months. Changes nothing unless one was wrong."""

import argparse

from seatwise.commands.named import service_of

HELP = "rebuild usage from the recorded data; changes nothing unless something was wrong"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="a service's code (default: all services)")


def run(options: argparse.Namespace) -> None:
    from seatwise.directory.models import Service
    from seatwise.ledger.fact_merge import rebuild

    for service in [service_of(code) for code in options.services] or Service.objects.order_by("pk"):
        rebuild(service)
