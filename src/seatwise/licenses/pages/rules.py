"""Licenses by rule: the rules, and who is to get a license by them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.configuration import today
from seatwise.directory.requests import person_of, refusals_on
from seatwise.licenses import license_rules
from seatwise.licenses.forms_services import LicenseRuleForm, LicenseRuleSearch
from seatwise.licenses.models import LicenseRule
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.lists import Column, List, by_pk


def how(rule: LicenseRule) -> str:
    return _("automatic") if rule.automatic else _("after an administrator looked at it")


RULES: List[LicenseRule] = List(
    heading=gettext_lazy("Licenses by rule"),
    about=gettext_lazy(
        "People who join a department get a license for a service. No one gets one until there is a rule."
    ),
    nothing=gettext_lazy("No rule matches these filters."),
    none_yet=gettext_lazy("There are no rules, so no one gets a license by one."),
    icon="user-plus",
    back=("licenses:services", gettext_lazy("Services & Users")),
    actions="licenses/_rules_actions.html",
    template="licenses/rules.html",
    link=by_pk("licenses:rule"),
    columns=[
        Column(gettext_lazy("Department"), lambda rule: rule.department.full_name),
        Column(gettext_lazy("Service"), lambda rule: str(rule.service)),
        Column(gettext_lazy("Joined on or after"), lambda rule: rule.since),
        Column(gettext_lazy("How"), how),
    ],
)


@administrators_and_auditors.page
def rules(request: HttpRequest) -> HttpResponseBase:
    form = LicenseRuleSearch(request.GET)
    found = form.narrow(LicenseRule.objects.visible_to(person_of(request)))
    return RULES.answer(request, form, found.in_order(), {"due": license_rules.counts_due()})


@administrators_only.form
def add(request: HttpRequest) -> HttpResponse:
    form = LicenseRuleForm(request.POST or None, initial={"since": today()})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            license_rules.add(**form.cleaned_data, by=person_of(request))
            messages.success(request, _("The rule was added."))
            return redirect("licenses:rules")
    return render(request, "licenses/rule_form.html", {"form": form})


@administrators_and_auditors.page
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    every = LicenseRule.objects.visible_to(person_of(request)).select_related("department", "service")
    found = get_object_or_404(every, pk=pk)
    return render(request, "licenses/rule.html", {"rule": found, "how": how(found)})


@administrators_only.action
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    license_rules.remove(
        get_object_or_404(LicenseRule.objects.visible_to(person_of(request)), pk=pk), by=person_of(request)
    )
    messages.success(request, _("The rule was removed. People who got a license by it keep it."))
    return redirect("licenses:rules")


@administrators_only.action
def propose(request: HttpRequest) -> HttpResponse:
    """What is due, on the page on which every change is looked at and saved."""
    with refusals_on(request):
        made = license_rules.propose(by=person_of(request), back=reverse("licenses:rules"))
        return redirect("licenses:draft", made.pk)
    return redirect("licenses:rules")
