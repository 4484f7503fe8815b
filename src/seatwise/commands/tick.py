"""`seatwise tick`: what is to be done each day."""

import argparse

from seatwise.commands.errors import Failure

HELP = (
    "do the daily work; `seatwise serve` does so automatically, and repeating it does no harm; "
    "exits with 3, doing nothing, if the clock jumped"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--accept-clock",
        action="store_true",
        help="confirm that the clock is right after it jumped, the site was off for long, or a backup was restored",
    )


def run(options: argparse.Namespace) -> int:
    """0: done, 1: something failed, 3: the clock jumped."""
    from seatwise import configuration
    from seatwise.site import clock
    from seatwise.site.daily_work import ClockJumped, tick

    today = configuration.today()
    if options.accept_clock:
        waited = clock.accept(today, by=None)
        print(f"Today is {today}." if waited else f"Today is {today}, as expected. Nothing was paused.")
    try:
        return 0 if tick(today, print) else 1
    except ClockJumped as jumped:
        raise Failure(f"{jumped} To confirm it: seatwise tick --accept-clock", 3) from None
