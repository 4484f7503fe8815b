"""Commands that look again and again until they are stopped, one at a time."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from seatwise.commands.errors import Failure
from seatwise.lib import file_locks
from seatwise.lib.faults import fault_of


@contextmanager
def only_one(lock: Path, refusal: str) -> Iterator[None]:
    """While this lasts, nobody else holds this lock. Refused where somebody does."""
    with lock.open("a") as file:
        if not file_locks.take(file.fileno()):
            raise Failure(refusal)
        yield


def look_repeatedly(command: str, look: Callable[[], Iterable[str]], *, every: float, once: bool) -> None:
    """Look, and print what came of it; again after so many seconds, unless `once`. A fault of the machine or of the
    database is said, and ends nothing but the first look.
    """
    from django.db import close_old_connections

    from seatwise.site import kept_settings
    from seatwise.site.faults import fault_text

    if every <= 0:
        raise Failure("--every must be more than 0.", 2)
    print_all(look())
    while not once:
        time.sleep(every)
        close_old_connections()
        try:
            kept_settings.look()
            print_all(look())
        except Exception as error:
            fault = fault_of(error)
            if fault is None:
                raise
            said = f"seatwise {command}: {fault_text(fault)}. It continues automatically once this is resolved."
            print(said, file=sys.stderr, flush=True)


def print_all(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)
