"""Links by which whoever is asked answers without signing in.

A token is signed, ends with a day, and is bound to one enquiry and its nonce. It stands in the fragment of the address,
which browsers keep to themselves: it is in no request line, no Referer and so in no log.
"""

import datetime
from dataclasses import dataclass

from django.core import signing
from django.utils.crypto import constant_time_compare
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from seatwise.directory.changes import Refused
from seatwise.enquiries.facts import what_became_of
from seatwise.enquiries.models import Enquiry
from seatwise.licenses.models import Policy

ANSWER, TAKE_BACK = "a", "b"
LONGEST = 300  # characters
PATH = "/answer/"


@dataclass(frozen=True)
class Opened:
    """What a token is good for. Where it is good for nothing any more, `refusal` says why."""

    enquiry: Enquiry
    use: str
    refusal: str = ""


def address_for(enquiry: Enquiry, use: str = ANSWER) -> str:
    """The path and fragment of a link; the same each time."""
    return f"{PATH}#{token_for(enquiry, use)}"


def token_for(enquiry: Enquiry, use: str = ANSWER) -> str:
    last = enquiry.due if use == ANSWER else last_day_to_take_back(enquiry)
    value = f"{use}.{enquiry.pk}.{last.toordinal()}.{enquiry.nonce}"
    return f"{_signer().signature(value)}.{value}"


def last_day_to_take_back(enquiry: Enquiry) -> datetime.date:
    """Until when a give-back can be taken back by a link, if nothing followed from it before."""
    answered = enquiry.answered_on or enquiry.due
    return answered + datetime.timedelta(days=Policy.of(enquiry.license.service).undo_days)


@sensitive_variables()
def open_link(written: str, on: datetime.date) -> Opened:
    """What a token, or an address that ends with one, is for. Raises Refused for one that is none of ours."""
    found = _read(written.strip().rpartition("#")[2])
    if found is None:
        raise Refused(_("This link is incomplete or not valid. Copy the whole link from the email again, or sign in."))
    enquiry, use, last = found
    return Opened(enquiry, use, _refusal(enquiry, use, last < on, last))


def _refusal(enquiry: Enquiry, use: str, is_over: bool, last: datetime.date) -> str:
    if use == ANSWER and (ended := what_became_of(enquiry)):
        return ended
    if use == TAKE_BACK and (obstacle := enquiry.why_not_taken_back):
        return obstacle
    if not enquiry.person.is_active:
        return _("Your account is no longer active, so this link cannot be used.")
    if is_over:
        day = {"day": date_format(last, "DATE_FORMAT")}
        return _("This link expired on %(day)s. If you still want to answer, sign in or ask an administrator.") % day
    return ""


@sensitive_variables()
def _read(token: str) -> tuple[Enquiry, str, datetime.date] | None:
    signature, _dot, value = token.partition(".")
    if len(token) > LONGEST or not signature:
        return None
    try:
        use, pk, last, nonce = _signer().unsign(f"{value}:{signature}").split(".")
    except (signing.BadSignature, ValueError):
        return None
    enquiry = Enquiry.objects.for_reading().filter(pk=int(pk)).first()
    if enquiry is None or not constant_time_compare(nonce, enquiry.nonce):
        return None
    return enquiry, use, datetime.date.fromordinal(int(last))


def _signer() -> signing.Signer:
    return signing.Signer(salt="seatwise.enquiries.link")
