"""Choosing the columns of an uploaded file, of any kind: by a kept mapping or one by one; and keeping the choice."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from seatwise.directory.column_forms import ColumnsForm, usable
from seatwise.directory.models import ColumnMapping, Service, Upload
from seatwise.directory.requests import person_of, refusals_on
from seatwise.site.fields import problems_of

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
