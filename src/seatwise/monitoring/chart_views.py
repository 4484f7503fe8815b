"""The page of the pictures of a service, and one of them for the list."""

from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Service
from seatwise.directory.requests import person_of
from seatwise.monitoring import charts, listing
from seatwise.monitoring.lines import Dates
from seatwise.site.access import those_who_see_usage
from seatwise.site.search import SearchForm


class CutOffForm(SearchForm):
    file_parameters = ()
    at_most = forms.IntegerField(
        label=gettext_lazy("Access days at most"), required=False, min_value=0, max_value=31, initial=0
    )


@those_who_see_usage.page
def page(request: HttpRequest, code: str) -> HttpResponse:
    """All of them; htmx gets the distribution alone, for the list, whose filter it moves."""
    person = person_of(request)
    service = get_object_or_404(Service.objects.visible_to(person), code=code)
    form = CutOffForm(request.GET)
    of, rows = listing.basis(service), listing.listed(service, person)
    asked = form.cleaned_data.get("at_most") if form.is_valid() else None
    context: dict[str, Any] = {"service": service, "of": Dates(of), "form": form, "basis": of, "cutoff": asked}
    if of.as_of is not None:
        context["distribution"] = charts.distribution(rows)
        if cast(Any, request).htmx.target == "distribution":
            return render(request, "monitoring/_distribution.html", context)
        context |= {"daily": charts.daily(of, rows), "heat": charts.HeatMap(of, rows)}
    return render(request, "monitoring/charts.html", context, status=200 if form.is_valid() else 400)
