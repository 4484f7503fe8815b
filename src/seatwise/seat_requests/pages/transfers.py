"""Seats that are being passed on: the list, one of them, the second person's word, giving it up, trying again."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.configuration import today
from seatwise.directory.choices import service_choice
from seatwise.directory.requests import person_of, refusals_on
from seatwise.enquiries.models import Enquiry
from seatwise.licenses.change_state import state_of_reassignment
from seatwise.licenses.models import Policy
from seatwise.seat_requests import second_person, transfer_endings, transfer_steps
from seatwise.seat_requests.models import SeatTransfer
from seatwise.seat_requests.models.transfers import State
from seatwise.seat_requests.pages.finding import transfer_message
from seatwise.seat_requests.pages.requests import WhyForm
from seatwise.site.access import those_who_change_licenses
from seatwise.site.lists import Column, List, by_pk
from seatwise.site.search import SearchForm, choice

TRANSFERS: List[Any] = List(
    heading=gettext_lazy("Seat transfers"),
    about=gettext_lazy("Which seats are moving to whom, and the state of each transfer."),
    back=("seat_requests:requests", gettext_lazy("Seat requests")),
    nothing=gettext_lazy("Nothing matches these filters."),
    none_yet=gettext_lazy("There are no seat transfers yet."),
    link=by_pk("seat_requests:transfer"),
    columns=[
        Column(gettext_lazy("Service"), lambda each: str(each.license.service)),
        Column(
            gettext_lazy("Current holder"),
            lambda each: str(each.license.user),
            small=lambda each: each.license.user.login,
            small_title=gettext_lazy("Login name of the current holder"),
        ),
        Column(
            gettext_lazy("New holder"),
            lambda each: str(each.for_user),
            small=lambda each: each.for_user.login,
            small_title=gettext_lazy("Login name of the new holder"),
        ),
        Column(gettext_lazy("State"), lambda each: each.get_state_display(), badge=lambda each: each.unreached),
        Column(
            gettext_lazy("Started"),
            lambda each: each.asked_on,
            "when",
            small=lambda each: str(each.asked_by or ""),
            small_title=gettext_lazy("Started by"),
        ),
        Column(
            gettext_lazy("To be answered by"),
            lambda each: each.enquiry.due if each.enquiry and each.is_open else None,
            "when",
        ),
        Column(gettext_lazy("Ended"), lambda each: each.ended_on, "when"),
    ],
)


class SeatTransferSearch(SearchForm):
    service = service_choice()
    state = choice(gettext_lazy("State"), State.choices, "with_state")


@those_who_change_licenses.page
def transfers(request: HttpRequest) -> HttpResponseBase:
    """All of them, the latest first."""
    form = SeatTransferSearch(request.GET)
    found = form.narrow(SeatTransfer.objects.visible_to(person_of(request))).for_reading().newest_first()
    return TRANSFERS.answer(request, form, found, prepare=_with_unreached)


def _with_unreached(some: Sequence[Any]) -> Sequence[Any]:
    asked = [each.enquiry_id for each in some if each.is_open]
    found = set(Enquiry.objects.open().filter(pk__in=asked).reaching_nobody().values_list("pk", flat=True))
    for each in some:
        each.unreached = _("the question was not delivered") if each.enquiry_id in found else ""
    return some


@those_who_change_licenses.page
def transfer_page(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_of(request)
    found = get_object_or_404(SeatTransfer.objects.visible_to(person).for_reading(), pk=pk)
    may = SeatTransfer.objects.changeable_by(person).filter(pk=pk).exists()
    obstacle = second_person.obstacle(found, person) if may and found.awaits_second else ""
    given = {
        "found": found,
        "obstacle": obstacle,
        "form": WhyForm(auto_id="refuse_%s"),
        "may_change": may and found.is_open,
        "may_confirm": may and found.awaits_second and not obstacle,
        "policy": Policy.of(found.license.service),
        "how_far": state_of_reassignment(found.given).label if found.given else "",
    }
    return render(request, "seat_requests/transfer.html", given)


def to_change(request: HttpRequest, pk: int) -> SeatTransfer:
    """One that the person may change."""
    found: SeatTransfer = get_object_or_404(SeatTransfer.objects.changeable_by(person_of(request)).for_reading(), pk=pk)
    return found


@those_who_change_licenses.action
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """As the second person, have it passed on."""
    found = to_change(request, pk)
    with refusals_on(request):
        transfer_steps.confirm(found, by=person_of(request), on=today())
        messages.success(request, transfer_message(found))
    return redirect("seat_requests:transfer", pk)


@those_who_change_licenses.action
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    found = to_change(request, pk)
    with refusals_on(request):
        transfer_steps.refuse(found, by=person_of(request), reason=request.POST.get("reason", ""), on=today())
        messages.success(request, _("You refused it. The person who asked for the seat is told why."))
    return redirect("seat_requests:transfer", pk)


@those_who_change_licenses.action
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = to_change(request, pk)
    with refusals_on(request):
        transfer_endings.cancel(found, by=person_of(request), reason=request.POST.get("reason", ""), on=today())
        messages.success(request, _("The transfer was given up: the holder keeps the seat."))
    return redirect("seat_requests:transfer", pk)


@those_who_change_licenses.action
def pass_on(request: HttpRequest, pk: int) -> HttpResponse:
    found = to_change(request, pk)
    with refusals_on(request):
        transfer_steps.pass_on(found, by=person_of(request), on=today())
        messages.success(request, transfer_message(found))
    return redirect("seat_requests:transfer", pk)
