"""Sessions in the database that end at a fixed moment, however much they are used."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db

BEGUN = "begun_at"  # seconds since 1970: when somebody signed in


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
