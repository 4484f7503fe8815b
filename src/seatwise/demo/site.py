"""What makes the demo's site complete beyond its files: contracts, leave and removals, who asks for a seat, reviews."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from seatwise.demo.people import everybody
from seatwise.directory import people
from seatwise.directory.models import Department, DepartmentAdministrator, Service, User
from seatwise.enquiries import answers
from seatwise.enquiries.models import Enquiry, Via
from seatwise.ledger.fact_merge import rebuild
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.lib.days import months_later
from seatwise.licenses import contract_terms, effects, exemption_rules, grants, suspension_endings, suspension_rules
from seatwise.licenses.models import Contract, Effect, License, Policy
from seatwise.licenses.models.licenses import LicenseQuerySet
from seatwise.licenses.seats import seats_of
from seatwise.reviews import item_decisions, opening, recurrence, review_questions
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Decision, Item, Review
from seatwise.reviews.rules import Rule
from seatwise.seat_requests import request_steps, transfer_steps

AT_MOST = 3  # access days in 30
KEEPS = ("For the minutes of the works council", "I write the handbook of our department")
DAY = datetime.timedelta(days=1)
CHECKLIST = "Is someone else an administrator of this person’s apps?\nIs every workflow assigned to someone else?"


def settle_seats(signing_in: Collection[str]) -> None:
    """Contracts with prices, people on leave, an exemption, a checklist, and removals that wait for the vendor.

    Those who sign in to the demo are left as they are.
    """
    now = days.date_of(today())
    kintone, wiki = Service.objects.get(code="kintone"), Service.objects.get(code="wiki")
    enter_contracts(kintone, wiki, now)
    kintone.change(by=None, how_removal_takes_effect=Service.Removal.VENDOR)
    Policy.of(kintone).change(by=None, checklist=CHECKLIST)
    others = License.objects.held().by_people_who_take_seats().exclude(user__login__in=signing_in)
    send_on_leave(kintone, others, now)
    remove_some([(kintone, 4), (wiki, 2)], others, now)


def enter_contracts(kintone: Service, wiki: Service, now: datetime.date) -> None:
    """Prices and renewals; kintone had more seats until half a year ago."""
    terms: Any = {"currency": "JPY", "starts": now - 800 * DAY}
    contract = Contract.objects.of(kintone).get()
    seats = contract.seats
    contract_terms.change(contract, by=None, on=now - 400 * DAY, seats=seats + 40)
    contract_terms.change(contract, by=None, on=now - 180 * DAY, seats=seats)
    renewal: Any = {"renews": now + 75 * DAY, "last_day_for_changes": now + 45 * DAY}
    contract_terms.change(
        contract, by=None, on=now, price=Decimal(1800), period=Contract.Period.MONTH, **terms, **renewal
    )
    soon: Any = {"renews": now + 20 * DAY, "last_day_for_changes": now - 10 * DAY}
    contract_terms.change(
        Contract.objects.of(wiki).get(),
        by=None,
        on=now,
        price=Decimal(4800),
        period=Contract.Period.YEAR,
        **terms,
        **soon,
    )


def send_on_leave(kintone: Service, others: LicenseQuerySet, now: datetime.date) -> None:
    """One comes back within days, one goes soon, and one license sleeps with its seat kept; and one is exempt."""
    sales = Department.objects.get(full_name="Sales")
    found = others.of(kintone).by(User.objects.in_department(sales)).select_related("user").order_by("pk")
    first, second, third, fourth = found[:4]
    leave: Any = {"by": None, "on": now}
    suspension_rules.suspend(
        first.user, None, begins=now - 90 * DAY, until=now + 5 * DAY, reason="Parental leave", keeps_seat=True, **leave
    )
    suspension_rules.suspend(
        second.user, None, begins=now + 12 * DAY, until=now + 200 * DAY, reason="Secondment to a partner", **leave
    )
    suspension_rules.suspend(
        third.user, kintone, until=now + 40 * DAY, reason="Works in the plant for now", keeps_seat=True, **leave
    )
    exemption_rules.exempt(
        user=fourth.user, service=None, until=now + 120 * DAY, reason="Keeps the archive; needed at an audit", **leave
    )
    suspension_endings.ask(now)


def remove_some(some: Sequence[tuple[Service, int]], others: LicenseQuerySet, now: datetime.date) -> None:
    """Who left lately was removed; the vendor has not confirmed all of it yet."""
    for service, how_many in some:
        for held in others.of(service).awake().order_by("-pk")[:how_many]:
            grants.revoke([held], by=None, reason="Left the organization", on=now)
    waiting = Effect.objects.pending().of(some[0][0]).of_kind(Effect.What.REMOVE).in_order()
    first = waiting.values_list("pk", flat=True)[:1]
    effects.carry_out(some[0][0], first, evidence="Confirmed by the vendor’s support", by=None, on=now)


def add_who_confirms() -> None:
    """A third administrator, without a license: of the four steps of a review, nobody holds two."""
    now = days.date_of(today())
    department = Department.objects.get(full_name="Human Resources")
    people.add(
        {
            "login": "grace",
            "name": "Grace Okoro",
            "email": "grace@example.com",
            "departments": [department.code],
            "role": "administrator",
        },
        by=None,
        on=now,
    )


def give_passwords(logins: Iterable[str], password: str) -> None:
    """Give some people the same password."""
    for user in User.objects.filter(login__in=logins):
        user.give_password(password, by=None)


def tell_who_administers(login: str, department: str) -> None:
    """Make somebody the administrator of a department, and let such administrators see the wiki's usage."""
    user = User.objects.get(login=login)
    found = Department.objects.get(full_name=department)
    with transaction.atomic():
        DepartmentAdministrator.objects.get_or_create(user=user, department=found)
    Service.objects.get(code="wiki").change(by=None, department_admins_see_usage=True)


