"""Standing in for somebody who decides (代理), for a time; and carrying on a review whose owner left or has others."""

import datetime
from collections.abc import Collection

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Role, User
from seatwise.reviews import deciders, notifications
from seatwise.reviews.models import OWNING, Delegation, Item, Review, able_owners
from seatwise.site import menu
from seatwise.site.access import role_of

LONGEST = 366  # days


@transaction.atomic
def delegate(of: User, to: User, *, days: tuple[datetime.date, datetime.date], by: User | None, reason: str,
             on: datetime.date) -> Delegation:  # fmt: skip
    """Let somebody decide for somebody else, from a day until another, included. Raises Refused."""
    _refuse(of, to, days, by, on)
    made = Delegation.objects.create(of=of, to=to, begins=days[0], until=days[1], reason=reason.strip(), by=by)
    if days[0] <= on:
        for review in waiting_for(of):
            notifications.tell(review, [to.pk], on)
    audit.record(by=by, verb="delegation.add", subject=made, after=made.described(), reason=reason.strip())
    return made


def waiting_for(person: User) -> list[Review]:
    """Open reviews in which somebody has something to decide."""
    theirs = Item.objects.undecided().of_their_own(person).values("review")
    found = Review.objects.in_state(Review.State.OPEN).filter(pk__in=theirs)
    return list(found.select_related("service").order_by("pk"))


def _refuse(of: User, to: User, days: tuple[datetime.date, datetime.date], by: User | None, on: datetime.date) -> None:
    if by and by.pk != of.pk and not by.changes_things:
        raise Refused(_("Only administrators can set up delegations for others."))
    if of.role not in OWNING or not of.is_active:
        raise Refused(_("%(name)s makes no decisions, so no one can act for them.") % {"name": of})
    if to.pk == of.pk:
        raise Refused(_("You cannot delegate to the same person."))
    if not to.is_active or to.role == Role.AUDITOR:
        raise Refused(_("%(name)s cannot decide: they are an auditor or cannot sign in.") % {"name": to})
    if days[1] < days[0] or days[1] < on:
        raise Refused(_("The last day is before the first day, or has passed."))
    if (days[1] - max(days[0], on)).days > LONGEST:
        raise Refused(_("A delegation lasts at most one year."))


@transaction.atomic
def end(delegation: Delegation, *, by: User, on: datetime.date) -> None:
    """End it now. Raises Refused for one that ended already, or is somebody else's."""
    if Delegation.objects.endable_by(by).filter(pk=delegation.pk).update(ended_on=on) != 1:
        raise Refused(_("This has already ended, or you cannot end it."))
    delegation.refresh_from_db()
    audit.record(by=by, verb="delegation.end", subject=delegation, before=delegation.described())


def tied(delegates: Collection[int], since: datetime.date) -> list[tuple[int, int]]:
    """(for whom, who) of some who stand in, or did on a day since one: see directory.independence."""
    found = Delegation.objects.filter(to__in=delegates).in_force_since(since)
    return list(found.order_by("of", "to").values_list("of", "to").distinct())


def owns_one(request: HttpRequest) -> bool:
    """Whether whoever asks has reviews under the gear: administrators and auditors do, others if they own one."""
    return role_of(request) in menu.EVERYTHING or Review.objects.owned_by(request.user).exists()


@transaction.atomic
def change_owner(review: Review, owner: User, *, by: User, reason: str) -> bool:
    """Make it somebody else's, with what waits for the owner; False where it is theirs already. Raises Refused."""
    locked = Review.objects.select_for_update(of=("self",)).select_related("owner").get(pk=review.pk)
    if not (by.changes_things or (by.pk == locked.owner_id and by.is_active)):
        raise Refused(_("Only administrators and the owner of the review can do this."))
    if locked.state in (Review.State.CLOSED, Review.State.CANCELLED):
        raise Refused(_("“%(review)s” has ended, so its owner can no longer be changed.") % {"review": locked})
    if not able_owners().filter(pk=owner.pk).exists():
        raise Refused(
            _("%(name)s cannot own a review: only administrators and department administrators can.") % {"name": owner}
        )
    if owner.pk == locked.owner_id:
        return False
    before = locked.owner.login
    Review.objects.filter(pk=locked.pk).update(owner=owner)
    deciders.hand_over(reviews=[locked.pk], owner_before=locked.owner_id)
    review.refresh_from_db()
    after = {"owner": owner.login}
    audit.record(
        by=by, verb="review.owner", subject=review, before={"owner": before}, after=after, reason=reason.strip()
    )
    return True
