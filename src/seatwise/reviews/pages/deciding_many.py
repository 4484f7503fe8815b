"""Deciding about many at once: all that is recommended, or one decision for all that fit, each listed first."""

import datetime
from collections import defaultdict

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.directory.requests import person_of, refusals_on
from seatwise.reviews import item_decisions, wording
from seatwise.reviews.decision_forms import DecisionForm
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.lines import because
from seatwise.reviews.models import Decision, Item, Review
from seatwise.reviews.pages.decider_common import decided_message, for_deciders, keys_of, review_of
from seatwise.reviews.recommendations import Recommendation, recommend
from seatwise.site.lists import AT_ONCE


@for_deciders.form
def recommendations(request: HttpRequest, pk: int) -> HttpResponse:
    """All that are undecided and for which something is recommended: listed, then decided so."""
    review, person = review_of(request, pk), person_of(request)
    if request.method == "POST":
        return _decide_all(request, review)
    waiting = Item.objects.of(review).undecided().to_decide_by(person).for_deciding().by_name()
    wanted = [(item, as_recommended(recommend(item))) for item in waiting.iterator(AT_ONCE)]
    return confirmation(request, review, [(item, each) for item, each in wanted if each], len(wanted))


def as_recommended(recommended: Recommendation) -> NewDecision | None:
    """The decision that is recommended; None where nothing is."""
    if not recommended.decision:
        return None
    until = recommended.given.get("until") if recommended.decision == Decision.SUSPEND else None
    return NewDecision(recommended.decision, until=datetime.date.fromisoformat(until) if until else None)


def confirmation(
    request: HttpRequest, review: Review, wanted: list[tuple[Item, NewDecision]], of: int | None = None
) -> HttpResponse:
    """The list of what is about to be decided at once."""
    rows = [
        {"item": item, "key": f"{item.pk}:{item_decisions.seen(item)}", "wanted": each, "words": _wanted_in_words(each),
         "because": because(item), "department": wording.department_of(item)}
        for item, each in wanted
    ]  # fmt: skip
    chosen = wanted[0][1] if wanted and of is None else None
    given = {
        "review": review,
        "rows": rows,
        "keys": " ".join(str(row["key"]) for row in rows),
        "chosen": chosen,
        "chosen_in_words": _wanted_in_words(chosen) if chosen else "",
        "left": (of or len(rows)) - len(rows),
        "back": request.GET.urlencode(),
    }
    return render(request, "reviews/decide_many.html", given)


def _wanted_in_words(wanted: NewDecision) -> str:
    if wanted.decision == Decision.SUSPEND and wanted.until:
        return _("suspend until %(day)s") % {"day": wording.day(wanted.until)}
    return str(Decision(wanted.decision).label)


@transaction.atomic
def _follow(review: Review, keys: dict[int, str], person: User, on: datetime.date) -> list[Item]:
    items = Item.objects.of(review).filter(pk__in=keys).to_decide_by(person).for_deciding()
    groups: dict[NewDecision, dict[int, str]] = defaultdict(dict)
    for item in items.iterator(AT_ONCE):
        wanted = as_recommended(recommend(item))
        if wanted is None:
            raise Refused(_("The recommendations have changed in the meantime. Nothing was decided; check again."))
        groups[wanted][item.pk] = keys[item.pk]
    if sum(len(group) for group in groups.values()) != len(keys):
        raise Refused(_("You cannot decide about some of these (any more). Nothing was decided; check again."))
    decided: list[Item] = []
    for wanted, some in groups.items():
        decided += item_decisions.decide(review, some, wanted, by=person, on=on, in_bulk=True)
    return decided


def _decide_all(request: HttpRequest, review: Review) -> HttpResponse:
    """What was listed: as recommended, or one decision for all."""
    person, on, keys = person_of(request), today(), keys_of(request)
    with refusals_on(request):
        if not keys:
            raise Refused(_("There are no recommendations left to follow."))
        if "decision" in request.POST:
            form = DecisionForm(request.POST, review=review, person=person)
            if not form.is_valid():
                raise Refused(form.wrong)
            decided = item_decisions.decide(review, keys, form.wanted, by=person, on=on, in_bulk=True)
        else:
            decided = _follow(review, keys, person, on)
        messages.success(request, decided_message(review, decided, person))
    return redirect("reviews:deciding", review.pk)
