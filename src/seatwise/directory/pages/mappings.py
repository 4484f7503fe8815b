"""Mappings of columns that were kept by name: the list, one as a file, taking a file in, removing one."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.column_forms import ColumnsForm, MappingFileForm, usable
from seatwise.directory.models import ColumnMapping, Service, Upload
from seatwise.directory.models.mappings import MOST_BYTES, mapping_of_file
from seatwise.directory.requests import person_of, refusals_on
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.bodies import takes_files
from seatwise.site.fields import problems_of
from seatwise.site.lists import Column, List, by_pk
from seatwise.site.search import SearchForm, words
from seatwise.site.words import minute

OTHERS = ("csrfmiddlewaretoken", "mapping", "keep_as")


def fitting(service: Service | None, headings: Sequence[str]) -> list[ColumnMapping]:
    """The mappings that were kept for these headings."""
    return usable(ColumnMapping.objects.of(service).fitting(headings), headings)


def asked_columns(request: HttpRequest) -> QueryDict:
    """What was asked of columns, without what else is sent."""
    asked = request.POST.copy()
    for name in OTHERS:
        asked.pop(name, None)
    return asked


def choose(request: HttpRequest, upload: Upload, form: ColumnsForm, service: Service | None) -> None:
    """Keep with an upload how it is to be read: as a mapping says, or a form; the latter by a name, too."""
    if (pk := request.POST.get("mapping", "")).isdecimal():
        mapping = get_object_or_404(ColumnMapping.objects.of(service), pk=int(pk[:18]))
        upload.read_as(mapping.how())
        return
    if not form.is_valid():
        messages.error(request, problems_of(form))
        return
    upload.read_as(form.how())
    if name := request.POST.get("keep_as", ""):
        with refusals_on(request):
            kept = ColumnMapping.objects.keep(form.mapping(name, service), by=person_of(request))
            messages.success(request, _("The mapping “%(name)s” was saved.") % {"name": kept})


MAPPINGS = List(
    heading=gettext_lazy("Saved mappings"),
    about=gettext_lazy("How the columns of a file are used; offered again for files with the same headings."),
    back=("directory:imports", gettext_lazy("Import users")),
    nothing=gettext_lazy("No mapping matches these filters."),
    none_yet=gettext_lazy("No saved mappings yet."),
    hint=gettext_lazy("Choose columns in the preview of a file, and give the choice a name."),
    template="directory/mappings.html",
    link=by_pk("directory:mapping"),
    columns=[
        Column(gettext_lazy("Name"), lambda each: each.name),
        Column(gettext_lazy("For files of"), lambda each: each.service.name if each.service else _("users")),
        Column(gettext_lazy("Columns"), lambda each: each.shown_columns, most=120),
        Column(gettext_lazy("Date format"), lambda each: each.dates),
        Column(gettext_lazy("Time zone"), lambda each: each.time_zone),
        Column(gettext_lazy("Kept on"), lambda each: minute(each.saved_at)),
        Column(gettext_lazy("Performed by"), lambda each: str(each.saved_by) if each.saved_by else "Seatwise"),
    ],
)


class MappingSearch(SearchForm):
    text = words(gettext_lazy("Name or service"))


@takes_files(lambda: MOST_BYTES)
@administrators_and_auditors.form
def mappings(request: HttpRequest) -> HttpResponseBase:
    """All of them, and the form to take one in."""
    form = MappingFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form, "file"):
            made = mapping_of_file(form.cleaned_data["file"].read())
            kept = ColumnMapping.objects.keep(made, by=person_of(request))
            messages.success(request, _("The mapping “%(name)s” was saved.") % {"name": kept})
            return redirect("directory:mappings")
    search = MappingSearch(request.GET)
    found = search.narrow(ColumnMapping.objects.visible_to(person_of(request)))
    rows = found.select_related("service", "saved_by").order_by("service__name", "name")
    status = 400 if form.is_bound else 200
    return MAPPINGS.answer(request, search, rows, {"file_form": form}, status=status)


@administrators_and_auditors.page
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """One as a small file."""
    found = get_object_or_404(ColumnMapping.objects.visible_to(person_of(request)).select_related("service"), pk=pk)
    answer = HttpResponse(found.as_file(), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="mapping-{found.pk}.json"'
    return answer


@administrators_only.action
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ColumnMapping.objects.visible_to(person_of(request)).select_related("service"), pk=pk)
    with refusals_on(request):
        found.remove(by=person_of(request))
        messages.success(request, _("The mapping “%(name)s” was removed.") % {"name": found})
    return redirect("directory:mappings")
