"""A list, declared once: what it is searched by, its columns, its page and its files."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise, cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from seatwise.lib.batches import batches
from seatwise.lib.tables import Cell
from seatwise.site import background_files
from seatwise.site.background_files import FileRequest
from seatwise.site.list_files import FileForm, file_answer
from seatwise.site.refused_request import RefusedRequest
from seatwise.site.search import SearchForm, chips, unknown_parameters
from seatwise.site.words import Minute

T = TypeVar("T")
Text = str | Promise
Prepare = Callable[[Sequence[Any]], Iterable[Any]]
AT_ONCE = 500  # rows with what belongs to them: SQLite refuses Django's query for that of a thousand
ON_A_PAGE = 50
LONG, SHORT = 160, 100  # characters of a cell that is folded, and what is shown of it
MOST_COUNTED = 10_000  # rows of a list: to count a million takes longer than to find the first page
MOST_AT_ONCE = 20_000  # rows of a workbook that a request waits for: some two seconds


class Pages(Paginator[Any]):
    """The pages of a list, of which no more rows are counted than `most`; there are `more` then."""

    def __init__(self, rows: Any, size: int, most: int) -> None:
        super().__init__(rows, size)
        self.most = most

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        if rows.query.combinator or rows.query.group_by or rows.query.values_select:
            return rows.count()
        return rows.order_by().values("pk")[: self.most + 1].count()

    @property
    def more(self) -> bool:
        return self.count > self.most


def asked_page(request: HttpRequest, rows: Any, size: int = ON_A_PAGE, *, exact: bool = True) -> Page[Any]:
    """The page that `?page=` asks for; RefusedRequest for what is not a whole number from 1 on.

    Beyond the end it is the last page: a list becomes shorter while somebody works on it. Unless it has to be `exact`,
    rows are counted up to MOST_COUNTED, or to the page.
    """
    asked = request.GET.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and asked.strip("0")):
        raise RefusedRequest(
            400,
            _("“%(page)s” is not a page of this list") % {"page": asked},
            _("Page numbers start at 1. Remove “page” from the address to see the first page."),
        )
    number = int(asked[:9])
    pages = Paginator(rows, size) if exact else Pages(rows, size, max(MOST_COUNTED, number * size))
    return pages.get_page(number)


def asked_page_alone(request: HttpRequest, rows: Any) -> Page[Any]:
    """The same of a list without a search form; RefusedRequest for whatever else the address asks for."""
    if unknown := unknown_parameters(request.GET, {"page"}):
        raise RefusedRequest(400, unknown, _("Remove them from the address."))
    return asked_page(request, rows, exact=False)


def list_file(
    request: HttpRequest, form: FileForm, name: str, headings: Sequence[str], cells: Iterable[Sequence[Cell]], rows: Any
) -> HttpResponseBase:
    """The file that is asked for, of the cells of `rows`; where that takes long, the page that offers it."""
    if form.asked("format") == "xlsx":
        if isinstance(request, FileRequest):
            return request.write(headings, cells, lambda: Paginator(rows, 1).count)
        if Pages(rows, 1, MOST_AT_ONCE).more:
            return background_files.offer(request, name)
    return file_answer(request, form, name, headings, cells)


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column: its heading and what stands in it; `look` is the class of its cells in a page."""

    title: Text
    text: Callable[[T], Cell]
    look: str = ""
    nothing: Text = ""  # stands in a page where there is nothing
    link: Callable[[T], str] | None = None  # where it leads, in a page; "" for nowhere
    most: int = 0  # characters that a page shows of it; 0 for all
    badge: Callable[[T], Text] | None = None  # beside it, in a page
    badge_look: str = "warning"
    small: Callable[[T], Cell | Promise] | None = None  # below it in a page, and in a column of its own in files
    small_title: Text = ""  # the heading of that

    def in_files(self) -> "Iterator[tuple[str, Callable[[T], Any]]]":
        """The headings and texts of its columns in a file: a file has what the page shows."""
        yield str(self.title), self.text
        if self.small:
            yield str(self.small_title), self.small


class ShownCell:
    """A cell of a page; files have ISO dates."""

    def __init__(self, column: Column[Any], thing: Any, url: str, look: str) -> None:
        text = column.text(thing)
        self.column, self.title = column, str(column.title)
        self.text = _in_words(text)
        if column.most and isinstance(text, str):
            self.text = Truncator(text).chars(column.most)
        is_long = isinstance(self.text, str) and len(self.text) > LONG
        self.beginning = Truncator(self.text).chars(SHORT) if is_long else ""
        self.url = column.link(thing) if column.link else url
        self.look = column.look or look
        self.badge = column.badge(thing) if column.badge else ""
        self.small = _in_words(column.small(thing)) if column.small else ""


