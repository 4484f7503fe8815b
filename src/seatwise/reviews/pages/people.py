"""Everybody whom a rule looks at: before a review is opened what it would make of them, then what became of them."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from seatwise.configuration import today
from seatwise.directory import person_page
from seatwise.directory.models import User
from seatwise.directory.requests import person_of
from seatwise.enquiries.models import Enquiry
from seatwise.ledger.models import Usage
from seatwise.lib import days
from seatwise.lib.batches import batches
from seatwise.licenses.exclusions import Reason
from seatwise.reviews import wording
from seatwise.reviews.find import address_of
from seatwise.reviews.forms import RuleForm
from seatwise.reviews.lines import ItemLine
from seatwise.reviews.models import Decision, Item, ItemQuerySet, Review
from seatwise.reviews.opening import departments_of
from seatwise.reviews.recommendations import recommend
from seatwise.reviews.rule_preview import Group, JudgedLicense, Trial
from seatwise.reviews.wording import number, rule_text
from seatwise.site.access import administrators_only, those_who_carry_reviews, those_who_see_usage
from seatwise.site.list_files import FileForm
from seatwise.site.lists import Column, List, asked_page_alone
from seatwise.site.search import SearchForm, choice, words

AT_ONCE = 1000
LOGIN, BECAUSE = gettext_lazy("Login"), gettext_lazy("Excluded because")
DAYS = gettext_lazy("Number of Access Days (in the last 30 days)")


@dataclass(frozen=True)
class Person:
    """One license as a list shows it."""

    name: str
    login: str
    department: str
    since: datetime.date
    last_access: datetime.date | None
    access_days: str
    group: str
    because: str


COLUMNS: list[Column[Person]] = [
    Column(
        gettext_lazy("User"), lambda person: person.name, "who", small=lambda person: person.login, small_title=LOGIN
    ),
    Column(gettext_lazy("Department"), lambda person: person.department),
    Column(gettext_lazy("License since"), lambda person: person.since, "when"),
    Column(gettext_lazy("Last Access Date"), lambda person: person.last_access, "when"),
    Column(DAYS, lambda person: person.access_days),
    Column(
        gettext_lazy("Result of the rule"),
        lambda person: person.group,
        small=lambda person: person.because,
        small_title=BECAUSE,
    ),
]


def people_of(trial: Trial, verdicts: Sequence[JudgedLicense]) -> Iterator[Person]:
    """Some verdicts with the names and the use of those they are about. A few queries for each 1,000."""
    for some in batches(verdicts, AT_ONCE):
        ids = [each.member.user for each in some]
        users = User.objects.in_bulk(ids)
        usage = {row.user_id: row for row in Usage.objects.of(trial.service).filter(user__in=ids)}
        departments = departments_of(ids)
        for each in some:
            place = departments.get(each.member.user, [])
            yield _person(trial, each, users[each.member.user], usage.get(each.member.user), place)


def _person(
    trial: Trial, verdict: JudgedLicense, user: User, usage: Usage | None, departments: Sequence[tuple[int, str, str]]
) -> Person:
    last = usage.last_day if usage else 0
    return Person(
        name=str(user),
        login=user.login,
        department=departments[0][2] if departments else "",
        since=days.date_of(verdict.member.held.since),
        last_access=days.date_of(last) if last else None,
        access_days=_number(trial, verdict, usage),
        group=str(Group(verdict.group).label),
        because=", ".join(reason_label(reason) for reason in verdict.reasons),
    )


def _number(trial: Trial, verdict: JudgedLicense, usage: Usage | None) -> str:
    """The access days; at least so many where days are unknown."""
    if trial.ground.recorded_since is None or usage is None:
        return ""
    found = verdict.member.holder.number(trial.ground, days.WINDOW)
    return number(usage.days_30, at_least=found is None or found.at_least)


def reason_label(reason: Reason) -> str:
    """Why somebody is left out, and until when; never the reason of an exemption."""
    if reason.until is None:
        return str(reason.why.label)
    return _("%(why)s until %(day)s") % {"why": reason.why.label, "day": date_format(reason.until, "DATE_FORMAT")}


def _in_group(found: Any, group: str) -> Any:
    if not isinstance(found, ItemQuerySet):
        return [each for each in found if each.group == group]
    return {Group.NAMED: found.named, Group.LEFT_OUT: found.left_out, Group.NOT_NAMED: found.passed_over}[
        Group(group)
    ]()


class GroupForm(SearchForm):
    group = choice(gettext_lazy("Which"), Group.choices, _in_group)


class ItemForm(GroupForm):
    text = words(gettext_lazy("Name or login"))
    decision = choice(gettext_lazy("Decision"), Decision.choices, "decided")


def group_of(item: Item) -> str:
    group = Group.NAMED if item.is_named else Group.LEFT_OUT if item.left_out else Group.NOT_NAMED
    return str(group.label)


def name_then(item: Item) -> str:
    return str(item.facts["name"] or item.facts["login"])


def department_then(item: Item) -> str:
    return str(item.facts["departments"][0]["name"]) if item.facts["departments"] else ""


PEOPLE: List[Any] = List(
    nothing=gettext_lazy("No one matches these filters."),
    icon="search-x",
    look="people",
    template="reviews/people.html",
    columns=[
        Column(gettext_lazy("User"), name_then, "who", small=lambda item: item.facts["login"], small_title=LOGIN),
        Column(gettext_lazy("Department then"), department_then),
        Column(gettext_lazy("Last Access Date"), wording.last_access_day),
        Column(DAYS, wording.access_days),
        Column(gettext_lazy("Group"), group_of, small=wording.left_out, small_title=BECAUSE),
        Column(gettext_lazy("Answer"), lambda item: wording.answer(item) if item.is_named else ""),
        Column(gettext_lazy("Decision"), wording.decision),
        Column(
            gettext_lazy("Reason"),
            lambda item: item.decision_reason,
            "said",
            small=wording.decided_by,
            small_title=gettext_lazy("Decided by"),
        ),
    ],
)


@administrators_only.page
def of_rule(request: HttpRequest) -> HttpResponseBase:
    """What a rule that stands in the address would make of everybody."""
    rest = request.GET.copy()
    asked = QueryDict(mutable=True)
    for name in ("group", "page", *FileForm.base_fields):
        if name in rest:
            asked.setlist(name, rest.pop(name))
    rule = RuleForm(rest, person_of(request))
    form = GroupForm(asked)
    context: dict[str, Any] = {
        "heading": _("Who would be selected?"),
        "kept": [(name, value) for name, values in rest.lists() for value in values],
        "back_url": f"{reverse('reviews:add')}?{rest.urlencode()}",
        "back_label": _("The rule"),
    }
    if rule.chosen is None or not form.is_valid():
        return render(request, PEOPLE.template, {**context, "wrong": [rule, form]}, status=400)
    context["about"] = rule.in_words
    return _of_trial(request, Trial(on=today(), **rule.terms()), form, context)


@those_who_carry_reviews.page
def of_review(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everybody in a review; of a draft, what its rule would make of them."""
    person = person_of(request)
    review = get_object_or_404(Review.objects.told_to(person).select_related("service", "owner"), pk=pk)
    context: dict[str, Any] = {
        "heading": _("Everyone checked"),
        "back_url": reverse("reviews:review", args=[pk]),
        "back_label": review.name,
        "about": ", ".join([str(review.service), *rule_text(review.judges_by, asks_again=review.asks_again)]),
    }
    if review.state == Review.State.DRAFT:
        trial = Trial(review.service, review.judges_by, today(), asks_again=review.asks_again)
        context["heading"] = _("Who would be selected?")
        return _of_trial(request, trial, GroupForm(request.GET), context)
    form = ItemForm(request.GET)
    items = form.narrow(Item.objects.visible_to(person).of(review)).for_listing().by_name()
    return PEOPLE.answer(request, form, items, context)


