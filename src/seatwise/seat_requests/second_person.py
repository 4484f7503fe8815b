"""Whether somebody is independent of taking a seat, so that they can be the second person who confirms it."""

import datetime
from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _

from seatwise.directory import independence
from seatwise.directory.independence import Ties, Why
from seatwise.directory.models import User
from seatwise.licenses.models import License, Policy
from seatwise.seat_requests.models import SeatTransfer

LOOKED_BACK = datetime.timedelta(days=30)  # during which nobody of the two changed the other's account


def is_needed(held: License, for_user: User, by: User | None) -> bool:
    """Whether taking a seat waits for a second person: by the policy, or since it is for whoever takes it."""
    policy = Policy.of(held.service)
    if policy.second_person or by is None:
        return policy.second_person
    return not policy.same_person and for_user.pk in independence.interests_of(by)


def why_not(transfer: SeatTransfer, by: User) -> Why | None:
    """How somebody is tied to whoever takes the seat, or to whoever gets it; None where they are independent."""
    return _why_not(transfer, by.pk, _ties(transfer, [by.pk]))


def obstacle(transfer: SeatTransfer, by: User) -> str:
    """Why somebody cannot be the second person, and who can; empty where they can."""
    why = why_not(transfer, by)
    if why is None or (why not in (Why.SELF, Why.SHARED) and Policy.of(transfer.license.service).same_person):
        return ""
    nobody = _("No one else can at the moment: it takes another administrator.")
    if transfer.asked_by_id == by.pk:
        text = _("Someone other than the person taking the seat has to confirm it.")
    else:
        text = _(
            "You are not independent of the person who takes or gets the seat: the same person is "
            "responsible for both accounts, one of you acts for the other, or one of you recently created"
            " or changed the other’s account."
        )
    return f"{text} {independence.instead(able(transfer), nobody)}"


def able(transfer: SeatTransfer) -> list[User]:
    """The administrators who can be the second person."""
    people = independence.administrators()
    ties = _ties(transfer, [user.pk for user in people])
    return [user for user in people if _why_not(transfer, user.pk, ties) is None]


def _ties(transfer: SeatTransfer, people: Collection[int]) -> Ties:
    also = [pk for pk in (transfer.asked_by_id, transfer.for_user_id) if pk is not None]
    return Ties.among([*people, *also], timezone.now() - LOOKED_BACK)


def _why_not(transfer: SeatTransfer, person: int, ties: Ties) -> Why | None:
    own = ties.interest(person).get(transfer.for_user_id)
    acted = ties.between(person, transfer.asked_by_id) if transfer.asked_by_id is not None else None
    return acted or own
