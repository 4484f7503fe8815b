"""What templates of letters use: days in words."""

import datetime

from django import template
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import pgettext

register = template.Library()


@register.filter
def long_date(day: datetime.date | datetime.datetime | None) -> str:
    """A day as letters write it: Tuesday, 24 November 2026; of a moment, the day in the organization's zone."""
    if day is None:
        return ""
    if isinstance(day, datetime.datetime):
        day = timezone.localtime(day).date()
    return formatted(day, pgettext("a day in a letter", "l, j F Y"))
