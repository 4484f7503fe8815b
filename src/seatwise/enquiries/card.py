"""The card of the first page: questions for whoever looks."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from seatwise.configuration import today
from seatwise.directory.models import User
from seatwise.enquiries.delivery import see
from seatwise.enquiries.facts import shown
from seatwise.enquiries.forms import AnswerForm
from seatwise.enquiries.models import Enquiry, Via
from seatwise.site.home import Card, Waiting

SHOWN_FOR = datetime.timedelta(days=30)  # what was given back, so that it can be taken back


def card(request: HttpRequest) -> Card | None:
    """Open questions, and what was given back lately; nothing where there is none."""
    if not isinstance(request.user, User):
        return None
    mine, on = Enquiry.objects.put_to(request.user).for_reading(), today()
    questions = list(mine.open().order_by("due", "pk"))
    given_back = list(mine.given_back().filter(answered_on__gt=on - SHOWN_FOR).order_by("-pk"))
    if is_looked_at(request):
        see(questions, by=request.user, on=on)
    if not questions and not given_back:
        return None
    return "enquiries/_card.html", {"questions": [asked(each, on) for each in questions], "given_back": given_back}


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """The open questions; each is answered below, on the first page itself."""
    if not isinstance(request.user, User):
        return
    for each in Enquiry.objects.put_to(request.user).for_reading().open().order_by("due", "pk"):
        told = {"service": each.license.service, "day": date_format(each.due, "DATE_FORMAT")}
        text = _("%(service)s: do you still need your license? Answer by %(day)s.") % told
        yield Waiting(text, f"#question-{each.pk}", _("Answer"), "circle-question-mark", urgent=each.due <= today())


def asked(enquiry: Enquiry, on: datetime.date) -> dict[str, Any]:
    return {**shown(enquiry), "form": AnswerForm(enquiry=enquiry, on=on, via=Via.PAGE)}


def is_looked_at(request: HttpRequest) -> bool:
    """Whether a page is opened for somebody to look at it, and not by a browser that fetches it in advance."""
    return request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")
