"""What reviews are made of."""

from seatwise.reviews.models.deciders import OWNING, Delegation, Handover, able_owners, heads
from seatwise.reviews.models.items import Decision, Item, ItemQuerySet
from seatwise.reviews.models.proof import Addendum, Attestation, Evidence, Finding, Step
from seatwise.reviews.models.reviews import Review, Schedule

__all__ = [
    "OWNING",
    "Addendum",
    "Attestation",
    "Decision",
    "Delegation",
    "Evidence",
    "Finding",
    "Handover",
    "Item",
    "ItemQuerySet",
    "Review",
    "Schedule",
    "Step",
    "able_owners",
    "heads",
]
