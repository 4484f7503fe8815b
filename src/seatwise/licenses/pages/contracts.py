"""The contracts of a service, adding one and changing one; and its policy."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from seatwise.configuration import today
from seatwise.directory.models import Service
from seatwise.directory.requests import person_of, refusals_on, say_saved
from seatwise.licenses import contract_terms
from seatwise.licenses.costs import saving
from seatwise.licenses.forms_services import ContractForm, PolicyForm
from seatwise.licenses.models import Contract, Policy
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.edit_conflicts import locked_to_save, saves_in_one_transaction


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
