"""Deciding about items: by whoever decides them now, with a reason where it goes against what was recommended."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from seatwise import audit
from seatwise.directory import independence, rows
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.enquiries.models import Enquiry
from seatwise.licenses import seats
from seatwise.licenses.models import License
from seatwise.reviews.models import Decision, Delegation, Item, Review, Step, heads
from seatwise.reviews.recommendations import Recommendation, recommend
from seatwise.site.lists import AT_ONCE

AGAINST = {
    Enquiry.Answer.KEEP: (Decision.KEEP,),
    Enquiry.Answer.GIVE_BACK: (Decision.REMOVE, Decision.REASSIGN),
    Enquiry.Answer.NOT_NOW: (Decision.SUSPEND, Decision.KEEP),
}
COLUMNS = (
    *("decision", "decided_by_id", "decided_for_id", "decided_at", "decision_reason", "in_bulk"),
    *("suspend_until", "reassign_to_id", "recommendation", "recommended_because", "contradicted_at"),
)
UNANSWERED = ("waiting", "on_its_way", "unreached", "inactive", "on_leave", "on_leave_lately")
SAID = 10  # names in a message


@dataclass(frozen=True)
class NewDecision:
    """A decision: what, why, until which day (suspend), to whom (reassign)."""

    decision: str
    reason: str = ""
    until: datetime.date | None = None
    to: User | None = None


@transaction.atomic
def decide(
    review: Review,
    items: Sequence[int] | Mapping[int, str],
    wanted: NewDecision,
    *,
    by: User,
    on: datetime.date,
    in_bulk: bool = False,
) -> list[Item]:
    """Decide about some items (ids) of a review, all or none. Raises Refused, which says what is in the way.

    Where the ids come with what was seen of each (`seen`), what somebody decided or answered since then is in the way.
    A fixed number of queries, however many they are.
    """
    by = independence.acting(by)
    review = Review.objects.select_for_update(of=("self",)).select_related("service", "owner").get(pk=review.pk)
    _refuse_closed(review)
    found = _theirs(review, set(items), by)
    if isinstance(items, Mapping):
        _refuse_what_changed(found, items)
    _refuse_wrong(wanted, found, by, on)
    now, standing_in = timezone.now(), stands_in(by, found)
    before = [described(item) for item in found]
    for item in found:
        recommended = recommend(item)
        item.contradicted_at = None
        _set(item, wanted, recommended, by=by, at=now, in_bulk=in_bulk)
        item.decided_for = standing_in.get(item.pk)
    rows.update(Item, [(item, COLUMNS) for item in found])
    audit.record_many(
        audit.entry(by, "item.decide", item, before=was, after=described(item), reason=wanted.reason)
        for item, was in zip(found, before, strict=True)
    )
    return found


def _theirs(review: Review, ids: set[int], by: User) -> list[Item]:
    """The items, held until the end of the transaction: what is read after that is so until then."""
    locked = Item.objects.of(review).filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    list(locked.values_list("pk", flat=True))
    mine = Item.objects.of(review).named().filter(pk__in=ids).to_decide_by(by).for_deciding().order_by("pk")
    found = list(mine.iterator(AT_ONCE))
    if len(found) != len(ids):
        raise Refused(_("You cannot decide about some of these (any more). Nothing was decided; check again."))
    return found


def seen(item: Item) -> str:
    """What whoever looks at an item knows of its decision and its answer, in short."""
    enquiry = item.enquiry
    known = [item.decision, str(item.decided_at or "")]
    known += [enquiry.state, enquiry.answer, str(enquiry.not_now_until or "")] if enquiry else []
    return hashlib.sha256("|".join(known).encode()).hexdigest()[:12]


def _refuse_what_changed(found: Sequence[Item], known: Mapping[int, str]) -> None:
    changed = [str(item.user) for item in found if known[item.pk] != seen(item)]
    if changed:
        raise Refused(
            ngettext(
                "A new answer or decision about %(names)s has arrived. Nothing was decided; check again.",
                "New answers or decisions about %(names)s have arrived. Nothing was decided; check again.",
                len(changed),
            )
            % {"names": ", ".join(changed[:SAID]) + ("…" if len(changed) > SAID else "")}
        )


def _refuse_closed(review: Review) -> None:
    if review.state != Review.State.OPEN:
        raise Refused(_("“%(review)s” is not open, so no decisions can be made in it.") % {"review": review})
    if Step.objects.filter(review=review, returned_at=None).exists():
        raise Refused(_("The decisions have already been submitted. They can be changed if they are returned."))


def _refuse_wrong(wanted: NewDecision, items: Sequence[Item], by: User, on: datetime.date) -> None:
    if wanted.decision not in Decision.values:
        raise Refused(_("Choose what should happen to the licenses."))
    if wanted.decision == Decision.SUSPEND and (wanted.until is None or wanted.until <= on):
        raise Refused(_("The end date of a suspension must be in the future."))
    if wanted.decision == Decision.REASSIGN:
        _refuse_reassigning(wanted, items, by)
    if wanted.reason.strip():
        return
    against = [item for item in items if goes_against(item, wanted.decision, recommend(item))]
    if against:
        raise Refused(
            _(
                "A reason is required for %(name)s: the decision differs from the answer or recommendation, "
                "or there is no answer yet."
            )
            % {"name": ", ".join(str(item.user) for item in against[:SAID]) + ("…" if len(against) > SAID else "")}
        )


def _refuse_reassigning(wanted: NewDecision, items: Sequence[Item], by: User) -> None:
    if len(items) != 1 or wanted.to is None:
        raise Refused(_("A license is reassigned to one person. Choose who gets it."))
    to = wanted.to
    own = independence.interests_of(by).get(to.pk)
    if own == independence.Why.SELF:
        raise Refused(_("You cannot give a seat to yourself. Someone else has to decide that."))
    if own is not None:
        text = _("%(name)s is one of your accounts, or you act for them. Someone else has to decide that.")
        raise Refused(text % {"name": to})
    seats.refuse_who_takes_no_seat(to)
    service = items[0].review.service
    promised = Item.objects.of(items[0].review).filter(reassign_to=to, decision=Decision.REASSIGN)
    if License.objects.of(service).held().by([to]).exists() or promised.exclude(pk=items[0].pk).exists():
        raise Refused(_("%(name)s holds a license for %(service)s, or will get one in this review.") % {
            "name": to, "service": service,
        })  # fmt: skip


def goes_against(item: Item, decision: str, recommended: Recommendation) -> bool:
    """Whether a decision is another than the answer asks for, or than what is recommended, or takes without asking."""
    if recommended.because in UNANSWERED and decision != Decision.KEEP:
        return True
    if recommended.decision and recommended.decision != decision:
        return not (recommended.decision == Decision.REMOVE and decision == Decision.REASSIGN)
    enquiry = item.enquiry
    answered = enquiry is not None and enquiry.state == Enquiry.State.ANSWERED
    return answered and enquiry is not None and decision not in AGAINST[Enquiry.Answer(enquiry.answer)]


def _set(
    item: Item, wanted: NewDecision, recommended: Recommendation, *, by: User, at: datetime.datetime, in_bulk: bool
) -> None:
    item.decision, item.decision_reason = wanted.decision, wanted.reason.strip()
    item.decided_by, item.decided_at = by, at
    item.in_bulk = in_bulk
    item.suspend_until = wanted.until if wanted.decision == Decision.SUSPEND else None
    item.reassign_to = wanted.to if wanted.decision == Decision.REASSIGN else None
    item.recommendation, item.recommended_because = recommended.decision, recommended.stored()


def stands_in(by: User, items: Sequence[Item]) -> dict[int, User]:
    """For whom somebody decides who stands in, by item; nobody where it is theirs to decide. Two queries."""
    own = {item.pk for item in Item.objects.filter(pk__in=[item.pk for item in items]).of_their_own(by).only("pk")}
    others = [item for item in items if item.pk not in own]
    if not others:
        return {}
    principals = {user.pk: user for user in User.objects.filter(pk__in=Delegation.objects.in_force_for(by))}
    heads_of = dict_of_sets(heads().filter(user__in=principals).values_list("department", "user"))
    found: dict[int, User] = {}
    for item in others:
        department = item.decider_department_id
        able = {item.review.owner_id} if department is None else heads_of.get(department, set())
        for pk in sorted(able & principals.keys() - {item.user_id, item.user.responsible_id}):
            found.setdefault(item.pk, principals[pk])
    return found


def dict_of_sets(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """Pairs, gathered by the first of each."""
    found: dict[int, set[int]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return found


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
