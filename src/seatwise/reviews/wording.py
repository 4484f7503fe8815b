"""What lists say about an item: its use, the answer and the decision, in words."""

import datetime
from collections.abc import Iterable, Mapping

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from seatwise.directory.models import Department, Employment
from seatwise.enquiries.models import Enquiry
from seatwise.lib import days
from seatwise.licenses.exclusions import Why
from seatwise.reviews.models import Decision, Item
from seatwise.reviews.rules import Rule

WINDOW = "30"


def day(value: datetime.date | str) -> str:
    """A day, in the language that is spoken now."""
    return date_format(datetime.date.fromisoformat(value) if isinstance(value, str) else value, "DATE_FORMAT")


def department_of(item: Item) -> str:
    """The primary department of somebody now. Reads nothing after for_deciding()."""
    return str(item.user.current_memberships[0].department) if item.user.current_memberships else ""


def last_access(item: Item) -> str:
    """The last access date as it was frozen, or since when there was none."""
    if item.facts["last_access"]:
        return day(item.facts["last_access"])
    since = item.review.coverage.get("recorded_since")
    return _("no access since recording began on %(day)s") % {"day": day(since)} if since else _("not recorded")


def last_access_day(item: Item) -> datetime.date | str:
    """The same as a cell of a list, which writes days as the page or the file does."""
    found = item.facts["last_access"]
    return datetime.date.fromisoformat(found) if found else last_access(item)


def access_days(item: Item) -> str:
    """The number of access days in the last 30; at least so many where days are unknown."""
    if not item.review.coverage.get("recorded_since") and not item.facts.get("reported_on"):
        return ""
    return number(item.facts["access_days"][WINDOW], at_least=bool(item.facts["unknown_days"][WINDOW]))


def number(count: int, *, at_least: bool) -> str:
    """A number that may be too small; in words, since files in Shift_JIS have no sign for it."""
    return _("at least %(number)s") % {"number": count} if at_least else str(count)


def answer(item: Item) -> str:
    """What became of the question. Reads nothing after for_listing()."""
    enquiry = item.enquiry
    if enquiry is None:
        return _("not asked")
    if enquiry.state == Enquiry.State.ANSWERED:
        return _answered(enquiry)
    if enquiry.state == Enquiry.State.WITHDRAWN:
        return _("the question was withdrawn")
    if enquiry.is_inactive:
        return _("inactive, no answer expected")
    if enquiry.is_on_leave:
        return _("on leave until %(day)s") % {"day": day(item.away_until)} if item.away_until else _("was on leave")
    if enquiry.undeliverable and not enquiry.is_delivered:
        return _("unreachable")
    if enquiry.reached_on is None:
        return _("not answered yet; question sent")
    if item.reminded_at:
        told = {"day": day(enquiry.reached_on), "again": day(timezone.localtime(item.reminded_at).date())}
        return _("not answered; delivered on %(day)s, reminded on %(again)s") % told
    return _("not answered; delivered on %(day)s") % {"day": day(enquiry.reached_on)}


def _answered(enquiry: Enquiry) -> str:
    given = {
        "reason": enquiry.reason,
        "day": day(enquiry.answered_on) if enquiry.answered_on else "",
        "until": day(enquiry.not_now_until) if enquiry.not_now_until else "",
        "name": enquiry.answered_by,
    }
    on_behalf = enquiry.via == Enquiry.Via.ON_BEHALF
    if enquiry.answer == Enquiry.Answer.KEEP:
        words = _("%(name)s, on their behalf: keep (“%(reason)s”)") if on_behalf else _("“%(reason)s”")
    elif enquiry.answer == Enquiry.Answer.NOT_NOW:
        own = _("not before %(until)s (“%(reason)s”)") if enquiry.reason else _("not before %(until)s")
        words = _("%(name)s, on their behalf: not before %(until)s (“%(reason)s”)") if on_behalf else own
    elif on_behalf:
        words = _("%(name)s, on their behalf: given back on %(day)s (“%(reason)s”)")
    else:
        words = _("gave it back on %(day)s (“%(reason)s”)") if enquiry.reason else _("gave it back on %(day)s")
    return words % given


