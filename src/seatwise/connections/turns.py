"""Never two at a time: whoever asks a vendor anything has a turn, wherever the processes run.

A turn is kept with each request, and ends by itself some minutes after its process was killed.
"""

import datetime
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db.models import Q
from django.utils import timezone

from seatwise.connections.http import LONGEST, SILENCE
from seatwise.connections.models import Connection
from seatwise.connections.vendor_api import LONGEST_PAUSE

HELD = datetime.timedelta(seconds=LONGEST + SILENCE + LONGEST_PAUSE + 30)  # longer than one request and a pause


class Busy(Exception):
    """Somebody else has the turn, or had it taken meanwhile."""


@contextmanager
def turn(connection: Connection) -> Iterator[Callable[[], None]]:
    """While this lasts, nobody else asks. What is given keeps the turn; it is to be called before each request.

    Raises Busy.
    """
    key, now = secrets.token_hex(16), timezone.now()
    every = Connection.objects.filter(pk=connection.pk)
    free = Q(busy_until=None) | Q(busy_until__lt=now)
    if every.filter(free).update(busy_with=key, busy_until=now + HELD) != 1:
        raise Busy
    mine = every.filter(busy_with=key)

    def keep() -> None:
        if mine.update(busy_until=timezone.now() + HELD) != 1:
            raise Busy

    try:
        yield keep
    finally:
        mine.update(busy_with="", busy_until=None)
