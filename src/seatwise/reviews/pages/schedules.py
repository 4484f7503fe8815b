"""Schedules of reviews: the list, adding one with its rule, and ending it."""

import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from seatwise.configuration import today
from seatwise.directory.requests import person_of, refusals_on
from seatwise.lib.days import months_later
from seatwise.licenses.models import Contract
from seatwise.reviews import recurrence
from seatwise.reviews.forms import OwnerField, RuleForm, date_field, query_of
from seatwise.reviews.models import Schedule
from seatwise.reviews.rules import Rule
from seatwise.reviews.wording import departments_in, rule_text
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.edit_conflicts import VersionedForm, locked_to_save, saves_in_one_transaction
from seatwise.site.lists import Column, List
from seatwise.site.search import SearchForm


def _every(schedule: Schedule) -> str:
    text = ngettext("every month", "every %(count)d months", schedule.every_months)
    return text % {"count": schedule.every_months}


def _state(schedule: Schedule) -> str | datetime.date:
    if schedule.ended_on:
        return _("ended on %(day)s") % {"day": date_format(schedule.ended_on, "DATE_FORMAT")}
    return schedule.next_on


SCHEDULES: List[Schedule] = List(
    heading=gettext_lazy("Schedules"),
    about=gettext_lazy(
        "A schedule drafts a review on a set day and notifies its owner. No one is asked before the owner opens it."
    ),
    back=("reviews:reviews", gettext_lazy("Reviews")),
    nothing=gettext_lazy("There are no schedules yet."),
    icon="calendar-clock",
    actions="reviews/_schedules_actions.html",
    template="reviews/schedules.html",
)


def columns() -> list[Column[Schedule]]:
    """The columns of the list; the names of the departments of all rules are read once."""
    names = departments_in(Rule.from_json(rule) for rule in Schedule.objects.values_list("rule", flat=True))

    def rule_of(schedule: Schedule) -> str:
        return ", ".join(rule_text(Rule.from_json(schedule.rule), names, asks_again=schedule.asks_again))

    return [
        Column(gettext_lazy("Schedule"), lambda schedule: schedule.name),
        Column(gettext_lazy("Service"), lambda schedule: str(schedule.service)),
        Column(gettext_lazy("The rule"), rule_of),
        Column(gettext_lazy("How often"), _every),
        Column(gettext_lazy("Next on"), _state, "when"),
        Column(gettext_lazy("Review owner"), lambda schedule: str(schedule.owner)),
    ]


class ScheduleForm(VersionedForm, forms.ModelForm[Schedule]):
    """A schedule beside its rule. Saved by the verbs of recurrence."""

    owner = OwnerField()
    first_on = date_field(gettext_lazy("First review on"))

    class Meta:
        model = Schedule
        fields = ["name", "owner", "every_months", "first_on", "due_days", "asks_members", "one_person_two_steps"]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["owner"].admit_owners(also=self.instance.owner_id)  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The verbs check: a form that changed its instance would leave them nothing to compare."""


@administrators_and_auditors.page
def schedules(request: HttpRequest) -> HttpResponseBase:
    found = Schedule.objects.select_related("service", "owner").order_by("ended_on", "next_on", "pk")
    return SCHEDULES.answer(request, SearchForm(request.GET), found, columns=columns())


@administrators_only.form
def add(request: HttpRequest) -> HttpResponse:
    """Add a schedule, with the rule that stands in the address."""
    rule_form, person, on = RuleForm(request.GET, person_of(request)), person_of(request), today()
    initial = {"owner": person, "first_on": months_later(on.replace(day=1), 3), "every_months": 3, "due_days": 30}
    form = ScheduleForm(request.POST or None, initial=initial | {"asks_members": True, "name": _("Quarterly review")})
    if request.method == "POST" and rule_form.chosen and form.is_valid():
        terms = form.cleaned_data | rule_form.terms() | {"rule": rule_form.rule().as_json()}
        with refusals_on(form):
            schedule = recurrence.add(by=person, on=on, **terms)
            day = date_format(schedule.next_on, "DATE_FORMAT")
            messages.success(request, _("The first review will be drafted on %(day)s.") % {"day": day})
            return redirect("reviews:schedules")
    wrong = not rule_form.is_valid() or (request.method == "POST" and not form.is_valid())
    context = {"rule_form": rule_form, "form": form, "service": rule_form.chosen}
    return render(request, "reviews/schedule_form.html", context, status=400 if wrong else 200)


@administrators_and_auditors
@saves_in_one_transaction
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a schedule: its rule is the one in the address, or the one that it has."""
    found = locked_to_save(request, Schedule.objects.select_related("service", "owner").filter(ended_on=None))
    schedule = get_object_or_404(found, pk=pk)
    has = query_of(Rule.from_json(schedule.rule), schedule.service, asks_again=schedule.asks_again)
    rule_form = RuleForm(request.GET if "service" in request.GET else has, person_of(request))
    form = ScheduleForm(request.POST or None, instance=schedule)
    if request.method == "POST" and rule_form.chosen and form.is_valid():
        terms = form.cleaned_data | rule_form.terms() | {"rule": rule_form.rule().as_json()}
        with refusals_on(form):
            changed = recurrence.change(schedule, by=person_of(request), on=today(), **terms)
            messages.success(request, _("The schedule was saved.") if changed else _("Nothing was changed."))
            return redirect("reviews:schedules")
    wrong = not rule_form.is_valid() or (request.method == "POST" and not form.is_valid())
    context = {"rule_form": rule_form, "form": form, "service": rule_form.chosen, "schedule": schedule}
    return render(request, "reviews/schedule_form.html", context, status=400 if wrong else 200)


@administrators_only.action
def add_for(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Schedule reviews that are finished in time to save money under a contract."""
    contract = get_object_or_404(Contract.objects.select_related("service"), pk=pk, service__code=code)
    with refusals_on(request):
        schedule = recurrence.add_for(contract, by=person_of(request), on=today())
        due = schedule.first_on + datetime.timedelta(days=schedule.due_days)
        told = {"day": date_format(schedule.next_on, "DATE_FORMAT"), "due": date_format(due, "DATE_FORMAT")}
        messages.success(request, _("A review will be drafted on %(day)s; it is due on %(due)s.") % told)
        return redirect("reviews:schedules")
    return redirect("licenses:service", code)


@administrators_only.action
def end(request: HttpRequest, pk: int) -> HttpResponse:
    with refusals_on(request):
        recurrence.end(get_object_or_404(Schedule, pk=pk), by=person_of(request), on=today())
        messages.success(request, _("The schedule was ended."))
    return redirect("reviews:schedules")
