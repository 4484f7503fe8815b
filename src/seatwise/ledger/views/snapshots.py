"""Vendors' reports: the list, uploading one, confirming which column is what, and one as it was reported."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory import person_field, uploads
from seatwise.directory.changes import Refused
from seatwise.directory.choices import service_choice
from seatwise.directory.models import Service, Upload, User
from seatwise.directory.models.uploads import DECIDED
from seatwise.directory.pages.mappings import asked_columns, choose, fitting
from seatwise.directory.requests import person_of, refusals_on
from seatwise.ledger.forms.files import ReportColumnsForm, SnapshotForm
from seatwise.ledger.import_removal import FROZEN, RECALCULATED
from seatwise.ledger.models import Snapshot
from seatwise.ledger.report_drafts import ReportDraft, day_of, draft_of, headings_of, how_of
from seatwise.ledger.report_matching import Matches
from seatwise.ledger.snapshots import confirm, remove_snapshot
from seatwise.ledger.views.imports import LONGEST
from seatwise.ledger.words import notice_text
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.bodies import takes_files
from seatwise.site.lists import Column, List, by_pk
from seatwise.site.search import SearchForm, words
from seatwise.site.words import minute

ERRORS_SHOWN = 20
ASKED_SHOWN = 100
REMOVAL = (
    gettext_lazy("The report is deleted, with the last access dates that no other report on this service contains."),
    gettext_lazy("Changes of licenses that it confirmed stay confirmed."),
)
PERSON = "person-"  # and the line of a row: the login that was chosen for it


class SnapshotSearch(SearchForm):
    service = service_choice()


class RowSearch(SearchForm):
    text = words(gettext_lazy("Login name"))


REPORTS = List(
    heading=gettext_lazy("Vendor reports"),
    about=gettext_lazy("Last access as reported by a service’s vendor, stored and shown as reported."),
    back=("ledger:sources", gettext_lazy("Sources")),
    nothing=gettext_lazy("No report matches these filters."),
    none_yet=gettext_lazy("There are no reports yet."),
    actions="ledger/_snapshots_actions.html",
    link=by_pk("ledger:snapshot"),
    columns=[
        Column(gettext_lazy("As of"), lambda snapshot: snapshot.as_of),
        Column(gettext_lazy("Service"), lambda snapshot: snapshot.service.name),
        Column(gettext_lazy("File"), lambda snapshot: snapshot.file),
        Column(gettext_lazy("Rows"), lambda snapshot: snapshot.rows_count),
        Column(gettext_lazy("Imported"), lambda snapshot: minute(snapshot.imported_at)),
        Column(
            gettext_lazy("Performed by"),
            lambda snapshot: str(snapshot.imported_by) if snapshot.imported_by else "Seatwise",
        ),
    ],
)


def _user_page(row: Any) -> str:
    return reverse("person_directory", args=[row.login.user_id]) if row.login.user_id else ""


ROWS: List[Any] = List(
    nothing=gettext_lazy("No row matches these filters."),
    back=("ledger:snapshots", gettext_lazy("Vendor reports")),
    template="ledger/snapshot.html",
    columns=[
        Column(gettext_lazy("Login name"), lambda row: row.login.written),
        Column(gettext_lazy("User"), lambda row: str(row.login.user) if row.login.user else "", link=_user_page),
        Column(gettext_lazy("Last access date"), lambda row: row.last_access or _("none reported")),
        Column(gettext_lazy("Number of days"), lambda row: row.reported_days),
    ],
)


@administrators_and_auditors.page
def snapshots(request: HttpRequest) -> HttpResponseBase:
    form = SnapshotSearch(request.GET)
    found = form.narrow(Snapshot.objects.visible_to(person_of(request))).newest_first()
    return REPORTS.answer(request, form, found.select_related("service", "imported_by"))


@administrators_and_auditors.page
def snapshot(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = found_snapshot(request, pk)
    form = RowSearch(request.GET)
    rows = form.narrow(found.rows.select_related("login__user")).order_by("login__folded")
    return ROWS.answer(request, form, rows, {"snapshot": found, "removal_points": [*REMOVAL, RECALCULATED, FROZEN]})


def found_snapshot(request: HttpRequest, pk: int) -> Snapshot:
    """A report that the person may see."""
    visible = Snapshot.objects.visible_to(person_of(request)).select_related("service", "revision__source")
    return get_object_or_404(visible, pk=pk)


@administrators_only.action
def removing(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a report out again."""
    found = found_snapshot(request, pk)
    with refusals_on(request):
        remove_snapshot(found, by=person_of(request), reason=request.POST.get("reason", "")[:LONGEST])
        messages.success(request, _("The report %(name)s was removed.") % {"name": found})
    return redirect("ledger:snapshots")


