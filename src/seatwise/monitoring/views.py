"""User Access Monitoring: the services, and the list of one."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django_htmx.http import push_url

from seatwise.directory.models import Service, User, sees_all
from seatwise.directory.requests import person_of
from seatwise.lib import days
from seatwise.lib.usage import HeadingCode, Narrowing, Sorting, Table
from seatwise.licenses.bulk_actions import ACTIONS
from seatwise.licenses.costs import When, price_of, saving
from seatwise.licenses.models import Contract
from seatwise.licenses.models.licenses import without_a_seat
from seatwise.licenses.overview import Part, Use, parts_of, use_of_everybody, use_of_rows
from seatwise.licenses.seats import Seats, seats_of
from seatwise.licenses.selection import may_change
from seatwise.monitoring import listing
from seatwise.monitoring.filters import NarrowingForm
from seatwise.monitoring.lines import Dates, Lines, translated
from seatwise.monitoring.listing import Basis, Counted, MonitoredRow, Selection
from seatwise.site.access import those_who_see_usage
from seatwise.site.lists import asked_page, list_file
from seatwise.site.search import chips, tidy


def number_of(use: Use, by: Narrowing) -> int | None:
    """How many a narrowed list has, where it is all of them or one of the parts; else None."""
    parts = (
        (Narrowing(), use.all),
        (Narrowing(use="used"), use.used),
        (Narrowing(use="unused"), use.unused),
        (Narrowing(never=True), use.never),
    )
    return next((count for part, count in parts if part == by), None)


def use_of(of: Basis, person: User, rows: Selection | Counted) -> tuple[Use, Use]:
    """The use by all who are listed, and by those of them who take no seat.

    Counted in the database; as of another day than the current one, by counting the whole list.
    """
    shown = listing.listed(of.service, person)
    away = shown.filter(without_a_seat())
    if isinstance(rows, Counted) and rows.everybody is None:
        rows = listing.selection(of, Narrowing(), Sorting(), person)
    if isinstance(rows, Counted) and rows.everybody is not None:
        theirs = set(away.values_list("user", flat=True))
        return counted(rows.everybody), counted([each for each in rows.everybody if each.user in theirs])
    until, pk = {of.service.pk: of.as_of}, of.service.pk
    all_of_them = use_of_everybody([of.service], until) if sees_all(person) else use_of_rows(shown, until)
    return all_of_them.get(pk, Use()), use_of_rows(away, until).get(pk, Use())


def counted(rows: Sequence[MonitoredRow]) -> Use:
    """The use by those whose rows these are."""
    found = [(each.access_days > 0, each.last_access is None) for each in rows]
    return Use(found.count((True, False)), found.count((False, False)), found.count((False, True)))


@dataclass(frozen=True)
class Bar:
    """The bar above the list: use as of the list's day, seats and contracts of today, as far as they may be seen."""

    listed: Use
    use: Use
    seats: Seats
    parts: Sequence[Part]
    renews: datetime.date | None = None
    last_day_for_changes: datetime.date | None = None


def bar(of: Basis, person: User, rows: Selection | Counted) -> Bar:
    """The seats of the list's service today. To whom contracts are not shown, nor are free seats."""
    listed, away = use_of(of, person, rows)
    on = days.date_of(of.today)
    use, contracts = listed.less(away), list(Contract.objects.visible_to(person).of(of.service))
    in_force = [contract for contract in contracts if contract.state_on(on) == "in_force"]
    savings = [saving(contract, on) for contract in in_force]
    held = None if of.is_as_of_another else use.all  # of another day, others held one
    seats = seats_of(of.service, on, contracts, held) if sees_all(person) else Seats(None, use.all)
    return Bar(
        listed,
        use,
        seats,
        parts_of(seats, use, price_of(in_force), has_gaps=bool(of.unknown_days)),
        min((each.since for each in savings if each.since and each.when in (When.OPEN, When.LATE)), default=None),
        min((each.finish_by for each in savings if each.finish_by), default=None),
    )


def addresses(parts: Sequence[Part], asked: Any) -> list[tuple[Part, str, bool]]:
    """Each part with the address that narrows the list to it alone, or takes it off again, and whether it is chosen."""
    found = []
    for part in parts:
        query, own = asked.copy(), dict(parse_qsl(part.query))
        chosen = bool(own) and all(query.get(name) == value for name, value in own.items())
        for name in [name for name in query if name not in ("sort", "descending", "as_of")]:
            del query[name]
        query.update({} if chosen else own)
        found.append((part, f"?{query.urlencode()}" if part.query else "", chosen))
    return found


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
    seats = bar(of, person, rows)
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
    return {
        "services": Service.objects.visible_to(person),
        "lines": list(Lines(of).of_rows(page.object_list, person)),
        "of": Dates(of),
        "seats": seats,
        "parts": addresses(seats.parts, request.GET),
        "all": seats.listed.all,
        "may_change": may_change(of.service, person),
        "bulk_actions": ACTIONS.values(),
        "time_zone": of.time_zone,
        "number_heading": translated(HeadingCode.ACCESS_DAYS.value) % {"window": of.window},
    }
