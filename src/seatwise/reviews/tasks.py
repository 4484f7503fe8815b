"""Carrying a review out, and undoing it, in the background. Each can be killed and run again at any time."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django_tasks import task

from seatwise import configuration
from seatwise.directory.models import User
from seatwise.reviews import approval, execution, reversal
from seatwise.reviews.models import Item, Review
from seatwise.site import workers


@task()
def carry_out(review: int) -> None:
    """Carry out what is left of a review, and close it."""
    found = Review.objects.in_state(Review.State.CLOSING).filter(pk=review).first()
    if found is not None:
        execution.carry_out(found, on=configuration.today())


@task()
def undo_all(review: int, by: int, reason: str) -> None:
    """Undo what a review did, as somebody, as far as it can be undone."""
    found = Review.objects.filter(pk=review).first()
    person = User.objects.filter(pk=by).first()
    if found is not None and person is not None:
        reversal.undo_all(found, by=person, reason=reason, on=configuration.today())


@transaction.atomic
def begin(review: Review, *, by: User) -> None:
    """From now on it is being carried out, by a task. Raises Refused."""
    approval.carry_out(review, by=by)
    transaction.on_commit(lambda: wake_worker(review))


def wake_worker(review: Review) -> None:
    """Have a worker carry it out, unless one is asked to already."""
    if not is_under_way(review):
        carry_out.enqueue(review.pk)


def is_under_way(review: Review) -> bool:
    """Whether a worker carries it out, or will."""
    return review.pk in workers.under_way(carry_out.module_path)


def is_being_undone(review: Review) -> bool:
    """Whether a worker undoes all of it, or will."""
    return review.pk in workers.under_way(undo_all.module_path)


def take_up() -> str | None:
    """Each minute: reviews that are being carried out and that nobody carries out, since a worker was ended."""
    decided = Item.objects.filter(review=OuterRef("pk")).decided()
    waiting = decided.in_state(Item.State.WAITING)
    failed = decided.in_state(Item.State.FAILED)
    stopped = Review.objects.in_state(Review.State.CLOSING).filter(Q(Exists(waiting)) | ~Q(Exists(failed)))
    taken = workers.take_up(carry_out, stopped.order_by("pk").values_list("pk", flat=True))
    return f"reviews taken up again: {taken}" if taken else None
