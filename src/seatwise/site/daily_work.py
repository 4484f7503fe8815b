"""What is done each day and each minute. Later apps append to DAILY and EVERY_MINUTE in AppConfig.ready.

What is done each day is a plain function of the organization's day that can be repeated at any time: it does what has
become due, also after days on which the site was down, and says in a sentence what it did, or nothing. What is done
each minute is given no day and is quick where there is nothing to do; what is done every two seconds then asks not even
the database. Each worker does it beside its tasks, so several may do it at once; where it takes long, it looks at
`stopping` now and then.

None of it is done where the clock jumped (clock.py), except what stands in WHILE_HELD.
"""

import datetime
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from django.contrib.sessions.backends.db import SessionStore
from django.db import connections

from seatwise import configuration
from seatwise.lib.faults import fault_of
from seatwise.site import clock, kept_settings, workers
from seatwise.site.faults import fault_text

logger = logging.getLogger(__name__)


def forget_old_sessions(day: datetime.date) -> str | None:
    """Delete sessions that have ended by themselves."""
    SessionStore.clear_expired()
    return None


def take_up_work_of_dead_workers(day: datetime.date) -> str | None:
    """Let tasks whose worker ended be done by another."""
    swept = workers.sweep(configuration.DATA_DIR.value())
    return f"tasks of dead workers taken up again: {swept}" if swept else None


def clear_away_unfinished_files(day: datetime.date) -> str | None:
    """Delete what was being written to the data directory when its writer was killed; those live for a moment only."""
    oldest = time.time() - LONGEST_WRITING
    for path in configuration.DATA_DIR.value().glob("*.part"):
        with suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < oldest:
                path.unlink()
    return None


MINUTE = 60.0  # seconds
SOON = 2.0  # seconds
LONGEST_WRITING = 3600.0  # seconds
GRACE = 15.0  # seconds for what is under way when a worker is stopped
stopping = threading.Event()
EVERY_MINUTE: list[Callable[[], str | None]] = []
SOON_AGAIN: list[Callable[[], None]] = []  # what is done every two seconds
WHILE_HELD: list[Callable[[], str | None]] = []  # those of EVERY_MINUTE that are done whatever the clock shows

DAILY: list[Callable[[datetime.date], str | None]] = [
    forget_old_sessions,
    take_up_work_of_dead_workers,
    clear_away_unfinished_files,
]


class ClockJumped(Exception):
    """Nothing was done, since the clock jumped. The message says from when to when, and what next."""


def tick(day: datetime.date, say: Callable[[str], None]) -> bool:
    """Do all of it; whether all went well. One that fails does not keep the others from being done.

    Raises ClockJumped, before anything is done.
    """
    jump = clock.look(day)
    if jump:
        raise ClockJumped(f"{jump.describe()} {jump.what_next()}")
    clock.take_due()
    well = True
    for function in DAILY:
        try:
            said = function(day)
        except Exception as error:
            well = False
            if (fault := fault_of(error)) is not None:
                logger.error("%s could not be done, nor what follows it: %s", function.__name__, fault_text(fault))
                break  # all of it would meet the same
            logger.exception("%s failed", function.__name__)
        else:
            if said:
                say(said)
    return well


def each_minute(say: Callable[[str], None]) -> bool:
    """Do once what is done each minute, as far as the clock allows it, and what is done each day where somebody
    confirmed the day since. Whether the clock allows it.
    """
    kept_settings.look()
    day = configuration.today()
    is_held = clock.look(day) is not None
    if not is_held and clock.take_due():
        tick(day, say)
    do_each(WHILE_HELD if is_held else EVERY_MINUTE, say)
    return not is_held


def do_each(functions: Sequence[Callable[[], str | None]], say: Callable[[str], None]) -> None:
    """Do each. One that fails does not keep the others from being done, unless they would meet the same."""
    for function in functions:
        if stopping.is_set():
            return
        try:
            said = function()
        except Exception as error:
            if (fault := fault_of(error)) is not None:
                logger.error("%s is to be done in a minute: %s", function.__name__, fault_text(fault))
                return
            logger.exception("%s failed", function.__name__)
        else:
            if said:
                say(said)


@contextmanager
def minutes(say: Callable[[str], None]) -> Iterator[None]:
    """While this lasts, do each minute what is done each minute, in a thread with a database connection of its own."""

    def keep_on() -> None:
        while not stopping.is_set():
            is_allowed, due = False, time.monotonic() + MINUTE
            try:
                is_allowed = each_minute(say)
            except Exception as error:  # the clock could not even be looked at
                if (fault := fault_of(error)) is not None:
                    logger.error("what is done each minute is to be done in a minute: %s", fault_text(fault))
                else:
                    logger.exception("what is done each minute failed")
            connections.close_all()
            while (rest := due - time.monotonic()) > 0 and not stopping.wait(min(rest, SOON)):
                if is_allowed:
                    do_each(SOON_AGAIN, say)
                    connections.close_all()

    stopping.clear()
    thread = threading.Thread(target=keep_on, name="every minute", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(GRACE)
        if not thread.is_alive():
            stopping.clear()
