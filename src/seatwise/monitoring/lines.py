"""What the screen shows of the list: its dates, a line for each user, strips of access days as drawings."""

import datetime
from collections.abc import Iterable, Iterator
from functools import cache

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, gettext as _, ngettext

from seatwise.directory.models import User, sees_all
from seatwise.lib import days
from seatwise.monitoring.figures import departments_in_words
from seatwise.monitoring.listing import Basis, MonitoredRow

STEP, SIDE, HEIGHT = 6, 5, 16  # of the small rectangle of a day
SOMEONE = 10**15  # stands for the id of a user in an address
LONG_AGO = 61  # days, from which on months are said: two of them, so that no day sounds later than the one before


def translated(text: str) -> str:
    """A text of lib/usage.py in the language of whoever asks."""
    return gettext(text)


def short_date(day: datetime.date) -> str:
    """A date where there is little room, as the reader is used to."""
    return date_format(day, "SHORT_DATE_FORMAT")


class Dates:
    """The days of a basis as dates, and what all strips have in common."""

    def __init__(self, of: Basis) -> None:
        self.as_of = days.date_of(of.as_of) if of.as_of is not None else None
        self.since = days.date_of(of.first_day) if of.first_day is not None else None
        self.first = days.date_of(of.first_of_window) if of.first_of_window is not None else None
        self.unknown = [(days.date_of(first), days.date_of(last)) for first, last in of.unknown_days]
        self.unknown_in_words = _(", ").join(days_in_words(first, last) for first, last in self.unknown)
        self.is_current = of.is_current
        self.window = of.window
        self.unknown_count = of.unknown_count
        self.strip = dict(background(of)) if of.as_of is not None else {}
        size = (STEP * of.window, HEIGHT)
        self.strip_size = format_html('width="{}" height="{}" viewBox="0 0 {} {}"', *size, *size)


def days_in_words(first: datetime.date, last: datetime.date) -> str:
    """A day, or the days from one to another."""
    begins, ends = (date_format(day, "DATE_FORMAT") for day in (first, last))
    return begins if first == last else _("%(first)s – %(last)s") % {"first": begins, "last": ends}


def rectangles(places: Iterable[int]) -> str:
    """The path of some days of a strip."""
    return "".join(f"M{STEP * i} 0h{SIDE}v{HEIGHT}h-{SIDE}z" for i in places)


def background(of: Basis) -> Iterator[tuple[str, str]]:
    """What lies behind every strip, as paths: working days, weekends, and days without records."""
    first = of.first_of_window
    assert first is not None
    unknown = {day - first for start, end in of.unknown_days for day in range(start, end + 1)}
    weekend = {i for i in range(of.window) if days.weekday(first + i) > 4} - unknown
    yield "working", rectangles(i for i in range(of.window) if i not in weekend | unknown)
    yield "weekend", rectangles(sorted(weekend))
    yield "unknown", rectangles(sorted(unknown))


class UsageLine:
    """A row with each of its texts as it is shown: a template takes ten times as long to write one."""

    def __init__(self, row: MonitoredRow, address: str, lines: "Lines") -> None:
        of, days_of_strip = lines.of, range(lines.of.window)
        self.row, self.url = row, address
        self.user, self.login, self.name = str(row.user), row.login, row.name or row.login
        self.select = lines.select % {"name": self.name}
        self.last_access, self.last_access_on, self.ago = "", "", ""
        if row.last_access is not None:
            day = days.date_of(row.last_access)
            self.last_access, self.last_access_on = lines.short_date(day), day.isoformat()
            self.ago = lines.ago(of.as_of - row.last_access) if of.as_of is not None else ""
        self.strip = rectangles(i for i in days_of_strip if row.strip >> i & 1)
        self.known = rectangles(i for i in days_of_strip if (row.known & ~row.strip) >> i & 1) if row.known else ""
        unknown = row.unknown_days(of.unknown_count)
        self.number = f"{'≥ ' if unknown else ''}{row.access_days}"
        self.said = lines.said(row.access_days, unknown, of.window)
        self.departments = departments_in_words(row.departments)
        self.since = lines.short_date(row.since) if row.since else ""
        marks = zip(row.marks, row.marks_in_words(translated, short_date), strict=True)
        self.marks = [words for mark, words in marks if mark != "reported"]  # which stands beside the number


class Lines:
    """What the lines of a page say again and again, written once."""

    def __init__(self, of: Basis) -> None:
        self.of = of
        self.select = _("Select %(name)s")
        self.short_date, self.ago, self.said = cache(short_date), cache(days_ago_label), cache(said)

    def of_rows(self, rows: Iterable[MonitoredRow], person: User) -> Iterator[UsageLine]:
        """Of some rows, each with the address of the user's page, if there is one that the person may open."""
        pattern = reverse("person_access", args=[SOMEONE, self.of.service.code]) if sees_all(person) else ""
        for row in rows:
            yield UsageLine(row, pattern.replace(str(SOMEONE), str(row.user)), self)


def days_ago_label(ago: int) -> str:
    """How long ago a number of days is; nothing for today."""
    if not ago:
        return ""
    if ago < LONG_AGO:
        return ngettext("%(days)d day ago", "%(days)d days ago", ago) % {"days": ago}
    months = ago * 12 // 365
    return ngettext("%(months)d month ago", "%(months)d months ago", months) % {"months": months}


def said(count: int, unknown: int, window: int) -> str:
    """A strip in words, for those who do not see it."""
    text = ngettext(
        "%(count)d access day in the last %(window)d days", "%(count)d access days in the last %(window)d days", count
    ) % {"count": count, "window": window}
    if not unknown:
        return text
    gaps = ngettext("%(days)d day without records", "%(days)d days without records", unknown)
    return _("%(access_days)s; %(gaps)s") % {"access_days": text, "gaps": gaps % {"days": unknown}}
