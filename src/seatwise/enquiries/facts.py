"""What is known when somebody is asked: frozen, so that the mail, the page and later evidence say the same."""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from seatwise.directory.models import Service
from seatwise.enquiries.models import Enquiry, State
from seatwise.ledger import reported
from seatwise.ledger.models import Usage
from seatwise.lib import days
from seatwise.lib.batches import among, batches
from seatwise.licenses.models import License
from seatwise.monitoring.basis import Basis, basis

Facts = dict[str, Any]


def facts_of(licenses: Sequence[License]) -> dict[int, Facts]:
    """The facts of some licenses by their ids; queries for each service and 2,000 licenses, not for each license.

    `last_access` None: no access since `recorded_since`; `as_of` None: nothing is recorded of the service.
    """
    by_service: dict[Service, list[License]] = defaultdict(list)
    for each in licenses:
        by_service[each.service].append(each)
    found: dict[int, Facts] = {}
    for service, some in by_service.items():
        of = basis(service)
        users = [each.user_id for each in some]
        usages = _usages(service, users)
        unknown = reported.unknown_days(service, users, of.as_of, of.covered, has_reports=of.has_reports)
        found |= {each.pk: _facts(of, each, unknown[each.user_id], *usages.get(each.user_id, (0, 0))) for each in some}
    return found


def _usages(service: Service, users: Sequence[int]) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    for some in batches(users):
        rows = Usage.objects.of(service).filter(user__in=among(some))
        found |= {user: (last, number) for user, last, number in rows.values_list("user", "last_day", "days_30")}
    return found


def _facts(of: Basis, held: License, unknown: int, last: int, number: int) -> Facts:
    return {
        "license_since": held.first_day.isoformat(),
        "as_of": _iso(of.as_of),
        "recorded_since": _iso(of.first_day),
        "last_access": _iso(last or None),
        "access_days": number,
        "window": of.window,
        "unknown_days": unknown,
    }


def _iso(day: int | None) -> str | None:
    return None if day is None else days.date_of(day).isoformat()


def describe_facts(facts: Mapping[str, Any], account: str = "") -> list[str]:
    """The facts as sentences. `account`: whose they are, where it is not whoever reads it."""
    if facts.get("as_of") is None:
        return [_("Its use is not recorded.")]
    return [_last_access(facts, account), _number(facts)]


def _last_access(facts: Mapping[str, Any], account: str) -> str:
    if facts["last_access"] is None:
        if facts.get("recorded_since") is None:
            return _("No access has been recorded.")
        return _("No access has been recorded since recording began on %(day)s.") % {
            "day": as_date(facts["recorded_since"])
        }
    named = {"day": as_date(facts["last_access"]), "account": account}
    if account:
        return _("The last access of %(account)s was on %(day)s.") % named
    return _("Your last access was on %(day)s.") % named


def _number(facts: Mapping[str, Any]) -> str:
    named = {"number": facts["access_days"], "window": facts["window"], "unknown": facts.get("unknown_days", 0)}
    if not named["unknown"]:
        return _("Number of access days in the last %(window)d days: %(number)d.") % named
    return (
        ngettext(
            "Number of access days in the last %(window)d days: %(number)d; %(unknown)d day has no records.",
            "Number of access days in the last %(window)d days: %(number)d; %(unknown)d days have no records.",
            named["unknown"],
        )
        % named
    )


def as_date(iso: str) -> str:
    """A frozen day for people."""
    return date_format(datetime.date.fromisoformat(iso), "DATE_FORMAT")


def shown(enquiry: Enquiry, *, to_others: bool = False) -> dict[str, Any]:
    """A question with what was known when it was asked; said to whoever is asked, or about them."""
    purpose = enquiry.for_purpose
    return {
        "enquiry": enquiry,
        "service": str(enquiry.license.service),
        "account": enquiry.account,
        "facts": describe_facts(enquiry.facts, str(enquiry.license.user) if to_others else enquiry.account),
        "question": purpose.question(enquiry),
        "why": purpose.why(enquiry),
        "silence": purpose.silence(enquiry),
        "after_giving_back": purpose.after_giving_back(enquiry),
    }


def what_became_of(enquiry: Enquiry) -> str:
    """Why a question does not wait for an answer, in words; empty where it does."""
    if enquiry.state == State.ANSWERED and enquiry.answered_on:
        return _("This question was answered on %(day)s: %(answer)s. Nothing was changed.") % {
            "day": date_format(enquiry.answered_on, "DATE_FORMAT"),
            "answer": enquiry.get_answer_display(),
        }
    if enquiry.state == State.LAPSED:
        return _("This question was due by %(day)s, which has passed. Nothing was changed.") % {
            "day": date_format(enquiry.due, "DATE_FORMAT")
        }
    if enquiry.license.removed_on is not None:
        return _("This license has since been removed, so there is nothing left to answer.")
    if enquiry.state == State.WITHDRAWN or enquiry.for_purpose.is_over(enquiry):
        return _("The reason for this question has ended, so there is nothing left to answer.")
    return ""
