"""Undoing what a review did: one removal or all of them, for so many days, as an addendum to the evidence."""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.letters import writing
from seatwise.licenses.models import Policy
from seatwise.reviews.models import Addendum, Item, Review
from seatwise.reviews.steps import said

DONE = (Item.State.APPLIED, Item.State.PENDING)


def last_day(item: Item) -> datetime.date | None:
    """The last day on which it can be undone; None for what was not carried out."""
    if item.applied_at is None:
        return None
    days = Policy.of(item.review.service).undo_days
    return timezone.localtime(item.applied_at).date() + datetime.timedelta(days=days)


@transaction.atomic
def undo(item: Item, *, by: User, reason: str, on: datetime.date) -> None:
    """Give back what was taken; seats are checked again. Raises Refused."""
    item = Item.objects.select_related("review__service", "user", "change", "suspension").get(pk=item.pk)
    _refuse(item, by, reason, on)
    if item.change is not None:
        change = item.change.undo(by=by, reason=reason, on=on)
    elif item.suspension is not None:
        change = None
        item.suspension.end(by=by, reason=reason, on=on)
    else:
        raise Refused(_("Nothing was changed by this decision, so there is nothing to undo."))
    claimed = Item.objects.filter(pk=item.pk).in_state(*DONE)
    if claimed.update(state=Item.State.UNDONE) != 1:
        raise Refused(_("This was undone already."))
    data = {"user": item.facts["login"], "decision": item.decision, "change": change.pk if change else None}
    Addendum.objects.create(
        review=item.review,
        item=item,
        kind=Addendum.Kind.UNDONE,
        at=timezone.now(),
        by_text=said(by),
        text=reason,
        data=data,
    )
    writing.write(to=item.user, kind="review.undone", about=item, key=f"review.undone:{item.pk}")
    audit.record(by=by, verb="item.undo", subject=item, before=item.described(), reason=reason)


def undo_all(review: Review, *, by: User, reason: str, on: datetime.date) -> tuple[int, list[tuple[Item, str]]]:
    """Undo all that was removed, reassigned or suspended; how many, and which could not be, with why."""
    done, refused = 0, []
    for item in Item.objects.of(review).in_state(*DONE).decided("remove", "reassign", "suspend").order_by("pk"):
        try:
            undo(item, by=by, reason=reason, on=on)
        except Refused as refusal:
            refused.append((item, str(refusal)))
        else:
            done += 1
    return done, refused


def _refuse(item: Item, by: User, reason: str, on: datetime.date) -> None:
    if not by.changes_things:
        raise Refused(_("Only administrators undo what a review did."))
    if not reason.strip():
        raise Refused(_("Say why it is undone."))
    if item.state not in DONE:
        raise Refused(_("This was not carried out, or was undone already."))
    until = last_day(item)
    if until is not None and on > until:
        raise Refused(_("This could be undone until %(day)s.") % {"day": until})
