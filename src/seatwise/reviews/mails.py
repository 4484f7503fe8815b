"""The letters of reviews: each says what is so when it is sent, or is not sent where it is not so any more."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from seatwise.letters import kinds
from seatwise.letters.composing import absolute
from seatwise.letters.models import Letter
from seatwise.lib.batches import batches
from seatwise.licenses.change_state import is_confirmed
from seatwise.licenses.effects import ADD, WAKE
from seatwise.licenses.models import Effect, License
from seatwise.reviews import deciders, reading_back, reversal
from seatwise.reviews.models import Item, Review
from seatwise.seat_requests import notifications

DONE = (Item.State.APPLIED, Item.State.PENDING)


def register() -> None:
    for name, label, compose in (
        ("review.remove", gettext_lazy("License removed by a review"), decided),
        ("review.reassign", gettext_lazy("License reassigned by a review"), decided),
        ("review.suspend", gettext_lazy("License suspended by a review"), decided),
        ("review.undone", gettext_lazy("Review decision undone"), undone),
        ("review.drafted", gettext_lazy("Review drafted by a schedule"), drafted),
        ("review.to_decide", gettext_lazy("Licenses to decide"), to_decide),
        ("review.late", gettext_lazy("Overdue review decisions"), late),
        ("review.closed", gettext_lazy("Seal of a closed review"), closed),
    ):
        kinds.register(kinds.Kind(name, f"mail/{name.replace('.', '_')}", compose, label))


def item_of(letter: Letter) -> Item | None:
    found: Item | None = (
        Item.objects.select_related("review__service", "review__owner", "user").filter(pk=letter.subject_id).first()
    )
    return found


def review_of(letter: Letter) -> Review | None:
    found: Review | None = Review.objects.select_related("service", "owner").filter(pk=letter.subject_id).first()
    return found


def decided(letter: Letter) -> Mapping[str, Any] | None:
    """To whoever lost a license: why, whom to ask, and until when it can be undone. Never for what was undone."""
    item = item_of(letter)
    due = item is not None and item.state in DONE and letter.kind == f"review.{item.decision}"
    if item is None or not (due or letter.sent_at):
        return None
    return _about(item, letter) | {
        "reason": item.decision_reason,
        "owner": str(item.review.owner),
        "address": item.review.owner.email,
        "until": item.suspend_until,
        "undo_until": reversal.last_day(item),
        "is_confirmed": reading_back.is_confirmed(item),
    }


def undone(letter: Letter) -> Mapping[str, Any] | None:
    """To whoever has it again."""
    item = item_of(letter)
    if item is None or item.state != Item.State.UNDONE:
        return None
    now = License.objects.of(item.review.service).held().by([item.user]).first()
    return _about(item, letter) | {"is_confirmed": is_confirmed(now, ADD, WAKE)}


def effects_done(done: Sequence[Effect], on: datetime.date) -> None:
    """Those who were told that their own license is given back, and still to be set up: it can be used now."""
    undone_items = Item.objects.in_state(Item.State.UNDONE)
    for some in batches([effect for effect in done if effect.what in (ADD, WAKE)]):
        added = undone_items.filter(change__undone_by__added__in=[each.license_id for each in some if each.what == ADD])
        woken = undone_items.filter(license__in=[each.license_id for each in some if each.what == WAKE])
        items = dict(added.values_list("change__undone_by__added", "pk"))
        items |= dict(woken.order_by("pk").values_list("license", "pk"))
        letters = Letter.objects.of_kind("review.undone").filter(subject_id__in=[str(pk) for pk in items.values()])
        told = set(letters.values_list("subject_id", "to"))
        holders = {effect.license_id: effect.license.user_id for effect in some}
        notifications.of_licenses_ready(
            {
                license_id: f"review_item:{item}:ready"
                for license_id, item in items.items()
                if (str(item), holders[license_id]) in told
            }
        )


def _about(item: Item, letter: Letter) -> dict[str, Any]:
    """The service, the review, and whose account it is where it is not the reader's own."""
    account = item.user.login if letter.to.pk not in (item.user_id, item.reassign_to_id) else ""
    return {"service": str(item.review.service), "review": item.review.name, "account": account}


def drafted(letter: Letter) -> Mapping[str, Any] | None:
    """To the owner of a review that a schedule drafted."""
    review = review_of(letter)
    if review is None or review.state != Review.State.DRAFT:
        return None
    return {"review": review.name, "service": str(review.service), "due": review.due, "page": page_of(review)}


def to_decide(letter: Letter) -> Mapping[str, Any] | None:
    """To whoever has something to decide; not once nothing is left."""
    review = review_of(letter)
    if review is None or review.state != Review.State.OPEN:
        return None
    left = Item.objects.of(review).undecided().to_decide_by(letter.to).count()
    return waiting_in(review, left) if left else None


def waiting_in(review: Review, count: int) -> dict[str, Any]:
    """What is said to whoever has so many licenses to decide about."""
    page = absolute(reverse("reviews:deciding", args=[review.pk]))
    return {"review": review.name, "service": str(review.service), "due": review.due, "count": count, "page": page}


def late(letter: Letter) -> Mapping[str, Any] | None:
    """To the owner: how many are not decided though the day has passed, and with whom they are."""
    review = review_of(letter)
    if review is None or review.state != Review.State.OPEN:
        return None
    people = deciders.left_with(review)
    if not people:
        return None
    left = Item.objects.of(review).undecided().count()
    given = {"review": review.name, "service": str(review.service), "due": review.due, "count": left}
    return {**given, "people": people, "page": page_of(review)}


def closed(letter: Letter) -> Mapping[str, Any] | None:
    """To auditors: the sum of the evidence's manifest, and the head of the audit log, as they were at closing."""
    review = review_of(letter)
    if review is None or "seal" not in review.money:
        return None
    return {"review": review.name, "service": str(review.service), "page": page_of(review), **review.money["seal"]}


def page_of(review: Review) -> str:
    return absolute(reverse("reviews:review", args=[review.pk]))
