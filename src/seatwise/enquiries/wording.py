"""What letters and pages show of a question: the same words everywhere, in the language that is active."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from seatwise.enquiries.facts import describe_facts
from seatwise.enquiries.models import Enquiry, State


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
