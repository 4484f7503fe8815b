"""Opening a draft: who would be asked and told, and by which mail, before it is done; leaving people out; doing it."""

import copy
import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.directory.requests import person_of, refusals_on
from seatwise.enquiries.questions import who_answers_for
from seatwise.letters.composing import Composed, filled_in, problem_of
from seatwise.letters.models import Letter
from seatwise.lib import days
from seatwise.lib.logins import fold
from seatwise.licenses.exclusions import Why
from seatwise.licenses.models import License
from seatwise.reviews import mails, opening, review_questions
from seatwise.reviews.forms import MOST_LOGINS
from seatwise.reviews.models import Item, Review
from seatwise.reviews.notifications import TO_DECIDE
from seatwise.reviews.pages.people import PEOPLE, department_then
from seatwise.site.access import administrators_only, those_who_carry_reviews
from seatwise.site.lists import Column, List
from seatwise.site.search import SearchForm, words

SHOWN = 10  # deciders who are named


def _asked(item: Item) -> str:
    """Who is asked about it; that nobody can write to them, if so."""
    if not item.named or not item.review.asks_members:
        return ""
    asked = who_answers_for(item.user)
    problem = problem_of(asked)
    return f"{asked}: {_(problem)}" if problem else str(asked)


OPENING: List[Item] = List(
    heading=gettext_lazy("Open the review"),
    nothing=gettext_lazy("No one matches these filters."),
    icon="search-x",
    look="people",
    template="reviews/opening.html",
    columns=[
        *PEOPLE.columns[:2],
        Column(gettext_lazy("Department"), department_then),
        *PEOPLE.columns[3:5],
        Column(gettext_lazy("Asked by email"), _asked),
    ],
)


def _search(items: Sequence[Item], text: str) -> Sequence[Item]:
    """Those of whose users the directory finds by words; the items are not stored yet."""
    if not items:
        return items
    holders = License.objects.of(items[0].review.service).held().values("user")
    found = {*User.objects.filter(pk__in=holders).search(text).values_list("pk", flat=True)}
    return [item for item in items if item.user_id in found]


class OpeningSearch(SearchForm):
    text = words(gettext_lazy("Name or login"), _search)


@those_who_carry_reviews.form
def opening_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What opening a draft does, and doing it."""
    drafts = Review.objects.owned_by(person_of(request)).select_related("service", "owner")
    review = get_object_or_404(drafts, pk=pk)
    if request.method == "POST":
        with refusals_on(request):
            _open(request, review)
    elif review.state == Review.State.DRAFT:
        with refusals_on(request):
            return _preview(request, review)
    return redirect("reviews:review", pk)


def _open(request: HttpRequest, review: Review) -> None:
    opened = opening.open_review(review, by=person_of(request), on=today())
    asked = review_questions.ask(opened, by=person_of(request), on=today()) if opened.asks_members else 0
    named = Item.objects.of(opened).named().count()
    said = ngettext("The review was opened: %(count)d license selected.",
                    "The review was opened: %(count)d licenses selected.", named)  # fmt: skip
    messages.success(request, said % {"count": named})
    if asked:
        said = ngettext("%(count)d person is asked.", "%(count)d people are asked.", asked)
        messages.success(request, said % {"count": asked})


def _preview(request: HttpRequest, draft: Review) -> HttpResponseBase:
    """Raises Refused where the draft cannot be opened."""
    on, review = today(), copy.copy(draft)  # as if it was open
    ground = opening.ground_to_open(review, on)
    review.as_of, review.coverage = days.date_of(ground.as_of), opening.coverage_of(review.service, ground)
    items = opening.items_of(review, ground, on)
    named = [item for item in items if item.named]
    left = [item for item in items if any(reason["why"] == Why.LEFT_OUT for reason in item.left_out)]
    context = {
        "review": draft,
        "named": len(named),
        "left": {item.user_id for item in left},
        "may_leave_out": person_of(request).changes_things,
        **_mails(review, named),
    }
    form = OpeningSearch(request.GET)
    return OPENING.answer(request, form, form.narrow([*left, *named]), context)


def _mails(review: Review, named: Sequence[Item]) -> dict[str, Any]:
    """Who is written to, and what the first of them reads."""
    to_decide = Counter(pk for item in named for pk in item.deciders)
    people = list(User.objects.filter(pk__in=to_decide).order_by("name", "login"))
    asked = [item for item in named if not problem_of(who_answers_for(item.user))] if review.asks_members else []
    question = review_questions.preview(review, asked[0], today()) if asked else None
    return {
        "deciders": [(user, to_decide[user.pk]) for user in people[:SHOWN]],
        "more_deciders": max(0, len(people) - SHOWN),
        "asked": len(asked),
        "unreachable": len(named) - len(asked) if review.asks_members else 0,
        "letters": [
            *([(who_answers_for(asked[0].user), question)] if asked else []),
            *((user, _told(user, review, to_decide[user.pk])) for user in people[:1]),
        ],
    }


def _told(user: User, review: Review, count: int) -> Composed:
    """The letter to somebody who decides."""
    return filled_in(Letter(to=user, kind=TO_DECIDE, language=user.language), mails.waiting_in(review, count))


@administrators_only.action
def leaving_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave somebody out of a draft, or no more."""
    login, leaves_out = fold(request.POST.get("login", "")), "leave_out" in request.POST
    with refusals_on(request), transaction.atomic():
        drafts = Review.objects.owned_by(person_of(request)).in_state(Review.State.DRAFT)
        review = get_object_or_404(drafts.select_for_update(of=("self",)), pk=pk)
        get_object_or_404(User.objects.visible_to(person_of(request)), folded=login)
        rule = review.judges_by
        without = {*rule.without, login} if leaves_out else {*rule.without} - {login}
        if len(without) > MOST_LOGINS:
            text = _("At most %(most)s people can be left out individually. Change the rule instead.")
            raise Refused(text % {"most": MOST_LOGINS})
        changed = dataclasses.replace(rule, without=tuple(sorted(without)))
        opening.change(review, by=person_of(request), on=today(), rule=changed)
    return redirect(f"{reverse('reviews:opening', args=[pk])}?{request.GET.urlencode()}")
