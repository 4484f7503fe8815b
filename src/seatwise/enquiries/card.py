"""The card of the first page: questions for whoever looks."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from seatwise.configuration import today
from seatwise.directory.models import User
from seatwise.enquiries.delivery import see
from seatwise.enquiries.facts import shown
from seatwise.enquiries.forms import AnswerForm
from seatwise.enquiries.models import Answer, Enquiry, Via
from seatwise.site.home import Card, QuickAction, Waiting

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
        url, does = f"#question-{each.pk}", quick_answers(each)
        yield Waiting(text, url, _("Other answers"), "circle-question-mark", urgent=each.due <= today(), quick=does)


def quick_answers(enquiry: Enquiry) -> list[QuickAction]:
    """Those that need no more than a reason."""
    url, after = reverse("enquiries:own_answer", args=[enquiry.pk]), enquiry.for_purpose.after_giving_back(enquiry)
    after = after or _("You give up your license for %(service)s.") % {"service": enquiry.license.service}
    return [
        QuickAction(_("Keep it"), url, [("answer", Answer.KEEP)], asks=_("What it is needed for")),
        QuickAction(_("Give it back"), url, [("answer", Answer.GIVE_BACK)], says=after),
    ]


def asked(enquiry: Enquiry, on: datetime.date) -> dict[str, Any]:
    return {**shown(enquiry), "form": AnswerForm(enquiry=enquiry, on=on, via=Via.PAGE)}


def is_looked_at(request: HttpRequest) -> bool:
    """Whether a page is opened for somebody to look at it, and not by a browser that fetches it in advance."""
    return request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")
