"""What tests of deciding need: a wiki whose holders are reviewed, and steps in short."""

import datetime
from collections.abc import Sequence
from typing import Any

from seatwise.directory import people
from seatwise.directory.changes import PersonChange
from seatwise.directory.models import Department, DepartmentAdministrator, Service, User
from seatwise.enquiries.models import Enquiry
from seatwise.ledger.models import AsOf
from seatwise.lib import days
from seatwise.licenses import grants
from seatwise.reviews import item_decisions, opening, review_questions
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Item, Review
from seatwise.reviews.rules import Rule

ON = datetime.date(2026, 11, 24)
DUE = datetime.date(2026, 12, 20)
EARLIER = datetime.date(2026, 1, 5)


def service_with(*holders: User, code: str = "wiki") -> Service:
    """A service of which some people hold licenses."""
    service: Service = Service.objects.add(code=code, name=code.capitalize(), by=None)
    if holders:
        grants.grant(service=service, users=list(holders), by=None, reason="", on=EARLIER)
    return service


def opened(service: Service, owner: User, rule: Rule | None = None, **terms: Any) -> Review:
    """An open review; all holders are named unless a rule says otherwise."""
    given = {"name": "Q4", "due": DUE, "asks_members": False, **terms}
    review = opening.draft(service=service, owner=owner, rule=rule or Rule(), by=owner, on=ON, **given)
    opening.open_review(review, by=owner, on=ON)
    if review.asks_members:
        review_questions.ask(review, by=owner, on=ON)
    review.refresh_from_db()
    return review


def item_of(review: Review, user: User) -> Item:
    """Somebody's item."""
    found: Item = Item.objects.of(review).get(user=user)
    return found


def decide(review: Review, user: User, what: str, by: User, reason: str = "", **given: Any) -> Item:
    """Decide about somebody."""
    wanted = NewDecision(what, reason, **given)
    return item_decisions.decide(review, [item_of(review, user).pk], wanted, by=by, on=ON)[0]


def head_of(department: Department, login: str, **fields: Any) -> User:
    """Somebody new who administers a department."""
    fields = {"login": login, "name": login.capitalize(), "role": "department_administrator", **fields}
    user = people.add(fields, by=None, on=EARLIER)
    DepartmentAdministrator.objects.create(user=user, department=department)
    return user


def member(login: str, *departments: str, **fields: Any) -> User:
    """Somebody new."""
    return people.add(
        {"login": login, "name": login.capitalize(), "departments": departments, **fields}, by=None, on=EARLIER
    )


def many(count: int, department: str, start: int = 0) -> list[User]:
    """Many new people of a department, in few queries."""
    rows = [
        PersonChange(
            User(), {}, {"login": f"user{number:04d}", "name": f"User {number:04d}", "departments": [department]}, True
        )
        for number in range(start, start + count)
    ]
    people.apply(rows, by=None, on=EARLIER)
    return [row.user for row in rows]


def reached(enquiry: Enquiry, on: datetime.date = ON) -> None:
    """A question arrived."""
    Enquiry.objects.filter(pk=enquiry.pk).update(reached_on=on, undeliverable=False)


def bounced(enquiry: Enquiry) -> None:
    """A question did not arrive."""
    Enquiry.objects.filter(pk=enquiry.pk).update(reached_on=None, undeliverable=True)


def recorded(service: Service) -> None:
    """Say that the use of a service is counted up to today."""
    AsOf.objects.update_or_create(service=service, defaults={"day": days.day_of(ON)})


def logins(users: Sequence[User] | Any) -> set[str]:
    """Login names."""
    return {user.login for user in users}
