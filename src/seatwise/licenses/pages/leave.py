"""Who is away, or not judged, until when: suspensions and exemptions, adding one, changing its day, ending it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.configuration import today
from seatwise.directory.columns import user_column
from seatwise.directory.models import sees_all
from seatwise.directory.requests import person_of, refusals_on, say_saved
from seatwise.licenses import exemption_rules, seats, suspension_rules
from seatwise.licenses.forms_leave import (
    DayForm,
    EndForm,
    ExemptionForm,
    ExemptionSearch,
    SuspensionForm,
    SuspensionSearch,
)
from seatwise.licenses.models import Exemption, Suspension
from seatwise.site.access import administrators_only, those_who_change_licenses, those_who_see_usage
from seatwise.site.edit_conflicts import saves_in_one_transaction
from seatwise.site.lists import Column, List, by_pk


def _rules_of(found: Exemption | Suspension) -> Any:
    return exemption_rules if isinstance(found, Exemption) else suspension_rules


def _locked_to_save(request: HttpRequest, found: Exemption | Suspension) -> None:
    """Read it anew where something is posted, and let nobody change it meanwhile: its user is locked first, always."""
    if request.method == "POST":
        seats.lock_people([found.user])
        found.refresh_from_db()


def changed(request: HttpRequest, found: Exemption | Suspension, form: DayForm) -> bool:
    """Whether the day could be changed; what refuses it is said on the form."""
    until, reason = form.cleaned_data["until"], form.cleaned_data["reason"]
    by, on = person_of(request), today()
    with refusals_on(form, "until"):
        say_saved(request, _rules_of(found).change_day(found, until, by=by, reason=reason, on=on))
        return True
    return False


def ended(request: HttpRequest, found: Exemption | Suspension, said: str) -> None:
    """End it now, and say so, or what refuses it."""
    by, reason, on = person_of(request), request.POST.get("reason", "")[:2000], today()
    with refusals_on(request):
        _rules_of(found).end(found, by=by, reason=reason, on=on)
        messages.success(request, said)


def sleeping(suspension: Suspension) -> str:
    """The service whose license sleeps, or the whole account."""
    return str(suspension.service) if suspension.service else _("the whole account")


def state(suspension: Suspension) -> str:
    """Where it stands, and what hinders its end."""
    return suspension.obstacle_in_words or suspension.get_state_display()


USER = user_column(lambda each: each.user)
SUSPENSIONS: List[Suspension] = List(
    heading=gettext_lazy("Suspensions"),
    about=gettext_lazy(
        "Accounts and licenses suspended until a date, for leave or secondment. They are reactivated "
        "automatically if a seat is free."
    ),
    nothing=gettext_lazy("No suspension matches these filters."),
    none_yet=gettext_lazy("No one is suspended."),
    icon="moon",
    actions="licenses/_suspensions_actions.html",
    link=by_pk("licenses:suspension"),
    template="licenses/suspensions.html",
    columns=[
        USER,
        Column(gettext_lazy("What is suspended"), sleeping),
        Column(gettext_lazy("From"), lambda each: each.begins, "when"),
        Column(gettext_lazy("Returns on"), lambda each: each.until, "when"),
        Column(gettext_lazy("Seat"), lambda each: _("kept") if each.keeps_seat else _("free in the meantime")),
        Column(gettext_lazy("State"), state),
    ],
)
REASON: Column[Any] = Column(gettext_lazy("Reason"), lambda each: each.reason)


@those_who_see_usage.page
def suspensions(request: HttpRequest) -> HttpResponseBase:
    """Those who are away, or will be; those who come back first at the top."""
    person = person_of(request)
    form = SuspensionSearch(request.GET)
    found = form.narrow(Suspension.objects.visible_to(person)).select_related("user", "service")
    columns = [*SUSPENSIONS.columns, REASON] if sees_all(person) else SUSPENSIONS.columns
    context = {"stuck": Suspension.objects.visible_to(person).stuck().count()}
    return SUSPENSIONS.answer(request, form, found.order_by("until", "pk"), context, columns=columns)


@administrators_only.form
def suspension_add(request: HttpRequest) -> HttpResponse:
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


@those_who_change_licenses.form
@saves_in_one_transaction
def suspension(request: HttpRequest, pk: int) -> HttpResponse:
    """One suspension. Administrators change its day, and so do those who were asked about it."""
    person = person_of(request)
    visible = Suspension.objects.visible_to(person).select_related("user", "service", "by", "ended_by")
    found = get_object_or_404(visible, pk=pk)
    _locked_to_save(request, found)
    may_change = found.is_unended and Suspension.objects.answerable_by(person).filter(pk=pk).exists()
    form = DayForm(request.POST or None, label=_("Returns on"), initial={"until": found.until})
    if request.method == "POST":
        if not may_change:
            return render(request, "403.html", status=403)
        if form.is_valid() and changed(request, found, form):
            return redirect("licenses:suspension", pk)
    context: dict[str, Any] = {"suspension": found, "form": form, "may_change": may_change}
    context |= {"end_form": EndForm(auto_id="end_%s"), "sees_all": sees_all(person), "what": sleeping(found)}
    return render(request, "licenses/suspension.html", context)


@administrators_only.action
def suspension_end(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Suspension.objects.visible_to(person_of(request)), pk=pk)
    ended(request, found, _("The suspension has ended."))
    return redirect("licenses:suspension", pk)


def exempt_from(exemption: Exemption) -> str:
    return str(exemption.service) if exemption.service else _("all services")


EXEMPTIONS: List[Exemption] = List(
    heading=gettext_lazy("Exemptions"),
    about=gettext_lazy("People who are not judged by low use and not asked, until a date."),
    nothing=gettext_lazy("No exemption matches these filters."),
    none_yet=gettext_lazy("No one is exempt."),
    icon="shield",
    actions="licenses/_exemptions_actions.html",
    link=by_pk("licenses:exemption"),
    columns=[
        USER,
        Column(gettext_lazy("Service"), exempt_from),
        Column(gettext_lazy("Since"), lambda each: each.since, "when"),
        Column(gettext_lazy("Until"), lambda each: each.until, "when"),
        Column(gettext_lazy("Ended"), lambda each: each.ended_on, "when"),
    ],
)


@those_who_see_usage.page
def exemptions(request: HttpRequest) -> HttpResponseBase:
    """Those who are not judged; those whose exemption ends first at the top."""
    person = person_of(request)
    form = ExemptionSearch(request.GET)
    found = form.narrow(Exemption.objects.visible_to(person)).select_related("user", "service")
    columns = [*EXEMPTIONS.columns, REASON] if sees_all(person) else EXEMPTIONS.columns
    return EXEMPTIONS.answer(request, form, found.order_by("until", "pk"), columns=columns)


@administrators_only.form
def exemption_add(request: HttpRequest) -> HttpResponse:
    form = ExemptionForm(request.POST or None, initial={"user": request.GET.get("user", "")})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = exemption_rules.exempt(by=person_of(request), on=today(), **form.cleaned_data)
            messages.success(request, _("The exemption was saved."))
            return redirect("licenses:exemption", made.pk)
    return render(request, "licenses/exemption_form.html", {"form": form})


@those_who_see_usage.form
@saves_in_one_transaction
def exemption(request: HttpRequest, pk: int) -> HttpResponse:
    """One exemption; administrators change its day."""
    person = person_of(request)
    visible = Exemption.objects.visible_to(person).select_related("user", "service", "by")
    found = get_object_or_404(visible, pk=pk)
    _locked_to_save(request, found)
    form = DayForm(request.POST or None, label=_("Until"), initial={"until": found.until})
    if request.method == "POST" and form.is_valid() and changed(request, found, form):
        return redirect("licenses:exemption", pk)
    context: dict[str, Any] = {"exemption": found, "form": form, "end_form": EndForm(auto_id="end_%s")}
    context |= {"what": exempt_from(found), "sees_all": sees_all(person), "is_over": found.is_over(today())}
    return render(request, "licenses/exemption.html", context)


@administrators_only.action
def exemption_end(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Exemption.objects.visible_to(person_of(request)), pk=pk)
    ended(request, found, _("The exemption has ended."))
    return redirect("licenses:exemption", pk)
