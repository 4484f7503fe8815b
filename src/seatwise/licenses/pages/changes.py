"""Changes of licenses: the list, what one of them did, and undoing it."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from seatwise.configuration import today
from seatwise.directory.models import Service, sees_all
from seatwise.directory.requests import person_of, refusals_on
from seatwise.licenses import change_undo, selection, use_after_removal
from seatwise.licenses.forms import ChangesSearch
from seatwise.licenses.models import Change, Effect, License
from seatwise.site.access import asks_before_changes, those_who_change_licenses
from seatwise.site.lists import Column, List, asked_page_alone, by_pk
from seatwise.site.words import minute


def services_of(change: Any) -> str:
    if change.services < 2:
        return change.first_service or ""
    others = change.services - 1
    text = ngettext("%(service)s and %(others)s more", "%(service)s and %(others)s more", others)
    return text % {"service": change.first_service, "others": others}


CHANGES: List[Any] = List(
    heading=gettext_lazy("License changes"),
    about=gettext_lazy(
        "Every change in which licenses were added or removed, latest first. Open one to see who it "
        "affected, or to undo it."
    ),
    nothing=gettext_lazy("No change matches these filters."),
    icon="history",
    link=by_pk("licenses:change"),
    columns=[
        Column(gettext_lazy("When"), lambda change: minute(change.at), "when"),
        Column(gettext_lazy("Performed by"), lambda change: str(change.by) if change.by else "Seatwise"),
        Column(gettext_lazy("How"), lambda change: change.get_how_display()),
        Column(gettext_lazy("Service"), services_of),
        Column(gettext_lazy("Added"), lambda change: change.added_count, "n"),
        Column(gettext_lazy("Removed"), lambda change: change.removed_count, "n"),
        Column(gettext_lazy("Reason"), lambda change: change.reason),
        Column(gettext_lazy("Undone"), lambda change: _("yes") if change.is_undone else ""),
    ],
)


def with_numbers(changes: "QuerySet[Change]") -> "QuerySet[Any]":
    """The changes with what a list shows of their licenses."""
    touched = License.objects.filter(Q(added_in=OuterRef("pk")) | Q(removed_in=OuterRef("pk")))
    grouped = touched.order_by().annotate(one=Value(1)).values("one")
    found: QuerySet[Any] = changes.select_related("by").annotate(
        added_count=_count("added_in"),
        removed_count=_count("removed_in"),
        services=Coalesce(Subquery(grouped.annotate(n=Count("service", distinct=True)).values("n")), 0),
        first_service=Subquery(grouped.annotate(name=Min("service__name")).values("name")),
        is_undone=Exists(Change.objects.filter(undoes=OuterRef("pk"))),
    )
    return found


def _count(column: str) -> Coalesce:
    rows = License.objects.filter(**{column: OuterRef("pk")}).order_by().values(column)
    counted = rows.annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@those_who_change_licenses.page
def changes(request: HttpRequest) -> HttpResponseBase:
    """All that somebody may see: administrators and auditors all, others what they did themselves."""
    person = person_of(request)
    form = ChangesSearch(request.GET, service=selection.services_for(person))
    found = form.narrow(Change.objects.visible_to(person)).newest_first()
    return CHANGES.answer(request, form, with_numbers(found))


@those_who_change_licenses.page
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """What one did, what of it is pending, and a form that undoes it while that is possible."""
    person = person_of(request)
    found = get_object_or_404(with_numbers(Change.objects.visible_to(person)), pk=pk)
    licenses = License.objects.touched_by(found)
    obstacle = change_undo.why_not_undone(found, person, today())
    page = asked_page_alone(request, licenses.select_related("user", "service").order_by("pk"))
    use_after_removal.mark_for(person, list(page))
    context = {
        "change": found,
        "undone_by": Change.objects.filter(undoes=found).first(),
        "services": Service.objects.filter(pk__in=licenses.order_by().values("service")),
        "page": page,
        "pending": Effect.objects.pending().filter(license__in=licenses).count(),
        "may_undo": not obstacle and selection.changes_any(person),
        "obstacle": obstacle,
        "undo_until": change_undo.undo_until(found),
        "sees_all": sees_all(person),
    }
    return render(request, "licenses/change.html", context)


@those_who_change_licenses
@asks_before_changes
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_of(request)
    found = get_object_or_404(Change.objects.visible_to(person), pk=pk)
    with refusals_on(request):
        undone = change_undo.undo(found, by=person, reason=request.POST.get("reason", "")[:2000], on=today())
        messages.success(request, _("This was undone."))
        return redirect("licenses:change", undone.pk)
    return redirect("licenses:change", pk)
