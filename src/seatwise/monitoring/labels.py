"""The texts of the list, for the catalogue of translations: lib/usage.py has them without Django."""

import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy

HEADINGS = (
    gettext_lazy("Login"),
    gettext_lazy("User"),
    gettext_lazy("Department"),
    gettext_lazy("Last Access Date"),
    gettext_lazy("Number of Access Days (in the last %(window)s days)"),
    gettext_lazy("Days Without Records (in the last %(window)s days)"),
    gettext_lazy("License Since"),
    gettext_lazy("Marks"),
)
MARKS = {
    "on_leave": gettext_lazy("on leave until %(until)s"),
    "new": gettext_lazy("new license"),
    "part_time": gettext_lazy("part time"),
    "part_time_days": gettext_lazy("part time (%(days)s days a week)"),
    "api_only": gettext_lazy("API only"),
    "weak_evidence": gettext_lazy("weak evidence"),
}


def translated(text: str) -> str:
    """A text of lib/usage.py in the language of whoever asks."""
    return gettext(text)


def short_date(day: datetime.date) -> str:
    """A date where there is little room, as the reader is used to."""
    return date_format(day, "SHORT_DATE_FORMAT")
