"""Asking for a seat; the queue of requests, and one of them: granting it, refusing it, finding a seat for it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.configuration import today
from seatwise.directory.choices import service_choice
from seatwise.directory.models import Service, sees_all
from seatwise.directory.requests import person_of, refusals_on
from seatwise.licenses.change_state import given_in_words
from seatwise.licenses.models import License
from seatwise.licenses.seats import seats_of
from seatwise.seat_requests import request_steps
from seatwise.seat_requests.models import SeatRequest, SeatTransfer
from seatwise.seat_requests.models.requests import State
from seatwise.seat_requests.request_steps import LONGEST_REASON
from seatwise.site.access import back_to, everybody, those_who_change_licenses
from seatwise.site.lists import Column, List, by_pk
from seatwise.site.search import SearchForm, choice, words


class AskForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("What do you need it for?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Administrators can read it, and it stays with the license."),
    )


@everybody.form
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a seat of a service."""
    service, person = get_object_or_404(Service, code=code), person_of(request)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            request_steps.ask(service=service, person=person, reason=form.cleaned_data["reason"], on=today())
            messages.success(request, _("Your request was sent. You will see the answer here and by email."))
            return redirect("home")
    waiting = SeatRequest.objects.of(service).by(person).waiting().first()
    holds = License.objects.of(service).held().by([person]).first()
    given = {"form": form, "service": service, "waiting": waiting, "holds": holds}
    return render(request, "seat_requests/ask.html", given)


@everybody.action
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_of(request)
    found = get_object_or_404(SeatRequest.objects.by(person).for_reading(), pk=pk)
    with refusals_on(request):
        request_steps.withdraw(found, by=person, on=today())
        messages.success(request, _("Your request was withdrawn."))
    return redirect("home")


class WhyForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=LONGEST_REASON
    )


def _offered(each: SeatRequest) -> str:
    return _("a seat is free") if each.is_waiting and each.offered_on else ""


REQUESTS: List[SeatRequest] = List(
    heading=gettext_lazy("Seat requests"),
    about=gettext_lazy("Who requests a seat for which service, and the answers."),
    nothing=gettext_lazy("No request matches these filters."),
    none_yet=gettext_lazy("No one has requested a seat yet."),
    hint=gettext_lazy("People request a seat on their home page, under My services."),
    actions="seat_requests/_requests_actions.html",
    link=by_pk("seat_requests:request"),
    columns=[
        Column(
            gettext_lazy("Who"),
            lambda each: str(each.person),
            small=lambda each: each.person.login,
            small_title=gettext_lazy("Login name"),
        ),
        Column(gettext_lazy("Service"), lambda each: str(each.service)),
        Column(gettext_lazy("Reason"), lambda each: each.reason, "said", most=160),
        Column(gettext_lazy("Requested on"), lambda each: each.asked_on, "when"),
        Column(gettext_lazy("State"), lambda each: each.get_state_display(), badge=_offered, badge_look=""),
        Column(
            gettext_lazy("Answered on"),
            lambda each: each.handled_on,
            "when",
            small=lambda each: str(each.handled_by or ""),
            small_title=gettext_lazy("Answered by"),
        ),
        Column(gettext_lazy("Answer"), lambda each: each.answer, "said", most=160),
    ],
)


class RequestSearch(SearchForm):
    text = words(gettext_lazy("Name or login name"))
    service = service_choice()
    state = choice(gettext_lazy("State"), State.choices, "with_state")


@those_who_change_licenses.page
def queue(request: HttpRequest) -> HttpResponseBase:
    form = RequestSearch(request.GET)
    found = form.narrow(SeatRequest.objects.visible_to(person_of(request))).for_reading().newest_first()
    return REQUESTS.answer(request, form, found)


@those_who_change_licenses.page
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_of(request)
    found = get_object_or_404(SeatRequest.objects.visible_to(person).for_reading(), pk=pk)
    may_answer = found.is_waiting and SeatRequest.objects.changeable_by(person).filter(pk=pk).exists()
    shows_seats = may_answer or sees_all(person)
    given = {
        "found": found,
        "departments": found.person.departments_on(),
        "seats": seats_of(found.service, today()) if shows_seats else None,
        "form": WhyForm(auto_id="refuse_%s"),
        "under_way": SeatTransfer.objects.visible_to(person).open().filter(request=found).for_reading().first(),
        "may_answer": may_answer,
    }
    return render(request, "seat_requests/request.html", given)


def to_answer(request: HttpRequest, pk: int) -> SeatRequest:
    """A request that the person may answer."""
    found: SeatRequest = get_object_or_404(SeatRequest.objects.changeable_by(person_of(request)).for_reading(), pk=pk)
    return found


@those_who_change_licenses.action
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    found = to_answer(request, pk)
    with refusals_on(request):
        messages.success(request, given_in_words(request_steps.grant(found, by=person_of(request), on=today())))
    return back_to(request, "seat_requests:request", pk)


@those_who_change_licenses.action
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    found = to_answer(request, pk)
    with refusals_on(request):
        request_steps.refuse(found, by=person_of(request), reason=request.POST.get("reason", ""), on=today())
        messages.success(request, _("The request was refused. %(name)s is told why.") % {"name": found.person})
    return back_to(request, "seat_requests:request", pk)
