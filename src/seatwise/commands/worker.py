"""`seatwise worker`: does the long work, such as reading logs that were uploaded."""

import argparse
from contextlib import ExitStack

from seatwise.commands.django_setup import setup

HELP = (
    "do the work that the site hands over, such as reading uploaded logs and sending letters; "
    "`seatwise serve` starts one"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to go on waiting."""
    parser.add_argument("--once", action="store_true", help="do what there is to do, then end")


def run(options: argparse.Namespace) -> int:
    """Work until told to stop. Work of a worker that died is taken up again first."""
    setup()
    from django.core.management import call_command

    from seatwise import configuration
    from seatwise.site import ticking, workers

    with workers.alive(configuration.DATA_DIR.value()) as worker_id, ExitStack() as stack:
        workers.sweep(configuration.DATA_DIR.value())
        if options.once:
            ticking.each_minute(print)
        else:
            stack.enter_context(ticking.minutes(print))
        call_command(
            "db_worker",
            queue_name="*",
            worker_id=worker_id,
            batch=options.once,
            reload=False,
            startup_delay=False,
            verbosity=0 if options.once else 1,
        )
    return 0
