"""A rule in words: each condition as a part of a sentence."""

from collections.abc import Iterable, Mapping

from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from seatwise.directory.models import Department, Employment
from seatwise.lib import days
from seatwise.reviews.rules import Rule


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
