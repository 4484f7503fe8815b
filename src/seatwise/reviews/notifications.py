"""Telling those who decide that something waits for them: at once, before it is due, and the owner once it is late."""

import datetime
from collections.abc import Collection, Iterable

from django.utils import timezone

from seatwise.directory.models import User
from seatwise.letters.models import Letter
from seatwise.letters.writing import Draft, write_many
from seatwise.reviews.models import Delegation, Item, Review

TO_DECIDE, LATE = "review.to_decide", "review.late"
BEFORE = (2, 7)  # days before the due day on which those who have not decided are reminded, the nearest first
AGAIN = 7  # days after which the owner is told again of what is late


def tell(review: Review, people: Collection[int], on: datetime.date) -> int:
    """Write to some people and to those who stand in for them: one letter a day; to how many.

    Where today's letter has left already, what came since is told tomorrow.
    """
    wanted = with_stand_ins(people, on)
    keys = {pk: f"{TO_DECIDE}:{review.pk}:{pk}:" for pk in wanted}
    gone = set(
        Letter.objects.filter(key__in=[f"{key}{on}" for key in keys.values()])
        .exclude(state=Letter.State.WAITING)
        .values_list("to", flat=True)
    )
    tomorrow = on + datetime.timedelta(days=1)
    later = timezone.now() + datetime.timedelta(days=1)
    write_many(
        Draft(user, TO_DECIDE, review, f"{keys[user.pk]}{tomorrow}", later)
        if user.pk in gone
        else Draft(user, TO_DECIDE, review, f"{keys[user.pk]}{on}")
        for user in User.objects.active().filter(pk__in=wanted).order_by("pk")
    )
    return len(wanted)


def with_stand_ins(people: Collection[int], on: datetime.date) -> set[int]:
    """Some people, and those who stand in for them on a day."""
    instead = Delegation.objects.in_force(on).filter(of__in=people).values_list("to", flat=True)
    return {*people, *instead}


def waiting_for(items: Iterable[list[int]]) -> set[int]:
    """Everybody who may decide one of some items."""
    return {pk for deciders in items for pk in deciders}


def left_to(review: Review) -> set[int]:
    """Everybody who may decide what is not decided yet."""
    return waiting_for(_undecided(review))


def opened(review: Review, on: datetime.date) -> int:
    """A review was opened: tell all who decide in it."""
    return tell(review, left_to(review), on)


def _undecided(review: Review) -> Iterable[list[int]]:
    found: Iterable[list[int]] = Item.objects.of(review).undecided().values_list("deciders", flat=True).iterator(2000)
    return found


def remind_deciders(day: datetime.date) -> str | None:
    """Seven and two days before a review is due, remind those who have not decided; one reminder after days without."""
    reminded = 0
    for review in Review.objects.in_state(Review.State.OPEN).filter(due__gte=day).order_by("pk"):
        number = next((days for days in BEFORE if review.due - datetime.timedelta(days=days) <= day), None)
        if number is None or _is_new(review, number):
            continue
        people = with_stand_ins(left_to(review), day)
        told = set(
            Letter.objects.about(review)
            .filter(key__in=[f"{TO_DECIDE}:{review.pk}:{pk}:before:{number}" for pk in people])
            .values_list("to", flat=True)
        )
        write_many(
            Draft(user, TO_DECIDE, review, f"{TO_DECIDE}:{review.pk}:{user.pk}:before:{number}")
            for user in User.objects.active().filter(pk__in=people - told).order_by("pk")
        )
        reminded += len(people - told)
    return f"reminders to decide: {reminded}" if reminded else None


def _is_new(review: Review, number: int) -> bool:
    """Whether it was opened after the day of this reminder, so that all have just been told."""
    opened_on = timezone.localtime(review.opened_at).date() if review.opened_at else review.created_on
    return opened_on >= review.due - datetime.timedelta(days=number)


def tell_owners(day: datetime.date) -> str | None:
    """Tell the owner, or administrators, what is late and with whom: the day after, and each week."""
    told = 0
    for review in Review.objects.in_state(Review.State.OPEN).filter(due__lt=day).select_related("owner").order_by("pk"):
        if not Item.objects.of(review).undecided().exists():
            continue
        week = ((day - review.due).days - 1) // AGAIN
        key = f"{LATE}:{review.pk}:{review.due}:{week}"
        owner = [review.owner] if review.owner.is_active else administrators()
        drafts = [Draft(user, LATE, review, f"{key}:{user.pk}") for user in owner]
        told += len(drafts) - Letter.objects.filter(key__in=[draft.key for draft in drafts]).count()
        write_many(drafts)
    return f"owners told of late reviews: {told}" if told else None


def administrators() -> list[User]:
    return [user for user in User.objects.active().with_role("administrator").order_by("pk") if user.is_active]
