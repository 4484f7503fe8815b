"""Bringing in people by file: upload, look, confirm, result."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seatwise.configuration import today
from seatwise.directory import people_file_import
from seatwise.directory.changes import Refused
from seatwise.directory.forms import UploadForm
from seatwise.directory.import_preview import result_in_words, sections, unreadable_in_words
from seatwise.directory.models import PeopleImport
from seatwise.directory.pages import person_of
from seatwise.lib.decoding import UnreadableText, decode
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.bodies import takes_files
from seatwise.site.reauthentication import asks_before_changes

SHOWN = 50


@takes_files(
    lambda: people_file_import.MOST_BYTES,
    gettext_lazy("Nothing was kept. Import it with the command seatwise import-users."),
)
@administrators_and_auditors
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Earlier imports, and the form to upload a file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        data = asked["file"].read()
        try:
            decode(data, asked["encoding"] or None)
        except UnreadableText as problem:
            form.add_error("file", unreadable_in_words(problem))
        else:
            made = PeopleImport.objects.create(
                name=asked["file"].name[:255],
                data=data,
                encoding=asked["encoding"],
                deactivate_missing=asked["deactivate_missing"],
                uploaded_by=person_of(request),
                uploaded_at=timezone.now(),
            )
            return redirect("directory:import", made.pk)
    earlier = PeopleImport.objects.visible_to(person_of(request)).newest_first().defer("data")
    context = {"form": form, "imports": earlier.select_related("uploaded_by")[:SHOWN]}
    return render(request, "directory/imports.html", context)


@administrators_and_auditors
@require_safe
def people_import(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file would do, to be confirmed; or what it did."""
    found = get_object_or_404(PeopleImport.objects.visible_to(person_of(request)), pk=pk)
    if found.state != PeopleImport.State.WAITING:
        return render(request, "directory/import_done.html", {"import": found, "result": result_in_words(found.result)})
    plan = found.plan()
    return render(request, "directory/import.html", {"import": found, "plan": plan, "sections": sections(plan)})


@administrators_only
@asks_before_changes
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what was looked at. Roles and licenses only where they were ticked."""
    found = get_object_or_404(PeopleImport.objects.visible_to(person_of(request)), pk=pk)
    leave_out = [what for what in ("roles", "licenses") if what not in request.POST]
    try:
        fingerprint = request.POST.get("fingerprint", "")
        left = found.confirm(by=person_of(request), on=today(), fingerprint=fingerprint, leave_out=leave_out)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The file was imported."))
        for each in left:
            messages.warning(request, each)
    return redirect("directory:import", pk)


@administrators_only
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the file away."""
    found = get_object_or_404(PeopleImport.objects.visible_to(person_of(request)), pk=pk)
    if found.finish(PeopleImport.State.ABANDONED, {}):
        messages.success(request, _("The file was thrown away. Nothing was imported."))
    return redirect("directory:imports")
