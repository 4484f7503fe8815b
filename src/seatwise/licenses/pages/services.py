"""Services & Users: all services with their seats, the seats of one, its contracts and policy, and who held when."""

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.configuration import today
from seatwise.directory.columns import user_column
from seatwise.directory.forms import TextSearch
from seatwise.directory.models import Service, User, sees_all
from seatwise.directory.requests import person_of, refusals_on, say_saved
from seatwise.licenses import contract_terms, use_after_removal
from seatwise.licenses.costs import saving
from seatwise.licenses.forms_services import ContractForm, HistorySearch, PolicyForm
from seatwise.licenses.history import Picture, months_of
from seatwise.licenses.models import Contract, Effect, License, Policy
from seatwise.licenses.overview import overview_of, use_of_all
from seatwise.licenses.seats import seats_of_all
from seatwise.licenses.selection import services_for
from seatwise.site.access import administrators_and_auditors, administrators_only, those_who_see_usage
from seatwise.site.edit_conflicts import locked_to_save, saves_in_one_transaction
from seatwise.site.lists import Column, List, by_code

ALL_SERVICES: List[Service] = List(
    heading=gettext_lazy("Services & Users"),
    about=gettext_lazy(
        "The services that people hold licenses for: how many seats, who uses them, and what is left to do."
    ),
    nothing=gettext_lazy("No service matches these filters."),
    none_yet=gettext_lazy("There is no service yet."),
    actions="licenses/_services_actions.html",
    link=by_code("licenses:service"),
    look="services",
)
CHANGEABLE = replace(
    ALL_SERVICES,
    about=gettext_lazy(
        "The services whose licenses you can add and remove for your departments and unaffiliated users."
    ),
    none_yet=gettext_lazy("There is no service whose licenses you can change."),
    hint=gettext_lazy("An administrator can allow it, for each service."),
    link=by_code("licenses:users"),
)


@those_who_see_usage.page
def services(request: HttpRequest) -> HttpResponseBase:
    """All services, or those whose licenses a department administrator may change."""
    person = person_of(request)
    form = TextSearch(request.GET)
    found = form.narrow(services_for(person))
    shown = ALL_SERVICES if sees_all(person) else CHANGEABLE
    return shown.answer(request, form, found, columns=columns(list(found), person, today()))


def columns(services: Sequence[Service], person: User, on: datetime.date) -> list[Column[Service]]:
    """The columns with the numbers of some services. Four queries or five, however many there are.

    What is contracted, and how many licenses others than theirs have, is not for department administrators.
    """
    seats, use = seats_of_all(services, on), use_of_all(services, person)
    pending = Effect.objects.pending().visible_to(person).count_by_service()
    everything = sees_all(person)
    found: list[Column[Service]] = [Column(gettext_lazy("Service"), lambda each: each.name)]
    if everything:
        found += [
            Column(gettext_lazy("Contracted"), lambda each: seats[each.pk].contracted, "n", "–"),
            Column(gettext_lazy("Held"), lambda each: seats[each.pk].held, "n"),
        ]
    else:
        found.append(Column(gettext_lazy("Held in your departments"), lambda each: use[each.pk].all, "n"))
    return [
        *found,
        Column(gettext_lazy("Free"), lambda each: seats[each.pk].free, "n", "–"),
        Column(gettext_lazy("Pending changes"), lambda each: pending.get(each.pk, 0), "n"),
        Column(gettext_lazy("Used in the last 30 days"), lambda each: use[each.pk].used, "n"),
        Column(gettext_lazy("No access since recording began"), lambda each: use[each.pk].never, "n"),
        Column(gettext_lazy("Removal takes effect"), lambda each: each.get_how_removal_takes_effect_display()),
    ]


@administrators_and_auditors.page
def service(request: HttpRequest, code: str) -> HttpResponse:
    """The seats of one service: how they are used, what is contracted, what the idle ones cost, thirteen months."""
    person = person_of(request)
    found = get_object_or_404(services_for(person), code=code)
    overview = overview_of(found, person, today())
    context: dict[str, Any] = {
        "service": found,
        "overview": overview,
        "picture": Picture(months_of(found, today(), overview.seats)),
        "today": today(),
    }
    return render(request, "licenses/service.html", context)


