"""Suspensions: who is away until when; adding one, changing its day, ending it."""

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
from seatwise.licenses import suspension_rules
from seatwise.licenses.forms_leave import DayForm, EndForm, SuspensionForm, SuspensionSearch
from seatwise.licenses.models import Suspension
from seatwise.licenses.pages.until import changed, ended
from seatwise.site.access import administrators_only, those_who_change_licenses, those_who_see_usage
from seatwise.site.lists import Column, List, by_pk


def what(suspension: Suspension) -> str:
    """The service whose license sleeps, or the whole account."""
    return str(suspension.service) if suspension.service else _("the whole account")


def state(suspension: Suspension) -> str:
    """Where it stands, and what hinders its end."""
    return suspension.obstacle_in_words or suspension.get_state_display()


SUSPENSIONS: List[Suspension] = List(
    heading=gettext_lazy("Suspensions"),
    about=gettext_lazy(
        "Accounts and licenses that sleep until a day, for leave and secondment. They wake up by themselves, if there "
        "is a seat."
    ),
    nothing=gettext_lazy("No suspension fits this."),
    none_yet=gettext_lazy("Nobody is suspended."),
    icon="moon",
    actions="licenses/_suspensions_actions.html",
    link=by_pk("licenses:suspension"),
    template="licenses/suspensions.html",
    columns=[
        Column(gettext_lazy("User"), lambda each: str(each.user)),
        Column(gettext_lazy("Login"), lambda each: each.user.login),
        Column(gettext_lazy("What sleeps"), what),
        Column(gettext_lazy("From"), lambda each: each.begins),
        Column(gettext_lazy("Back on"), lambda each: each.until),
        Column(gettext_lazy("Seat"), lambda each: _("kept") if each.keeps_seat else _("free meanwhile")),
        Column(gettext_lazy("State"), state),
    ],
)
REASON: Column[Suspension] = Column(gettext_lazy("Reason"), lambda each: each.reason)


@those_who_see_usage
@require_safe
def suspensions(request: HttpRequest) -> HttpResponseBase:
    """Those who are away, or will be; those who come back first at the top."""
    person = person_of(request)
    form = SuspensionSearch(request.GET)
    found = form.narrow(Suspension.objects.visible_to(person)).select_related("user", "service")
    columns = [*SUSPENSIONS.columns, REASON] if sees_all(person) else SUSPENSIONS.columns
    context = {"stuck": Suspension.objects.visible_to(person).stuck().count()}
    return SUSPENSIONS.answer(request, form, found.order_by("until", "pk"), context, columns=columns)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form = SuspensionForm(request.POST or None, initial={"user": request.GET.get("user", "")})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        with refusals_on(form):
            made = suspension_rules.suspend(
                asked["user"], asked["service"], by=person_of(request), on=today(), **form.terms()
            )
            messages.success(request, _("The suspension was saved."))
            return redirect("licenses:suspension", made.pk)
    return render(request, "licenses/suspension_form.html", {"form": form})


@those_who_change_licenses
@require_http_methods(["GET", "HEAD", "POST"])
def suspension(request: HttpRequest, pk: int) -> HttpResponse:
    """One suspension. Administrators change its day, and so do those who were asked about it."""
    person = person_of(request)
    visible = Suspension.objects.visible_to(person).select_related("user", "service", "by", "ended_by")
    found = get_object_or_404(visible, pk=pk)
    may_change = found.is_unended and Suspension.objects.answerable_by(person).filter(pk=pk).exists()
    form = DayForm(request.POST or None, label=_("Back on"), initial={"until": found.until})
    if request.method == "POST":
        if not may_change:
            return render(request, "403.html", status=403)
        if form.is_valid() and changed(request, found, form):
            return redirect("licenses:suspension", pk)
    context: dict[str, Any] = {"suspension": found, "form": form, "may_change": may_change}
    context |= {"end_form": EndForm(auto_id="end_%s"), "sees_all": sees_all(person), "what": what(found)}
    return render(request, "licenses/suspension.html", context)


@administrators_only
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Suspension.objects.visible_to(person_of(request)), pk=pk)
    ended(request, found, _("The suspension has ended."))
    return redirect("licenses:suspension", pk)
