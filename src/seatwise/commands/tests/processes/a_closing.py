"""A program for test_killed_closings: prepares a review of sixty licenses, carries it out, and says what became of it.

`python -m seatwise.commands.tests.processes.a_closing prepare|carry_out|undo|report`
"""

import json
import sys
from collections import Counter
from typing import Any

from seatwise.commands.django_setup import setup

MANY = 60
DECISIONS = ("remove", "reassign", "keep", "suspend")


def prepare() -> None:
    """Sixty holders; a quarter each to be removed, reassigned (half of them to who waits), kept, suspended."""
    import datetime

    from seatwise.directory.models import Service
    from seatwise.licenses import contract_terms
    from seatwise.reviews.item_decisions import NewDecision
    from seatwise.reviews.tests.execution import ON, approved, begun, person, service_of
    from seatwise.seat_requests import request_steps

    until = datetime.date(2027, 3, 1)
    holders = [person(f"holder{number:02d}") for number in range(MANY)]
    wiki = service_of(holders, Service.Removal.BY_HAND)
    contract_terms.add(service=wiki, seats=MANY, by=None, on=ON)
    decisions = {}
    for number, holder in enumerate(holders):
        decision = DECISIONS[number % len(DECISIONS)]
        to = person(f"newcomer{number:02d}") if decision == "reassign" else None
        if to is not None and number % 8 == 1:
            request_steps.ask(service=wiki, person=to, reason="a new project", on=ON)
        decisions[holder] = NewDecision(decision, "for a reason", until=until if decision == "suspend" else None, to=to)
    begun(approved(wiki, decisions))


def carry_out() -> None:
    """What the worker does; says so before it begins."""
    from seatwise.reviews import execution  # noqa: F401 - so that what is measured is the work
    from seatwise.reviews.models import Review
    from seatwise.reviews.tasks import carry_out as task

    print("ready", flush=True)
    task.func(Review.objects.get().pk)


def undo() -> None:
    """Undo every other of what was taken."""
    from seatwise.directory.models import User
    from seatwise.reviews import reversal
    from seatwise.reviews.models import Review
    from seatwise.reviews.tests.execution import ON

    for item in list(reversal.undoable(Review.objects.get()))[::2]:
        reversal.undo(item, by=User.objects.get(login="owner"), reason="after all", on=ON)


def report() -> None:
    """What became of it, as JSON."""
    print(json.dumps(found()))


def found() -> dict[str, Any]:
    """The state of everything."""
    from seatwise.audit.models import Entry
    from seatwise.letters.models import Letter
    from seatwise.licenses.models import Change, License, Suspension
    from seatwise.reviews.models import Evidence, Review
    from seatwise.seat_requests.models import SeatRequest

    review = Review.objects.get()
    entries = Entry.objects.filter(verb__in=["license.add", "license.remove", "suspension.add", "item.apply"])
    return {
        "review": str(review.state),
        "items": list(
            review.items.order_by("user__login").values_list("user__login", "decision", "state", "reassign_to__login")
        ),
        "held": sorted(License.objects.held().values_list("user__login", flat=True)),
        "asleep": sorted(License.objects.asleep().values_list("user__login", flat=True)),
        "entries": Counter(f"{verb} {key}" for verb, key in entries.values_list("verb", "subject_id")),
        "verbs": Counter(entries.values_list("verb", flat=True)),
        "changes": Change.objects.filter(how="review").count(),
        "suspensions": Suspension.objects.count(),
        "letters": sorted(Letter.objects.filter(kind__startswith="review.").values_list("to__login", "kind", "state")),
        "requests": Counter(SeatRequest.objects.values_list("state", flat=True)),
        "evidence": Evidence.objects.count(),
    }


if __name__ == "__main__":
    setup()
    {"prepare": prepare, "carry_out": carry_out, "undo": undo, "report": report}[sys.argv[1]]()
