"""Carrying out what was decided: some items in one transaction, so that a crash at any point can be taken up.

An item is claimed by its state: what was applied is never applied again. A license that changed meanwhile, a missing
seat, or somebody who cannot hold a license any more end in a state that says so, and can be tried again.

Locks are taken in this order: people, the service, its as-of row, the review, its item, a request for a seat, letters,
the end of the audit log. All that changes an item once it was carried out begins with hold().
"""

import datetime
import hashlib
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from django.db import OperationalError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _, gettext_noop

from seatwise import audit
from seatwise.directory import independence, rows
from seatwise.directory.changes import Refused
from seatwise.directory.models import Kind, Service, Status, User
from seatwise.ledger import locking
from seatwise.letters import writing
from seatwise.lib.batches import batches, in_halves
from seatwise.lib.packages import Sealed
from seatwise.licenses import seats
from seatwise.licenses.grants import reassign_each, remove
from seatwise.licenses.models import Change, License
from seatwise.licenses.suspension_rules import Leave, suspend_each
from seatwise.reviews import completeness, conflicts, evidence, reading_back
from seatwise.reviews.models import Decision, Item, ItemQuerySet, Review, Step
from seatwise.seat_requests import notifications, request_steps
from seatwise.seat_requests.models import SeatRequest

logger = logging.getLogger(__name__)

OPEN_STATES = (Item.State.WAITING, Item.State.FAILED)
TAKING = (Decision.REMOVE, Decision.SUSPEND, Decision.REASSIGN)
AT_ONCE = 200  # items: as long as they take, others wait for the service and for the audit log
GONE = gettext_noop("The license has since been removed.")
OUR_FAULT = gettext_noop("Seatwise failed unexpectedly while carrying it out. The worker’s output says why.")
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
    waiting = _in_order(left_of(review))
    of, done = sum(len(some) for some in waiting), 0
    with translation.override(language_of(review)):
        for some in waiting:
            progress(done, of)
            apply(*some, on=on)
            done += len(some)
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


def _in_order(waiting: ItemQuerySet) -> list[list[int]]:
    """The ids of items as they are carried out: of one kind at once, first what frees seats."""
    ids: dict[str, list[int]] = defaultdict(list)
    for pk, decision in waiting.order_by("user_id", "pk").values_list("pk", "decision"):
        ids[decision].append(pk)
    return [some for decision in (*TAKING, Decision.KEEP) for some in batches(ids[decision], AT_ONCE)]


def apply(*pks: int, on: datetime.date) -> bool:
    """Apply some decisions, if nobody did; False where one could not be. What is in the way is kept with its item.

    In one transaction, and where that cannot be, in halves: so one that cannot be applied hinders no other.
    """
    failed = in_halves(pks, lambda some: _apply(some, on), lambda error: not isinstance(error, OperationalError))
    for pk, error in failed:
        if not isinstance(error, Refused):
            logger.error("the decision of item %s could not be carried out", pk, exc_info=error)
        problem = str(error) if isinstance(error, Refused) else _(OUR_FAULT)
        Item.objects.filter(pk=pk).in_state(*OPEN_STATES).update(state=Item.State.FAILED, problem=problem)
    return not failed


