"""The reviews of the demo: one of the wiki's under way with some answers, the next of kintone drafted by a schedule."""

import datetime

from seatwise.directory.models import Department, Service, User
from seatwise.enquiries import answers
from seatwise.enquiries.models import Enquiry, Via
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.reviews import item_decisions, opening, recurrence, review_questions
from seatwise.reviews.item_decisions import Wanted
from seatwise.reviews.models import Item, Review
from seatwise.reviews.models.items import Decision
from seatwise.reviews.recurrence import months_later
from seatwise.reviews.rules import Rule

DAY = datetime.timedelta(days=1)
AT_MOST = 3  # access days in 30
KEEPS = ("For the minutes of the works council", "I write the handbook of our department")


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
        item_decisions.decide(review, [item.pk], Wanted(Decision.REMOVE), by=bob, on=now)


def schedule(kintone: Service, alice: User, now: datetime.date) -> None:
    """A review of kintone each quarter."""
    first = months_later(now.replace(day=1), 3 - (now.month - 1) % 3)
    rule = Rule(idle_days=90, held_at_least=90).as_json()
    recurrence.add(
        by=alice, on=now, service=kintone, owner=alice, rule=rule, name="Quarterly review of kintone",
        every_months=3, first_on=first, due_days=30, asks_members=True, one_person_two_steps=False,
    )  # fmt: skip
