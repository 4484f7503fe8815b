"""Licenses by file: upload, look, save; and the file itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise.configuration import today
from seatwise.directory import uploads
from seatwise.directory.changes import Refused
from seatwise.directory.import_preview import error_in_words
from seatwise.directory.models import Upload
from seatwise.directory.requests import person_of, refusals_on
from seatwise.licenses import file_export
from seatwise.licenses.change_saving import NotSaved
from seatwise.licenses.file_export import Comparison, comparison_of, confirm
from seatwise.licenses.file_forms import DifferencesForm, ExportForm, LicensesFileForm
from seatwise.licenses.file_plan import Difference, Plan, plan_of, save_upload
from seatwise.licenses.forms import confirmation_from
from seatwise.licenses.pages.drafts import shown_step
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.bodies import takes_files
from seatwise.site.fields import problems_of
from seatwise.site.list_files import answered
from seatwise.site.lists import Column, List, Listing
from seatwise.site.refused_request import RefusedRequest
from seatwise.site.search import SearchForm


def _called(each: Difference) -> str:
    return str(each.service) if each.service else _("%(code)s (not managed here)") % {"code": each.code}


DIFFERENCES: List[Any] = List(
    nothing=gettext_lazy("No difference matches these filters."),
    template="licenses/file_preview.html",
    columns=[
        Column(gettext_lazy("Line"), lambda each: each.line, "n"),
        Column(gettext_lazy("User"), lambda each: str(each.user)),
        Column(gettext_lazy("Login name"), lambda each: each.user.login),
        Column(gettext_lazy("Service"), _called),
        Column(gettext_lazy("Difference"), lambda each: _("added") if each.added else _("removed")),
    ],
)
ERRORS: Sequence[Column[Any]] = [
    Column(gettext_lazy("Line"), lambda each: each.line, "n"),
    Column(gettext_lazy("Error"), error_in_words),
]


@dataclass(frozen=True)
class SeenLogin:
    """What an export shows of somebody and a service."""

    service: str
    login: str
    text: str


SEEN: List[Any] = List(
    nothing=gettext_lazy("The service and Seatwise agree."),
    template="licenses/file_comparison.html",
    columns=[
        Column(gettext_lazy("Service"), lambda each: each.service, "service"),
        Column(gettext_lazy("Login name"), lambda each: each.login),
        Column(gettext_lazy("What the export shows"), lambda each: each.text),
    ],
)


def search_of(data: Any, plan: Plan) -> DifferencesForm:
    """What the differences of a file are narrowed by."""
    codes = {each.code: _called(each) for each in sorted(plan.differences, key=lambda each: each.code)}
    return DifferencesForm(data, codes)


def seen_of(comparison: Comparison) -> Iterator[SeenLogin]:
    """What an export shows of each service that is not simply as it is here."""
    for one in comparison.seen:
        for logins, text in (
            (one.only_there, _("has it there, and no license here")),
            (one.only_here, _("holds a license here, and does not have it there")),
            (one.waiting, _("pending: not carried out there")),
            (one.added, _("added there: can be confirmed")),
            (one.removed, _("removed there: can be confirmed")),
        ):
            yield from (SeenLogin(str(one.service), login, text) for login in sorted(logins))


@takes_files(
    lambda: uploads.MOST_BYTES, gettext_lazy("Nothing was stored. Import it with the command seatwise licenses import.")
)
@administrators_and_auditors.form
def file(request: HttpRequest) -> HttpResponse:
    """Earlier files, the form to upload one, and the file as it is now."""
    form = LicensesFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return redirect("licenses:file_upload", form.keep(by=person_of(request)).pk)
    context = {"form": form, "uploads": uploads.earlier(request, Upload.Kind.LICENSES)}
    return render(request, "licenses/file.html", context)


@administrators_and_auditors.page
def upload(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What a file would do, to be saved; what an export shows, to be confirmed; or what was done."""
    found = uploads.found(request, Upload.Kind.LICENSES, pk)
    if not found.is_waiting:
        return render(request, "licenses/file_done.html", {"upload": found})
    if found.options["confirms"]:
        return _comparison(request, found)
    return _preview(request, found)


