"""User Access Monitoring: the services, and the list of one."""

import datetime
import tempfile
from collections.abc import Iterable
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from seatwise.directory.listing import ON_A_PAGE
from seatwise.directory.models import Service, User
from seatwise.ledger.zones import organization_zone, today
from seatwise.lib import days
from seatwise.lib.tables import BYTE_ORDER_MARK, csv_line
from seatwise.lib.usage import cells
from seatwise.licenses.seats import seats_of
from seatwise.monitoring import listing
from seatwise.monitoring.labels import HEADINGS
from seatwise.monitoring.listing import Basis, MonitoredRow
from seatwise.monitoring.narrowing import NarrowingForm
from seatwise.site.access import those_who_see_usage


def person_of(request: HttpRequest) -> User:
    """Who asks."""
    return cast(User, request.user)


@those_who_see_usage
def services(request: HttpRequest) -> HttpResponseBase:
    """The first service whose usage the person may see, or that there is none."""
    first = Service.objects.visible_to(person_of(request)).first()
    if first is not None:
        return redirect("monitoring:usage", code=first.code)
    return render(request, "monitoring/nothing.html")


@those_who_see_usage
def usage(request: HttpRequest, code: str) -> HttpResponseBase:
    """The list of a service, or with `format=csv` the same list as a file."""
    person = person_of(request)
    choices = Service.objects.visible_to(person)
    service = get_object_or_404(choices, code=code)
    form = NarrowingForm(request.GET, person)
    wanted = form.wanted()
    of = listing.basis(service, wanted.as_of)
    rows = listing.selection(of, wanted.narrowing, wanted.sorting, person)
    if request.GET.get("format") == "csv" and form.is_valid():
        return csv_file(of, rows.all())
    page = Paginator(cast(Any, rows), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "service": service,
        "services": choices,
        "page": page,
        "lines": [Line(row, of) for row in page.object_list],
        "of": Dates(of),
        "sort": wanted.sorting,
        "seats": seats_of(service, days.date_of(today())),
        "all": listing.listed(service, person).count(),
        "time_zone": organization_zone(),
        "number_heading": str(HEADINGS[4]) % {"window": of.window},
    }
    status = 200 if form.is_valid() else 400
    return render(request, "monitoring/usage.html", context, status=status)


def csv_file(of: Basis, rows: Iterable[MonitoredRow]) -> HttpResponse:
    """The list as a file: complete, or an error; never cut off."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    spool.write((BYTE_ORDER_MARK + csv_line(str(heading) % {"window": of.window} for heading in HEADINGS)).encode())
    for row in rows:
        spool.write(csv_line(cells(row)).encode())
    spool.seek(0)
    name = f"{of.service.code}-{Dates(of).as_of or 'nothing'}.csv"
    return cast(HttpResponse, FileResponse(spool, as_attachment=True, filename=name, content_type="text/csv"))


class Dates:
    """The days of a basis as dates, for templates."""

    def __init__(self, of: Basis) -> None:
        self.as_of = days.date_of(of.as_of) if of.as_of is not None else None
        self.since = days.date_of(of.first_day) if of.first_day is not None else None
        self.first = days.date_of(of.as_of - of.window + 1) if of.as_of is not None else None
        self.unknown = [(days.date_of(first), days.date_of(last)) for first, last in of.unknown_days]
        self.is_current = of.is_current


class Line:
    """A row for the template."""

    def __init__(self, row: MonitoredRow, of: Basis) -> None:
        self.row = row
        self.last_access: datetime.date | None = days.date_of(row.last_access) if row.last_access is not None else None
        self.ago = of.as_of - row.last_access if of.as_of is not None and row.last_access is not None else None
        self.cells = list(self.strip(of)) if of.as_of is not None else []

    def strip(self, of: Basis) -> Iterable[dict[str, Any]]:
        """The days of the window as small rectangles: d an access, x unknown, w a weekend."""
        assert of.as_of is not None
        first = of.as_of - of.window + 1
        unknown = {day for start, end in of.unknown_days for day in range(start, end + 1)}
        for i in range(of.window):
            weekend = (first + i + 3) % 7 > 4
            kind = "d" if self.row.strip >> i & 1 else "x" if first + i in unknown else "w" if weekend else ""
            yield {"x": 6 * i, "kind": kind}
