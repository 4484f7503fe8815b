"""Why somebody stands where they stand, in words: one reason from whole, translated parts."""

import datetime
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from seatwise.directory.people import days_text
from seatwise.lib import days
from seatwise.lib.days import FULL_WEEK

if TYPE_CHECKING:
    from seatwise.licenses.exclusions import Reason
    from seatwise.seat_requests.usage_bound import Measure


def date_or_none(day: int | None) -> datetime.date | None:
    return None if day is None else days.date_of(day)


def day_label(day: int) -> str:
    """A day of the ledger as people read it."""
    return date_format(days.date_of(day), "DATE_FORMAT")


def reason(of: "Measure") -> str:
    """How little a seat is used: last access, for how long it is held, the days of a year, what is expected."""
    parts = [last_access(of), held(of), in_a_year(of)]
    if of.a_week != FULL_WEEK:
        parts.append(expected(of))
    if of.program_day is not None and of.last_day is None:
        parts.append(_("programs use it, last on %(day)s") % {"day": day_label(of.program_day)})
    return _("; ").join(part for part in parts if part)


def last_access(of: "Measure") -> str:
    """Since when there was none."""
    silent = of.unknown_since_last_access
    if of.last_day is not None and of.last_day >= of.ground.until:
        return _("last access on %(day)s") % {"day": day_label(of.last_day)}
    first = of.ground.first_day
    if of.last_day is None and first is None:
        text = _("no access is reported")
    elif of.last_day is None:
        text = _("no access since recording began on %(day)s") % {"day": day_label(first or 0)}
    else:
        text = _("no access since %(day)s") % {"day": day_label(of.last_day or 0)}
    if not silent:
        return text
    gaps = ngettext("except for %(days)d day without records", "except for %(days)d days without records", silent)
    return _("%(text)s, %(remark)s") % {"text": text, "remark": gaps % {"days": silent}}


def held(of: "Measure") -> str:
    count = max(of.held, 0)
    return ngettext("held for %(days)d day", "held for %(days)d days", count) % {"days": count}


def in_a_year(of: "Measure") -> str:
    """How many days in 12 months, or since it was given; recorded ones, where other days are not known."""
    year, use = of.counts[-1], of.uses[2]
    if use.length >= 365 and year.at_least:
        text = ngettext(
            "%(days)d recorded access day in 12 months", "%(days)d recorded access days in 12 months", year.number
        )
    elif use.length >= 365:
        text = ngettext("%(days)d access day in 12 months", "%(days)d access days in 12 months", year.number)
    elif use.unknown:
        text = ngettext(
            "%(days)d recorded access day since then", "%(days)d recorded access days since then", use.known
        )
    else:
        text = ngettext("%(days)d access day since then", "%(days)d access days since then", use.known)
    return text % {"days": year.number if use.length >= 365 else use.known}


def expected(of: "Measure") -> str:
    """What is used of what can be expected of somebody who works part of the week."""
    month = of.uses[0]
    text = _("%(days)s of %(expected)s expected days in the last %(window)s") % {
        "days": month.at_most,
        "expected": month.expected,
        "window": month.length,
    }
    if not of.by_policy:
        return text
    remark = _("part time, %(days)s days a week by the policy") % {"days": days_text(of.a_week)}
    return _("%(text)s (%(remark)s)") % {"text": text, "remark": remark}


def left_out(reason: "Reason") -> str:
    """Why somebody is not judged, and until when."""
    if reason.until is None:
        return str(reason.why.label)
    return _("%(reason)s, until %(day)s") % {
        "reason": reason.why.label,
        "day": date_format(reason.until, "DATE_FORMAT"),
    }
