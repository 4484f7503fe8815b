"""`seatwise follow`: logs into the ledger while they are written to."""

import argparse
import re
import time

from seatwise.commands.named import source_of_logs
from seatwise.commands.repeated_looks import look_repeatedly, only_one

HELP = "import a source’s logs as they are written, also through rotation, until it is stopped"
SECOND = 10**9  # nanoseconds: what the file system's clock may be behind
NAME = re.compile(r"[^a-z0-9_-]")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="the source whose logs they are")
    parser.add_argument(
        "logs", nargs="+", metavar="LOG", help="a file, which need not be there yet, a glob in quotes, or a directory"
    )
    parser.add_argument("--once", action="store_true", help="read what has changed, then end")
    parser.add_argument(
        "--every", type=float, default=5, metavar="S", help="look again after so many seconds (default: 5)"
    )


def run(options: argparse.Namespace) -> None:
    """Look until told to stop. Only one follows the logs of a source at a time."""
    from seatwise import configuration
    from seatwise.ledger.follow import Follower
    from seatwise.ledger.heartbeats import follow

    source = source_of_logs(options.source)
    lock = configuration.DATA_DIR.value() / f"follow-{NAME.sub('_', source.code)}.lock"
    with only_one(lock, f"the logs of {source.code} are already being followed."):
        if not lock.read_text():
            lock.write_text(str(time.time_ns() - SECOND))  # when it was followed first
        follower = Follower(source, options.logs, int(lock.read_text()))
        look_repeatedly("follow", lambda: follow(follower), every=options.every, once=options.once)