def _of_trial(request: HttpRequest, trial: Trial, form: GroupForm, context: dict[str, Any]) -> HttpResponseBase:
    return PEOPLE.answer(
        request,
        form,
        form.narrow(trial.verdicts),
        {**context, "counts": trial.counts},
        columns=COLUMNS,
        prepare=lambda verdicts: people_of(trial, verdicts),
        file=f"people-{trial.service.code}",
    )


SHOWN = 20  # questions


@require_safe
@those_who_see_usage
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Their licenses in reviews, and the latest questions, as far as the viewer may see them."""
    viewer = person_of(request)
    found = person_page.person_or_404(request, "reviews", pk)
    items = Item.objects.visible_to(viewer).filter(user=found).order_by("-pk")
    page = asked_page_alone(request, items.for_listing())
    theirs = Enquiry.objects.filter(person=found).values_list("pk", flat=True)
    of_accounts = Enquiry.objects.filter(license__user=found).values_list("pk", flat=True)  # two questions, two indexes
    asked = Enquiry.objects.visible_to(viewer).filter(pk__in={*theirs, *of_accounts})
    context = {
        **person_page.head(request, found, "reviews"),
        "page": page,
        "lines": [
            (ItemLine(item, recommend(item)), group_of(item), address_of(item.review, viewer))
            for item in page.object_list
        ],
        "enquiries": asked.for_reading().newest_first()[:SHOWN],
    }
    return render(request, "reviews/of_person.html", context)
