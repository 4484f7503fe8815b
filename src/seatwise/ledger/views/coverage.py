"""The covered days of a service, and confirming that it was closed on some."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from seatwise.directory.models import Service
from seatwise.directory.requests import person_of, refusals_on
from seatwise.ledger import closures
from seatwise.ledger.coverage_calendar import calendar_of
from seatwise.ledger.forms.closures import ClosureForm
from seatwise.ledger.models import Closure, Source
from seatwise.ledger.zones import today
from seatwise.site.access import administrators_and_auditors, administrators_only, back_to

SHOWN = 20  # gaps, closures


@administrators_and_auditors.form
def coverage(request: HttpRequest, code: str) -> HttpResponse:
    """What is known of each day; administrators confirm that the service was closed on some."""
    person = person_of(request)
    service = get_object_or_404(Service.objects.visible_to(person), code=code)
    asked = {name: request.GET.get(name, "") for name in ("first", "last")}
    form = ClosureForm(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            first, last, reason = (form.cleaned_data[name] for name in ("first", "last", "reason"))
            others = closures.closable(service, first, last) if form.cleaned_data["everywhere"] else []
            closures.close([service, *others], first, last, reason=reason, by=person)
            messages.success(request, _("The days were confirmed as closed."))
            return back_to(request, "ledger:coverage", code)
    calendar = calendar_of(service, today())
    sources = Source.objects.visible_to(person).of_logs().serving(service).filter(retired_on=None)
    gaps = calendar.gaps if calendar else []
    context = {
        "service": service,
        "calendar": calendar,
        "gaps": gaps[:SHOWN],
        "more_gaps": max(0, len(gaps) - SHOWN),
        "sources": sources.order_by("name", "code"),
        "closures": service.closures.select_related("confirmed_by")[:SHOWN],
        "form": form,
    }
    return render(request, "ledger/coverage.html", context)


@administrators_only.action
def reopen(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take a confirmation back."""
    services = Service.objects.visible_to(person_of(request))
    found = get_object_or_404(Closure.objects.filter(service__in=services, service__code=code), pk=pk)
    with refusals_on(request):
        closures.reopen(found, by=person_of(request))
        messages.success(request, _("The confirmation was undone. Days without records are unknown again."))
    return redirect("ledger:coverage", code)
