"""Two deciders at once, a decision and an answer, a decision and a move. Real threads, each with its own connection."""

from collections.abc import Callable, Sequence

import pytest

from seatwise.audit.models import Entry
from seatwise.audit.verification import verify
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, User
from seatwise.directory.tests.races import outcomes
from seatwise.enquiries import answers
from seatwise.enquiries.models import Enquiry
from seatwise.reviews import holder_confirmation, item_decisions
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Handover, Item, Review
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.deciding_world import ON, head_of, item_of, opened, service_with

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(actions: Sequence[Callable[[], object]]) -> list[str]:
    """Do all at once; what each came to: "done", or what was refused."""
    return [str(each) if isinstance(each, Refused) else "done" for each in outcomes(actions)]


@pytest.fixture
def review(cast: dict[str, User], sales: Department) -> Review:
    head_of(sales, "dora")
    return opened(service_with(cast["charlie"], cast["bob"]), cast["alice"], asks_members=True)


def seen(review: Review, user: User) -> dict[int, str]:
    item = Item.objects.for_deciding().get(pk=item_of(review, user).pk)
    return {item.pk: item_decisions.seen(item)}


def test_of_two_deciders_who_saw_the_same_one_is_told_of_the_other(review: Review, cast: dict[str, User]) -> None:
    known, dora = seen(review, cast["charlie"]), User.objects.get(login="dora")
    told = at_once(
        [
            lambda: item_decisions.decide(review, known, NewDecision("keep", "x"), by=cast["bob"], on=ON),
            lambda: item_decisions.decide(review, known, NewDecision("remove", "y"), by=dora, on=ON),
            lambda: item_decisions.decide(review, known, NewDecision("remove", "z"), by=dora, on=ON),
        ]
    )
    assert told.count("done") == 1
    assert sum("has arrived" in each for each in told) == 2
    assert Entry.objects.of("item.decide").count() == 1
    assert verify()


def test_a_decision_and_an_answer_at_once_do_not_wait_for_each_other(review: Review, cast: dict[str, User]) -> None:
    charlie, known = cast["charlie"], seen(review, cast["charlie"])
    enquiry = item_of(review, charlie).enquiry_id

    def answer() -> None:
        answers.reply(
            Enquiry.objects.for_reading().get(pk=enquiry or 0), "keep", by=charlie, via="page", on=ON, reason="needed"
        )

    told = at_once(
        [answer, lambda: item_decisions.decide(review, known, NewDecision("remove", "unused"), by=cast["bob"], on=ON)]
    )
    assert told[0] == "done"
    item = item_of(review, charlie)
    if told[1] == "done":  # the decision was first, and is to be looked at again
        assert item.contradicted_at is not None
    else:
        assert "has arrived" in told[1]
        assert item.decision == ""


def test_two_changes_of_the_directory_at_once_leave_the_item_where_it_belongs(
    review: Review, cast: dict[str, User]
) -> None:
    other = Department.objects.add(code="other", name="Other", by=None)
    charlie, dora = cast["charlie"], User.objects.get(login="dora")
    told = at_once(
        [
            lambda: people.change(charlie, {"departments": ["other"]}, by=None, on=ON),
            lambda: dora.administer([other], by=None),
            lambda: people.change(cast["bob"], {"role": "member"}, by=None, on=ON),
        ]
    )
    assert told == ["done"] * 3
    item = item_of(review, charlie)
    assert (item.decider_department, item.deciders) == (other, [dora.pk])
    assert Item.objects.filter(pk=item.pk).to_decide_by(dora).exists()
    assert Handover.objects.filter(item=item).exists()


def test_somebody_is_named_once(cast: dict[str, User], sales: Department) -> None:
    head_of(sales, "dora")
    review = opened(service_with(cast["charlie"]), cast["alice"], Rule(held_at_least=36500), asks_members=True)
    item, dora = item_of(review, cast["charlie"]), User.objects.get(login="dora")
    name = holder_confirmation.name
    told = at_once([lambda by=by: name(item, by=by, reason="left", on=ON) for by in (cast["bob"], dora)])  # type: ignore[misc]
    assert told.count("done") == 1
    assert Entry.objects.of("item.name").count() == 1
    assert Enquiry.objects.count() == 1
