"""The lists on the pages of licenses by file, each in pages and as CSV: differences, errors, what an export shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _

from seatwise.directory.import_preview import error_in_words
from seatwise.directory.listing import Column, SearchForm, csv_response
from seatwise.lib.licenses_file import RowError
from seatwise.lib.tables import Cell
from seatwise.licenses.export_comparison import Comparison, Seen
from seatwise.licenses.file_forms import DifferencesForm
from seatwise.licenses.file_plan import Difference, Plan
from seatwise.site.paging import asked_page

Cells = tuple[Cell, ...]


@dataclass
class FileList:
    """A page of a list: its headings, and rows of cells."""

    form: SearchForm | None
    page: Page[Any]
    headings: Sequence[str]

    @property
    def rows(self) -> list[list[tuple[str, Cell]]]:
        """The rows of this page: cells, each with the heading it stands under."""
        return [list(zip(self.headings, cells, strict=True)) for cells in self.page]


def differences_of(request: HttpRequest, plan: Plan) -> "FileList | StreamingHttpResponse":
    """Everything that a file would change, by its lines."""
    codes = {each.code: _called(each) for each in sorted(plan.differences, key=lambda each: each.code)}
    form = DifferencesForm(request.GET, codes)
    found = list(_narrowed(plan.differences, form))
    headings = [_("Line"), _("User"), _("Login name"), _("Service"), _("Difference")]
    return _listed(request, form, headings, [_difference(each) for each in found])


def _called(each: Difference) -> str:
    return str(each.service) if each.service else _("%(code)s (not managed here)") % {"code": each.code}


def _narrowed(differences: Sequence[Difference], form: DifferencesForm) -> Iterator[Difference]:
    asked = form.cleaned_data if form.is_valid() else {}
    for each in differences:
        fits_service = not asked.get("service") or asked["service"] == each.code
        if fits_service and asked.get("what", "") in ("", "added" if each.added else "removed"):
            yield each


def _difference(each: Difference) -> Cells:
    what = _("added") if each.added else _("removed")
    return each.line, str(each.user), each.user.login, _called(each), what


def errors_of(request: HttpRequest, errors: Sequence[RowError]) -> "FileList | StreamingHttpResponse":
    """What cannot be used, by line."""
    return _listed(request, None, [_("Line"), _("Error")], [(each.line, error_in_words(each)) for each in errors])


def seen_of(request: HttpRequest, comparison: Comparison) -> "FileList | StreamingHttpResponse":
    """What an export shows of each service that is not simply as it is here."""
    headings = [_("Service"), _("Login name"), _("What the export shows")]
    return _listed(request, None, headings, [row for one in comparison.seen for row in _seen(one)])


def _seen(one: Seen) -> Iterator[Cells]:
    for logins, text in (
        (one.only_there, _("has it there, and no license here")),
        (one.only_here, _("holds a license here, and does not have it there")),
        (one.waiting, _("pending: was not carried out there")),
        (one.added, _("added there: to be confirmed")),
        (one.removed, _("removed there: to be confirmed")),
    ):
        yield from ((str(one.service), login, text) for login in sorted(logins))


def _listed(
    request: HttpRequest, form: SearchForm | None, headings: Sequence[str], rows: Sequence[Cells]
) -> "FileList | StreamingHttpResponse":
    if request.GET.get("format") == "csv":
        columns: list[Column[Any]] = [Column(heading, itemgetter(place)) for place, heading in enumerate(headings)]
        return csv_response("differences", columns, rows)
    return FileList(form, asked_page(request, rows), headings)
