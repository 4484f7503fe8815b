"""Reading back: what is found, also in a vendor's own list, after a decision was applied."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_noop

from seatwise import audit
from seatwise.directory import rows
from seatwise.ledger import locking
from seatwise.lib.batches import among, batches
from seatwise.licenses import seats, use_after_removal
from seatwise.licenses.models import Effect, License
from seatwise.reviews.models import Addendum, Decision, Item, Review

WAITED_FOR = {  # what has to be done with a license in the service itself for a decision to be so there
    Decision.REMOVE: Effect.What.REMOVE,
    Decision.SUSPEND: Effect.What.SLEEP,
    Decision.REASSIGN: Effect.What.REMOVE,
}
OVERTAKEN = gettext_noop("The license changed again before the service confirmed this decision.")


def found(item: Item, on: datetime.date) -> dict[str, Any]:
    """What is there now: whether the license is held, sleeps, and which effects wait or are shown by what."""
    return found_all([item], on)[item.pk]


def found_all(items: Sequence[Item], on: datetime.date) -> dict[int, dict[str, Any]]:
    """The same of some items of one review, by their ids. A few queries for each two thousand."""
    told: dict[int, dict[str, Any]] = {}
    for some in batches(items):
        told |= _found(some, on)
    return told


def _found(items: Sequence[Item], on: datetime.date) -> dict[int, dict[str, Any]]:
    service = items[0].review.service
    people = {item.user_id for item in items} | {item.reassign_to_id for item in items if item.reassign_to_id}
    licenses = License.objects.of(service).held().by(people)
    held = set(licenses.values_list("user", flat=True))
    asleep = set(licenses.asleep().values_list("user", flat=True))
    touched = _touched(items)
    removed = License.objects.filter(pk__in=[item.license_id for item in items], removed_on__lt=on)  # not just now
    used = {each.pk: each.used_until for each in use_after_removal.mark(list(removed))}
    effects = _effects({pk for theirs in touched.values() for pk, _what in theirs})
    told = {}
    for item in items:
        theirs = [effects[pk][what] for pk, what in touched[item.pk] if what in effects[pk]]
        given_up = item.state == Item.State.PENDING and any(each.withdrawn_on for each in theirs)
        kept = [each for each in theirs if not each.withdrawn_on]
        told[item.pk] = {
            "on": str(on),
            "held": item.user_id in held,
            "asleep": item.user_id in asleep,
            "pending": sum(each.confirmed_on is None for each in kept),
            "evidence": sorted({each.evidence for each in kept if each.evidence}),
            "used_after_removal": str(used.get(item.license_id) or ""),
            "as_decided": _is_as_decided(item, held, asleep) and not given_up,
        }
    return told


def _touched(items: Sequence[Item]) -> dict[int, list[tuple[int, str]]]:
    """The license of each, and the one that somebody else got for it: with what has to be done with them."""
    added = defaultdict(list)
    changes = [item.change_id for item in items if item.change_id and item.decision == Decision.REASSIGN]
    if changes:
        for change, pk in License.objects.filter(added_in__in=changes).values_list("added_in", "pk"):
            added[change].append((pk, str(Effect.What.ADD)))
    touched: dict[int, list[tuple[int, str]]] = {item.pk: [*added.get(item.change_id or 0, ())] for item in items}
    for item in items:
        if item.decision in WAITED_FOR:
            touched[item.pk].append((item.license_id, WAITED_FOR[Decision(item.decision)]))
    return touched


def _effects(licenses: set[int]) -> dict[int, dict[str, Effect]]:
    """Of each license: the last thing of each kind that was to be done, be it done, waiting or withdrawn."""
    by_license: dict[int, dict[str, Effect]] = defaultdict(dict)
    for each in Effect.objects.for_licenses(sorted(licenses)).order_by("pk"):
        by_license[each.license_id][each.what] = each
    return by_license


def _is_as_decided(item: Item, held: set[int], asleep: set[int]) -> bool:
    is_held = item.user_id in held
    if item.decision == Decision.REASSIGN:
        return not is_held and item.reassign_to_id in held
    if item.decision == Decision.SUSPEND:
        return item.user_id in asleep
    return is_held == (item.decision == Decision.KEEP)


def effects_done(done: Sequence[Effect], on: datetime.date) -> None:
    """Something was done in a service: look at the items that waited for it. In that transaction, under seats.lock."""
    licenses = sorted({effect.license_id for effect in done})
    for some in batches(licenses):
        waits = Q(license__in=among(some)) | Q(change__in=License.objects.filter(pk__in=among(some)).values("added_in"))
        _confirm(Item.objects.in_state(Item.State.PENDING).filter(waits).values_list("pk", flat=True), on)


def read_back(review: Review, *, on: datetime.date) -> int:
    """Look again at what waits for the service itself; how many were confirmed."""
    with transaction.atomic():
        seats.lock(review.service)
        locking.lock(review.service)
        waiting = Item.objects.of(review).in_state(Item.State.PENDING)
        return _confirm(waiting.values_list("pk", flat=True), on)


def _confirm(ids: Iterable[int], on: datetime.date) -> int:
    """Of some items, those for which nothing waits any more are settled: as addenda where the review is closed.

    They are confirmed where all was done and is as decided. Where something else was done with the license meanwhile,
    so that what waited was withdrawn, the decision never came to be, and nobody counts it as done. How many were
    confirmed.
    """
    chosen = sorted(set(ids))
    reviews = Review.objects.filter(items__in=chosen).distinct().values("pk")
    ordered = Review.objects.filter(pk__in=reviews).select_for_update(no_key=True, of=("self",)).order_by("pk")
    confirmed = 0
    for review in ordered.select_related("service"):
        locked = Item.objects.of(review).in_state(Item.State.PENDING).filter(pk__in=chosen).order_by("pk")
        waiting = list(locked.select_related("user").select_for_update(no_key=True, of=("self",)))
        for item in waiting:
            item.review = review
        now = found_all(waiting, on)
        settled = [item for item in waiting if not now[item.pk]["pending"]]
        for item in settled:
            item.state, item.read_back = Item.State.APPLIED, now[item.pk]
            if not item.read_back["as_decided"]:
                item.state, item.problem = Item.State.CHANGED, OVERTAKEN
        _keep(review, settled)
        confirmed += sum(item.state == Item.State.APPLIED for item in settled)
    return confirmed


def _keep(review: Review, done: Sequence[Item]) -> None:
    rows.update(Item, [(item, ["state", "problem", "read_back"]) for item in done])
    if review.state == Review.State.CLOSED:
        at, kind = timezone.now(), Addendum.Kind.READ_BACK
        rows.insert(
            Addendum, [Addendum(review=review, item=item, kind=kind, at=at, data=item.read_back) for item in done]
        )
    audit.record_many(
        audit.entry(
            None,
            "item.read_back",
            item,
            before={"state": "pending"},
            after={"state": str(item.state), **item.read_back},
        )
        for item in done
    )


def is_confirmed(item: Item) -> bool:
    """Whether what was decided was so in the service itself when it was looked at last."""
    found = item.read_back
    return item.state != Item.State.UNDONE and bool(found) and found["as_decided"] and not found["pending"]


def describe_reading(item: Item) -> str:
    """What was read back, for people."""
    found = item.read_back
    if not found:
        return ""
    if item.state == Item.State.PENDING:
        return _("waiting in the service")
    shown_by = ", ".join(found["evidence"])
    if not found["as_decided"]:
        return _("not as decided")
    return _("as decided, according to %(evidence)s") % {"evidence": shown_by} if shown_by else _("as decided")


def read_back_all(day: datetime.date) -> str | None:
    """Each day: what the services have confirmed meanwhile."""
    reviews = Review.objects.filter(items__state=Item.State.PENDING).distinct().select_related("service")
    confirmed = sum(read_back(review, on=day) for review in reviews.order_by("pk"))
    return f"decisions of reviews confirmed by their services: {confirmed}" if confirmed else None
