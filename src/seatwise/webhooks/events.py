"""What programs are told of: which entries of the audit log are which event, and what of them is said (version 1).

The audit log is the outbox: an entry is written in the transaction of what it tells, and entries are numbered in the
order in which those end. So a number per webhook is enough to lose nothing and to keep the order.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.audit.models import Entry, at_text

VERSION = 1
TEST = "webhook.test"
# Of what an entry says before and after, this is told; whatever else stands there is for people who read the log.
TOLD = (
    *("service", "user", "what", "state", "decision", "name", "due", "owner", "as_of", "status", "login"),
    *("carried_out_on", "confirmed_on", "added_on", "to", "source", "files", "lines", "accesses", "message", "since"),
)


@dataclass(frozen=True)
class Event:
    name: str
    verb: str  # of the audit log
    label: str | Promise


EVENTS = {
    each.name: each
    for each in (
        Event("license.added", "license.add", gettext_lazy("License added")),
        Event("license.removed", "license.remove", gettext_lazy("License removed")),
        Event("license.change_carried_out", "effect.carry_out", gettext_lazy("Pending change carried out")),
        Event("license.change_confirmed", "effect.done", gettext_lazy("Pending change confirmed")),
        Event("seat_request.made", "seat_request.ask", gettext_lazy("Seat requested")),
        Event("seat_request.granted", "seat_request.grant", gettext_lazy("Seat request granted")),
        Event("seat_request.refused", "seat_request.refuse", gettext_lazy("Seat request refused")),
        Event("review.opened", "review.open", gettext_lazy("Review opened")),
        Event("review.decided", "item.decide", gettext_lazy("Decision made in a review")),
        Event("review.approved", "review.approve", gettext_lazy("Review approved")),
        Event("review.cancelled", "review.cancel", gettext_lazy("Review cancelled")),
        Event("review.closed", "review.close", gettext_lazy("Review closed")),
        Event("question.answered", "enquiry.answer", gettext_lazy("Question answered")),
        Event("import.finished", "import.done", gettext_lazy("Import of logs finished")),
        Event("import.failed", "import.failed", gettext_lazy("Import of logs failed")),
        Event("source.silent", "source.silent", gettext_lazy("Source unusually silent")),
        Event("source.heard", "source.heard", gettext_lazy("Silent source sends lines again")),
        Event("person.added", "user.add", gettext_lazy("User added")),
        Event("person.activated", "user.activate", gettext_lazy("User activated")),
        Event("person.deactivated", "user.deactivate", gettext_lazy("User deactivated")),
    )
}
BY_VERB = {each.verb: each.name for each in EVENTS.values()}


def choices() -> list[tuple[str, Any]]:
    return [(each.name, each.label) for each in EVENTS.values()]


def label_of(name: str) -> str:
    return _("Test event") if name == TEST else str(EVENTS[name].label) if name in EVENTS else name


def body_of(entry: Entry, event: str) -> bytes:
    """What is sent of an entry: the same bytes each time."""
    said = {**entry.before, **entry.after}
    kind = entry.subject_type.rpartition(".")[2]
    content = {
        "type": event,
        "timestamp": at_text(entry.at),
        "version": VERSION,
        "data": {
            "number": entry.number,
            "actor": entry.by_login or None,
            "subject": {"type": kind, "id": entry.subject_id, "name": entry.subject_text},
            "details": {name: said[name] for name in TOLD if name in said},
        },
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
