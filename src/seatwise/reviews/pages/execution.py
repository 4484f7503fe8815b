"""Approving the decisions of a review, and carrying it out: how far it is, what could not be done, what was found."""

from typing import Any

from django.contrib import messages
from django.db.models import Case, Count, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from seatwise.configuration import today
from seatwise.directory.models import User
from seatwise.directory.requests import person_of, refusals_on
from seatwise.licenses import use_after_removal
from seatwise.reviews import execution, reading_back, tasks, wording
from seatwise.reviews.approval import Kind, steps_of
from seatwise.reviews.lines import DECIDING
from seatwise.reviews.models import Decision, Item, ItemQuerySet, Review
from seatwise.reviews.review_page import Story
from seatwise.site.access import (
    administrators_and_auditors,
    administrators_only,
    asks_before_changes,
    those_who_carry_reviews,
)
from seatwise.site.lists import Column, List
from seatwise.site.progress import asks_how_far, in_place
from seatwise.site.search import SearchForm, choice, shows, words

LONGEST = 2000


def review_of(request: HttpRequest, pk: int) -> Review:
    """A review that the person may see, with all that its pages show."""
    visible = Review.objects.visible_to(person_of(request)).select_related("service", "owner", "previous")
    return get_object_or_404(visible, pk=pk)


def decided_items(request: HttpRequest, review: Review) -> ItemQuerySet:
    """What was decided, in the order of the login names; what could not be carried out first."""
    visible = Item.objects.visible_to(person_of(request)).of(review).decided()
    first = Case(When(state=Item.State.FAILED, then=0), default=1)
    found = visible.select_related("user", "license", "reassign_to", "decided_by", "review__service")
    return found.with_given_again().order_by(first, "user__folded", "pk")


def item_of(request: HttpRequest, review: Review, pk: int) -> Item:
    return get_object_or_404(decided_items(request, review), pk=pk)


def _state(item: Item) -> str:
    """Where it stands, and whether its holder has a license again since its removal was confirmed."""
    state = str(item.get_state_display())
    if (item.state, item.decision) != (Item.State.APPLIED, Decision.REMOVE) or item.given_again_on is None:
        return state
    return _("%(state)s; given again on %(day)s") % {"state": state, "day": wording.day(item.given_again_on)}


DECIDED: List[Item] = List(
    heading=gettext_lazy("Execution"),
    about=gettext_lazy("What was decided, what became of it, and what was found afterwards."),
    nothing=gettext_lazy("No decision matches these filters."),
    none_yet=gettext_lazy("Nothing has been decided yet."),
    template="reviews/closing.html",
    columns=[
        Column(gettext_lazy("Name"), lambda item: str(item.user)),
        Column(gettext_lazy("Login name"), lambda item: item.user.login),
        Column(gettext_lazy("Decision"), wording.decision),
        Column(gettext_lazy("State"), _state),
        Column(gettext_lazy("Blocked by"), lambda item: _(item.problem) if item.problem else ""),
        Column(gettext_lazy("Read back"), reading_back.describe_reading),
        Column(gettext_lazy("Last access after the removal"), lambda item: item.license.used_until, "when"),
    ],
)


class ItemSearch(SearchForm):
    text = words(gettext_lazy("Name"), lambda rows, text: rows.filter(user__in=User.objects.search(text)))
    decision = choice(gettext_lazy("Decision"), Decision.choices, "decided")
    state = choice(gettext_lazy("State"), Item.State.choices)


