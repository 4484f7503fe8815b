"""Carrying out what was decided: item by item, each in one transaction, so that a crash at any point can be taken up.

An item is claimed by its state: what was applied is never applied again. A license that changed meanwhile, a missing
seat, or somebody who cannot hold a license any more end in a state that says so, and can be tried again.
"""

import datetime
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.ledger import locking
from seatwise.letters import writing
from seatwise.licenses import seats
from seatwise.licenses.granting import reassign, revoke
from seatwise.licenses.models import Change, License
from seatwise.licenses.suspending import suspend
from seatwise.reviews import completeness, evidence, reading_back, steps
from seatwise.reviews.models import Item, Review
from seatwise.reviews.models.items import Decision

OPEN_STATES = (Item.State.WAITING, Item.State.FAILED)
Progress = Callable[[int, int], None]


@transaction.atomic
def begin(review: Review, *, by: User) -> None:
    """From now on it is being carried out. Raises Refused."""
    steps.carry_out(review, by=by)


def carry_out(review: Review, *, on: datetime.date, progress: Progress = lambda done, of: None) -> int:
    """Apply all that is decided and not applied, and close when nothing is left; how many could not be applied.

    To be called again after a crash, and after what was in the way was mended. Not within a transaction.
    """
    review.refresh_from_db()
    if review.state != Review.State.CLOSING:
        raise Refused(_("“%(review)s” is not being carried out.") % {"review": review})
    waiting = list(
        Item.objects.of(review).decided().in_state(*OPEN_STATES).order_by("user_id", "pk").values_list("pk", flat=True)
    )
    for done, pk in enumerate(waiting):
        progress(done, len(waiting))
        apply(pk, on=on)
    failed = Item.objects.of(review).decided().in_state(*OPEN_STATES).count()
    if not failed:
        close(review, on=on)
    return failed


def apply(pk: int, *, on: datetime.date) -> None:
    """Apply one decision, if nobody did. What is in the way is kept with the item."""
    try:
        with transaction.atomic():
            _apply(pk, on)
    except Refused as refusal:
        Item.objects.filter(pk=pk).in_state(*OPEN_STATES).update(state=Item.State.FAILED, problem=str(refusal))


def _apply(pk: int, on: datetime.date) -> None:
    item = Item.objects.select_related("license__user", "license__service", "review", "reassign_to").get(pk=pk)
    people = [item.license.user, *([item.reassign_to] if item.reassign_to else [])]
    seats.lock_people(people)
    seats.lock(item.review.service)
    locking.lock(item.review.service)
    locked = Item.objects.select_for_update().get(pk=pk)
    if locked.state not in OPEN_STATES:
        return
    item.license.refresh_from_db()
    if item.decision != Decision.KEEP and item.license.removed_on is not None:
        item.state, item.problem = Item.State.CHANGED, _("The license was removed meanwhile.")
    else:
        item.problem = ""
        item.state = Item.State.APPLIED
        _carry_out_decision(item, on)
    item.applied_at = timezone.now()
    item.read_back = reading_back.found(item, on)
    if item.state == Item.State.APPLIED and item.read_back.get("pending"):
        item.state = Item.State.PENDING
    item.save(update_fields=["state", "problem", "change", "suspension", "applied_at", "read_back"])
    if item.decision in (Decision.REMOVE, Decision.REASSIGN, Decision.SUSPEND) and item.state != Item.State.CHANGED:
        writing.write(to=item.user, kind=f"review.{item.decision}", about=item, key=f"review.{item.decision}:{pk}")
    audit.record(
        by=item.decided_by,
        verb="item.apply",
        subject=item,
        before=item.described(),
        after={"decision": item.decision, "state": str(item.state), "problem": item.problem},
        reason=item.decision_reason,
    )


def _carry_out_decision(item: Item, on: datetime.date) -> None:
    by, reason = item.decided_by, reason_of(item)
    if item.decision == Decision.SUSPEND:
        assert item.suspend_until is not None
        service = item.review.service
        item.suspension = suspend(item.user, service, until=item.suspend_until, reason=reason, by=by, on=on)
    elif item.decision in (Decision.REMOVE, Decision.REASSIGN):
        item.change = Change.objects.begin(by=by, how=Change.How.REVIEW, reason=reason)
        if item.decision == Decision.REMOVE:
            revoke([item.license], by=by, reason=reason, on=on, change=item.change)
        else:
            assert item.reassign_to is not None
            reassign(item.license, item.reassign_to, by=by, reason=reason, on=on, change=item.change)


def reason_of(item: Item) -> str:
    """Why, as the license keeps it: the review, and what whoever decided wrote."""
    said = item.decision_reason
    return f"{item.review.name}: {said}" if said else item.review.name


@transaction.atomic
def give_up(item: Item, *, by: User, reason: str) -> None:
    """Leave a license as it is, since its decision cannot be carried out. Raises Refused."""
    if not reason.strip():
        raise Refused(_("Say why it is left as it is."))
    failed = Item.objects.filter(pk=item.pk, review__state=Review.State.CLOSING).in_state(Item.State.FAILED)
    problem = f"{item.problem} – {reason.strip()}"
    if failed.update(state=Item.State.CHANGED, problem=problem, applied_at=timezone.now()) != 1:
        raise Refused(_("This does not wait to be carried out any more."))
    audit.record(by=by, verb="item.give_up", subject=item, before=item.described(), reason=reason)


@transaction.atomic
def close(review: Review, *, on: datetime.date) -> None:
    """Nothing is left to be carried out: the review is closed."""
    locked = Review.objects.select_for_update().get(pk=review.pk)
    left = Item.objects.of(review).decided().in_state(*OPEN_STATES).exists()
    if locked.state != Review.State.CLOSING or left:
        return
    Review.objects.filter(pk=review.pk).update(state=Review.State.CLOSED, closed_at=timezone.now())
    review.refresh_from_db()
    audit.record(by=None, verb="review.close", subject=review, before={"state": "closing"}, after=review.described())
    review.money = review.money | {"completeness": completeness.stored(review, on)}
    review.save(update_fields=["money"])
    evidence.seal_review(review)


def still_held(item: Item) -> bool:
    """Whether the license of an item is held."""
    return bool(License.objects.held().filter(pk=item.license_id).exists())