@takes_files(
    lambda: uploads.MOST_BYTES, gettext_lazy("Nothing was stored. Import it with the command seatwise import-snapshot.")
)
@administrators_only.form
def add(request: HttpRequest) -> HttpResponse:
    """Upload a report; nothing is imported before it was looked at."""
    form = SnapshotForm(request.POST or None, request.FILES or None, today=days.date_of(today()))
    if request.method == "POST" and form.is_valid():
        return redirect("ledger:snapshot_draft", form.keep(by=person_of(request)).pk)
    return render(request, "ledger/snapshot_form.html", {"form": form, "any_service": Service.objects.exists()})


@administrators_only.form
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column of an uploaded report is what, and its first rows; on POST, import it so."""
    found = uploads.found(request, Upload.Kind.REPORT, pk)
    if not found.is_waiting:
        return _decided(request, found)
    service = Service.objects.filter(pk=found.options["service"]).first()
    if service is None:
        raise Http404
    asked = request.POST.copy() if request.method == "POST" else request.GET.copy()
    asked.pop("csrfmiddlewaretoken", None)
    complete = bool(asked.pop("complete", None))
    people = _chosen_people(asked)
    how = how_of(found)
    said = {key: value for key, value in how.items() if key != "columns"}
    form = ReportColumnsForm(asked, headings_of(found, service), **said)
    bound = form.is_bound and form.is_valid()
    made = draft_of(found, service, form.how() if bound else how, people)
    refusal = made.refusal
    if request.method == "POST" and bound and not made.report.errors:
        try:
            report = made.report
            done = confirm(
                found, service, report.rows, by=person_of(request), complete=complete, people=people,
                period=report.period,
            )  # fmt: skip
            messages.success(request, " ".join([_("The report was imported."), *done.said]))
            return redirect("ledger:snapshot", done.pk)
        except Refused as refused:
            found.refresh_from_db()
            if not found.is_waiting:  # somebody else, or a second press, was faster
                return _decided(request, found)
            made.matches, refusal = Matches(), str(refused)
    if refusal:
        messages.error(request, refusal)
    status = 400 if form.is_bound and not bound else 200
    return render(request, "ledger/snapshot_draft.html", preview(form, made), status=status)


@administrators_only.action
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Read an uploaded report by a kept mapping; or keep what was chosen for it by a name."""
    found = uploads.found(request, Upload.Kind.REPORT, pk)
    service = get_object_or_404(Service, pk=found.options["service"])
    if found.is_waiting:
        form = ReportColumnsForm(asked_columns(request), headings_of(found, service))
        choose(request, found, form, service)
    return redirect("ledger:snapshot_draft", pk)


def _chosen_people(asked: QueryDict) -> dict[int, str]:
    """The logins that were chosen for rows, by line: taken out of what was asked."""
    given = {key: str(asked.pop(key)[-1]) for key in list(asked) if key.startswith(PERSON)}
    lines = {int(line): text for key, text in given.items() if text and (line := key.removeprefix(PERSON)).isdecimal()}
    picked = {line: person_field.pick(text, User.objects.all())[0] for line, text in lines.items()}
    return {line: person.login if (person := picked[line]) else text for line, text in lines.items()}


def _decided(request: HttpRequest, upload: Upload) -> HttpResponse:
    """What was decided already: to the report that it became, or to all of them."""
    messages.info(request, str(DECIDED))
    made = Snapshot.objects.visible_to(person_of(request)).filter(pk=upload.result.get("snapshot", 0)).first()
    return redirect("ledger:snapshot", made.pk) if made else redirect("ledger:snapshots")


def preview(form: ReportColumnsForm, made: ReportDraft) -> dict[str, Any]:
    """What the page of a report shows before it is imported."""
    report, matches = made.report, made.matches
    taken = {at: form.labels[what] for what, at in report.columns.items()}
    columns = [(heading, taken.get(at, "")) for at, heading in enumerate(report.headings)]
    remarks = made.remarks
    return {
        "draft": made.upload,
        "service": made.service,
        "day": day_of(made.upload),
        "form": form,
        "report": report,
        "columns": columns,
        "chosen": {name: form[name].value() or "" for name in form.fields},
        "fitting": fitting(made.service, report.headings),
        "columns_url": reverse("ledger:snapshot_columns", args=[made.upload.pk]),
        "errors": [notice_text(error) for error in report.errors[:ERRORS_SHOWN]],
        "more_errors": max(0, len(report.errors) - ERRORS_SHOWN),
        "remarks": [notice_text(remark) for remark in remarks[:ERRORS_SHOWN]],
        "more_remarks": max(0, len(remarks) - ERRORS_SHOWN),
        "asked": [
            {"row": row, "line": str(row.line), "logins": ", ".join(logins), "login": made.people.get(row.line, "")}
            for row, logins in [*matches.asked.values()][:ASKED_SHOWN]
        ],
        **made.counts(),
    }
