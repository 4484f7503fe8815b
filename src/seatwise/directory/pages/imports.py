"""Bringing in people by file: upload, look, confirm, result."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from seatwise.configuration import today
from seatwise.directory import people_file_import, uploads
from seatwise.directory.column_forms import PeopleColumnsForm
from seatwise.directory.forms import PeopleFileForm
from seatwise.directory.import_preview import result_in_words, sections
from seatwise.directory.models import Upload
from seatwise.directory.pages.mappings import asked_columns, choose, fitting
from seatwise.directory.requests import person_of, refusals_on
from seatwise.site.access import administrators_and_auditors, administrators_only, asks_before_changes
from seatwise.site.bodies import takes_files

PERSON = "person-"  # and the login of a row: whether it is somebody known


@takes_files(
    lambda: uploads.MOST_BYTES,
    gettext_lazy("Nothing was stored. Import it with the command seatwise import-users."),
)
@administrators_and_auditors.form
def imports(request: HttpRequest) -> HttpResponse:
    """Earlier imports, and the form to upload a file."""
    form = PeopleFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return redirect("directory:import", form.keep(by=person_of(request)).pk)
    context = {"form": form, "uploads": uploads.earlier(request, Upload.Kind.PEOPLE)}
    return render(request, "directory/imports.html", context)


@administrators_and_auditors.page
def people_import(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file would do, to be confirmed; or what it did."""
    found = uploads.found(request, Upload.Kind.PEOPLE, pk)
    if not found.is_waiting:
        context = {"upload": found, "result": result_in_words(found.result)}
        return render(request, "directory/import_done.html", context)
    plan = people_file_import.plan_of(found)
    file = plan.file
    form = PeopleColumnsForm(None, file.headings, file.single)
    context = {"import": found, "plan": plan, "sections": sections(plan), "form": form} | {
        "chosen": {name: form[name].value() or "" for name in form.fields},
        "fitting": fitting(None, file.headings),
        "columns_url": reverse("directory:import_columns", args=[pk]),
    }
    return render(request, "directory/import.html", context)


@administrators_only.action
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which columns of a file are what: kept with it, by a kept mapping or as they were chosen; and kept by a name."""
    found = uploads.found(request, Upload.Kind.PEOPLE, pk)
    if found.is_waiting:
        file = people_file_import.file_of(found)
        choose(request, found, PeopleColumnsForm(asked_columns(request), file.headings, file.single), None)
    return redirect("directory:import", pk)


@administrators_only.action
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose some rows are: kept with the file, which is then looked at again."""
    found = uploads.found(request, Upload.Kind.PEOPLE, pk)
    given = {key.removeprefix(PERSON): str(value) for key, value in request.POST.items() if key.startswith(PERSON)}
    if found.is_waiting:
        people_file_import.answer(found, given)
    return redirect("directory:import", pk)


@administrators_only
@asks_before_changes
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what was looked at. Roles and licenses only where they were ticked."""
    found = uploads.found(request, Upload.Kind.PEOPLE, pk)
    leave_out = [what for what in ("roles", "licenses") if what not in request.POST]
    with refusals_on(request):
        fingerprint, number = request.POST.get("fingerprint", ""), request.POST.get("deactivations", "")
        left = people_file_import.confirm(
            found,
            by=person_of(request),
            on=today(),
            fingerprint=fingerprint,
            leave_out=leave_out,
            deactivations=int(number) if number.isdecimal() else None,
        )
        messages.success(request, _("The file was imported."))
        for each in left:
            messages.warning(request, each)
    return redirect("directory:import", pk)
