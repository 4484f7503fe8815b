"""Everybody whom a rule looks at: before a review is opened what it would make of them, then what became of them."""

from typing import Any

from django import forms
from django.core.paginator import Page
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from seatwise.configuration import today
from seatwise.directory.listing import Column, Listing, SearchForm, csv_response, list_page
from seatwise.directory.pages import person_of
from seatwise.reviews import in_words, people
from seatwise.reviews.forms import RuleForm
from seatwise.reviews.models import Item, Review
from seatwise.reviews.models.items import Decision, ItemQuerySet
from seatwise.reviews.rule_in_words import rule_in_words
from seatwise.reviews.rule_preview import Group, Trial
from seatwise.site.access import administrators_only, those_who_carry_reviews
from seatwise.site.paging import asked_page


class GroupForm(SearchForm):
    """Which of them are shown."""

    group = forms.ChoiceField(
        label=gettext_lazy("Which"), choices=[("", gettext_lazy("all")), *Group.choices], required=False
    )


class ItemForm(GroupForm):
    """Narrows those of an opened review."""

    text = forms.CharField(label=gettext_lazy("Name or login"), required=False, max_length=200)
    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=[("", gettext_lazy("all")), *Decision.choices], required=False
    )

    def narrow(self, found: ItemQuerySet) -> ItemQuerySet:
        """Those that are wanted."""
        asked = self.cleaned_data if self.is_valid() else {}
        groups = {Group.NAMED: found.named, Group.LEFT_OUT: found.left_out, Group.NOT_NAMED: found.passed_over}
        if asked.get("group"):
            found = groups[asked["group"]]()
        if asked.get("decision"):
            found = found.decided(asked["decision"])
        return found.search(asked.get("text", ""))


def _group_of(item: Item) -> str:
    group = Group.NAMED if item.is_named else Group.LEFT_OUT if item.left_out else Group.NOT_NAMED
    return str(group.label)


def _department_then(item: Item) -> str:
    return str(item.facts["departments"][0]["name"]) if item.facts["departments"] else ""


COLUMNS = [
    Column[Item](gettext_lazy("User"), lambda item: item.facts["name"] or item.facts["login"]),
    Column[Item](gettext_lazy("Login"), lambda item: item.facts["login"]),
    Column[Item](gettext_lazy("Department then"), _department_then),
    Column[Item](gettext_lazy("Last Access Date"), in_words.last_access),
    Column[Item](gettext_lazy("Number of Access Days (in the last 30 days)"), in_words.access_days),
    Column[Item](gettext_lazy("Group"), _group_of),
    Column[Item](gettext_lazy("Left out because"), in_words.left_out),
    Column[Item](gettext_lazy("Answer"), lambda item: in_words.answer(item) if item.is_named else ""),
    Column[Item](gettext_lazy("Decision"), in_words.decision),
    Column[Item](gettext_lazy("Reason"), lambda item: item.decision_reason),
    Column[Item](gettext_lazy("Decided by"), in_words.decided_by),
]


@administrators_only
@require_safe
def of_rule(request: HttpRequest) -> HttpResponseBase:
    """What a rule that stands in the address would make of everybody."""
    rest = request.GET.copy()
    asked = QueryDict(mutable=True)
    for name in ("group", "page", "format"):
        if name in rest:
            asked.setlist(name, rest.pop(name))
    rule = RuleForm(rest, person_of(request))
    form = GroupForm(asked)
    context: dict[str, Any] = {
        "heading": _("Who would be named?"),
        "rule_form": rule,
        "kept": [(name, value) for name, values in rest.lists() for value in values],
        "back_url": f"{reverse('reviews:add')}?{rest.urlencode()}",
        "back_label": _("The rule"),
        "form": form,
    }
    if rule.chosen is None or not form.is_valid():
        return render(request, "reviews/people.html", context, status=400)
    context["about"] = ", ".join([str(rule.chosen), *rule_in_words(rule.rule())])
    return _of_trial(request, Trial(rule.chosen, rule.rule(), today()), form, context)


@those_who_carry_reviews
@require_safe
def of_review(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everybody in a review; of a draft, what its rule would make of them."""
    person = person_of(request)
    review = get_object_or_404(Review.objects.told_to(person).select_related("service", "owner"), pk=pk)
    context: dict[str, Any] = {
        "heading": _("Everybody who was looked at"),
        "back_url": reverse("reviews:review", args=[pk]),
        "back_label": review.name,
        "about": ", ".join([str(review.service), *rule_in_words(review.judges_by)]),
    }
    if review.state == Review.State.DRAFT:
        trial = Trial(review.service, review.judges_by, today(), asks_again=review.asks_again)
        context["heading"] = _("Who would be named?")
        return _of_trial(request, trial, GroupForm(request.GET), context)
    form = ItemForm(request.GET)
    items = form.narrow(Item.objects.visible_to(person).of(review)).for_listing().by_name()
    return list_page(request, "reviews/people.html", form, items, COLUMNS, {**context, "form": form})


def _of_trial(request: HttpRequest, trial: Trial, form: GroupForm, context: dict[str, Any]) -> HttpResponseBase:
    group = form.cleaned_data["group"] if form.is_valid() else ""
    verdicts = people.verdicts_of(trial, group)
    if request.GET.get("format") == "csv" and form.is_valid():
        return csv_response(f"people-{trial.service.code}", people.COLUMNS, people.people_of(trial, verdicts))
    page: Page[Any] = asked_page(request, verdicts)
    page.object_list = list(people.people_of(trial, list(page.object_list)))
    shown = Listing(form, page, people.COLUMNS)
    context |= {"list": shown, "form": form, "counts": trial.counts}
    return render(request, "reviews/people.html", context, status=_status(form))


def _status(form: SearchForm) -> int:
    return 200 if form.is_valid() else 400
