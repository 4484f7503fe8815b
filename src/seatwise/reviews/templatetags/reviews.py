"""The link to one's own reviews, in the bar above every page."""

from typing import Any

from django import template
from django.db.models import Exists, OuterRef, Q

from seatwise.directory.models import User
from seatwise.reviews.models import Item, Review, heads
from seatwise.reviews.models.deciders import Delegation

register = template.Library()


@register.simple_tag
def my_reviews(person: Any) -> dict[str, int] | None:
    """How many open reviews wait for somebody; None for whoever decides in none. One query where none is open.

    Asked on every page, so items are looked for by department and among those without one, each in an index.
    """
    if not isinstance(person, User) or not person.is_active:
        return None
    under_way = list(Review.objects.in_state(Review.State.OPEN).values_list("pk", flat=True))
    if not under_way:
        return None
    theirs = Item.objects.to_decide_by(person).filter(review=OuterRef("pk"))
    deciding = heads().filter(Q(user=person) | Q(user__in=Delegation.objects.held_by(person).values("of")))
    departments = list(deciding.values_list("department", flat=True))
    here, none = Q(decider_department__in=departments), Q(decider_department=None)
    reviews = Review.objects.filter(Exists(theirs.filter(here)) | Exists(theirs.filter(none)), pk__in=under_way)
    undecided = Exists(theirs.undecided().filter(here)) | Exists(theirs.undecided().filter(none))
    waiting = list(reviews.annotate(waits=undecided).values_list("waits", flat=True))
    return {"waiting": sum(waiting)} if waiting else None