@administrators_and_auditors.page
def trend(request: HttpRequest, code: str) -> HttpResponse:
    """Thirteen months of one service as a small picture: a part of the first page, which is there before it."""
    found = get_object_or_404(services_for(person_of(request)), code=code)
    return render(request, "licenses/_trend.html", {"picture": Picture(months_of(found, today()))})


def by_whom(person: User | None) -> str:
    return str(person) if person else _("from the command line")


HISTORY: List[License] = List(
    nothing=gettext_lazy("No license matches these filters."),
    none_yet=gettext_lazy("No one has held a license for this service yet."),
    about=gettext_lazy(
        "Who held a license and when, who added and removed it, and why. This history is never rewritten."
    ),
    icon="history",
    link=lambda each: reverse("person_access", args=[each.user_id, each.service.code]),
    template="licenses/history.html",
    columns=[
        user_column(lambda each: each.user),
        Column(
            gettext_lazy("Added on"),
            lambda each: each.added_on,
            "when",
            small=lambda each: by_whom(each.added_by),
            small_title=gettext_lazy("Added by"),
        ),
        Column(gettext_lazy("Why"), lambda each: each.add_reason, "said"),
        Column(
            gettext_lazy("Removed on"),
            lambda each: each.removed_on,
            "when",
            nothing=gettext_lazy("still held"),
            small=lambda each: by_whom(each.removed_by) if each.removed_on else "",
            small_title=gettext_lazy("Removed by"),
        ),
        Column(gettext_lazy("Why it was removed"), lambda each: each.remove_reason, "said"),
        Column(gettext_lazy("Last access after the removal"), lambda each: each.used_until, "when"),
    ],
)


@administrators_and_auditors.page
def history(request: HttpRequest, code: str) -> HttpResponseBase:
    """All periods of licenses of a service, the latest first."""
    service = get_object_or_404(Service, code=code)
    form = HistorySearch(request.GET)
    found = form.narrow(License.objects.visible_to(person_of(request)).of(service))
    found = found.select_related("user", "service", "added_by", "removed_by").order_by("-added_on", "-pk")
    return HISTORY.answer(request, form, found, {"service": service}, prepare=use_after_removal.mark)


@administrators_only.form
def add(request: HttpRequest, code: str) -> HttpResponse:
    service = get_object_or_404(Service, code=code)
    form = ContractForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            contract_terms.add(service=service, by=person_of(request), on=today(), **form.cleaned_data)
            messages.success(request, _("The contract was added."))
            return redirect("licenses:service", code)
    return render(request, "licenses/contract_form.html", {"form": form, "service": service})


@administrators_and_auditors.form
@saves_in_one_transaction
def contract(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A contract; administrators change it."""
    service = get_object_or_404(locked_to_save(request, Service.objects.all()), code=code)
    found = get_object_or_404(Contract.objects.visible_to(person_of(request)), pk=pk, service=service)
    form = ContractForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            say_saved(request, contract_terms.change(found, by=person_of(request), on=today(), **form.cleaned_data))
            return redirect("licenses:service", code)
    savings = [saving(found, today())] if found.state_on(today()) == "in_force" else []
    given = {"form": form, "service": service, "contract": found, "savings": savings}
    return render(request, "licenses/contract_form.html", given)


@administrators_and_auditors.form
@saves_in_one_transaction
def policy(request: HttpRequest, code: str) -> HttpResponse:
    """The policy of a service; administrators change it."""
    service = get_object_or_404(locked_to_save(request, Service.objects.all()), code=code)
    found = Policy.of(service)
    form = PolicyForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        say_saved(request, found.change(by=person_of(request), **form.cleaned_data))
        return redirect("licenses:policy", code)
    return render(request, "licenses/policy.html", {"form": form, "service": service})
