"""The queue of requests for seats, and one request: granting it, refusing it, finding a seat for it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from seatwise.configuration import today
from seatwise.directory.listing import Column, SearchForm, list_page
from seatwise.directory.models import Service
from seatwise.directory.models.people import sees_all
from seatwise.directory.pages import person_of
from seatwise.licenses.change_state import given_in_words
from seatwise.licenses.seats import seats_of
from seatwise.seat_requests import request_steps
from seatwise.seat_requests.models import Passing, SeatRequest
from seatwise.seat_requests.models.requests import State
from seatwise.seat_requests.pages import told
from seatwise.seat_requests.pages.forms import WhyForm
from seatwise.site.access import those_who_change_licenses

COLUMNS = [
    Column[SeatRequest](gettext_lazy("Who"), lambda each: str(each.person)),
    Column[SeatRequest](gettext_lazy("Login name"), lambda each: each.person.login),
    Column[SeatRequest](gettext_lazy("Service"), lambda each: str(each.service)),
    Column[SeatRequest](gettext_lazy("Reason"), lambda each: each.reason),
    Column[SeatRequest](gettext_lazy("Requested on"), lambda each: each.asked_on),
    Column[SeatRequest](gettext_lazy("State"), lambda each: each.get_state_display()),
    Column[SeatRequest](gettext_lazy("Answered on"), lambda each: each.handled_on),
    Column[SeatRequest](gettext_lazy("Answered by"), lambda each: str(each.handled_by or "")),
    Column[SeatRequest](gettext_lazy("Answer"), lambda each: each.answer),
]


class RequestSearch(SearchForm):
    """Narrows the queue."""

    text = forms.CharField(label=gettext_lazy("Name or login name"), required=False, max_length=200)
    service = forms.ModelChoiceField(
        Service.objects.none(),
        to_field_name="code",
        label=gettext_lazy("Service"),
        required=False,
        empty_label=gettext_lazy("All services"),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"), choices=[("", gettext_lazy("all")), *State.choices], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = Service.objects.order_by("name", "code")  # type: ignore[attr-defined]

    def narrow(self, requests: Any) -> Any:
        """Those that are asked for; all where the form is wrong, since it says so."""
        if not self.is_valid():
            return requests
        asked = self.cleaned_data
        requests = requests.search(asked["text"]) if asked["text"] else requests
        requests = requests.of(asked["service"]) if asked["service"] else requests
        return requests.with_state(asked["state"]) if asked["state"] else requests


@those_who_change_licenses
@require_safe
def queue(request: HttpRequest) -> HttpResponseBase:
    """All requests, the latest first."""
    form = RequestSearch(request.GET)
    found = form.narrow(SeatRequest.objects.visible_to(person_of(request))).for_reading().newest_first()
    return list_page(request, "seat_requests/requests.html", form, found, COLUMNS)


@those_who_change_licenses
@require_safe
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One request."""
    person = person_of(request)
    found = get_object_or_404(SeatRequest.objects.visible_to(person).for_reading(), pk=pk)
    may_answer = found.is_waiting and SeatRequest.objects.changeable_by(person).filter(pk=pk).exists()
    shows_seats = may_answer or sees_all(person)
    given = {
        "found": found,
        "departments": found.person.departments_on(),
        "seats": seats_of(found.service, today()) if shows_seats else None,
        "form": WhyForm(auto_id="refuse_%s"),
        "under_way": Passing.objects.visible_to(person).open().filter(request=found).for_reading().first(),
        "may_answer": may_answer,
    }
    return render(request, "seat_requests/request.html", given)


def to_answer(request: HttpRequest, pk: int) -> SeatRequest:
    """A request that the person may answer."""
    found: SeatRequest = get_object_or_404(SeatRequest.objects.changeable_by(person_of(request)).for_reading(), pk=pk)
    return found


@those_who_change_licenses
@require_POST
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a free seat."""
    found = to_answer(request, pk)
    with told(request) as said:
        said(given_in_words(request_steps.grant(found, by=person_of(request), on=today())))
    return redirect("seat_requests:request", pk)


@those_who_change_licenses
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no, and why."""
    found = to_answer(request, pk)
    with told(request, _("The request was refused. %(name)s is told why.") % {"name": found.person}):
        request_steps.refuse(found, by=person_of(request), reason=request.POST.get("reason", ""), on=today())
    return redirect("seat_requests:request", pk)
