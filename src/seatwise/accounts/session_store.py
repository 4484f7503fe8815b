"""Sessions in the database that end at a fixed moment, however much they are used."""

import datetime
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError, connection

from seatwise.site.sqlite.waiting import not_waiting

BEGUN = "begun_at"  # seconds since 1970: when somebody signed in
SEEN = "seen_at"  # seconds since 1970: the last request, at most a minute ago when there was a later one


class SessionStore(db.SessionStore):
    """As Django's, but for when it ends: whoever reads the table, the gate too, sees the end that counts."""

    def get_expiry_date(self, **kwargs: Any) -> datetime.datetime:
        """So long after signing in as is set; before, as Django has it."""
        begun = self.get(BEGUN)
        if not isinstance(begun, int | float):
            return super().get_expiry_date(**kwargs)
        return datetime.datetime.fromtimestamp(begun, datetime.UTC) + datetime.timedelta(
            seconds=settings.SESSION_COOKIE_AGE
        )

    def see(self, now: int) -> None:
        """Note that there was a request now, and keep it if nobody has to wait for that: another request will."""
        was_modified, self[SEEN] = self.modified, now
        self.modified = was_modified
        with suppress(OperationalError, UpdateError), not_waiting(connection):
            self.save()
