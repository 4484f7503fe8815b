"""What reviews are made of."""

from seatwise.reviews.models.deciders import Delegation, Handover
from seatwise.reviews.models.items import Item
from seatwise.reviews.models.proof import Addendum, Attestation, Evidence, Finding, Step
from seatwise.reviews.models.reviews import Review, Schedule

__all__ = [
    "Addendum",
    "Attestation",
    "Delegation",
    "Evidence",
    "Finding",
    "Handover",
    "Item",
    "Review",
    "Schedule",
    "Step",
]
