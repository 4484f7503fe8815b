"""Undoing what a review did: the list of what can be undone, one of them, and all."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from seatwise.configuration import today
from seatwise.directory.requests import person_of, refusals_on
from seatwise.licenses.change_state import given_in_words
from seatwise.licenses.models import License, Policy
from seatwise.licenses.seats import seats_of
from seatwise.reviews import reversal, tasks, wording
from seatwise.reviews.execution import TAKING
from seatwise.reviews.models import Addendum, Item, Review
from seatwise.reviews.pages.execution import DECIDED, LONGEST, ItemSearch, decided_items, item_of, review_of
from seatwise.site.access import administrators_and_auditors, asks_before_changes
from seatwise.site.lists import Column, List

UNDOABLE: List[Item] = List(
    heading=gettext_lazy("Undo"),
    nothing=gettext_lazy("No decision matches these filters."),
    none_yet=gettext_lazy("There is nothing to undo."),
    link=lambda item: reverse("reviews:undo", args=[item.review_id, item.pk]),
    template="reviews/undoing.html",
    counts_all=True,
)


def columns_for(review: Review) -> list[Column[Item]]:
    """Who, what, until when it can be undone, and why it could not be."""
    days = Policy.of(review.service).undo_days

    def until(item: Item) -> str:
        day = reversal.last_day_of(item, days)
        return date_format(day, "SHORT_DATE_FORMAT") if day else ""

    return [*DECIDED.columns[:3], Column(gettext_lazy("Can be undone until"), until), DECIDED.columns[4]]


@administrators_and_auditors
@asks_before_changes
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def undoing_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What the review took and nobody has given back; administrators undo all of it."""
    review = review_of(request, pk)
    if request.method == "POST":
        _undo_all(request, review)
        return redirect("reviews:undoing", pk)
    form = ItemSearch(request.GET)
    found = form.narrow(decided_items(request, review)).decided(*TAKING).in_state(*reversal.DONE)
    undone = Item.objects.of(review).in_state(Item.State.UNDONE).count()
    context = {**_about(review), "busy": tasks.is_being_undone(review), "undone": undone}
    return UNDOABLE.answer(request, form, found, context, columns=columns_for(review))


def _about(review: Review) -> dict[str, Any]:
    return {
        "review": review,
        "is_closed": review.state == Review.State.CLOSED,
        "seats": seats_of(review.service, today()),
        "days": Policy.of(review.service).undo_days,
    }


def _undo_all(request: HttpRequest, review: Review) -> None:
    person, reason = person_of(request), request.POST.get("reason", "").strip()[:LONGEST]
    with refusals_on(request):
        reversal.refuse_all(review, by=person, reason=reason)
        if not tasks.is_being_undone(review):
            tasks.undo_all.enqueue(review.pk, person.pk, reason)
        messages.success(request, _("It is being undone. What cannot be undone stays in this list with the reason."))


def _restored(item: Item) -> str:
    """What is so after undoing: the license is theirs, or requested."""
    now = License.objects.of(item.review.service).held().by([item.user]).select_related("user", "service").first()
    return given_in_words(now) if now else _("This was undone.")


@administrators_and_auditors
@asks_before_changes
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def undo(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Undo one removal, reassignment or suspension: what will happen, and doing it."""
    review = review_of(request, pk)
    found = item_of(request, review, item)
    reason = request.POST.get("reason", "").strip()[:LONGEST]
    if request.method == "POST":
        with refusals_on(request):
            reversal.undo(found, by=person_of(request), reason=reason, on=today())
            messages.success(request, _restored(found))
            return redirect("reviews:undoing", pk)
    until = reversal.last_day(found)
    can = found.state in reversal.DONE and found.decision in TAKING
    context = {
        **_about(review),
        "item": found,
        "decision": wording.decision(found),
        "until": until,
        "can": can and (until is None or today() <= until),
        "reason": reason,
        "addendum": Addendum.objects.filter(item=found, kind=Addendum.Kind.UNDONE).first(),
    }
    return render(request, "reviews/undo.html", context)
