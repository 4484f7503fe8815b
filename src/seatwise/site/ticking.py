"""What is done each day. Later apps append to DAILY in AppConfig.ready.

Each is a plain function of the organization's day that can be repeated at any time: it does what has become due, also
after days on which the site was down, and says in a sentence what it did, or nothing.
"""

import datetime
import logging
from collections.abc import Callable

from django.contrib.sessions.backends.db import SessionStore

from seatwise import configuration
from seatwise.site import workers

logger = logging.getLogger(__name__)


def forget_old_sessions(day: datetime.date) -> str | None:
    """Delete sessions that have ended by themselves."""
    SessionStore.clear_expired()
    return None


def take_up_work_of_dead_workers(day: datetime.date) -> str | None:
    """Let tasks whose worker ended be done by another."""
    swept = workers.sweep(configuration.DATA_DIR.value())
    return f"tasks of dead workers taken up again: {swept}" if swept else None


DAILY: list[Callable[[datetime.date], str | None]] = [forget_old_sessions, take_up_work_of_dead_workers]


def tick(day: datetime.date, say: Callable[[str], None]) -> bool:
    """Do all of it; whether all went well. One that fails does not keep the others from being done."""
    well = True
    for function in DAILY:
        try:
            said = function(day)
        except Exception:
            logger.exception("%s failed", function.__name__)
            well = False
        else:
            if said:
                say(said)
    return well
