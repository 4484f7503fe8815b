"""Undoing what a review did: one removal or all of them, for so many days, as an addendum to the evidence.

A removal that is undone elsewhere, on the page of its change, is undone here, too: see change_undone(). Whoever got the
seat is told by seat_requests.undoing, as for any change.
"""

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.letters import writing
from seatwise.letters.models import Letter
from seatwise.licenses import suspension_rules
from seatwise.licenses.change_undo import undo_change
from seatwise.licenses.models import Change, Policy
from seatwise.reviews import conflicts
from seatwise.reviews.approval import actor_label
from seatwise.reviews.execution import TAKING, hold, recipient_of
from seatwise.reviews.models import Addendum, Item, Review
from seatwise.reviews.models.items import ItemQuerySet

DONE = (Item.State.APPLIED, Item.State.PENDING)
UNDONE_ALREADY = gettext_noop("This was not carried out, or was undone already.")


def last_day(item: Item) -> datetime.date | None:
    """The last day on which it can be undone; None for what was not carried out."""
    return last_day_of(item, Policy.of(item.review.service).undo_days)


def last_day_of(item: Item, undo_days: int) -> datetime.date | None:
    """The same, where the policy of the service is known already."""
    if item.applied_at is None:
        return None
    return timezone.localtime(item.applied_at).date() + datetime.timedelta(days=undo_days)


def undoable(review: Review) -> ItemQuerySet:
    """What a review took and nobody has given back, in the order of the people."""
    return Item.objects.of(review).decided(*TAKING).in_state(*DONE).order_by("user__folded", "pk")


@transaction.atomic
def undo(item: Item, *, by: User, reason: str, on: datetime.date) -> None:
    """Give back what was taken; seats are checked again. Raises Refused."""
    item = Item.objects.select_related(*WITH_ALL).get(pk=item.pk)
    hold(item)
    item.refresh_from_db(fields=["state"])
    _refuse(item, by, reason, on)
    if item.change is not None:
        undo_change(item.change, by=by, reason=reason.strip(), on=on)  # which calls change_undone
    elif item.suspension is not None:
        entry = _note(item, by, reason.strip(), None)
        suspension_rules.end(item.suspension, by=by, reason=reason.strip(), on=on, by_review=True)
        audit.record_many([entry])
    else:
        raise Refused(_("Nothing was changed by this decision, so there is nothing to undo."))


WITH_ALL = ("review__service", "user__responsible", "change", "suspension", "reassign_to")


def change_undone(change: Change, undoing: Change) -> list[dict[str, Any]]:
    """A change of licenses is being undone: so is the decision that it carried out. See hooks.being_undone."""
    pk = Item.objects.filter(change=change).in_state(*DONE).values_list("pk", flat=True).first()
    if pk is None:
        return []
    item = Item.objects.select_related(*WITH_ALL).get(pk=pk)
    hold(item)
    if item.review.state != Review.State.CLOSED:
        raise Refused(_not_closed())
    return [_note(item, undoing.by, undoing.reason, undoing)]


def _not_closed() -> str:
    return _("The review is still being carried out. What it did can be undone as soon as it is closed.")


def _note(item: Item, by: User | None, reason: str, undoing: Change | None) -> dict[str, Any]:
    """The item, its addendum and letters; what is to be audited afterwards."""
    own = conflicts.own_conflicts(item, by) if by else []
    claimed = Item.objects.filter(pk=item.pk).in_state(*DONE)
    if claimed.update(state=Item.State.UNDONE, problem="") != 1:
        raise Refused(_(UNDONE_ALREADY))
    Addendum.objects.create(
        review=item.review,
        item=item,
        kind=Addendum.Kind.UNDONE,
        at=timezone.now(),
        by_text=actor_label(by) if by else "",
        text=reason,
        data={"decision": item.decision, "change": undoing.pk if undoing else None} | conflicts.as_data(own),
    )
    Letter.objects.about(item).withdraw()
    to = recipient_of(item)
    if to is not None:
        writing.write(to=to, kind="review.undone", about=item, key=f"review.undone:{item.pk}")
    kept = {"before": item.described(), "after": conflicts.as_data(own)}
    return {"by": by, "verb": "item.undo", "subject": item, "reason": reason, **kept}


def undo_all(review: Review, *, by: User, reason: str, on: datetime.date) -> tuple[int, list[tuple[Item, str]]]:
    """Undo all that was removed, reassigned or suspended; how many, and which could not be, with why.

    Why is kept with the items, too. To be called again after a crash; not within a transaction.
    """
    done, refused = 0, []
    with translation.override(by.language):
        for item in undoable(review).select_related("user"):
            try:
                undo(item, by=by, reason=reason, on=on)
            except Refused as refusal:
                refused.append((item, str(refusal)))
                Item.objects.filter(pk=item.pk).in_state(*DONE).update(problem=str(refusal))
            else:
                done += 1
    return done, refused


def refuse_all(review: Review, *, by: User, reason: str) -> None:
    """Raise Refused where nothing of a review can be undone by somebody for a reason."""
    if not by.changes_things:
        raise Refused(_("Only administrators undo what a review did."))
    if not reason.strip():
        raise Refused(_("Say why it is undone."))
    if review.state != Review.State.CLOSED:
        raise Refused(_not_closed())


def _refuse(item: Item, by: User, reason: str, on: datetime.date) -> None:
    refuse_all(item.review, by=by, reason=reason)
    if item.state not in DONE:
        raise Refused(_(UNDONE_ALREADY))
    until = last_day(item)
    if until is not None and on > until:
        raise Refused(_("This could be undone until %(day)s.") % {"day": date_format(until)})
