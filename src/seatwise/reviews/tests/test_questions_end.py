"""When a review is carried out or cancelled, nobody is asked any more in its name."""

import datetime
import itertools

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.enquiries import answers, delivery
from seatwise.enquiries.links import open_link, token_for
from seatwise.enquiries.models import Enquiry
from seatwise.letters.models import Letter
from seatwise.licenses import grants, suspension_rules
from seatwise.licenses.exclusions import not_judged
from seatwise.reviews import approval, execution, item_decisions, opening, review_questions
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Review
from seatwise.reviews.numbers import numbers_by_department, numbers_of
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.execution import DUE, EARLIER, ON, begun, carried_out, person, service_of

pytestmark = pytest.mark.django_db
ONE = datetime.timedelta(days=1)
KEEP = NewDecision("keep", "needs it for the audit")


@pytest.fixture
def users(db: None) -> list[User]:
    return [person(login) for login in ("ann", "ben", "cid")]


@pytest.fixture
def wiki(users: list[User]) -> Service:
    return service_of(users)


@pytest.fixture
def review(wiki: Service, users: list[User]) -> Review:
    """All are asked, ann has answered, ben's question did not arrive; and all is approved."""
    owner, approver = person("owner", role="administrator"), person("approver", role="administrator")
    made = opening.draft(name="Q4", service=wiki, owner=owner, rule=Rule(), due=DUE, by=owner, on=ON, asks_members=True)
    opening.open_review(made, by=owner, on=ON)
    made.refresh_from_db()
    review_questions.ask(made, by=owner, on=ON)
    answers.reply(question_of(users[0]), "keep", reason="for the audit", by=users[0], via="page", on=ON)
    delivery.see([question_of(users[2])], by=users[2], on=ON)
    Enquiry.objects.filter(person=users[1]).update(undeliverable=True)
    item_decisions.decide(made, [item.pk for item in made.items.all()], KEEP, by=owner, on=ON)
    approval.propose(made, by=owner)
    approval.approve(made, by=approver)
    made.refresh_from_db()
    return made


def question_of(user: User) -> Enquiry:
    found: Enquiry = Enquiry.objects.for_reading().get(person=user)
    return found


def test_a_letter_that_comes_back_after_the_review_changes_nothing_of_its_questions(
    review: Review, users: list[User]
) -> None:
    ended = Enquiry.objects.filter(person__in=users[1:])
    ended.update(state="lapsed", reached_on=ON, undeliverable=False)
    ben, cid = (Letter.objects.about(question_of(user)).get() for user in users[1:])
    delivery.letters_undeliverable([ben])  # the review is open: silence turns out to be none
    assert (question_of(users[1]).reached_on, question_of(users[1]).undeliverable) == (None, True)
    begun(review)
    before = list(ended.order_by("pk").values())
    counted = numbers_of(review)
    delivery.letters_undeliverable([ben, cid])
    for letter in (ben, cid):
        delivery.letter_delivered(letter)
    assert list(ended.order_by("pk").values()) == before
    assert numbers_of(review) == counted


def test_from_its_carrying_out_on_nobody_is_asked(
    review: Review, users: list[User], wiki: Service, client: Client
) -> None:
    cid = users[2]
    link = token_for(question_of(cid))
    begun(review)
    assert not Enquiry.objects.open().exists()
    assert [each.state for each in map(question_of, users)] == ["answered", "withdrawn", "withdrawn"]
    assert not Letter.objects.waiting().of_kind("enquiries.question").filter(to__in=users[1:]).exists()
    assert "has ended, so there is nothing left to answer" in open_link(link, ON).refusal
    response = client.post("/answer/reply/", {"link": link, "answer": "give_back"})
    assert (response.status_code, "has ended" in response.text) == (410, True)
    execution.carry_out(review, on=ON)
    assert not_judged(wiki, [cid.pk], ON) == {}, "nobody is said to be asked still"


def test_the_numbers_of_a_closed_review_add_up_to_all_who_were_asked(review: Review) -> None:
    n = numbers_of(carried_out(review))
    assert (n.asked, n.answered, n.waiting, n.silent, n.unreached) == (3, 1, 0, 1, 1)


def counted(review: Review) -> tuple[int, int]:
    """How many gave no answer, and how many were not reached."""
    numbers = numbers_of(review)
    return numbers.silent, numbers.unreached


def test_a_question_that_ended_before_it_reached_anybody_is_no_silence(review: Review, users: list[User]) -> None:
    Enquiry.objects.filter(person=users[2]).update(reached_on=None, seen_on=None)
    assert counted(carried_out(review)) == (0, 2)
    assert question_of(users[2]).reaches_nobody