@administrators_and_auditors
@asks_before_changes
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def closing_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What is to be carried out, how far it is and what was found; administrators begin it and take it up again."""
    review = review_of(request, pk)
    if request.method == "POST":
        begin_or_go_on(request, review)
        return redirect("reviews:closing", pk)
    form = ItemSearch(request.GET)
    found = form.narrow(decided_items(request, review))
    told = standing(review)
    if asks_how_far(request) and told["busy"]:
        return render(request, "reviews/_closing_progress.html", told)
    return in_place(request, DECIDED.answer(request, form, found, told, prepare=use_after_removal.mark_of))


def begin_or_go_on(request: HttpRequest, review: Review) -> None:
    """Have a worker carry it out."""
    with refusals_on(request):
        if review.state == Review.State.CLOSING:
            tasks.wake_worker(review)
        else:
            tasks.begin(review, by=person_of(request))
        messages.success(
            request, _("It is being carried out. You can leave this page; it continues in the background.")
        )


def standing(review: Review) -> dict[str, Any]:
    """How far it is: three queries."""
    counted = Item.objects.of(review).decided().order_by().values_list("state").annotate(n=Count("pk"))
    counts = dict(counted)
    left = counts.get(Item.State.WAITING, 0)
    is_closing = review.state == Review.State.CLOSING
    busy = is_closing and tasks.is_under_way(review)
    taken = steps_of(review)
    failed = counts.get(Item.State.FAILED, 0)
    return {
        "review": review,
        "counts": [(str(state.label), state.value, counts[state]) for state in Item.State if counts.get(state)],
        "total": sum(counts.values()),
        "done": sum(counts.values()) - left - failed,
        "failed": failed,
        "busy": busy,
        "stopped": is_closing and not busy and (left > 0 or not failed),
        "step": taken.get(Kind.CARRIED_OUT),
        "may_begin": review.state == Review.State.OPEN and Kind.APPROVED in taken,
    }


@administrators_only
@asks_before_changes
@require_POST
def again(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Try once more to carry out one decision."""
    review = review_of(request, pk)
    found = item_of(request, review, item)
    execution.apply(found.pk, on=today())
    found.refresh_from_db()
    if found.state == Item.State.FAILED:
        messages.error(request, _(found.problem))
    else:
        told = _("%(name)s: %(state)s.") % {"name": found.user, "state": found.get_state_display()}
        messages.success(request, told)
        _close_if_done(review)
    return redirect("reviews:closing", pk)


@administrators_only.action
def leave(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Leave a license as it is, since its decision cannot be carried out."""
    review = review_of(request, pk)
    found = item_of(request, review, item)
    with refusals_on(request):
        execution.give_up(found, by=person_of(request), reason=request.POST.get("reason", "")[:LONGEST])
        messages.success(request, _("%(name)s’s license was left unchanged.") % {"name": found.user})
        _close_if_done(review)
    return redirect("reviews:closing", pk)


def _close_if_done(review: Review) -> None:
    if review.state == Review.State.CLOSING and not execution.left_of(review).exists():
        tasks.wake_worker(review)


APPROVING: List[Item] = List(
    heading=gettext_lazy("Decisions to approve"),
    about=gettext_lazy("Nothing is carried out before it is approved."),
    nothing=gettext_lazy("No decision matches these filters."),
    look="people",
    template="reviews/approving.html",
    columns=DECIDING.columns,
)


class DecisionSearch(SearchForm):
    text = words(gettext_lazy("Name or login"))
    decision = choice(gettext_lazy("Decision"), Decision.choices, "decided")
    show = shows(
        gettext_lazy("Show"),
        ("", gettext_lazy("all"), ""),
        ("against", gettext_lazy("other than recommended"), "against_recommendation"),
    )


@those_who_carry_reviews.page
@never_cache
def approving_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The outcome and the list of what was decided, with the forms to approve or return it for who may."""
    person = person_of(request)
    opened = Review.objects.told_to(person).exclude(state=Review.State.DRAFT)
    review = get_object_or_404(opened.select_related("service", "owner"), pk=pk)
    decided = Item.objects.of(review).decided()
    story = Story(review, person, today())
    context: dict[str, Any] = {
        "review": review,
        "outcome": [(label, value, story.numbers.by_decision[value]) for value, label in Decision.choices],
        "against": decided.against_recommendation().count(),
        "money": story.money(),
        "obstacle": story.obstacle(),
        "forms": story.approval_forms(),
    }
    form = DecisionSearch(request.GET)
    return APPROVING.answer(request, form, form.narrow(decided).for_listing().by_name(), context)
