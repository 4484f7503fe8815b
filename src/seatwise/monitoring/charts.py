"""Pictures of how a service is used: people a day, departments by weeks, how many have how many access days.

Of those whom the list shows to somebody, as of the day up to which their use is counted. One query each.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, cast

from django import forms
from django.db.models import Count, F, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.models import Department, Service
from seatwise.directory.requests import person_of
from seatwise.ledger import statements
from seatwise.ledger.models import Usage
from seatwise.lib import axis, days
from seatwise.monitoring import listing
from seatwise.monitoring.basis import Basis
from seatwise.monitoring.lines import Dates
from seatwise.site.access import those_who_see_usage
from seatwise.site.search import SearchForm

LEFT, TOP, HEIGHT, BAR = 44, 12, 150, 16  # of a picture, in its own units
WEEKS = 13
ROWS = 40  # departments that are drawn
SHADES = 5


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, how many, and where it is."""

    name: object
    count: int
    x: int
    y: int
    height: int
    up_to: int  # how many in this one and those before
    is_unknown: bool

    @property
    def middle(self) -> int:
        return self.x + (BAR - 3) // 2

    @property
    def end(self) -> int:
        return self.x + BAR - 1


class Bars:
    """Bars beside each other above one axis."""

    top, bottom, bar = TOP, TOP + HEIGHT, BAR - 3
    left, names_y, height = LEFT, TOP + HEIGHT + 16, TOP + HEIGHT + 24
    full = HEIGHT

    def __init__(self, counts: Sequence[tuple[object, int]], unknown: Sequence[object] = ()) -> None:
        self.counts, self.unknown = counts, {*unknown}
        self.steps = axis.steps(max((count for _name, count in counts), default=0))

    @property
    def width(self) -> int:
        return LEFT + len(self.counts) * BAR

    @property
    def axis(self) -> list[tuple[int, int]]:
        """The numbers at the axis, and where their lines are."""
        return [(number, self.bottom - self._height(number)) for number in self.steps]

    @property
    def bars(self) -> Iterator[Bar]:
        up_to = 0
        for at, (name, count) in enumerate(self.counts):
            height, up_to = self._height(count), up_to + count
            yield Bar(name, count, LEFT + at * BAR, self.bottom - height, height, up_to, name in self.unknown)

    def _height(self, count: int) -> int:
        return round(count * HEIGHT / self.steps[-1])


def daily(of: Basis, rows: "QuerySet[Usage]") -> Bars:
    """How many people had an access on each day of the window; days without records are known to be unknown."""
    first, last = days.window_ending(of.as_of or 0)
    window = range(first, last + 1)
    on = {f"d{day}": Sum(F("bits").bitrightshift(day % 31).bitand(1)) for day in window}
    counted = rows.order_by().aggregate(**on)
    unknown = [days.date_of(day) for begin, end in of.unknown_days for day in range(begin, end + 1)]
    return Bars([(days.date_of(day), int(counted[f"d{day}"] or 0)) for day in window], unknown)


def distribution(rows: "QuerySet[Usage]") -> Bars:
    """How many people have each number of access days."""
    counted = dict(rows.order_by().values_list("days_30").annotate(count=Count("pk")))
    most = max([days.WINDOW, *counted])
    return Bars([(number, counted.get(number, 0)) for number in range(most + 1)])


@dataclass(frozen=True)
class Week:
    """A week of a department: how many of its people had an access; None where no day of it has records."""

    first: datetime.date
    count: int | None
    of: int
    at_least: bool  # some of its days have no records
    x: int
    y: int

    @property
    def percent(self) -> int:
        return round(100 * (self.count or 0) / self.of) if self.of else 0

    @property
    def look(self) -> str:
        """The class of its shade."""
        if self.count is None:
            return "unknown"
        return f"s{-(-self.percent * SHADES // 100)}"


@dataclass(frozen=True)
class DepartmentRow:
    """A department in the picture."""

    name: str
    people: int
    y: int
    weeks: Sequence[Week]


class HeatMap:
    """The share of each department's people who had an access, by weeks that begin on Mondays."""

    left, top, step = 4, 18, 34
    row = 20
    names: ClassVar[int] = 230  # room for the names, at the right

    def __init__(self, of: Basis, rows: "QuerySet[Usage]") -> None:
        as_of = of.as_of or 0
        monday = as_of - days.weekday(as_of)
        self.mondays = [monday - 7 * ago for ago in range(WEEKS - 1, -1, -1)]
        self.of, self.as_of, self.rows = of, as_of, rows

    @cached_property
    def held(self) -> list[tuple[int | None, int]]:
        """Departments, and how many hold a license: those with most first."""
        counted = self.rows.order_by().values_list("department").annotate(count=Count("pk"))
        return sorted(counted, key=lambda each: (-each[1], each[0] or 0))

    @property
    def shades(self) -> list[tuple[str, str]]:
        """The shades, and for which per cent they stand."""
        step = 100 // SHADES
        return [("s0", "0"), *((f"s{n}", f"{(n - 1) * step + 1}–{n * step}") for n in range(1, SHADES + 1))]

    @property
    def has_unknown(self) -> bool:
        return any(week.count is None for row in self.departments for week in row.weeks)

    @property
    def more(self) -> int:
        """How many departments are not drawn."""
        return max(0, len(self.held) - ROWS)

    @property
    def width(self) -> int:
        return self.left + WEEKS * self.step + self.names

    @property
    def height(self) -> int:
        return self.top + min(len(self.held), ROWS) * self.row

    @property
    def names_x(self) -> int:
        return self.left + WEEKS * self.step + 8

    def week_labels(self) -> list[tuple[int, datetime.date]]:
        """Where every third week begins."""
        marked = [*enumerate(self.mondays)][::-3]
        return [(self.left + at * self.step, days.date_of(monday)) for at, monday in marked]

    @cached_property
    def departments(self) -> list[DepartmentRow]:
        shown = self.held[:ROWS]
        names = dict(
            Department.objects.filter(pk__in=[pk for pk, _count in shown if pk]).values_list("pk", "full_name")
        )
        active = self._active()
        found = []
        for at, (pk, people) in enumerate(shown):
            y = self.top + at * self.row
            counts = active.get(pk, [0] * WEEKS)
            weeks = [self._week(number, counts[number], people, y) for number in range(WEEKS)]
            found.append(DepartmentRow(names.get(pk or 0, "") or _("Unaffiliated users"), people, y, weeks))
        return found

    def _week(self, number: int, count: int, people: int, y: int) -> Week:
        first = self.mondays[number]
        last = min(first + 6, self.as_of)
        missing = days.count_missing(self.of.covered, first, last)
        known = None if missing == last - first + 1 and not count else count
        x = self.left + number * self.step
        return Week(days.date_of(first), known, people, missing > 0, x, y)

    def _active(self) -> dict[int | None, list[int]]:
        spans = [(first, min(first + 6, self.as_of)) for first in self.mondays]
        sql, parameters = self.rows.order_by().values("pk").query.sql_with_params()
        found = statements.active_by_department(self.of.service.pk, spans, sql, parameters)
        return {department: counts for department, *counts in found}


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
        context["distribution"] = distribution(rows)
        if cast(Any, request).htmx.target == "distribution":
            return render(request, "monitoring/_distribution.html", context)
        context |= {"daily": daily(of, rows), "heat": HeatMap(of, rows)}
    return render(request, "monitoring/charts.html", context, status=200 if form.is_valid() else 400)
