"""Standing in for somebody who decides (代理), for a time."""

import datetime
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.directory.models.people import Role
from seatwise.reviews import notifications
from seatwise.reviews.models import Delegation, Item, Review
from seatwise.reviews.models.deciders import OWNING

LONGEST = 366  # days


@transaction.atomic
def delegate(of: User, to: User, *, days: tuple[datetime.date, datetime.date], by: User, reason: str,
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


def _refuse(of: User, to: User, days: tuple[datetime.date, datetime.date], by: User, on: datetime.date) -> None:
    if by.pk != of.pk and not by.changes_things:
        raise Refused(_("Only administrators say who stands in for somebody else."))
    if of.role not in OWNING or not of.is_active:
        raise Refused(_("%(name)s decides about nobody, so nobody can stand in for them.") % {"name": of})
    if to.pk == of.pk:
        raise Refused(_("Nobody stands in for themselves."))
    if not to.is_active or to.role == Role.AUDITOR:
        raise Refused(_("%(name)s cannot decide: an auditor, or an account that cannot sign in.") % {"name": to})
    if days[1] < days[0] or days[1] < on:
        raise Refused(_("The last day lies before the first one, or has passed."))
    if (days[1] - max(days[0], on)).days > LONGEST:
        raise Refused(_("Somebody stands in for a year at most."))


@transaction.atomic
def end(delegation: Delegation, *, by: User, on: datetime.date) -> None:
    """End it now. Raises Refused for one that ended already, or is somebody else's."""
    if Delegation.objects.endable_by(by).filter(pk=delegation.pk).update(ended_on=on) != 1:
        raise Refused(_("This has ended already, or is not yours to end."))
    delegation.refresh_from_db()
    audit.record(by=by, verb="delegation.end", subject=delegation, before=delegation.described())


def tied(delegates: Collection[int], since: datetime.date) -> list[tuple[int, int]]:
    """(for whom, who) of some who stand in, or did on a day since one: see directory.independence."""
    found = Delegation.objects.filter(to__in=delegates).in_force_since(since)
    return list(found.order_by("of", "to").values_list("of", "to").distinct())
