"""What somebody has not decided goes to whoever stands in for them, or to their manager: once for each review.

It goes by a delegation, with all that holds for these: both are named, and neither is independent of the other.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import configuration
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.letters import kinds
from seatwise.letters.models import Letter
from seatwise.letters.writing import write
from seatwise.reviews import deputies, mails, notifications
from seatwise.reviews.models import Delegation, Item, Review

KIND = "review.escalated"
LASTS = 14  # days


def register() -> None:
    label = gettext_lazy("Overdue decisions that someone else can make, too")
    kinds.register(kinds.Kind(KIND, "mail/review_escalated", compose, label))


def escalate_late(day: datetime.date) -> str | None:
    """Some days after a review was due, as the setting says; never without it."""
    after, escalated = configuration.ESCALATE_AFTER.value(), 0
    if not after:
        return None
    due = day - datetime.timedelta(days=after)
    for review in Review.objects.in_state(Review.State.OPEN).filter(due__lte=due).order_by("pk"):
        told = Letter.objects.about(review).of_kind(KIND).values("to")
        late = User.objects.active().filter(pk__in=notifications.left_to(review)).exclude(pk__in=told)
        for person in late.exclude(pk=review.owner_id).select_related("manager").order_by("pk"):
            escalated += escalate(review, person, day)
    return f"late decisions that went to someone else: {escalated}" if escalated else None


@transaction.atomic
def escalate(review: Review, person: User, day: datetime.date) -> bool:
    """Have somebody decide for a person who is late, and tell both; False where there is nobody who could."""
    instead = [each.to_id for each in Delegation.objects.in_force(day).filter(of=person)]
    if instead:
        notifications.tell(review, instead, day)
    elif not _to_manager(review, person, day):
        return False
    write(to=person, kind=KIND, about=review, key=f"{KIND}:{review.pk}:{person.pk}")
    return True


def _to_manager(review: Review, person: User, day: datetime.date) -> bool:
    """Let the manager decide for a while, unless they decide already or own the review, and so know of it."""
    manager = person.manager
    both = person.manager_id in (*notifications.left_to(review), review.owner_id)
    if manager is None or both:
        return False
    days = (day, day + datetime.timedelta(days=LASTS))
    reason = _("“%(review)s” was overdue.") % {"review": review.name}
    try:
        deputies.delegate(person, manager, days=days, by=None, reason=reason, on=day)
    except Refused:  # who may not decide for others: the owner of the review is told all the same
        return False
    return True


def compose(letter: Letter) -> Mapping[str, Any] | None:
    """To whoever was late: who can decide now, too."""
    review = Review.objects.select_related("service").filter(pk=letter.subject_id).first()
    if review is None or review.state != Review.State.OPEN:
        return None
    left = Item.objects.of(review).undecided().of_their_own(letter.to).count()
    instead = Delegation.objects.in_force(configuration.today()).filter(of=letter.to).select_related("to")
    names = ", ".join(sorted({str(each.to) for each in instead}))
    return mails.waiting_in(review, left) | {"names": names} if left and names else None
