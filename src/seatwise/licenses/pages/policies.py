"""The policy of a service: what is to be kept in mind when its licenses are judged and changed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from seatwise.directory.models import Service
from seatwise.directory.refusals import say_saved
from seatwise.directory.requests import person_of
from seatwise.licenses.forms_services import PolicyForm
from seatwise.licenses.models import Policy
from seatwise.site.access import administrators_and_auditors
from seatwise.site.edit_conflicts import locked_to_save, saves_in_one_transaction


@administrators_and_auditors
@require_http_methods(["GET", "HEAD", "POST"])
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
