"""Deciding about items: by whoever decides them now, with a reason where it goes against what was recommended."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory import rows
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.directory.models.people import Kind, Status
from seatwise.enquiries.models import Enquiry
from seatwise.licenses.models import License
from seatwise.reviews.models import Delegation, Item, Review, Step
from seatwise.reviews.models.items import Decision
from seatwise.reviews.recommending import Recommendation, recommend

AGAINST = {
    Enquiry.Answer.KEEP: (Decision.KEEP,),
    Enquiry.Answer.GIVE_BACK: (Decision.REMOVE, Decision.REASSIGN),
    Enquiry.Answer.NOT_NOW: (Decision.SUSPEND, Decision.KEEP),
}
COLUMNS = (
    *("decision", "decided_by_id", "decided_for_id", "decided_at", "decision_reason", "in_bulk"),
    *("suspend_until", "reassign_to_id", "recommendation", "recommended_because"),
)


@dataclass(frozen=True)
class Wanted:
    """A decision: what, why, until which day (suspend), to whom (reassign)."""

    decision: str
    reason: str = ""
    until: datetime.date | None = None
    to: User | None = None


@transaction.atomic
def decide(
    review: Review, items: Sequence[int], wanted: Wanted, *, by: User, on: datetime.date, in_bulk: bool = False
) -> list[Item]:
    """Decide about some items (ids) of a review, all or none. Raises Refused, which says what is in the way."""
    review = Review.objects.select_for_update().get(pk=review.pk)
    _refuse_closed(review)
    chosen = Item.objects.of(review).named().filter(pk__in=items).to_decide_by(by)
    found = list(chosen.select_related("user", "enquiry", "review", "license", "decider_department").order_by("pk"))
    if len(found) != len(set(items)):
        raise Refused(_("Some of these are not yours to decide (any more). Nothing was decided; look again."))
    _refuse_wrong(wanted, found, on)
    now = timezone.now()
    before = [described(item) for item in found]
    for item in found:
        _set(item, wanted, recommend(item), by=by, at=now, in_bulk=in_bulk)
    rows.update(Item, [(item, COLUMNS) for item in found])
    audit.record_many(
        {
            "by": by,
            "verb": "item.decide",
            "subject": item,
            "before": was,
            "after": described(item),
            "reason": wanted.reason,
        }
        for item, was in zip(found, before, strict=True)
    )
    return found


def _refuse_closed(review: Review) -> None:
    if review.state != Review.State.OPEN:
        raise Refused(_("“%(review)s” is not open, so nothing can be decided in it.") % {"review": review})
    if Step.objects.filter(review=review, returned_at=None).exists():
        raise Refused(_("The decisions were proposed already. They can be changed when they are returned."))


def _refuse_wrong(wanted: Wanted, items: Sequence[Item], on: datetime.date) -> None:
    if wanted.decision not in Decision.values:
        raise Refused(_("Choose what is to become of the licenses."))
    if wanted.decision == Decision.SUSPEND and (wanted.until is None or wanted.until <= on):
        raise Refused(_("A suspension lasts until a day that is still to come."))
    if wanted.decision == Decision.REASSIGN:
        _refuse_reassigning(wanted, items)
    if wanted.reason.strip():
        return
    for item in items:
        if goes_against(item, wanted.decision, recommend(item)):
            raise Refused(
                _("For %(name)s this goes against the answer or the recommendation: it needs a reason.")
                % {"name": item.user}
            )


def _refuse_reassigning(wanted: Wanted, items: Sequence[Item]) -> None:
    if len(items) != 1 or wanted.to is None:
        raise Refused(_("One license is reassigned to one person. Choose to whom."))
    to = wanted.to
    if to.status != Status.ACTIVE or to.kind == Kind.GUEST:
        raise Refused(_("%(name)s cannot hold a license.") % {"name": to})
    service = items[0].review.service
    promised = Item.objects.of(items[0].review).filter(reassign_to=to, decision=Decision.REASSIGN)
    if License.objects.of(service).held().by([to]).exists() or promised.exclude(pk=items[0].pk).exists():
        raise Refused(_("%(name)s holds a license of %(service)s, or is to get one in this review.") % {
            "name": to, "service": service,
        })  # fmt: skip


def goes_against(item: Item, decision: str, recommended: Recommendation) -> bool:
    """Whether a decision is another than the answer asks for, or than what is recommended."""
    if recommended.decision and recommended.decision != decision:
        return not (recommended.decision == Decision.REMOVE and decision == Decision.REASSIGN)
    enquiry = item.enquiry
    answered = enquiry is not None and enquiry.state == Enquiry.State.ANSWERED
    return answered and enquiry is not None and decision not in AGAINST[Enquiry.Answer(enquiry.answer)]


def _set(
    item: Item, wanted: Wanted, recommended: Recommendation, *, by: User, at: datetime.datetime, in_bulk: bool
) -> None:
    item.decision, item.decision_reason = wanted.decision, wanted.reason.strip()
    item.decided_by, item.decided_for_id, item.decided_at = by, for_whom(item, by), at
    item.in_bulk = in_bulk
    item.suspend_until = wanted.until if wanted.decision == Decision.SUSPEND else None
    item.reassign_to = wanted.to if wanted.decision == Decision.REASSIGN else None
    item.recommendation, item.recommended_because = recommended.decision, recommended.stored()


def for_whom(item: Item, by: User) -> int | None:
    """For whom somebody decides who stands in; None where it is theirs to decide."""
    if item.decider_department is None:
        deciders = {item.review.owner_id}
    else:
        deciders = set(item.decider_department.departmentadministrator_set.values_list("user", flat=True))
    if by.pk in deciders or by.changes_things:
        return None
    stands_for = [pk for pk in Delegation.objects.in_force_for(by) if pk in deciders]
    return stands_for[0] if stands_for else None


def described(item: Item) -> dict[str, str]:
    """An item's decision, for the audit log."""
    return {
        **item.described(),
        "decision": item.decision,
        "until": str(item.suspend_until or ""),
        "to": item.reassign_to.login if item.reassign_to else "",
        "for": item.decided_for.login if item.decided_for else "",
        "in_bulk": str(item.in_bulk),
    }
