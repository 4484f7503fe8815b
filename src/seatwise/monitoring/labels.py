"""The texts and dates of the list in the language of whoever asks."""

import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext


def translated(text: str) -> str:
    """A text of lib/usage.py in the language of whoever asks."""
    return gettext(text)


def short_date(day: datetime.date) -> str:
    """A date where there is little room, as the reader is used to."""
    return date_format(day, "SHORT_DATE_FORMAT")
