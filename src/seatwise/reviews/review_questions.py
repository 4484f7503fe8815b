"""The enquiries of a review: who is asked, and what is said to them."""

import datetime
import logging
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory import rows
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.enquiries import hooks, purposes
from seatwise.enquiries.endings import withdraw
from seatwise.enquiries.mails import preview_of_question
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.questions import Draft, ask_many, due_day, who_answers_for
from seatwise.letters.composing import Composed
from seatwise.reviews.item_decisions import AGAINST
from seatwise.reviews.models import Decision, Item, Review

logger = logging.getLogger(__name__)
PURPOSE = "review"


def why(enquiry: Enquiry) -> str:
    return _("Licenses for %(service)s are being reviewed.") % {"service": enquiry.license.service}


def silence(enquiry: Enquiry) -> str:
    return _("If you do not answer by %(due)s, your department decides without your answer.") % {
        "due": date_format(enquiry.due, "DATE_FORMAT")
    }


def after_giving_back(enquiry: Enquiry) -> str:
    return _("Your license stays until the review is closed; your department is told that you gave it back.")


def register() -> None:
    purposes.register(
        purposes.Purpose(
            name=PURPOSE,
            label=gettext_lazy("review"),
            why=why,
            silence=silence,
            after_giving_back=after_giving_back,
            remind_after=(7, 14),
            for_department_administrators=True,
            lock=lock,
            decided_by=decided_by,
            is_over=is_over,
        )
    )
    hooks.answered.append(contradict)
    hooks.taken_back.append(contradict)
    hooks.undeliverable.append(contradict)


def decided_by(person: User) -> "QuerySet[Item, Any]":
    """The questions about licenses that somebody decides about in a review."""
    return Item.objects.under_way().to_decide_by(person).exclude(enquiry=None).values("enquiry")


def is_over(enquiry: Enquiry) -> bool:
    """Whether it is being carried out, or has ended."""
    return not Item.objects.filter(enquiry=enquiry, review__state=Review.State.OPEN).exists()


def lock(enquiry: Enquiry) -> None:
    """What an answer in a review locks: the license and its holder, and the item, before the audit log is."""
    purposes.lock_holder_and_seats(enquiry)
    list(Item.objects.filter(enquiry=enquiry).select_for_update(of=("self",)).values_list("pk", flat=True))


def ask_no_more(review: Review, *, by: User, on: datetime.date, reason: str) -> None:
    """Its questions end with it. Under the lock of its service."""
    asked = Item.objects.of(review).exclude(enquiry=None).values("enquiry")
    withdraw(Enquiry.objects.filter(pk__in=asked), on=on, by=by, reason=reason)


def preview(review: Review, item: Item, on: datetime.date) -> Composed:
    """The letter that would ask about an item, which need not be stored."""
    of = {"license": item.license, "person": who_answers_for(item.user), "purpose": PURPOSE}
    return preview_of_question(Enquiry(**of, due=last_day(review, on), facts=facts_of(review, item)))


@transaction.atomic
def ask(review: Review, *, by: User | None, on: datetime.date, due: datetime.date | None = None) -> int:
    """Ask all about whom nobody has decided and who were not asked in this review; how many.

    Who is being asked about the license elsewhere is asked later.
    """
    asked_elsewhere = Enquiry.objects.open().filter(license=OuterRef("license"))
    waiting = Item.objects.of(review).undecided().filter(enquiry=None, license__removed_on=None)
    waiting = waiting.exclude(Exists(asked_elsewhere)).select_related("license__user", "license__service")
    items = list(waiting.order_by("pk"))
    last = due or last_day(review, on)
    drafts = [Draft(item.license, item, last, facts_of(review, item)) for item in items]
    asked = {each.license_id: each for each in ask_many(drafts, purpose=PURPOSE, by=by, on=on)} if drafts else {}
    for item in items:
        item.enquiry = asked[item.license_id]
    rows.update(Item, [(item, ["enquiry_id"]) for item in items])
    return len(items)


def last_day(review: Review, on: datetime.date) -> datetime.date:
    """Until when members answer: half of the time that is left, so that the rest is for those who decide.

    At least as long as the policy of the service gives for a question, and never longer than the review.
    """
    half = on + (review.due - on) / 2
    return min(review.due, max(half, due_day(review.service, on)))


def ask_the_rest(day: datetime.date) -> str | None:
    """Each day: ask those who could not be asked before, such as those who were being asked something else."""
    asked = 0
    for review in Review.objects.in_state(Review.State.OPEN).filter(asks_members=True, due__gte=day).order_by("pk"):
        try:
            asked += ask(review, by=None, on=day)
        except Refused as refusal:
            logger.warning("review %s: nobody was asked: %s", review.pk, refusal)
    return f"members asked by reviews: {asked}" if asked else None


def contradict(enquiry: Enquiry, on: datetime.date) -> None:
    """An answer came, or was taken back, or silence turns out to be none: mark a decision that does not go with it."""
    if enquiry.purpose != PURPOSE or enquiry.state == Enquiry.State.OPEN:
        return
    decided = Item.objects.decided().filter(enquiry=enquiry, review__state=Review.State.OPEN)
    agreeing = AGAINST[Enquiry.Answer(enquiry.answer)] if enquiry.answer else (Decision.KEEP,)
    decided.exclude(decision__in=agreeing).update(contradicted_at=timezone.now())
    decided.filter(decision__in=agreeing).update(contradicted_at=None)


def facts_of(review: Review, item: Item) -> dict[str, object]:
    """What the question says is known, as it was frozen."""
    return {
        "as_of": str(review.as_of),
        "last_access": item.facts["last_access"],
        "access_days": item.facts["access_days"]["30"],
        "unknown_days": item.facts["unknown_days"]["30"],
        "window": 30,
        "recorded_since": review.coverage.get("recorded_since"),
        "license_since": item.facts["license_since"],
    }
