"""The audit log: a list, the same as CSV, and whether it is intact."""

import tempfile
from typing import IO, cast

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from seatwise import configuration
from seatwise.audit.entry_list import COLUMNS, SearchForm, cells
from seatwise.audit.models import Entry, EntryQuerySet
from seatwise.audit.verification import verify
from seatwise.lib.tables import BYTE_ORDER_MARK, csv_line
from seatwise.site.access import administrators_and_auditors
from seatwise.site.paging import asked_page

KEPT_IN_MEMORY = 1_000_000  # bytes of a CSV file, before it goes to the disk


@require_safe
@administrators_and_auditors
def entries(request: HttpRequest) -> HttpResponse:
    """The list."""
    form = SearchForm(request.GET)
    page = asked_page(request, _found(request, form))
    shown = [cells(entry) for entry in page]
    context = {"form": form, "page": page, "rows": shown, "columns": COLUMNS, "chips": list(form.chips())}
    return render(request, "audit/entries.html", context, status=200 if form.is_valid() else 400)


@require_safe
@administrators_and_auditors
def entries_csv(request: HttpRequest) -> HttpResponseBase:
    """The list, all pages of it. Written to a file first, so that nobody who writes has to wait for a slow reader."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return entries(request)  # which says what is wrong
    file = tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115 - the response closes it
    file.write((BYTE_ORDER_MARK + csv_line(str(column.label) for column in COLUMNS)).encode())
    for entry in _found(request, form).iterator(chunk_size=2000):
        file.write(csv_line(text for _, text in cells(entry)).encode())
    file.seek(0)
    name = f"audit-log-{configuration.today().isoformat()}.csv"
    return FileResponse(
        cast(IO[bytes], file), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )


@require_safe
@administrators_and_auditors
def verification(request: HttpRequest) -> HttpResponse:
    """Whether all entries still are what was written."""
    return render(request, "audit/verification.html", {"verdict": verify()})


def _found(request: HttpRequest, form: SearchForm) -> EntryQuerySet:
    return form.found(Entry.objects.visible_to(request.user))
