"""`seatwise watch`: takes files from a folder, without a person."""

import argparse
import time
from pathlib import Path

from seatwise.commands.errors import Failure
from seatwise.commands.repeated_looks import look_repeatedly, only_one

HELP = "import files from a watched folder: people, licenses, reports/SERVICE"
LOCK = ".seatwise-watch"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", help="the folder; missing subfolders are created")
    parser.add_argument("--once", action="store_true", help="import files not written to for a minute, then stop")
    parser.add_argument("--every", type=float, default=5, metavar="S", help="seconds between two looks (default 5)")


def run(options: argparse.Namespace) -> None:
    """Look until told to stop. Only one looks at a folder at a time."""
    from seatwise.file_imports.watching import Watch

    folder = Path(options.folder)
    try:
        with only_one(folder / LOCK, f"{folder} is already being watched."):
            watch = Watch(folder)
            look_repeatedly("watch", lambda: watch.look(time.time()), every=options.every, once=options.once)
    except OSError as error:
        raise Failure(f"{error.filename or folder}: {error.strerror}.", 2) from None
