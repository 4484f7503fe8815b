"""The numbers of a review: how many were named, asked, answered, decided, and what became of it."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from seatwise.directory.models import Service
from seatwise.enquiries.models import Enquiry
from seatwise.licenses import costs
from seatwise.licenses.models import Contract
from seatwise.reviews.models import Decision, Item, Review
from seatwise.reviews.models.items import NAMED
from seatwise.site.words import money

ANSWERED = Enquiry.State.ANSWERED


@dataclass(frozen=True)
class Money:
    """The contracts in force, and the price of a seat if it is known."""

    price: costs.Price | None
    savings: list[costs.Saving]

    def month(self, seats: int) -> str:
        """What so many seats cost in a month; empty where nobody knows."""
        if self.price is None:
            return ""
        least = "≥ " if self.price.at_least else ""
        return least + money(costs.Cost(seats, self.price).month, self.price.currency)

    def so_far(self, seats: int, on: datetime.date) -> str:
        """What so many seats have saved in the whole months since the day on which the one contract can have become
        smaller; empty where that is to come, or nobody knows.
        """
        since = self.savings[0].since if len(self.savings) == 1 and self.savings[0].finish_by else None
        if self.price is None or since is None or since > on or not seats:
            return ""
        months = on.year * 12 + on.month - since.year * 12 - since.month - (on.day < since.day)
        return money(costs.Cost(seats, self.price).month * months, self.price.currency) if months else ""


def money_of(service: Service, on: datetime.date) -> Money:
    """Of the contracts in force on a day. One query."""
    contracts = list(Contract.objects.of(service).in_force(on))
    return Money(costs.price_of(contracts), [costs.saving(contract, on) for contract in contracts])


@dataclass(frozen=True)
class Numbers:
    """Counts of items of one review. Who was `asked` either `answered`, or is `waiting`, `silent` (not answered though
    the question was delivered) or `unreached` (it was not, and nobody answered for them). `freed`: seats that are free,
    by removals that are confirmed and were not undone; `given_again`: whose holders have a license again since.
    """

    held: int
    named: int
    left_out: int
    asked: int
    answered: int
    on_behalf: int  # of the answered
    waiting: int
    silent: int
    unreached: int
    decided: int
    by_decision: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)  # confirmed, by decision
    pending: int = 0
    changed: int = 0
    failed: int = 0
    undone: int = 0
    added: int = 0  # by departments, among the named
    freed: int = 0
    given_again: int = 0

    @property
    def undecided(self) -> int:
        return self.named - self.decided


def numbers_of(review: Review) -> Numbers:
    """Counted in one query."""
    return Numbers(**_shaped(Item.objects.of(review).aggregate(**counts())))


def numbers_by_department(review: Review) -> list[tuple[str, Numbers]]:
    """The same for each department whose administrators decide now; the last is the owner's, without a name."""
    rows: Any = Item.objects.of(review).values("decider_department__full_name").annotate(**counts())
    ordered = sorted(
        rows, key=lambda row: (row["decider_department__full_name"] is None, row["decider_department__full_name"])
    )
    found = []
    for row in ordered:
        name = row.pop("decider_department__full_name") or ""
        found.append((name, Numbers(**_shaped(row))))
    return found


def counts() -> dict[str, Any]:
    """What is counted, by the names of the numbers."""
    decided, done = NAMED & ~Q(decision=""), NAMED & Q(state=Item.State.APPLIED)
    again = Q(pk__in=Item.objects.given_again().values("pk"))
    filters = {
        "named": NAMED,
        "left_out": ~NAMED & ~Q(left_out=[]),
        "answered": Q(enquiry__state=ANSWERED),
        "on_behalf": Q(enquiry__state=ANSWERED, enquiry__via=Enquiry.Via.ON_BEHALF),
        "waiting": Q(pk__in=Item.objects.waiting().values("pk")),
        "silent": Q(pk__in=Item.objects.silent().values("pk")),
        "unreached": Q(pk__in=Item.objects.unreached().values("pk")),
        "decided": decided,
        "pending": Q(state=Item.State.PENDING),
        "changed": Q(state=Item.State.CHANGED),
        "failed": Q(state=Item.State.FAILED),
        "undone": Q(state=Item.State.UNDONE),
        "added": Q(named=False) & NAMED,
        "freed": done & Q(decision=Decision.REMOVE) & ~again,
        "given_again": done & again,
    }
    counted = {f"n_{name}": Count("pk", filter=wanted) for name, wanted in filters.items()}
    counted |= {f"decision_{value}": Count("pk", filter=decided & Q(decision=value)) for value in Decision.values}
    counted |= {f"done_{value}": Count("pk", filter=done & Q(decision=value)) for value in Decision.values}
    return {"n_held": Count("pk"), "n_asked": Count("enquiry"), **counted}


def _shaped(counted: dict[str, int]) -> dict[str, Any]:
    plain = {name.removeprefix("n_"): number for name, number in counted.items() if name.startswith("n_")}
    by_decision = {value: counted[f"decision_{value}"] for value in Decision.values}
    done = {value: counted[f"done_{value}"] for value in Decision.values}
    return {**plain, "by_decision": by_decision, "done": done}
