"""Finding a seat: a free one, or the holders by how little they use theirs; asking one of them, or taking it."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.configuration import today
from seatwise.directory import person_field
from seatwise.directory.models import Service, User
from seatwise.directory.requests import person_of, refusals_on
from seatwise.enquiries.questions import due_day, whom_to_ask
from seatwise.licenses.change_state import given_in_words, reassigned_in_words
from seatwise.licenses.models import License, Policy
from seatwise.seat_requests import ranking, request_steps, second_person, shortlist, transfer_steps, wording
from seatwise.seat_requests.models import SeatRequest, SeatTransfer
from seatwise.seat_requests.request_steps import LONGEST_REASON
from seatwise.seat_requests.usage_bound import ground
from seatwise.site.access import those_who_change_licenses
from seatwise.site.fields import FlagField, PersonInput
from seatwise.site.lists import asked_page
from seatwise.site.search import SearchForm

ON_A_PAGE = 20
SHOWN = 10  # people that are found by a text; people that are left out


class ForForm(SearchForm):
    """For whom a seat is wanted. `for` is a login name, or words that find people."""

    file_parameters = ()
    department_first = FlagField(label=gettext_lazy("Same department first"), required=False)

    field_order = ("for", "department_first")

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields["for"] = forms.CharField(
            label=gettext_lazy("New holder"), required=False, max_length=200, widget=PersonInput
        )
        self.order_fields(self.field_order)


def service_of(request: HttpRequest, code: str) -> Service:
    """The service, if the person may change its licenses or see them all."""
    person = person_of(request)
    allowed = Service.objects.changeable_by(person)
    seen = allowed if person.role != "auditor" else Service.objects.visible_to(person)
    found: Service = get_object_or_404(seen, code=code)
    return found


def people_for(person: User) -> Any:
    """For whom a person may find a seat, or look at what there would be."""
    return User.objects.visible_to(person) if person.role == "auditor" else User.objects.changeable_by(person)


def chosen(text: str, person: User) -> tuple[User | None, list[User]]:
    """Whom a text means; or those whom it may mean, of whom one has to be chosen."""
    if not text:
        return None, []
    found, several = person_field.pick(text, people_for(person).active())
    return (several[0], []) if len(several) == 1 else (found, several)


@those_who_change_licenses.page
def find(request: HttpRequest, code: str) -> HttpResponse:
    """What there is for somebody."""
    service, person, form = service_of(request, code), person_of(request), ForForm(request.GET)
    text = form.cleaned_data["for"] if form.is_valid() else ""
    for_user, several = chosen(text, person)
    near = form.is_valid() and form.cleaned_data["department_first"]
    on = today()
    found = ranking.find(service, on, for_user, near, person)
    page: Page[ranking.Candidate] = asked_page(request, found.candidates, ON_A_PAGE)
    given = {
        "service": service,
        "form": form,
        "text": text,
        "for_user": for_user,
        "several": several,
        "found": found,
        "page": page,
        "dates": dates_of(found),
        "left_out": found.left_out[: SHOWN * 5],
        "more_left_out": max(0, len(found.left_out) - SHOWN * 5),
        "holds": for_user is not None and License.objects.of(service).held().by([for_user]).exists(),
        "wanted": SeatRequest.objects.of(service).by(for_user).waiting().first() if for_user else None,
        "under_way": under_way(service, for_user),
        "changes": Service.objects.changeable_by(person).filter(pk=service.pk).exists(),
        "policy": Policy.of(service),
    }
    return render(request, "seat_requests/find.html", given, status=200 if form.is_valid() else 400)


def under_way(service: Service, for_user: User | None) -> SeatTransfer | None:
    """What is being done already to find a seat for somebody."""
    open_ones = SeatTransfer.objects.open().of(service)
    found: SeatTransfer | None = open_ones.towards(for_user).for_reading().first() if for_user else None
    return found


def dates_of(found: ranking.Found) -> dict[str, Any]:
    """The days that a ranking rests on, as dates."""
    unknown = found.ground.unknown_count
    return {
        "since": wording.date_or_none(found.ground.first_day),
        "as_of": wording.date_or_none(found.ground.as_of),
        "unknown": unknown,
        "is_recorded": found.ground.is_recorded,
        "behind": found.ground.behind,
    }


def back_to(service: Service, for_user: User | None) -> str:
    """The address of the list again."""
    address = reverse("seat_requests:find", args=[service.code])
    return f"{address}?{urlencode({'for': for_user.login})}" if for_user else address


@those_who_change_licenses.action
def give(request: HttpRequest, code: str) -> HttpResponse:
    service, person = service_of(request, code), person_of(request)
    for_user = get_object_or_404(people_for(person), login=request.POST.get("for", ""))
    with refusals_on(request):
        messages.success(request, given_in_words(request_steps.give(service, for_user, by=person, on=today())))
    return redirect(back_to(service, for_user))


class TakeForm(forms.Form):
    """Why a seat is taken at once."""

    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The previous holder can read it."),
    )


@those_who_change_licenses.form
def seat(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """What will happen with one seat, and the button that does it: `how` is ask or now."""
    service, person, on = service_of(request, code), person_of(request), today()
    licenses = License.objects.of(service).held().changeable_by(person)
    if person.role == "auditor":
        licenses = License.objects.of(service).held().visible_to(person)
    held = get_object_or_404(licenses.select_related("user", "service"), pk=pk)
    asked = request.POST if request.method == "POST" else request.GET
    for_user = people_for(person).filter(login=asked.get("for", "")).first()
    if for_user is None:
        messages.error(request, _("First say who needs the seat."))
        return redirect(back_to(service, None))
    at_once = asked.get("how") == "now"
    form = TakeForm(request.POST or None)
    if request.method == "POST" and (not at_once or form.is_valid()):
        with refusals_on(request):
            transfer = begin(held, for_user, reason=form.cleaned_data["reason"] if at_once else None, by=person)
            messages.success(request, transfer_message(transfer))
            return redirect("seat_requests:transfer", transfer.pk)
        return redirect(back_to(service, for_user))
    given = {
        "service": service,
        "held": held,
        "for_user": for_user,
        "at_once": at_once,
        "form": form,
        "policy": Policy.of(service),
        "needs_second": second_person.is_needed(held, for_user, person),
        "asked": whom_to_ask(held),
        "due": due_day(service, on),
        "reason": reason_of(held),
        "back_url": back_to(service, for_user),
    }
    return render(request, "seat_requests/seat.html", given)


def begin(held: License, for_user: User, *, reason: str | None, by: User) -> SeatTransfer:
    """Ask, or take with a reason."""
    if reason is None:
        return transfer_steps.ask(held, for_user, by=by, on=today())
    return transfer_steps.take(held, for_user, reason=reason, by=by, on=today())


def reason_of(held: License) -> str:
    """How little the seat is used, in words; empty where nothing is recorded."""
    rests_on = ground(held.service, today())
    rows = shortlist.holders(rests_on, None, None).filter(user=held.user)
    measures = [shortlist.measured(rests_on, row) for row in rows.values_list(*shortlist.COLUMNS)]
    known = shortlist.with_accesses(rests_on, measures) if rests_on.known else []
    return wording.reason(known[0]) if known else ""


def transfer_message(transfer: SeatTransfer) -> str:
    names = {"holder": transfer.license.user, "name": transfer.for_user}
    if transfer.given is not None:
        return reassigned_in_words(transfer.given, transfer.license.user)
    if transfer.awaits_second:
        return _("A second administrator has to confirm it. They are notified by email.") % names
    return _("%(holder)s is asked whether the seat can be given to someone else.") % names