def spread_licenses() -> None:
    """Let the licenses look as if they had been given over the years, and those of new people a few days ago."""
    now = days.date_of(today())
    patterns = {person.login: person.pattern for person in everybody()}
    for license in License.objects.select_related("user"):  # noqa: A001 - the field's term
        age = 6 + license.pk % 9 if patterns.get(license.user.login) == "new" else 60 + license.pk * 37 % 900
        since = now - datetime.timedelta(days=age)
        License.objects.filter(pk=license.pk).update(added_on=since, first_day=since)
    for service in Service.objects.order_by("pk"):
        rebuild(service)  # the list has a copy of these days


def ask_for_seats() -> None:
    """No seat of the wiki is free; Nora began today, and Audrey's request waits for Charlie's answer."""
    now = days.date_of(today())
    kintone, wiki = Service.objects.get(code="kintone"), Service.objects.get(code="wiki")
    contract_terms.change(Contract.objects.of(wiki).get(), by=None, on=now, seats=seats_of(wiki, now).held)
    nora = somebody_new(now)
    audrey, charlie, alice = (User.objects.get(login=login) for login in ("audrey", "charlie", "alice"))
    ask = request_steps.ask
    ask(service=wiki, person=audrey, reason="To read the minutes that reviews refer to", on=now - 2 * DAY)
    ask(service=kintone, person=nora, reason="I began today in Sales Tokyo", on=now)
    ask(service=wiki, person=nora, reason="The handbook of Sales is in the wiki", on=now)
    held = License.objects.of(wiki).held().by([charlie]).get()
    transfer_steps.ask(held, audrey, by=alice, on=now)


def somebody_new(now: datetime.date) -> User:
    """A colleague who began today."""
    department = Department.objects.get(full_name="Sales / Tokyo")
    return people.add(
        {
            "login": "nora",
            "name": "Nora Lindqvist",
            "email": "nora@example.com",
            "departments": [department.code],
        },
        by=None,
        on=now,
    )


def review_the_seats() -> None:
    """A review of the wiki in Sales is open: some have answered, Bob has decided one, and the rest wait for him."""
    now = days.date_of(today())
    alice, bob = User.objects.get(login="alice"), User.objects.get(login="bob")
    wiki, kintone = Service.objects.get(code="wiki"), Service.objects.get(code="kintone")
    sales = Department.objects.get(full_name="Sales")
    rule = Rule(at_most=AT_MOST, department=sales.code)
    terms = {"service": wiki, "owner": alice, "rule": rule, "due": now + 20 * DAY, "asks_members": True}
    review = opening.draft(name="Wiki in Sales", by=alice, on=now, **terms)
    opening.open_review(review, by=alice, on=now)
    review_questions.ask(review, by=alice, on=now)
    answer_some(review, now)
    decide_one(review, bob, now)
    schedule(kintone, alice, now)


def answer_some(review: Review, now: datetime.date) -> None:
    """Two keep it, one gives it back, one does not need it for now; who signs in to the demo can still answer."""
    of_it = Item.objects.of(review).exclude(user__login__in=("charlie", "bob")).values("enquiry")
    asked = Enquiry.objects.open().filter(pk__in=of_it)
    found = asked.order_by("pk")[:4]
    given = [("keep", KEEPS[0], None), ("give_back", "", None), ("not_now", "On a project", now + 50 * DAY)]
    for enquiry, (answer, reason, until) in zip(found, [*given, ("keep", KEEPS[1], None)], strict=False):
        answers.reply(enquiry, answer, reason=reason, until=until, by=enquiry.person, via=Via.PAGE, on=now)


def decide_one(review: Review, bob: User, now: datetime.date) -> None:
    """Bob lets whoever gave it back go."""
    given_back = Item.objects.of(review).undecided().to_decide_by(bob).filter(enquiry__answer="give_back")[:1]
    for item in given_back:
        item_decisions.decide(review, [item.pk], NewDecision(Decision.REMOVE), by=bob, on=now)


def schedule(kintone: Service, alice: User, now: datetime.date) -> None:
    """A review of kintone each quarter."""
    first = months_later(now.replace(day=1), 3 - (now.month - 1) % 3)
    rule = Rule(idle_days=90, held_at_least=90).as_json()
    recurrence.add(
        by=alice, on=now, service=kintone, owner=alice, rule=rule, name="Quarterly review of kintone",
        every_months=3, first_on=first, due_days=30, asks_members=True, one_person_two_steps=False,
    )  # fmt: skip
