"""`seatwise worker`: does the long work, such as reading logs that were uploaded."""

import argparse
import sys
import time

from seatwise.lib.faults import fault_of

HELP = "do the site's background work, such as reading uploaded logs and sending emails; `seatwise serve` starts one"
PAUSE = 5.0  # seconds before looking again whether a full disk or a lost database is back


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="do all waiting work, then stop")


def run(options: argparse.Namespace) -> int:
    """Work until told to stop. Work of a worker that died is taken up again first."""
    from seatwise.site import daily_work

    if options.once:
        work(once=True)
        return 0
    with daily_work.minutes(print):
        while not done_or_interrupted():
            time.sleep(PAUSE)
    return 0


def done_or_interrupted() -> bool:
    """Work until told to stop; False where a fault of the machine or the database ended it, which is said."""
    from django.db import connections

    from seatwise.site.faults import fault_text

    try:
        work(once=False)
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        print(
            f"seatwise worker: {fault_text(fault)}. It continues automatically once this is resolved.",
            file=sys.stderr,
            flush=True,
        )
        connections.close_all()
        return False
    return True


def work(*, once: bool) -> None:
    """Work until told to stop, or until nothing is left to do. Each time as another worker, so that a task that a
    fault interrupted is one of a dead worker and is taken up again.
    """
    from django.core.management import call_command

    from seatwise import configuration
    from seatwise.site import daily_work, workers

    with workers.alive(configuration.DATA_DIR.value()) as worker_id:
        workers.sweep(configuration.DATA_DIR.value())
        if once:
            daily_work.each_minute(print)
        call_command(
            "db_worker",
            queue_name="*",
            worker_id=worker_id,
            batch=once,
            reload=False,
            startup_delay=False,
            verbosity=0 if once else 1,
        )