def hold(items: Sequence[Item]) -> None:
    """Let nobody else change the licenses of some items, nor the items, until the end of the transaction."""
    reviews, ids = {item.review_id for item in items}, [item.pk for item in items]
    seats.lock_people([user for item in items for user in (item.user, item.reassign_to) if user is not None])
    for service in Service.objects.filter(reviews__in=reviews).distinct().order_by("pk"):
        seats.lock(service)
        locking.lock(service)
    list(Review.objects.select_for_update(no_key=True).filter(pk__in=reviews).order_by("pk").values_list("pk"))
    list(Item.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


WITH_ALL = ("license__user", "license__service", "review__service", "user__responsible", "reassign_to", "decided_by")
APPLIED = ("state", "problem", "change_id", "suspension_id", "applied_at", "read_back")


@transaction.atomic
def _apply(pks: Sequence[int], on: datetime.date) -> None:
    items = list(Item.objects.select_related(*WITH_ALL).filter(pk__in=pks).order_by("user_id", "pk"))
    hold(items)
    claimed = Item.objects.filter(pk__in=pks, review__state=Review.State.CLOSING).decided().in_state(*OPEN_STATES)
    mine = set(claimed.values_list("pk", flat=True))
    items = [item for item in items if item.pk in mine]
    if not items:
        return
    licenses = License.objects.filter(pk__in=[item.license_id for item in items])
    gone, now = set(licenses.removed().values_list("pk", flat=True)), timezone.now()
    for item in items:
        item.state, item.problem, item.applied_at = Item.State.APPLIED, "", now
        if item.license_id in gone:
            item.state, item.problem = Item.State.CHANGED, GONE
    _do([item for item in items if item.state == Item.State.APPLIED], on)
    found = reading_back.found_all(items, on)
    for item in items:
        item.read_back = found[item.pk]
        if item.state == Item.State.APPLIED and item.read_back["pending"]:
            item.state = Item.State.PENDING
    rows.update(Item, [(item, APPLIED) for item in items])
    audit.record_many(
        audit.entry(
            item.decided_by,
            "item.apply",
            item,
            before=item.described(),
            after={"decision": item.decision, "state": str(item.state), "problem": item.problem},
            reason=item.decision_reason,
        )
        for item in items
    )


def _do(items: Sequence[Item], on: datetime.date) -> None:
    """Carry out what was decided. Letters come before what writes to the audit log."""
    of = defaultdict[str, list[Item]](list)
    for item in items:
        of[item.decision].append(item)
    requests = _requests_of(of[Decision.REASSIGN])
    _tell(items)
    if of[Decision.REMOVE]:
        _begin_changes(of[Decision.REMOVE])
        remove([(item.license, item.change) for item in of[Decision.REMOVE] if item.change], on=on)
    if of[Decision.SUSPEND]:
        _suspend(of[Decision.SUSPEND], on)
    if of[Decision.REASSIGN]:
        _reassign(of[Decision.REASSIGN], requests, on)


def _begin_changes(items: Sequence[Item]) -> None:
    how = Change.How.REVIEW
    begun = Change.objects.begin_each(Change(by=item.decided_by, how=how, reason=reason_of(item)) for item in items)
    for item, change in zip(items, begun, strict=True):
        item.change = change


def _suspend(items: Sequence[Item], on: datetime.date) -> None:
    wanted = [Leave(i.user, i.suspend_until, reason_of(i), i.decided_by) for i in items if i.suspend_until]
    made = suspend_each(items[0].review.service, wanted, on=on, by_review=True)
    for item, suspension in zip(items, made, strict=True):
        item.suspension = suspension


def _reassign(items: Sequence[Item], requests: Mapping[int, SeatRequest], on: datetime.date) -> None:
    """`requests`: by whom those wait that are granted by it."""
    seats.refuse_who_takes_no_seat(*(item.reassign_to for item in items if item.reassign_to))
    _begin_changes(items)
    wanted = [(item.license, item.reassign_to, item.change) for item in items if item.reassign_to and item.change]
    made = reassign_each(wanted, on=on)
    for new in made:
        if new.user_id in requests:
            request_steps.granted(requests[new.user_id], new, by=new.added_by, on=on)
    notifications.of_a_license(*(new for new in made if new.user_id not in requests))


def _requests_of(items: Sequence[Item]) -> dict[int, SeatRequest]:
    """The requests that wait of those who get seats; claimed before the licenses, as everywhere."""
    if not items:
        return {}
    people = [item.reassign_to_id for item in items if item.reassign_to_id]
    waiting = SeatRequest.objects.of(items[0].review.service).filter(person__in=people).waiting()
    list(waiting.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    return {each.person_id: each for each in waiting.for_reading()}


def _tell(items: Sequence[Item]) -> None:
    """Write to those who lose their licenses; not to those who left."""
    taken = [(item, recipient_of(item)) for item in items if item.decision in TAKING]
    writing.write_many(
        writing.Draft(to, f"review.{item.decision}", item, f"review.{item.decision}:{item.pk}")
        for item, to in taken
        if to is not None
    )


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
        raise Refused(_("Only administrators can carry out reviews."))
    if not reason.strip():
        raise Refused(_("Give a reason for leaving it unchanged."))
    [found] = conflicts.own_conflicts([item], by)
    own = conflicts.as_data(found)
    failed = Item.objects.filter(pk=item.pk, review__state=Review.State.CLOSING).in_state(Item.State.FAILED)
    problem = " – ".join([item.problem, reason.strip(), *(f"not independent: {text}" for text in own.values())])
    if failed.update(state=Item.State.CHANGED, problem=problem, applied_at=timezone.now()) != 1:
        raise Refused(_("This is no longer waiting to be carried out."))
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
