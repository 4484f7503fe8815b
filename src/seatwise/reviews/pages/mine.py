"""The reviews in which somebody decides."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from seatwise.configuration import today
from seatwise.directory.models import User
from seatwise.directory.requests import person_of, refusals_on, say_saved
from seatwise.reviews import deputies
from seatwise.reviews.decision_forms import DelegationForm, OwnerForm
from seatwise.reviews.models import OWNING, Delegation, Item, Review
from seatwise.reviews.models.items import NAMED
from seatwise.reviews.pages.decider_common import for_deciders
from seatwise.site.access import everybody
from seatwise.site.lists import asked_page_alone


@dataclass(frozen=True)
class Mine:
    """A review, and how much of it is somebody's."""

    review: Review
    named: int
    decided: int
    not_named: int
    afterwards: int
    late: bool

    @property
    def to_do(self) -> int:
        return self.named - self.decided


def of(person: User, on: datetime.date) -> list[Mine]:
    """Those under way with something to decide or to confirm: the ones that are due first. Three queries."""
    counts = {
        "named_ones": Count("pk", filter=NAMED),
        "decided_ones": Count("pk", filter=NAMED & ~Q(decision="")),
        "afterwards": Count("pk", filter=NAMED & Q(contradicted_at__isnull=False)),
        "all_ones": Count("pk"),
    }
    theirs = Item.objects.filter(review__in=Review.objects.open()).to_decide_by(person)
    counted = {each["review"]: each for each in theirs.order_by().values("review").annotate(**counts)}
    reviews = Review.objects.filter(pk__in=counted).select_related("service", "owner").order_by("due", "pk")
    return [_mine(review, counted[review.pk], on) for review in reviews]


def _mine(review: Review, counted: Mapping[str, Any], on: datetime.date) -> Mine:
    named = counted["named_ones"]
    decided, rest = counted["decided_ones"], counted["all_ones"] - named
    return Mine(review, named, decided, rest, counted["afterwards"], review.is_late(on) and decided < named)


@everybody.page
def mine(request: HttpRequest) -> HttpResponse:
    """What waits for whoever looks, and for whom they stand in."""
    person, on = person_of(request), today()
    standing_in = Delegation.objects.in_force(on).filter(to=person).select_related("of")
    away = Delegation.objects.in_force(on).filter(of=person).select_related("to")
    given = {
        "mine": of(person, on),
        "standing_in": list(standing_in.order_by("until", "pk")),
        "away": list(away.order_by("until", "pk")),
        "may_delegate": person.role in OWNING,
    }
    return render(request, "reviews/mine.html", given)


@for_deciders.form
def delegations(request: HttpRequest) -> HttpResponse:
    """Those of today and to come, those that are over, and a new one."""
    person, on = person_of(request), today()
    may_add = person.role in OWNING
    if request.method == "POST" and not may_add:
        raise PermissionDenied
    form = DelegationForm(request.POST or None, person=person, on=on)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        days = (asked["begins"], asked["until"])
        with refusals_on(form):
            made = deputies.delegate(asked["of"], asked["to"], days=days, by=person, reason=asked["reason"], on=on)
            messages.success(request, _("%(to)s acts for %(of)s.") % {"to": made.to, "of": made.of})
            return redirect("reviews:delegations")
    visible = Delegation.objects.visible_to(person).select_related("of", "to", "by")
    given = {
        "form": form if may_add else None,
        "current": [(each, _endable(each, request)) for each in visible.not_over(on).order_by("begins", "pk")],
        "over": asked_page_alone(request, visible.over(on).order_by("-pk")),
        "on": on,
    }
    return render(request, "reviews/delegations.html", given, status=400 if form.errors else 200)


def _endable(delegation: Delegation, request: HttpRequest) -> bool:
    person = person_of(request)
    return person.changes_things or delegation.of_id == person.pk


@for_deciders.action
def ending(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_of(request)
    found = get_object_or_404(Delegation.objects.visible_to(person).select_related("of", "to"), pk=pk)
    if not _endable(found, request):
        raise PermissionDenied
    with refusals_on(request):
        deputies.end(found, by=person, on=today())
        messages.success(request, _("%(to)s no longer acts for %(of)s.") % {"to": found.to, "of": found.of})
    return redirect("reviews:delegations")


@for_deciders.form
def owner(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_of(request)
    review = get_object_or_404(Review.objects.owned_by(person).select_related("owner", "service"), pk=pk)
    form = OwnerForm(request.POST or None, review=review)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        with refusals_on(form):
            changed = deputies.change_owner(review, asked["owner"], by=person, reason=asked["reason"])
            say_saved(request, changed)
            return redirect("reviews:review", pk) if person.changes_things else redirect("reviews:mine")
    return render(
        request, "reviews/decide_owner.html", {"review": review, "form": form}, status=400 if form.errors else 200
    )
