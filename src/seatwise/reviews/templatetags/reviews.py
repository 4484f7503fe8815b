"""The link to one's own reviews, in the bar above every page."""

from typing import Any

from django import template
from django.db.models import Exists, OuterRef

from seatwise.directory.models import User
from seatwise.reviews.models import Item, Review

register = template.Library()


@register.simple_tag
def my_reviews(person: Any) -> dict[str, int] | None:
    """How many open reviews wait for somebody; None for whoever decides in none. One query where none is open."""
    if not isinstance(person, User) or not person.is_active:
        return None
    under_way = list(Review.objects.in_state(Review.State.OPEN).values_list("pk", flat=True))
    if not under_way:
        return None
    theirs = Item.objects.to_decide_by(person).filter(review=OuterRef("pk"))
    reviews = Review.objects.filter(Exists(theirs), pk__in=under_way)
    waiting = list(reviews.annotate(waits=Exists(theirs.undecided())).values_list("waits", flat=True))
    return {"waiting": sum(waiting)} if waiting else None
