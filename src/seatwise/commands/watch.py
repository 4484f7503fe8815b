"""`seatwise watch`: takes files from a folder, without a person."""

import argparse
import fcntl
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from seatwise.commands.errors import Failure
from seatwise.lib.faults import fault_of

if TYPE_CHECKING:
    from seatwise.file_imports.watching import Watch

HELP = "import files from a watched folder: people, licenses, reports/SERVICE"
LOCK = ".seatwise-watch"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", help="the folder; missing subfolders are created")
    parser.add_argument("--once", action="store_true", help="import files not written to for a minute, then stop")
    parser.add_argument("--every", type=float, default=5, metavar="S", help="seconds between two looks (default 5)")


def run(options: argparse.Namespace) -> None:
    """Look until told to stop. Only one looks at a folder at a time."""
    from seatwise.file_imports.watching import Watch

    if options.every <= 0:
        raise Failure("--every must be more than 0.", 2)
    folder = Path(options.folder)
    try:
        with (folder / LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Failure(f"{folder} is already being watched.") from None
            watch = Watch(folder)
            look(watch)
            while not options.once:
                time.sleep(options.every)
                look_again(watch)
    except OSError as error:
        raise Failure(f"{error.filename or folder}: {error.strerror}.", 2) from None


def look(watch: "Watch") -> None:
    for line in watch.look(time.time()):
        print(line, flush=True)


def look_again(watch: "Watch") -> None:
    """The same; a fault of the machine or the database is said, and ends nothing."""
    from django.db import close_old_connections

    from seatwise.site.faults import fault_text

    close_old_connections()
    try:
        look(watch)
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        print(
            f"seatwise watch: {fault_text(fault)}. It continues automatically once this is resolved.",
            file=sys.stderr,
            flush=True,
        )