def test_who_left_before_the_end_was_not_reached_also_after_it(review: Review, users: list[User]) -> None:
    people.deactivate(users[2], by=None, on=ON)
    assert counted(review) == counted(carried_out(review)) == (0, 2)
    people.change(users[2], {"status": "active"}, by=None, on=ON)
    assert counted(review) == (0, 2)
    entries = Entry.objects.filter(verb="enquiry.withdraw").order_by("number")
    assert [each.before.get("reached_on") for each in entries] == [None, str(ON)]


@pytest.mark.parametrize("later", [datetime.timedelta(0), ONE, 100 * ONE])
def test_who_leaves_or_goes_on_leave_after_the_end_changes_nothing_of_it(
    review: Review, users: list[User], later: datetime.timedelta
) -> None:
    assert counted(carried_out(review)) == (1, 1)
    suspension_rules.suspend(users[2], None, until=ON + 200 * ONE, reason="leave", by=None, on=ON + later)
    assert counted(review) == (1, 1)
    people.deactivate(users[2], by=None, on=ON + later)
    assert counted(review) == (1, 1)


def test_who_went_on_leave_while_the_question_was_put_is_not_silent_once_it_ended(
    review: Review, users: list[User]
) -> None:
    suspension_rules.suspend(users[2], None, until=ON + 200 * ONE, reason="leave", by=None, on=ON)
    assert counted(review) == (0, 2)
    Enquiry.objects.open().update(state="withdrawn", ended_on=ON + ONE)
    assert counted(review) == (0, 2)


def test_whatever_became_of_a_question_it_is_counted_once(review: Review, users: list[User]) -> None:
    asked = Enquiry.objects.filter(person=users[2])
    for on_leave in (False, True):
        if on_leave:
            suspension_rules.suspend(users[2], None, until=ON + ONE, reason="leave", by=None, on=ON)
        for state, undeliverable, reached in itertools.product(Enquiry.State, (True, False), (None, ON)):
            answer = (
                {"answer": "keep", "answered_on": ON} if state == "answered" else {"answer": "", "answered_on": None}
            )
            asked.update(state=state, undeliverable=undeliverable, reached_on=reached, **answer)
            for n in (numbers_of(review), *(each for _name, each in numbers_by_department(review))):
                assert n.asked == n.answered + n.waiting + n.silent + n.unreached, (state, undeliverable, reached)
                assert n.held == n.named + n.left_out == n.decided + n.undecided


def test_an_answer_to_a_review_that_ended_changes_nothing_even_where_its_question_was_left_open(
    review: Review, users: list[User]
) -> None:
    carried_out(review)
    late = question_of(users[2])
    Enquiry.objects.filter(pk=late.pk).update(state="open", ended_on=None)
    with pytest.raises(Refused, match="has ended"):
        answers.reply(late, "give_back", by=users[2], via="link", on=ON)
    assert question_of(users[2]).answer == ""


def test_what_was_given_back_in_a_review_that_ended_is_not_taken_back(review: Review, users: list[User]) -> None:
    cid = users[2]
    answers.reply(question_of(cid), "give_back", by=cid, via="page", on=ON)
    carried_out(review)
    with pytest.raises(Refused, match="your answer stays as it is"):
        answers.take_back(question_of(cid), reason="a mistake", by=cid, via="page", on=ON)
    assert question_of(cid).answer == "give_back"


def test_a_cancelled_review_asks_nobody(review: Review, users: list[User], wiki: Service) -> None:
    approval.cancel(review, by=person("alice", role="administrator"), reason="wrong rule", on=ON)
    assert not Enquiry.objects.open().exists()
    reasons = not_judged(wiki, [users[2].pk], ON)
    assert reasons == {}


def test_many_questions_that_reach_nobody_take_as_many_queries_as_few(db: None) -> None:
    owner, asked = person("owner", role="administrator"), []
    for count in (3, 30):
        service: Service = Service.objects.add(code=f"s{count}", name="S", by=None)
        users = [person(f"h{count}-{number}", email="") for number in range(count)]
        grants.grant(service=service, users=users, by=None, reason="", on=EARLIER)
        review = opening.draft(name="Q", service=service, owner=owner, rule=Rule(), due=DUE, by=owner, on=ON)
        opening.open_review(review, by=owner, on=ON)
        with CaptureQueriesContext(connection) as found:
            assert review_questions.ask(review, by=owner, on=ON) == count
        asked.append(len(found))
        assert Enquiry.objects.open().filter(undeliverable=True, license__service=service).count() == count
    assert asked[1] <= asked[0] <= 40, asked
