"""Exemptions: who is not judged until when; adding one, changing its day, ending it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seatwise.configuration import today
from seatwise.directory.models.people import sees_all
from seatwise.directory.refusals import refusals_on
from seatwise.directory.requests import person_of
from seatwise.licenses import exemption_rules
from seatwise.licenses.forms_leave import DayForm, EndForm, ExemptionForm, ExemptionSearch
from seatwise.licenses.models import Exemption
from seatwise.licenses.pages.until import changed, ended
from seatwise.site.access import administrators_only, those_who_see_usage
from seatwise.site.lists import Column, List, by_pk


def what(exemption: Exemption) -> str:
    """For which service."""
    return str(exemption.service) if exemption.service else _("all services")


EXEMPTIONS: List[Exemption] = List(
    heading=gettext_lazy("Exemptions"),
    about=gettext_lazy("Who is not judged by how little a license is used, and is not asked, until a day."),
    nothing=gettext_lazy("No exemption fits this."),
    none_yet=gettext_lazy("Nobody is exempt."),
    icon="shield",
    actions="licenses/_exemptions_actions.html",
    link=by_pk("licenses:exemption"),
    columns=[
        Column(gettext_lazy("User"), lambda each: str(each.user)),
        Column(gettext_lazy("Login"), lambda each: each.user.login),
        Column(gettext_lazy("Service"), what),
        Column(gettext_lazy("Since"), lambda each: each.since),
        Column(gettext_lazy("Until"), lambda each: each.until),
        Column(gettext_lazy("Ended"), lambda each: each.ended_on),
    ],
)
REASON: Column[Exemption] = Column(gettext_lazy("Reason"), lambda each: each.reason)


@those_who_see_usage
@require_safe
def exemptions(request: HttpRequest) -> HttpResponseBase:
    """Those who are not judged; those whose exemption ends first at the top."""
    person = person_of(request)
    form = ExemptionSearch(request.GET)
    found = form.narrow(Exemption.objects.visible_to(person)).select_related("user", "service")
    columns = [*EXEMPTIONS.columns, REASON] if sees_all(person) else EXEMPTIONS.columns
    return EXEMPTIONS.answer(request, form, found.order_by("until", "pk"), columns=columns)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form = ExemptionForm(request.POST or None, initial={"user": request.GET.get("user", "")})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = exemption_rules.exempt(by=person_of(request), on=today(), **form.cleaned_data)
            messages.success(request, _("The exemption was saved."))
            return redirect("licenses:exemption", made.pk)
    return render(request, "licenses/exemption_form.html", {"form": form})


@those_who_see_usage
@require_http_methods(["GET", "HEAD", "POST"])
def exemption(request: HttpRequest, pk: int) -> HttpResponse:
    """One exemption; administrators change its day."""
    person = person_of(request)
    visible = Exemption.objects.visible_to(person).select_related("user", "service", "by")
    found = get_object_or_404(visible, pk=pk)
    form = DayForm(request.POST or None, label=_("Until"), initial={"until": found.until})
    if request.method == "POST" and form.is_valid() and changed(request, found, form):
        return redirect("licenses:exemption", pk)
    context: dict[str, Any] = {"exemption": found, "form": form, "end_form": EndForm(auto_id="end_%s")}
    context |= {"what": what(found), "sees_all": sees_all(person), "is_over": found.is_over(today())}
    return render(request, "licenses/exemption.html", context)


@administrators_only
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Exemption.objects.visible_to(person_of(request)), pk=pk)
    ended(request, found, _("The exemption has ended."))
    return redirect("licenses:exemption", pk)
