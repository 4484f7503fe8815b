"""The numbers of a review: how many were named, asked, answered, decided, and what became of it."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from seatwise.enquiries.models import Enquiry
from seatwise.reviews.models import Item, Review
from seatwise.reviews.models.items import Decision

ANSWERED, LAPSED = Enquiry.State.ANSWERED, Enquiry.State.LAPSED
DONE = (Item.State.APPLIED, Item.State.PENDING)


@dataclass(frozen=True)
class Numbers:
    """Counts of items of one review. `silent`: not answered though the question was delivered; `unreached`: it was not,
    and nobody answered for them.
    """

    held: int
    named: int
    left_out: int
    asked: int
    answered: int
    on_behalf: int
    silent: int
    unreached: int
    decided: int
    by_decision: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)  # carried out, by decision
    pending: int = 0
    changed: int = 0
    failed: int = 0
    undone: int = 0

    @property
    def undecided(self) -> int:
        """How many wait for a decision."""
        return self.named - self.decided

    @property
    def seats_freed(self) -> int:
        """Seats that nobody of the review holds any more: removed, and not undone."""
        return self.done.get(Decision.REMOVE, 0)


def numbers_of(review: Review) -> Numbers:
    """Counted in one query."""
    return Numbers(**_shaped(Item.objects.of(review).aggregate(**COUNTS)))


def numbers_by_department(review: Review) -> list[tuple[str, Numbers]]:
    """The same for each department whose administrators decide now; the last is the owner's, without a name."""
    rows: Any = Item.objects.of(review).values("decider_department__full_name").annotate(**COUNTS)
    ordered = sorted(
        rows, key=lambda row: (row["decider_department__full_name"] is None, row["decider_department__full_name"])
    )
    found = []
    for row in ordered:
        name = row.pop("decider_department__full_name") or ""
        found.append((name, Numbers(**_shaped(row))))
    return found


NAMED = Q(named=True)
COUNTS: dict[str, Any] = {
    "n_held": Count("pk"),
    "n_named": Count("pk", filter=NAMED),
    "n_left_out": Count("pk", filter=Q(named=False) & ~Q(left_out=[])),
    "n_asked": Count("enquiry"),
    "n_answered": Count("pk", filter=Q(enquiry__state=ANSWERED)),
    "n_on_behalf": Count("pk", filter=Q(enquiry__state=ANSWERED, enquiry__via=Enquiry.Via.ON_BEHALF)),
    "n_silent": Count("pk", filter=Q(enquiry__state=LAPSED)),
    "n_unreached": Count("pk", filter=Q(enquiry__state=Enquiry.State.OPEN, enquiry__undeliverable=True)),
    "n_decided": Count("pk", filter=NAMED & ~Q(decision="")),
    **{f"decision_{value}": Count("pk", filter=NAMED & Q(decision=value)) for value in Decision.values},
    **{f"done_{value}": Count("pk", filter=NAMED & Q(decision=value, state__in=DONE)) for value in Decision.values},
    "n_pending": Count("pk", filter=Q(state=Item.State.PENDING)),
    "n_changed": Count("pk", filter=Q(state=Item.State.CHANGED)),
    "n_failed": Count("pk", filter=Q(state=Item.State.FAILED)),
    "n_undone": Count("pk", filter=Q(state=Item.State.UNDONE)),
}


def _shaped(counted: dict[str, int]) -> dict[str, Any]:
    plain = {name.removeprefix("n_"): number for name, number in counted.items() if name.startswith("n_")}
    by_decision = {value: counted[f"decision_{value}"] for value in Decision.values}
    done = {value: counted[f"done_{value}"] for value in Decision.values}
    return {**plain, "by_decision": by_decision, "done": done}
