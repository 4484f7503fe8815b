"""Seats that are being passed on: the list, one of them, the second person's word, giving it up, trying again."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from seatwise.configuration import today
from seatwise.directory.listing import Column, Listing, SearchForm, list_page
from seatwise.directory.models import Service
from seatwise.directory.pages import person_of
from seatwise.enquiries.models import Enquiry
from seatwise.licenses.change_state import state_of
from seatwise.licenses.effects import ADD
from seatwise.licenses.models import Policy
from seatwise.seat_requests import second_person, transfer_endings, transfers
from seatwise.seat_requests.models import Passing
from seatwise.seat_requests.models.passings import State
from seatwise.seat_requests.pages import told
from seatwise.seat_requests.pages.finding import in_words
from seatwise.seat_requests.pages.forms import WhyForm
from seatwise.site.access import those_who_change_licenses

COLUMNS = [
    Column[Passing](gettext_lazy("Service"), lambda each: str(each.license.service)),
    Column[Passing](gettext_lazy("Current holder"), lambda each: str(each.license.user)),
    Column[Passing](gettext_lazy("New holder"), lambda each: str(each.for_user)),
    Column[Passing](gettext_lazy("State"), lambda each: each.get_state_display()),
    Column[Passing](gettext_lazy("Begun"), lambda each: each.asked_on),
    Column[Passing](gettext_lazy("Begun by"), lambda each: str(each.asked_by or "")),
    Column[Passing](
        gettext_lazy("To be answered by"), lambda each: each.enquiry.due if each.enquiry and each.is_open else None
    ),
    Column[Passing](gettext_lazy("Ended"), lambda each: each.ended_on),
]


class PassingSearch(SearchForm):
    """Narrows the list."""

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

    def narrow(self, rows: Any) -> Any:
        """Those that are asked for; all where the form is wrong, since it says so."""
        if not self.is_valid():
            return rows
        rows = rows.of(self.cleaned_data["service"]) if self.cleaned_data["service"] else rows
        return rows.with_state(self.cleaned_data["state"]) if self.cleaned_data["state"] else rows


@those_who_change_licenses
@require_safe
def passings(request: HttpRequest) -> HttpResponseBase:
    """All of them, the latest first."""
    form = PassingSearch(request.GET)
    found = form.narrow(Passing.objects.visible_to(person_of(request))).for_reading().newest_first()
    return list_page(request, "seat_requests/passings.html", form, found, COLUMNS, _unreached)


def _unreached(shown: Listing) -> dict[str, Any]:
    asked = [each.enquiry_id for each in shown.page if each.is_open]
    return {
        "unreached": set(Enquiry.objects.open().filter(pk__in=asked).reaching_nobody().values_list("pk", flat=True))
    }


@those_who_change_licenses
@require_safe
def passing_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them."""
    person = person_of(request)
    found = get_object_or_404(Passing.objects.visible_to(person).for_reading(), pk=pk)
    may = Passing.objects.changeable_by(person).filter(pk=pk).exists()
    obstacle = second_person.obstacle(found, person) if may and found.awaits_second else ""
    given = {
        "found": found,
        "obstacle": obstacle,
        "form": WhyForm(auto_id="refuse_%s"),
        "may_change": may and found.is_open,
        "may_confirm": may and found.awaits_second and not obstacle,
        "policy": Policy.of(found.license.service),
        "how_far": state_of(found.given, ADD).label if found.given else "",
    }
    return render(request, "seat_requests/passing.html", given)


def to_change(request: HttpRequest, pk: int) -> Passing:
    """One that the person may change."""
    found: Passing = get_object_or_404(Passing.objects.changeable_by(person_of(request)).for_reading(), pk=pk)
    return found


@those_who_change_licenses
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """As the second person, have it passed on."""
    found = to_change(request, pk)
    with told(request) as said:
        transfers.confirm(found, by=person_of(request), on=today())
        said(in_words(found))
    return redirect("seat_requests:passing", pk)


@those_who_change_licenses
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """As the second person, say no."""
    found = to_change(request, pk)
    with told(request, _("You refused it. Whoever wanted the seat is told why.")):
        transfers.refuse(found, by=person_of(request), reason=request.POST.get("reason", ""), on=today())
    return redirect("seat_requests:passing", pk)


@those_who_change_licenses
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it up."""
    found = to_change(request, pk)
    with told(request, _("This was given up: the holder keeps the seat.")):
        transfer_endings.cancel(found, by=person_of(request), reason=request.POST.get("reason", ""), on=today())
    return redirect("seat_requests:passing", pk)


@those_who_change_licenses
@require_POST
def pass_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Try again."""
    found = to_change(request, pk)
    with told(request) as said:
        transfers.pass_on(found, by=person_of(request), on=today())
        said(in_words(found))
    return redirect("seat_requests:passing", pk)
