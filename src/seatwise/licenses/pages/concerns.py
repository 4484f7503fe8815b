"""What is to be minded before a change, as previews show it."""

from typing import Any

from seatwise.licenses.bulk_actions import Ticked
from seatwise.licenses.change_warnings import Concern
from seatwise.licenses.preview import StepPreview
from seatwise.licenses.seats import find_a_seat

NAMED = 20  # people of a concern who are named


def shown_concern(step: StepPreview | Ticked, concern: Concern, can_leave_out: bool) -> dict[str, Any]:
    """A concern with its name as a box has it, and some of the people it is about."""
    visible = [step.people[pk] for pk in concern.users if pk in step.people]
    return {
        "name": f"{step.place}:{concern.key}",
        "text": concern.text,
        "can_leave_out": can_leave_out and bool(concern.users),
        "people": visible[:NAMED],
        "more": max(0, len(visible) - NAMED),
        "way_out": find_a_seat(step.service) if concern.key == "seats" else None,
    }
