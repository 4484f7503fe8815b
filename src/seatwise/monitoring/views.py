"""User Access Monitoring: the services, and the list of one."""

from typing import Any, cast

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django_htmx.http import push_url

from seatwise.directory.models import Service
from seatwise.directory.requests import person_of
from seatwise.ledger.zones import organization_zone
from seatwise.lib import days
from seatwise.lib.usage import HeadingCode, Table
from seatwise.licenses.bulk_actions import ACTIONS
from seatwise.licenses.selection import may_change
from seatwise.monitoring import listing
from seatwise.monitoring.filters import NarrowingForm
from seatwise.monitoring.lines import Dates, lines, translated
from seatwise.monitoring.listing import Basis, MonitoredRow, Selection
from seatwise.monitoring.seat_parts import Bar, addresses, bar, number_of
from seatwise.site.access import those_who_see_usage
from seatwise.site.lists import asked_page, list_file
from seatwise.site.search import chips, tidy


@those_who_see_usage
def services(request: HttpRequest) -> HttpResponseBase:
    """The service that was chosen, the first whose usage the person may see, or that there is none."""
    choices = Service.objects.visible_to(person_of(request))
    code = request.GET.get("code")
    chosen = get_object_or_404(choices, code=code) if code else choices.first()
    if chosen is not None:
        return redirect("monitoring:usage", code=chosen.code)
    return render(request, "monitoring/nothing.html")


@those_who_see_usage
def usage(request: HttpRequest, code: str) -> HttpResponseBase:
    """The list of a service, or with `format=` the same list as a file. htmx gets the part below the form alone."""
    person = person_of(request)
    service = get_object_or_404(Service.objects.visible_to(person), code=code)
    form = NarrowingForm(request.GET, person, service)
    wanted = form.wanted()
    of = listing.basis(service, wanted.as_of)
    rows = listing.selection(of, wanted.narrowing, wanted.sorting, person)
    if form.is_valid() and form.file.asked("format"):
        table = Table(of.window, of.unknown_count, say=translated)
        day = days.date_of(of.as_of).isoformat() if of.as_of is not None else "nothing"
        return list_file(request, form.file, f"{code}-{day}", table.headings(), map(table.cells, rows), rows)
    seats = bar(of, person)
    if isinstance(rows, Selection):
        rows.number = number_of(seats.listed, wanted.narrowing)
    page = asked_page(request, rows)
    context = {"form": form, "service": service, "page": page, "sort": wanted.sorting}
    context |= {"chips": chips(form, request.GET)} | shown(request, of, seats, page)
    if cast(Any, request).htmx.target == "results":
        response = render(request, "monitoring/_results.html", context)
        return push_url(response, request.path + tidy(request.GET)) if form.is_valid() else response
    return render(request, "monitoring/usage.html", context, status=200 if form.is_valid() else 400)


def shown(request: HttpRequest, of: Basis, seats: Bar, page: "Page[MonitoredRow]") -> dict[str, Any]:
    """What the template shows of a page of the list, beside the form."""
    person = person_of(request)
    dates = Dates(of)
    return {
        "services": Service.objects.visible_to(person),
        "lines": lines(page.object_list, of, dates, person),
        "of": dates,
        "seats": seats,
        "parts": addresses(seats.parts, request.GET),
        "all": seats.listed.all,
        "may_change": may_change(of.service, person),
        "bulk_actions": ACTIONS.values(),
        "time_zone": organization_zone(),
        "number_heading": translated(HeadingCode.ACCESS_DAYS.value) % {"window": of.window},
    }
