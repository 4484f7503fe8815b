"""The reviews in which somebody decides."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from seatwise.configuration import today
from seatwise.directory.models import User
from seatwise.directory.requests import person_of
from seatwise.reviews.models import OWNING, Delegation, Item, Review
from seatwise.reviews.models.items import NAMED


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


@login_required
@require_safe
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
