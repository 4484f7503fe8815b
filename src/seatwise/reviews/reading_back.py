"""Reading back: what is found, also in a vendor's own list, after a decision was applied."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from seatwise import audit
from seatwise.licenses.models import Effect, License
from seatwise.reviews.models import Addendum, Item, Review
from seatwise.reviews.models.items import Decision


def found(item: Item, on: datetime.date) -> dict[str, Any]:
    """What is there now: whether the license is held, sleeps, and which effects wait or are shown by what."""
    licenses = License.objects.filter(pk=item.license_id)
    effects = Effect.objects.filter(license__in=_touched(item))
    pending = effects.pending().count()
    evidence = sorted({effect.evidence for effect in effects.exclude(done_on=None) if effect.evidence})
    return {
        "on": str(on),
        "held": licenses.held().exists(),
        "asleep": licenses.held().asleep().exists(),
        "pending": pending,
        "evidence": evidence,
        "as_decided": _is_as_decided(item),
    }


def _touched(item: Item) -> list[int]:
    touched = [item.license_id]
    if item.change_id:
        touched += License.objects.filter(added_in=item.change_id).values_list("pk", flat=True)
    return touched


def _is_as_decided(item: Item) -> bool:
    licenses = License.objects.filter(pk=item.license_id)
    if item.decision == Decision.KEEP:
        return bool(licenses.held().exists())
    if item.decision == Decision.SUSPEND:
        return bool(licenses.held().asleep().exists())
    gone = not licenses.held().exists()
    if item.decision == Decision.REASSIGN:
        there = License.objects.of(item.review.service).held().by([item.reassign_to_id or 0])
        return gone and bool(there.exists())
    return gone


@transaction.atomic
def read_back(review: Review, *, on: datetime.date) -> int:
    """Look again at what waits for the service itself; how many were confirmed. Kept as addenda once it is closed."""
    waiting = Item.objects.of(review).in_state(Item.State.PENDING).select_for_update().order_by("pk")
    confirmed = [item for item in waiting if _confirmed(item, on)]
    audit.record_many(
        {
            "by": None,
            "verb": "item.read_back",
            "subject": item,
            "before": {"state": "pending"},
            "after": {"state": str(item.state), **item.read_back},
        }
        for item in confirmed
    )
    return len(confirmed)


def _confirmed(item: Item, on: datetime.date) -> bool:
    now = found(item, on)
    if now["pending"]:
        return False
    item.state, item.read_back = Item.State.APPLIED, now
    item.save(update_fields=["state", "read_back"])
    if item.review.state == Review.State.CLOSED:
        kind = Addendum.Kind.READ_BACK
        Addendum.objects.create(review=item.review, item=item, kind=kind, at=timezone.now(), data=now)
    return True


def read_back_all(day: datetime.date) -> str | None:
    """Each day: what vendors have confirmed meanwhile."""
    reviews: Iterable[Review] = Review.objects.filter(items__state=Item.State.PENDING).distinct().order_by("pk")
    confirmed = sum(read_back(review, on=day) for review in reviews)
    return f"decisions of reviews confirmed by their services: {confirmed}" if confirmed else None
