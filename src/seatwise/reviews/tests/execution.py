"""A review that is approved and ready to be carried out, for the tests of what comes then."""

import datetime
from collections.abc import Mapping, Sequence

from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.licenses import grants
from seatwise.reviews import approval, execution, item_decisions, opening, tasks
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Item, Review
from seatwise.reviews.rules import Rule

ON = datetime.date(2026, 11, 24)
DUE = datetime.date(2026, 12, 20)
EARLIER = datetime.date(2026, 1, 5)


def person(login: str, **fields: object) -> User:
    """Somebody with an address, of whom the owner decides."""
    wanted = {"login": login, "name": login.capitalize(), "email": f"{login}@example.com"}
    return people.add({**wanted, **fields}, by=None, on=EARLIER)


def service_of(users: Sequence[User], how: str = Service.Removal.BY_HAND) -> Service:
    """A service whose licenses some people hold."""
    service: Service = Service.objects.add(code="wiki", name="Wiki", by=None, how_removal_takes_effect=how)
    grants.grant(service=service, users=users, by=None, reason="", on=EARLIER)
    return service


def approved(service: Service, decisions: Mapping[User, NewDecision], *, name: str = "Q4") -> Review:
    """A review in which this was decided. owner: decides; approver: approved."""
    owner = person("owner", role="administrator")
    approver = person("approver", role="administrator")
    review = opening.draft(name=name, service=service, owner=owner, rule=Rule(), due=DUE, by=owner, on=ON)
    opening.open_review(review, by=owner, on=ON)
    for user, wanted in decisions.items():
        item_decisions.decide(review, [review.items.get(user=user).pk], wanted, by=owner, on=ON)
    approval.propose(review, by=owner)
    approval.approve(review, by=approver)
    review.refresh_from_db()
    return review


def begun(review: Review) -> Review:
    """The same, once somebody pressed "Carry out"."""
    tasks.begin(review, by=person("executor", role="administrator"))
    review.refresh_from_db()
    return review


def carried_out(review: Review) -> Review:
    """The same, carried out."""
    execution.carry_out(begun(review), on=ON)
    review.refresh_from_db()
    return review


def item_of(review: Review, user: User) -> Item:
    """Somebody's item, as it is now."""
    found: Item = Item.objects.of(review).select_related("review__service").get(user=user)
    return found
