"""The four steps: request (申請), approval (承認), execution (実施), confirmation (確認): four records."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _, ngettext

from seatwise import audit, configuration
from seatwise.directory import independence
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.licenses import seats
from seatwise.reviews import conflicts, review_questions
from seatwise.reviews.models import Addendum, Item, ItemQuerySet, Review, Step

Kind = Step.Kind
VERBS = {
    Kind.PROPOSED: "review.propose",
    Kind.APPROVED: "review.approve",
    Kind.CARRIED_OUT: "review.carry_out",
    Kind.CONFIRMED: "review.confirm",
}


def steps_of(review: Review) -> dict[str, Step]:
    return {step.kind: step for step in Step.objects.filter(review=review, returned_at=None).select_related("by")}


@transaction.atomic
def propose(review: Review, *, by: User, text: str = "", looked_again: bool = False) -> Step:
    """All is decided: ask for approval. By the owner, an administrator, or who decided in it. Raises Refused.

    What was answered after it was decided has to be looked at again first: decided again, or `looked_again`.
    """
    by, review = _locked(review, Review.State.OPEN, by)
    decides = (
        Item.objects.of(review).to_decide_by(by).exists() or Item.objects.of(review).filter(decided_by=by).exists()
    )
    if not (review.is_carried_by(by) or decides):
        raise Refused(_("Only the owner, administrators and deciders can submit the decisions."))
    open_ones = Item.objects.of(review).undecided().count()
    if open_ones:
        raise Refused(
            ngettext("%(count)d license is not decided yet.", "%(count)d licenses are not decided yet.", open_ones)
            % {"count": open_ones}
        )
    late = list(Item.objects.of(review).contradicted().select_related("user").order_by("pk"))
    if late and not looked_again:
        raise Refused(answered_afterwards(late))
    return _take(review, Kind.PROPOSED, by, text)


def answered_afterwards(items: Sequence[Item]) -> str:
    """What to say before proposing where answers came after decisions that they contradict."""
    return ngettext(
        "An answer from %(names)s came after the decision and differs from it. Check it again first.",
        "Answers from %(names)s came after the decisions and differ from them. Check them again first.",
        len(items),
    ) % {"names": ", ".join(str(item.user) for item in items[:10]) + ("…" if len(items) > 10 else "")}


@transaction.atomic
def approve(review: Review, *, by: User, text: str = "") -> Step:
    """By an administrator or the owner who is independent of what was proposed and decided: see conflicts.py.

    Raises Refused.
    """
    by, review = _locked(review, Review.State.OPEN, by)
    _refuse_approval(review, by)
    return _take(review, Kind.APPROVED, by, text)


def _refuse_approval(review: Review, by: User) -> None:
    _refuse_others(review, by)
    if Kind.PROPOSED not in steps_of(review):
        raise Refused(_("The decisions have not been submitted yet."))


@transaction.atomic
def return_(review: Review, *, by: User, reason: str) -> None:
    """Not approved: those who decide may change their decisions. Raises Refused."""
    by, review = _locked(review, Review.State.OPEN, by)
    _refuse_others(review, by)
    if not reason.strip():
        raise Refused(_("Give a reason for returning the decisions."))
    own = conflicts.as_data(conflicts.own_in(review, by))
    kept = " – ".join([reason, *(f"not independent: {text}" for text in own.values())])
    now, text = timezone.now(), actor_label(by)
    in_force = Step.objects.filter(review=review, returned_at=None)
    if not in_force.update(returned_at=now, returned_by_text=text, returned_because=kept):
        raise Refused(_("The decisions have not been submitted yet."))
    audit.record(by=by, verb="review.return", subject=review, before=review.described(), after=own, reason=reason)


@transaction.atomic
def confirm(review: Review, *, by: User, text: str = "", although_waiting: bool = False) -> Step:
    """What was carried out has been looked at and is so. By somebody who did not carry it out. Raises Refused.

    While changes wait to be confirmed by the service, only with `although_waiting` and why, which the evidence keeps.
    """
    by, review = _locked(review, Review.State.CLOSED, by)
    _refuse_others(review, by)
    waiting = list(not_confirmed(review).order_by("user__folded", "pk").values_list("user__login", flat=True))
    if waiting and not (although_waiting and text.strip()):
        raise Refused(still_waiting(len(waiting)))
    data: dict[str, Any] = {"not confirmed by the service": waiting} if waiting else {}
    step = _take(review, Kind.CONFIRMED, by, text, data)
    data["same person as"] = step.also
    if step.conflicts:
        with translation.override("en"):
            data["not independent"] = step.conflicts_in_words
    Addendum.objects.create(
        review=review, kind=Addendum.Kind.CONFIRMED, at=step.at, by_text=step.by_text, text=step.text, data=data
    )
    return step


def not_confirmed(review: Review) -> ItemQuerySet:
    """What was carried out here, and waits to be confirmed by the service."""
    return Item.objects.of(review).in_state(Item.State.PENDING)


def still_waiting(count: int) -> str:
    """What to say before a review is confirmed while changes wait."""
    text = ngettext(
        (
            "The service has not confirmed %(count)d change yet. Wait for it, or give a reason for "
            "confirming the review anyway: it becomes part of the evidence."
        ),
        (
            "The service has not confirmed %(count)d changes yet. Wait for them, or give a reason for "
            "confirming the review anyway: it becomes part of the evidence."
        ),
        count,
    )
    return text % {"count": count}


def obstacle(review: Review, kind: str, by: User) -> str:
    """Why somebody cannot take a step of a review that stands before it; empty where nothing is known against it."""
    try:
        (_refuse_approval if kind == Kind.APPROVED else _refuse_others)(review, by)
        _refuse_dependent(review, kind, by)
    except Refused as refusal:
        return str(refusal)
    return ""


def carry_out(review: Review, *, by: User) -> Step:
    """Begin to carry out what was approved: the state is CLOSING from now on, and nobody is asked. Raises Refused."""
    by, review = _locked(review, Review.State.OPEN, by)
    if not by.changes_things:
        raise Refused(_("Only administrators can carry out reviews."))
    if Kind.APPROVED not in steps_of(review):
        raise Refused(_("The decisions have not been approved yet."))
    found = _refuse_dependent(review, Kind.CARRIED_OUT, by)
    review_questions.ask_no_more(review, by=by, on=configuration.today(), reason="")  # locks, so before the audit log
    step = _taken(review, Kind.CARRIED_OUT, by, found)
    Review.objects.filter(pk=review.pk).update(state=Review.State.CLOSING)
    return step


@transaction.atomic
def cancel(review: Review, *, by: User, reason: str, on: datetime.date) -> None:
    """Give it up before anything was carried out; questions that are open are withdrawn. Raises Refused."""
    by = independence.acting(by)
    seats.lock(review.service)
    review = Review.objects.select_for_update().get(pk=review.pk)
    if not reason.strip():
        raise Refused(_("Give a reason for cancelling the review."))
    _refuse_others(review, by)
    own = conflicts.as_data(conflicts.own_in(review, by))
    waiting = Review.objects.filter(pk=review.pk).in_state(Review.State.DRAFT, Review.State.OPEN)
    if waiting.update(state=Review.State.CANCELLED, closed_at=timezone.now()) != 1:
        raise Refused(
            _("“%(review)s” is being carried out or has ended, so it cannot be cancelled.") % {"review": review}
        )
    review_questions.ask_no_more(review, by=by, on=on, reason=reason)
    audit.record(by=by, verb="review.cancel", subject=review, before=review.described(), after=own, reason=reason)


def actor_label(user: User) -> str:
    """Somebody as a record keeps them: name and login, as they are now."""
    return f"{user} ({user.login})"


def _locked(review: Review, state: str, by: User) -> tuple[User, Review]:
    """Whoever acts, as they are now, and the review: held until the end of the transaction, in this order."""
    by = independence.acting(by)
    seats.lock(review.service)
    found = Review.objects.select_for_update().select_related("service", "owner").get(pk=review.pk)
    if found.state != state:
        raise Refused(
            _("“%(review)s” is %(state)s, so this cannot be done now.")
            % {"review": found, "state": found.get_state_display()}
        )
    return by, found


def _refuse_others(review: Review, by: User) -> None:
    if not review.is_carried_by(by):
        raise Refused(_("Only administrators and the owner of the review can do this."))


def _refuse_dependent(review: Review, kind: str, by: User) -> list[conflicts.Conflict]:
    """How somebody is not independent of a step, where the review allows it, to be kept with it. Raises Refused."""
    if kind in steps_of(review):
        raise Refused(_("This step has already been taken."))
    found = conflicts.of_step(review, kind, by)
    forbidding = conflicts.forbidding(review, kind, found)
    if forbidding:
        raise Refused(conflicts.message(review, kind, forbidding))
    return found


def _take(review: Review, kind: str, by: User, text: str, more: Mapping[str, Any] | None = None) -> Step:
    return _taken(review, kind, by, _refuse_dependent(review, kind, by), text, more)


def _taken(
    review: Review,
    kind: str,
    by: User,
    found: Sequence[conflicts.Conflict],
    text: str = "",
    more: Mapping[str, Any] | None = None,
) -> Step:
    also = [other.kind for other in steps_of(review).values() if other.by_id == by.pk]
    step = Step.objects.create(
        review=review,
        kind=kind,
        by=by,
        by_text=actor_label(by),
        at=timezone.now(),
        text=text.strip(),
        also=also,
        conflicts=conflicts.marks(found),
    )
    after = {"step": str(kind), "also": also, **(more or {})}
    after |= {"conflicts": step.conflicts} if step.conflicts else {}
    audit.record(by=by, verb=VERBS[Kind(kind)], subject=review, after=after, reason=text.strip())
    return step
