"""Vendors' reports: the list, uploading one, confirming which column is what, and one as it was reported."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seatwise.directory.changes import Refused
from seatwise.directory.listing import Column, list_page
from seatwise.directory.models import Service
from seatwise.directory.pages import person_of
from seatwise.directory.uploads import unreadable_in_words
from seatwise.ledger import drafts
from seatwise.ledger.drafts import Draft, NoDraft
from seatwise.ledger.forms.files import SNAPSHOT_MOST_BYTES, ColumnsForm, SnapshotForm
from seatwise.ledger.forms.searches import RowSearch, SnapshotSearch
from seatwise.ledger.models import Snapshot, SnapshotRow
from seatwise.ledger.snapshot_file import Report, first_look, parse_report
from seatwise.ledger.snapshots import import_snapshot
from seatwise.ledger.views.sources import when
from seatwise.ledger.words import in_words
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.lib.decoding import UnreadableText, decode
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.bodies import takes_files

ERRORS_SHOWN = 20

COLUMNS = [
    Column[Snapshot](gettext_lazy("As of"), lambda snapshot: snapshot.as_of.isoformat()),
    Column[Snapshot](gettext_lazy("Service"), lambda snapshot: snapshot.service.name),
    Column[Snapshot](gettext_lazy("File"), lambda snapshot: snapshot.file),
    Column[Snapshot](gettext_lazy("Rows"), lambda snapshot: snapshot.rows_count),
    Column[Snapshot](gettext_lazy("Imported"), lambda snapshot: when(snapshot.imported_at)),
    Column[Snapshot](
        gettext_lazy("By whom"), lambda snapshot: str(snapshot.imported_by) if snapshot.imported_by else "Seatwise"
    ),
]
ROW_COLUMNS = [
    Column[SnapshotRow](gettext_lazy("Login name"), lambda row: row.login.written),
    Column[SnapshotRow](gettext_lazy("User"), lambda row: str(row.login.user) if row.login.user else ""),
    Column[SnapshotRow](
        gettext_lazy("Last access date"),
        lambda row: row.last_access.isoformat() if row.last_access else _("none reported"),
    ),
    Column[SnapshotRow](gettext_lazy("Number of days"), lambda row: row.reported_days),
]


@administrators_and_auditors
@require_safe
def snapshots(request: HttpRequest) -> HttpResponseBase:
    """All reports, the latest first."""
    form = SnapshotSearch(request.GET)
    found = form.narrow(Snapshot.objects.visible_to(person_of(request))).newest_first()
    return list_page(request, "ledger/snapshots.html", form, found.select_related("service", "imported_by"), COLUMNS)


@administrators_and_auditors
@require_safe
def snapshot(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One report, as it was reported."""
    visible = Snapshot.objects.visible_to(person_of(request)).select_related("service", "revision__source")
    found = get_object_or_404(visible, pk=pk)
    form = RowSearch(request.GET)
    rows = form.narrow(found.rows.select_related("login__user")).order_by("login__folded")
    return list_page(request, "ledger/snapshot.html", form, rows, ROW_COLUMNS, {"snapshot": found})


@takes_files(
    lambda: SNAPSHOT_MOST_BYTES, gettext_lazy("Nothing was kept. Import it with the command seatwise import-snapshot.")
)
@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Upload a report; nothing is imported before it was looked at."""
    form = SnapshotForm(request.POST or None, request.FILES or None, today=days.date_of(today()))
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            decode(asked["file"].read(), asked["encoding"] or None)
        except UnreadableText as problem:
            form.add_error("file", unreadable_in_words(problem))
        else:
            asked["file"].seek(0)
            draft = drafts.keep(
                asked["file"],
                service=asked["service"],
                as_of=asked["as_of"],
                encoding=asked["encoding"],
                by=person_of(request),
            )
            return redirect("ledger:snapshot_draft", draft.token)
    return render(request, "ledger/snapshot_form.html", {"form": form, "any_service": Service.objects.exists()})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, token: str) -> HttpResponse:
    """Which column of an uploaded report is what, and its first rows; on POST, import it so."""
    found = found_draft(request, token)
    data = found.data()
    guessed = first_look(data, found.encoding or None)
    asked = request.POST.copy() if request.method == "POST" else request.GET
    if request.method == "POST":
        asked.pop("csrfmiddlewaretoken", None)
        complete = bool(asked.pop("complete", None))
    form = ColumnsForm(asked, guessed)
    columns = form.columns()
    report = parse_report(data, name=found.file, encoding=found.encoding or None, columns=columns)
    if request.method == "POST" and form.is_valid() and not report.errors and report.rows:
        try:
            made = import_snapshot(
                found.service,
                report.rows,
                file=found.file,
                as_of=found.day,
                by=person_of(request),
                complete=complete,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            found.discard()
            messages.success(request, " ".join([_("The report was imported."), *made.said]))
            return redirect("ledger:snapshot", made.pk)
    return render(request, "ledger/snapshot_draft.html", preview(found, form, report))


def preview(found: Draft, form: ColumnsForm, report: Report) -> dict[str, Any]:
    """What the page of a draft shows."""
    logins = [row.login for row in report.rows if row.login]
    taken = {at: ColumnsForm.LABELS[what] for what, at in report.columns.items()}
    columns = [(heading, taken.get(at, "")) for at, heading in enumerate(report.headings)]
    return {
        "draft": found,
        "service": found.service,
        "form": form,
        "report": report,
        "columns": columns,
        "chosen": {what: str(report.columns.get(what, "")) for what in form.fields},
        "errors": [in_words(error) for error in report.errors[:ERRORS_SHOWN]],
        "more_errors": max(0, len(report.errors) - ERRORS_SHOWN),
        "dated": sum(row.last_access is not None for row in report.rows),
        "logins": len(logins),
        "known": drafts.known_logins(logins),
    }


def found_draft(request: HttpRequest, token: str) -> Draft:
    """One's own draft."""
    try:
        found = drafts.find(token, by=person_of(request))
        found.service  # noqa: B018 - raises NoDraft
    except NoDraft:
        raise Http404 from None
    return found


@administrators_only
@require_POST
def discard(request: HttpRequest, token: str) -> HttpResponse:
    """Throw an uploaded report away."""
    found_draft(request, token).discard()
    messages.success(request, _("The file was thrown away. Nothing was imported."))
    return redirect("ledger:snapshots")
