"""`seatwise tick`: what is to be done each day."""

import argparse

from seatwise.commands.django_setup import setup

HELP = "do what is to be done each day; `seatwise serve` does it by itself, and repeating it does no harm"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(options: argparse.Namespace) -> int:
    """Do it; 1 if something failed."""
    setup()
    from seatwise import configuration
    from seatwise.site.ticking import tick

    return 0 if tick(configuration.today(), print) else 1
