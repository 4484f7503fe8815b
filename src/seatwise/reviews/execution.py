"""Carrying out what was decided: item by item, each in one transaction, so that a crash at any point can be taken up.

An item is claimed by its state: what was applied is never applied again. A license that changed meanwhile, a missing
seat, or somebody who cannot hold a license any more end in a state that says so, and can be tried again.

Locks are taken in this order: people, the service, its as-of row, the review, its item, a request for a seat, letters,
the end of the audit log. All that changes an item once it was carried out begins with hold().
"""

import datetime
import hashlib
import logging
from collections.abc import Callable

from django.db import OperationalError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from seatwise import audit
from seatwise.directory import independence
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.directory.models.people import Kind, Status
from seatwise.ledger import locking
from seatwise.letters import writing
from seatwise.lib.packages import Sealed
from seatwise.licenses import seats
from seatwise.licenses.grants import reassign, revoke
from seatwise.licenses.models import Change
from seatwise.licenses.suspension_rules import suspend
from seatwise.reviews import completeness, conflicts, evidence, reading_back
from seatwise.reviews.models import Item, Review, Step
from seatwise.reviews.models.items import Decision, ItemQuerySet
from seatwise.seat_requests import notifications, request_steps
from seatwise.seat_requests.models import SeatRequest

logger = logging.getLogger(__name__)

OPEN_STATES = (Item.State.WAITING, Item.State.FAILED)
TAKING = (Decision.REMOVE, Decision.REASSIGN, Decision.SUSPEND)
GONE = gettext_noop("The license was removed meanwhile.")
OUR_FAULT = gettext_noop("Seatwise could not carry it out and should have. The worker’s output says why.")
ATTEMPTS = 3  # to make a package of items that change meanwhile
Progress = Callable[[int, int], None]


def carry_out(review: Review, *, on: datetime.date, progress: Progress = lambda done, of: None) -> int:
    """Apply all that is decided and not applied, and close when nothing is left; how many could not be applied.

    To be called again after a crash, and after what was in the way was mended. Not within a transaction. What is in the
    way is said in the language of whoever carries it out.
    """
    review.refresh_from_db()
    if review.state != Review.State.CLOSING:
        raise Refused(_("“%(review)s” is not being carried out.") % {"review": review})
    waiting = list(left_of(review).order_by("user_id", "pk").values_list("pk", flat=True))
    with translation.override(language_of(review)):
        for done, pk in enumerate(waiting):
            progress(done, len(waiting))
            apply(pk, on=on)
    failed: int = left_of(review).count()
    if not failed:
        close(review, on=on)
    return failed


def left_of(review: Review) -> ItemQuerySet:
    """What is decided and not carried out."""
    return Item.objects.of(review).decided().in_state(*OPEN_STATES)


def language_of(review: Review) -> str:
    """The language of whoever carries it out."""
    step = Step.objects.filter(review=review, kind=Step.Kind.CARRIED_OUT).select_related("by").first()
    return step.by.language if step else "en"


def apply(pk: int, *, on: datetime.date) -> bool:
    """Apply one decision, if nobody did; False where it could not be. What is in the way is kept with the item."""
    try:
        with transaction.atomic():
            _apply(pk, on)
    except Refused as refusal:
        return _could_not(pk, str(refusal))
    except OperationalError:  # the database cannot be had, or two waited for each other: it is tried again
        raise
    except Exception:
        logger.exception("the decision of item %s could not be carried out", pk)
        return _could_not(pk, _(OUR_FAULT))
    return True


def _could_not(pk: int, problem: str) -> bool:
    Item.objects.filter(pk=pk).in_state(*OPEN_STATES).update(state=Item.State.FAILED, problem=problem)
    return False


def hold(item: Item) -> None:
    """Let nobody else change the license of an item, nor the item, until the end of the transaction."""
    seats.lock_people([item.user, *([item.reassign_to] if item.reassign_to else [])])
    seats.lock(item.review.service)
    locking.lock(item.review.service)
    list(Review.objects.select_for_update(no_key=True).filter(pk=item.review_id).values_list("pk"))
    list(Item.objects.select_for_update(no_key=True).filter(pk=item.pk).values_list("pk"))


WITH_ALL = ("license__user", "license__service", "review__service", "user__responsible", "reassign_to", "decided_by")


def _apply(pk: int, on: datetime.date) -> None:
    item = Item.objects.select_related(*WITH_ALL).get(pk=pk)
    hold(item)
    claimed = Item.objects.filter(pk=pk, review__state=Review.State.CLOSING).decided().in_state(*OPEN_STATES)
    if claimed.update(state=Item.State.APPLIED, problem="") != 1:
        return
    item.state, item.problem, item.applied_at = Item.State.APPLIED, "", timezone.now()
    item.license.refresh_from_db(fields=["removed_on"])
    if item.license.removed_on is not None:
        item.state, item.problem = Item.State.CHANGED, GONE
    else:
        _do(item, on)
    item.read_back = reading_back.found(item, on)
    if item.state == Item.State.APPLIED and item.read_back["pending"]:
        item.state = Item.State.PENDING
    item.save(update_fields=["state", "problem", "change", "suspension", "applied_at", "read_back"])
    audit.record(
        by=item.decided_by,
        verb="item.apply",
        subject=item,
        before=item.described(),
        after={"decision": item.decision, "state": str(item.state), "problem": item.problem},
        reason=item.decision_reason,
    )