def _in_words(text: Any) -> Any:
    """A cell as pages show it: days, moments and numbers as the language writes them."""
    if isinstance(text, datetime.date):
        return date_format(text, "SHORT_DATE_FORMAT")
    if isinstance(text, Minute):
        return date_format(text.moment, "SHORT_DATETIME_FORMAT")
    return number_format(text, force_grouping=True) if isinstance(text, int) else text


@dataclass
class Row:
    """A row of a page: the thing and its cells."""

    thing: Any
    cells: list[ShownCell]


def by_pk(name: str) -> Callable[[Any], str]:
    """The page of a thing, by its id."""
    return lambda thing: reverse(name, args=[thing.pk])


def by_code(name: str) -> Callable[[Any], str]:
    """The page of a thing, by its code."""
    return lambda thing: reverse(name, args=[thing.code])


@dataclass(frozen=True)
class List(Generic[T]):
    """What a list is. Its template may be one that extends lists/list.html."""

    columns: Sequence[Column[T]] = ()
    heading: Text = ""
    about: Text = ""
    nothing: Text = ""  # said where nothing fits
    none_yet: Text = ""  # said where there is nothing at all
    hint: Text = ""  # what to do about that
    icon: str = "inbox"
    link: Callable[[T], str] | None = None  # where the first cell leads
    actions: str = ""  # a template with buttons
    back: tuple[str, Text] | None = None  # the name of the page that it belongs to, and what that is called
    look: str = ""  # a class of the table
    counts_all: bool = False  # its page says what is done with all there are
    template: str = "lists/list.html"

    def answer(
        self,
        request: HttpRequest,
        form: SearchForm,
        rows: "QuerySet[Any] | Iterable[T]",
        context: "Mapping[str, Any] | Callable[[Listing], Mapping[str, Any]]" = MappingProxyType({}),
        *,
        columns: Sequence[Column[T]] | None = None,
        prepare: Prepare | None = None,
        file: str = "",
        status: int = 200,
    ) -> HttpResponseBase:
        """The page that is asked for, or all rows as a file with `?format=`.

        With wrong or unknown parameters there is no file: the page says so, with `status` or 400. `rows` is whatever
        can be sliced, counted and gone through. `context` is what the template shows beside it; a function of the
        listing where it depends on what is shown. `prepare` gives some rows at once what their columns show beside
        themselves.
        """
        columns = self.columns if columns is None else columns
        if form.is_valid() and form.file.asked("format") and request.method != "POST" and status == 200:
            name = file or request.path.strip("/").rpartition("/")[2]
            in_file = [each for column in columns for each in column.in_files()]
            headings = [title for title, _text in in_file]
            cells = ([text(row) for _title, text in in_file] for row in _all(rows, prepare))
            return list_file(request, form.file, name, headings, cells, rows)
        page = asked_page(request, rows, exact=self.counts_all)
        if prepare is not None:
            page.object_list = list(prepare(list(page)))
        listing = Listing(self, form, page, columns)
        beside = context(listing) if callable(context) else context
        given = {"list": listing, "chips": chips(form, request.GET), **self.head(), **beside}
        return render(request, self.template, given, status=status if form.is_valid() else 400)

    def head(self) -> dict[str, Any]:
        """What partials/page_head.html wants."""
        given: dict[str, Any] = {"heading": self.heading, "about": self.about, "actions": self.actions}
        return given | ({"back_url": reverse(self.back[0]), "back_label": self.back[1]} if self.back else {})


@dataclass
class Listing:
    """What a template shows of a list."""

    of: List[Any]
    form: SearchForm
    page: Page[Any]
    columns: Sequence[Column[Any]]

    @property
    def rows(self) -> list[Row]:
        return [Row(thing, list(self._cells(thing))) for thing in self.page]

    def _cells(self, thing: Any) -> Iterator[ShownCell]:
        url, look = self.of.link(thing) if self.of.link else "", "who"
        for column in self.columns:
            yield ShownCell(column, thing, url, look)
            url, look = "", ""

    @property
    def empty(self) -> dict[str, Any]:
        """What stands where there are no rows."""
        if self.of.none_yet and self.form.narrows:
            return {"text": self.of.nothing, "icon": "search-x"}
        return {"text": self.of.none_yet or self.of.nothing, "hint": self.of.hint, "icon": self.of.icon}


def _all(rows: Any, prepare: Prepare | None) -> Iterator[Any]:
    found = rows.iterator(AT_ONCE) if isinstance(rows, QuerySet) else iter(rows)
    if prepare is None:
        yield from found
        return
    for some in batches(found, AT_ONCE):
        yield from prepare(some)
