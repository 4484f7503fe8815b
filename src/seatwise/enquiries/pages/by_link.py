"""Answering by the link in the mail, signed in or not.

The token comes in the fragment of the address, which no server sees; a form sends it on in the body of a POST that
changes nothing, and the answer is another POST. So no token is in a request line, a Referer or a log, and programs that
open links in mails change nothing. The forms prove by the token that they are meant, so they need no CSRF token, which
`no-referrer` would break (browsers then send `Origin: null`).
"""

import functools
from collections.abc import Callable

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.enquiries import answers
from seatwise.enquiries.facts import shown
from seatwise.enquiries.forms import AnswerForm, TakingBackForm
from seatwise.enquiries.links import TAKE_BACK, Opened, open_link
from seatwise.enquiries.models import Via

View = Callable[[HttpRequest], HttpResponse]
WithLink = Callable[[HttpRequest, Opened], HttpResponse]
NOT_OURS, OVER = 400, 410


def discreet(view: View) -> View:
    """Kept by nobody, and not told to whatever page comes next."""

    @functools.wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        response = view(request)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return never_cache(guarded)


def with_link(view: WithLink) -> View:
    """What a link in the body of a POST is for, in the language of whoever was asked; a GET goes to the beginning."""

    @csrf_exempt
    @discreet
    @sensitive_post_parameters()
    @sensitive_variables()
    @require_http_methods(["GET", "HEAD", "POST"])
    @functools.wraps(view)
    def opened(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return redirect("enquiries:answer")
        try:
            link = open_link(request.POST.get("link", ""), today())
        except Refused as refusal:
            return render(request, "enquiries/by_link.html", {"wrong": str(refusal)}, status=NOT_OURS)
        with translation.override(link.enquiry.person.language):
            return view(request, link)

    return opened


@discreet
@require_safe
def answer(request: HttpRequest) -> HttpResponse:
    """Where links lead. Knows nothing of the token: it is sent on by the page itself, or by hand."""
    return render(request, "enquiries/by_link.html")


@with_link
def question(request: HttpRequest, link: Opened) -> HttpResponse:
    """The question of a link. Changes nothing."""
    return _page(request, link)


@with_link
def reply(request: HttpRequest, link: Opened) -> HttpResponse:
    form = AnswerForm(request.POST, enquiry=link.enquiry, on=today(), via=Via.LINK)
    if link.refusal or link.use == TAKE_BACK or not form.is_valid():
        return _page(request, link, form)
    given = form.given
    person = link.enquiry.person
    try:
        answers.reply(
            link.enquiry, given.answer, reason=given.reason, until=given.until, by=person, via=Via.LINK, on=today()
        )
    except Refused as refusal:
        return _page(request, Opened(link.enquiry, link.use, str(refusal)))
    return _page(request, link, done=_("Thank you. Your answer was recorded."))


@with_link
def take_back(request: HttpRequest, link: Opened) -> HttpResponse:
    form = TakingBackForm(request.POST)
    if link.refusal or link.use != TAKE_BACK or not form.is_valid():
        return _page(request, link, form)
    reason, person = form.cleaned_data["reason"], link.enquiry.person
    try:
        answers.take_back(link.enquiry, reason=reason, by=person, via=Via.LINK, on=today())
    except Refused as refusal:
        return _page(request, Opened(link.enquiry, link.use, str(refusal)))
    return _page(request, link, done=_("You keep the license. Your answer was changed."))


def _page(request: HttpRequest, link: Opened, form: Form | None = None, done: str = "") -> HttpResponse:
    """The question, the form to take something back, or what became of it."""
    taking_back = link.use == TAKE_BACK
    if not isinstance(form, TakingBackForm if taking_back else AnswerForm):  # none, or that of the other use
        form = TakingBackForm() if taking_back else AnswerForm(enquiry=link.enquiry, on=today(), via=Via.LINK)
    given = {
        **shown(link.enquiry),
        "form": form,
        "link": request.POST.get("link", ""),
        "taking_back": taking_back,
        "refusal": link.refusal,
        "done": done,
    }
    status = OVER if link.refusal else 200
    return render(request, "enquiries/question_by_link.html", given, status=status)