def decision(item: Item) -> str:
    """What was decided; empty where nothing was."""
    if item.decision == Decision.SUSPEND and item.suspend_until:
        return _("suspend until %(day)s") % {"day": day(item.suspend_until)}
    if item.decision == Decision.REASSIGN and item.reassign_to:
        return _("reassign to %(name)s") % {"name": item.reassign_to}
    return str(Decision(item.decision).label) if item.decision else ""


def decided_by(item: Item) -> str:
    if item.decided_at is None:
        return ""
    given = {
        "name": item.decided_by,
        "other": item.decided_for,
        "day": day(timezone.localtime(item.decided_at).date()),
    }
    return (_("%(name)s on behalf of %(other)s, %(day)s") if item.decided_for else _("%(name)s, %(day)s")) % given


def left_out(item: Item) -> str:
    """Why somebody was not judged; never the reason of an exemption."""
    words = []
    for reason in item.left_out:
        why = str(Why(reason["why"]).label) if reason["why"] in Why.values else reason["why"]
        words.append(_("%(why)s until %(day)s") % {"why": why, "day": day(reason["until"])} if reason["until"] else why)
    return ", ".join(words)


def rule_text(rule: Rule, departments: Mapping[str, str] | None = None, *, asks_again: bool = False) -> list[str]:
    """Each condition as a sentence's part; one line for a rule without any. `departments`: names that are known."""
    found = [*_about_days(rule), *_about_people(rule, departments)] or [_("all license holders")]
    return [*found, _("including people who recently kept the seat with a reason")] if asks_again else found


def _about_days(rule: Rule) -> list[str]:
    found = []
    if rule.idle_days is not None:
        text = ngettext("no access for at least %(count)d day", "no access for at least %(count)d days", rule.idle_days)
        found.append(text % {"count": rule.idle_days})
    named = {"window": rule.window, "count": rule.at_most, "share": rule.share}
    if rule.at_most is not None:
        text = ngettext(
            "at most %(count)s access day in the last %(window)s days",
            "at most %(count)s access days in the last %(window)s days",
            rule.at_most,
        )
        found.append(text % named)
    if rule.at_least is not None:
        text = ngettext(
            "at least %(count)s access day in the last %(window)s days",
            "at least %(count)s access days in the last %(window)s days",
            rule.at_least,
        )
        found.append(text % {"window": rule.window, "count": rule.at_least})
    if rule.share is not None:
        found.append(_("at most %(share)s %% of the expected days in the last %(window)s days") % named)
    if rule.never:
        found.append(_("no access since recording began"))
    if rule.accessed:
        found.append(_("at least one access since recording began"))
    if rule.last_access_by is not None:
        month = date_format(days.date_of(days.first_day_of(rule.last_access_by)), "YEAR_MONTH_FORMAT")
        found.append(_("last access in or before %(month)s") % {"month": month})
    if rule.held_at_least is not None:
        text = ngettext(
            "license held for at least %(count)d day", "license held for at least %(count)d days", rule.held_at_least
        )
        found.append(text % {"count": rule.held_at_least})
    return found


def departments_in(rules: Iterable[Rule]) -> dict[str, str]:
    """The names of the departments of some rules. One query."""
    codes = {rule.department for rule in rules if rule.department is not None}
    return dict(Department.objects.filter(code__in=codes).values_list("code", "full_name")) if codes else {}


def _about_people(rule: Rule, departments: Mapping[str, str] | None) -> list[str]:
    found = []
    if rule.department is not None:
        names = departments_in([rule]) if departments is None else departments
        found.append(_("department %(name)s") % {"name": names.get(rule.department, rule.department)})
    if rule.employment:
        found.append(str(Employment(rule.employment).label))
    if rule.text:
        found.append(_("name or login “%(text)s”") % {"text": rule.text})
    if rule.logins:
        text = ngettext("%(count)d selected person", "%(count)d selected people", len(rule.logins))
        found.append(text % {"count": len(rule.logins)})
    if rule.without:
        text = ngettext("%(count)d person left out", "%(count)d people left out", len(rule.without))
        found.append(text % {"count": len(rule.without)})
    return found
