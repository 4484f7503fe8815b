"""Undoing what a review did: one removal or all of them, for so many days, as an addendum to the evidence.

A removal that is undone elsewhere, on the page of its change, is undone here, too: see changes_undone(). Whoever got
the seat is told by seat_requests.transfer_endings, as for any change.
"""

import datetime
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_noop

from seatwise import audit
from seatwise.directory import rows
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.letters import writing
from seatwise.letters.models import Letter
from seatwise.lib.batches import batches, in_halves
from seatwise.licenses import suspension_rules
from seatwise.licenses.change_undo import undo_changes
from seatwise.licenses.models import Change, Policy, Suspension
from seatwise.reviews import conflicts
from seatwise.reviews.approval import actor_label
from seatwise.reviews.execution import AT_ONCE, TAKING, hold, recipient_of
from seatwise.reviews.models import Addendum, Item, ItemQuerySet, Review

DONE = (Item.State.APPLIED, Item.State.PENDING)
UNDONE_ALREADY = gettext_noop("This was not carried out, or was already undone.")


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


def undo(item: Item, *, by: User, reason: str, on: datetime.date) -> None:
    """Give back what was taken; seats are checked again. Raises Refused."""
    undo_each([item.pk], by=by, reason=reason, on=on)


@transaction.atomic
def undo_each(pks: Sequence[int], *, by: User, reason: str, on: datetime.date) -> None:
    """The same of some items of a review, all or none."""
    items = list(Item.objects.select_related(*WITH_ALL).filter(pk__in=pks).order_by("pk"))
    hold(items)
    states = dict(Item.objects.filter(pk__in=pks).values_list("pk", "state"))
    for item in items:
        item.state = states[item.pk]
    _refuse(items, by, reason, on)
    changes = [item.change for item in items if item.change is not None]
    slept = [item for item in items if item.change is None]
    if changes:
        undo_changes(changes, by=by, reason=reason.strip(), on=on)  # which calls changes_undone
    if slept:
        entries = _note(slept, by, reason.strip(), {})
        suspensions = [item.suspension for item in slept if item.suspension is not None]
        unended = Suspension.objects.unended()
        suspension_rules.end_each(suspensions, unended, by=by, reason=reason.strip(), on=on, by_review=True)
        audit.record_many(entries)


WITH_ALL = ("review__service", "user__responsible", "change", "suspension__user", "suspension__service", "reassign_to")


def changes_undone(pairs: Sequence[tuple[Change, Change]]) -> list[dict[str, Any]]:
    """Changes of licenses are being undone: so are the decisions that they carried out. See hooks.being_undone."""
    undoing = {change.pk: each for change, each in pairs}
    carried = Item.objects.filter(change__in=undoing).in_state(*DONE).order_by("review", "pk")
    items = list(carried.select_related(*WITH_ALL))
    if not items:
        return []
    hold(items)
    if any(item.review.state != Review.State.CLOSED for item in items):
        raise Refused(_not_closed())
    by, reason = pairs[0][1].by, pairs[0][1].reason
    of_reviews = [list(theirs) for _review, theirs in groupby(items, key=lambda item: item.review_id)]
    return [entry for theirs in of_reviews for entry in _note(theirs, by, reason, undoing)]


def _not_closed() -> str:
    return _("The review is still being carried out. What it did can be undone as soon as it is closed.")


def _note(
    items: Sequence[Item], by: User | None, reason: str, undoing: Mapping[int, Change]
) -> list[dict[str, Any]]:  # fmt: skip
    """The items of a review, their addenda and letters; what is to be audited afterwards. `undoing`: by change."""
    found = conflicts.own_conflicts(items, by) if by else [[] for _item in items]
    own = [conflicts.as_data(each) for each in found]
    claimed = Item.objects.filter(pk__in=[item.pk for item in items]).in_state(*DONE)
    if claimed.update(state=Item.State.UNDONE, problem="") != len(items):
        raise Refused(_(UNDONE_ALREADY))
    rows.insert(Addendum, [_addendum(*each, by, reason, undoing) for each in zip(items, own, strict=True)])
    Letter.objects.about(*items).withdraw()
    told = [(item, recipient_of(item)) for item in items]
    writing.write_many(
        writing.Draft(to, "review.undone", item, f"review.undone:{item.pk}") for item, to in told if to is not None
    )
    return [
        audit.entry(by, "item.undo", item, before=item.described(), after=data, reason=reason)
        for item, data in zip(items, own, strict=True)
    ]


def _addendum(
    item: Item, own: Mapping[str, str], by: User | None, reason: str, undoing: Mapping[int, Change]
) -> Addendum:
    change = undoing.get(item.change_id or 0)
    return Addendum(
        review=item.review,
        item=item,
        kind=Addendum.Kind.UNDONE,
        at=timezone.now(),
        by_text=actor_label(by) if by else "",
        text=reason,
        data={"decision": item.decision, "change": change.pk if change else None, **own},
    )


def undo_all(review: Review, *, by: User, reason: str, on: datetime.date) -> tuple[int, list[tuple[Item, str]]]:
    """Undo all that was removed, reassigned or suspended; how many, and which could not be, with why.

    Why is kept with the items, too. To be called again after a crash; not within a transaction.
    """
    waiting = list(undoable(review).select_related("user"))
    runs = (list(some) for _kind, some in groupby(waiting, key=lambda each: bool(each.change_id)))  # in their order
    refused: list[tuple[Item, str]] = []

    def undo_some(items: Sequence[Item]) -> None:
        undo_each([item.pk for item in items], by=by, reason=reason, on=on)

    with translation.override(by.language):
        for some in (some for run in runs for some in batches(run, AT_ONCE)):
            for item, why in in_halves(some, undo_some, lambda error: isinstance(error, Refused)):
                refused.append((item, str(why)))
                Item.objects.filter(pk=item.pk).in_state(*DONE).update(problem=str(why))
    return len(waiting) - len(refused), refused


def refuse_all(review: Review, *, by: User, reason: str) -> None:
    """Raise Refused where nothing of a review can be undone by somebody for a reason."""
    if not by.changes_things:
        raise Refused(_("Only administrators can undo what a review did."))
    if not reason.strip():
        raise Refused(_("Give a reason for undoing it."))
    if review.state != Review.State.CLOSED:
        raise Refused(_not_closed())


def _refuse(items: Sequence[Item], by: User, reason: str, on: datetime.date) -> None:
    review = items[0].review
    refuse_all(review, by=by, reason=reason)
    undo_days = Policy.of(review.service).undo_days
    for item in items:
        if item.state not in DONE:
            raise Refused(_(UNDONE_ALREADY))
        until = last_day_of(item, undo_days)
        if until is not None and on > until:
            raise Refused(_("This could be undone until %(day)s.") % {"day": date_format(until)})
        if item.change is None and item.suspension is None:
            raise Refused(_("Nothing was changed by this decision, so there is nothing to undo."))
