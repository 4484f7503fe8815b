"""A list: its search form, its columns, its page and its CSV file, each defined once."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from django.core.paginator import Page
from django.db.models import Model, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.formats import date_format

from seatwise.lib.batches import batches
from seatwise.lib.tables import BYTE_ORDER_MARK, Cell, csv_line
from seatwise.site.lists import Column
from seatwise.site.paging import asked_page
from seatwise.site.search import SearchForm

__all__ = ["Column", "SearchForm"]
T = TypeVar("T", bound=Model)
Prepare = Callable[[Sequence[Any]], None]
AT_ONCE = 500  # rows with what belongs to them: SQLite refuses Django's query for that of a thousand


@dataclass
class Row:
    """A row of a page: the thing and its cells, each with the heading it stands under."""

    thing: Any
    cells: list[tuple[str, str | int | None]]


def shown(cell: Cell) -> str | int | None:
    """A cell as a page has it: files have ISO dates."""
    return date_format(cell, "SHORT_DATE_FORMAT") if isinstance(cell, datetime.date) else cell


@dataclass
class Listing:
    """What a template shows of a list."""

    form: SearchForm
    page: Page[Any]
    columns: Sequence[Column[Any]]

    @property
    def rows(self) -> list[Row]:
        """The rows of this page."""
        return [
            Row(thing, [(str(column.title), shown(column.text(thing))) for column in self.columns])
            for thing in self.page
        ]


def listing(
    request: HttpRequest,
    form: SearchForm,
    rows: QuerySet[T],
    columns: Sequence[Column[T]],
    prepare: Prepare | None = None,
) -> "Listing | HttpResponseBase":
    """The page that is asked for, or all rows as a CSV file with `?format=csv`."""
    if request.GET.get("format") == "csv" and form.is_valid():
        return csv_file(request, rows, columns, prepare)
    page = asked_page(request, rows)
    if prepare is not None:
        prepare(list(page))
    return Listing(form, page, columns)


def list_page(
    request: HttpRequest,
    template: str,
    form: SearchForm,
    rows: QuerySet[T],
    columns: Sequence[Column[T]],
    context: "Mapping[str, Any] | Callable[[Listing], Mapping[str, Any]]" = MappingProxyType({}),
    prepare: Prepare | None = None,
) -> HttpResponseBase:
    """The page of a list, or its file. With wrong or unknown parameters neither: the page says so, with status 400.

    `context` is what the template shows beside it; a function of the listing where it depends on what is shown.
    `prepare` gives some rows at once what their columns show beside themselves.
    """
    shown = listing(request, form, rows, columns, prepare)
    if not isinstance(shown, Listing):
        return shown
    beside = context(shown) if callable(context) else context
    return render(request, template, {"list": shown, **beside}, status=200 if form.is_valid() else 400)


def csv_file(
    request: HttpRequest, rows: QuerySet[T], columns: Sequence[Column[T]], prepare: Prepare | None = None
) -> StreamingHttpResponse:
    """All rows, as the page shows them, for a spreadsheet."""
    found = rows.iterator(AT_ONCE) if prepare is None else _prepared(rows.iterator(AT_ONCE), prepare)
    return csv_response(request.path.strip("/").rpartition("/")[2], columns, found)


def csv_response(name: str, columns: Sequence[Column[Any]], rows: Iterable[Any]) -> StreamingHttpResponse:
    """Rows of any kind as a file for a spreadsheet, written while it is sent."""
    response = StreamingHttpResponse(_lines(rows, columns), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _prepared(rows: Iterator[T], prepare: Prepare) -> Iterator[T]:
    for some in batches(rows, AT_ONCE):
        prepare(some)
        yield from some


def _lines(rows: Iterable[Any], columns: Sequence[Column[Any]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + csv_line(str(column.title) for column in columns)
    for row in rows:
        yield csv_line(column.text(row) for column in columns)
