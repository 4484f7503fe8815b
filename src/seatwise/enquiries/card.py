"""The card of the first page: questions for whoever looks."""

import datetime
from typing import Any

from django.http import HttpRequest

from seatwise.configuration import today
from seatwise.directory.models import User
from seatwise.enquiries.delivery import see
from seatwise.enquiries.forms import AnswerForm
from seatwise.enquiries.models import Enquiry, Via
from seatwise.enquiries.wording import shown
from seatwise.site.home import Card

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


def asked(enquiry: Enquiry, on: datetime.date) -> dict[str, Any]:
    return {**shown(enquiry), "form": AnswerForm(enquiry=enquiry, on=on, via=Via.PAGE)}


def is_looked_at(request: HttpRequest) -> bool:
    """Whether a page is opened for somebody to look at it, and not by a browser that fetches it in advance."""
    return request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")