def _do(item: Item, on: datetime.date) -> None:
    """Carry out what was decided. Letters come before what writes to the audit log."""
    request = _request_of(item)
    _tell(item)
    by, reason = item.decided_by, reason_of(item)
    if item.decision == Decision.SUSPEND:
        assert item.suspend_until is not None
        item.suspension = suspend(
            item.user, item.review.service, until=item.suspend_until, reason=reason, by=by, on=on, by_review=True
        )
    elif item.decision == Decision.REMOVE:
        item.change = Change.objects.begin(by=by, how=Change.How.REVIEW, reason=reason)
        revoke([item.license], by=by, reason=reason, on=on, change=item.change)
    elif item.decision == Decision.REASSIGN:
        assert item.reassign_to is not None
        seats.refuse_who_takes_no_seat(item.reassign_to)
        item.change = Change.objects.begin(by=by, how=Change.How.REVIEW, reason=reason)
        new = reassign(item.license, item.reassign_to, by=by, reason=reason, on=on, change=item.change)
        if request is not None:
            request_steps.granted(request, new, by=by, on=on)
        else:
            notifications.of_a_license(new)


def _request_of(item: Item) -> SeatRequest | None:
    """The request of whoever gets the seat, if it waits; it is claimed before the license, as everywhere."""
    if item.decision != Decision.REASSIGN or item.reassign_to is None:
        return None
    waiting = SeatRequest.objects.of(item.review.service).by(item.reassign_to).waiting()
    list(waiting.select_for_update(no_key=True).values_list("pk"))
    found: SeatRequest | None = waiting.for_reading().first()
    return found


def _tell(item: Item) -> None:
    """Write to whoever loses the license; not to those who left."""
    to = recipient_of(item)
    if item.decision in TAKING and to is not None:
        kind = f"review.{item.decision}"
        writing.write(to=to, kind=kind, about=item, key=f"{kind}:{item.pk}")


def recipient_of(item: Item) -> User | None:
    """Who is told what becomes of a license: its holder; of a shared account, who is responsible for it."""
    shared = item.user.kind == Kind.SHARED and item.user.responsible is not None
    to: User | None = item.user.responsible if shared else item.user
    return to if to is not None and to.status == Status.ACTIVE else None


def reason_of(item: Item) -> str:
    """Why, as the license keeps it: the review, and what whoever decided wrote."""
    said = item.decision_reason
    return f"{item.review.name}: {said}" if said else item.review.name


@transaction.atomic
def give_up(item: Item, *, by: User, reason: str) -> None:
    """Leave a license as it is, since its decision cannot be carried out. Raises Refused."""
    by = independence.acting(by)
    if not by.changes_things:
        raise Refused(_("Only administrators carry reviews out."))
    if not reason.strip():
        raise Refused(_("Say why it is left as it is."))
    own = conflicts.as_data(conflicts.own_conflicts(item, by))
    failed = Item.objects.filter(pk=item.pk, review__state=Review.State.CLOSING).in_state(Item.State.FAILED)
    problem = " – ".join([item.problem, reason.strip(), *(f"not independent: {text}" for text in own.values())])
    if failed.update(state=Item.State.CHANGED, problem=problem, applied_at=timezone.now()) != 1:
        raise Refused(_("This does not wait to be carried out any more."))
    after = {"decision": item.decision, "state": str(Item.State.CHANGED), "problem": item.problem} | own
    audit.record(by=by, verb="item.give_up", subject=item, before=item.described(), after=after, reason=reason.strip())


def close(review: Review, *, on: datetime.date) -> bool:
    """Close it and seal its evidence, if nothing is left to be carried out; whether this did. Not in a transaction.

    The package is made between two short transactions, so that nobody waits while it is; where items changed meanwhile
    (a vendor confirmed something), it is made anew.
    """
    for _attempt in range(ATTEMPTS):
        before = _prepare(review, on)
        if not before:
            return False
        review.refresh_from_db()
        review.state = Review.State.CLOSED  # as the package says; it is stored with it
        sealed = evidence.package_of(review)
        if _finish(review, sealed, before):
            return True
    return False


@transaction.atomic
def _prepare(review: Review, on: datetime.date) -> str:
    """Fix the time of closing and what the roster lacks; what the items are like, or "" where it cannot be closed."""
    locked = Review.objects.select_for_update(no_key=True).get(pk=review.pk)
    if locked.state != Review.State.CLOSING or left_of(review).exists():
        return ""
    completeness.keep(review, on)
    Review.objects.filter(pk=review.pk).update(closed_at=timezone.now())
    return _state_of_items(review)


@transaction.atomic
def _finish(review: Review, sealed: Sealed, before: str) -> bool:
    """Store the package and the state, unless another did, or items are not as they were when it was made."""
    locked = Review.objects.select_for_update(no_key=True).get(pk=review.pk)
    if locked.state != Review.State.CLOSING or locked.closed_at != review.closed_at:
        return False
    if left_of(review).exists() or _state_of_items(review) != before:
        return False
    Review.objects.filter(pk=review.pk).update(state=Review.State.CLOSED)
    review.refresh_from_db()
    evidence.seal_review(review, sealed)
    return True


def _state_of_items(review: Review) -> str:
    """A sum of what a package says of the items that may still change."""
    columns = ("pk", "state", "decision", "problem", "applied_at", "read_back")
    found = hashlib.sha256()
    for row in Item.objects.of(review).order_by("pk").values_list(*columns).iterator(2000):
        found.update(repr(row).encode())
    return found.hexdigest()