def _preview(request: HttpRequest, found: Upload, problems: Sequence[str] = ()) -> HttpResponseBase:
    made = plan_of(found, on=today())

    def beside(_listing: Listing) -> dict[str, Any]:
        preview = made.preview()
        return {
            "upload": found,
            "preview": preview,
            "many_removals": made.many_removals(),
            "steps": [shown_step(step, can_leave_out=False) for step in preview.steps],
            "several": True,
            "sees_all": True,
            "plan": made,
            "separator": _separator(made.file.delimiter),
            "problems": problems,
            "reason": request.POST.get("reason", ""),
            "ticked": request.POST.getlist("confirmed"),
            "checked": request.POST.getlist("checked"),
        }

    asked, status = QueryDict() if request.method == "POST" else request.GET, 409 if problems else 200
    if made.errors:
        form = SearchForm(asked)
        return DIFFERENCES.answer(request, form, made.errors, beside, columns=ERRORS, file="differences", status=status)
    search = search_of(asked, made)
    rows = search.narrow(made.differences)
    return DIFFERENCES.answer(request, search, rows, beside, file="differences", status=status)


def _separator(delimiter: str) -> str:
    return {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), " ": _("space")}[delimiter]


def _comparison(request: HttpRequest, found: Upload) -> HttpResponseBase:
    comparison = comparison_of(found)
    context, form = {"upload": found, "comparison": comparison}, SearchForm(request.GET)
    if comparison.errors:
        return SEEN.answer(request, form, comparison.errors, context, columns=ERRORS, file="differences")
    return SEEN.answer(request, form, list(seen_of(comparison)), context, file="differences")


@administrators_only.action
def saving(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Do what was looked at, with a reason and with every box ticked; or confirm what an export shows."""
    found = uploads.found(request, Upload.Kind.LICENSES, pk)
    if found.options["confirms"]:
        return _confirm(request, found)
    try:
        change = save_upload(found, confirmation_from(request.POST), by=person_of(request), on=today())
    except Refused as refusal:
        found.refresh_from_db()
        problems = refusal.problems if isinstance(refusal, NotSaved) else [str(refusal)]
        if found.is_waiting:
            return _preview(request, found, problems)
        messages.error(request, str(refusal))
        return redirect("licenses:file_upload", pk)
    has_licenses = change.added.exists() or change.removed.exists()
    return redirect("licenses:change", change.pk) if has_licenses else redirect("licenses:file_upload", pk)


def _confirm(request: HttpRequest, found: Upload) -> HttpResponse:
    with refusals_on(request):
        count = confirm(found, by=person_of(request), on=today())
        text = ngettext("%(count)s pending change was confirmed.", "%(count)s pending changes were confirmed.", count)
        messages.success(request, text % {"count": count})
    return redirect("licenses:file_upload", found.pk)


@administrators_and_auditors.page
def export(request: HttpRequest) -> HttpResponseBase:
    """Who may use which services, as a file of the form that is read."""
    form = ExportForm(request.GET)
    if not form.is_valid():
        raise RefusedRequest(400, _("This file cannot be created"), problems_of(form))
    asked = form.cleaned_data
    encoding = asked["encoding"] or "utf-8"
    rows = file_export.services_of_people(
        asked["service"], everybody=asked["everybody"], short_codes=asked["short_codes"]
    )

    def write(out: IO[bytes]) -> None:
        file_export.write(out, rows, encoding=encoding, with_heading=not asked["no_heading"])

    name = f"licenses-{today().isoformat()}.csv"
    back = (reverse("licenses:file"), _("Licenses by file"))
    return answered(request, name, file_export.heading(), write, encoding, may_replace=False, back=back)
