"""The four steps as they are kept: who may, what is refused, and what stands in the records and in the audit log."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone, translation

from seatwise.audit.models import Entry
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.enquiries.models import Enquiry
from seatwise.reviews import approval, execution, tasks
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Addendum, Item, Review, Step
from seatwise.reviews.tests.deciding_world import decide, opened, service_with
from seatwise.reviews.tests.execution import ON, approved, begun, carried_out, person, service_of

pytestmark = pytest.mark.django_db
KEEP, REMOVE = NewDecision("keep", "needs it"), NewDecision("remove", "not used")


@pytest.fixture
def ann(db: None) -> User:
    return person("ann")


@pytest.fixture
def owner(db: None) -> User:
    return person("olga", role="administrator")


@pytest.fixture
def decided(ann: User, owner: User) -> Review:
    """Open, and all is decided, by the owner."""
    review = opened(service_with(ann), owner)
    decide(review, ann, "remove", owner, "not used")
    return review


def last(verb: str) -> Entry:
    found: Entry = Entry.objects.of(verb).newest_first()[0]
    return found


def test_a_step_is_kept_with_who_took_it_when_and_what_they_wrote(decided: Review, owner: User) -> None:
    step = approval.propose(decided, by=owner, text=" please look \n")
    assert (step.kind, step.by, step.by_text, step.text) == ("proposed", owner, "Olga (olga)", "please look")
    assert (step.also, step.conflicts) == ([], [])
    assert timezone.now() - step.at < datetime.timedelta(minutes=1)
    assert approval.steps_of(decided) == {"proposed": step}
    entry = last("review.propose")
    assert (entry.by, entry.subject_id, entry.reason) == (owner, str(decided.pk), "please look")
    assert entry.after == {"step": "proposed", "also": []}


def test_of_two_steps_of_one_person_the_record_the_log_and_the_evidence_say_so(ann: User) -> None:
    review = approved(service_of([ann]), {ann: KEEP})
    Review.objects.update(one_person_two_steps=True)
    review.refresh_from_db()
    approver = User.objects.get(login="approver")
    tasks.begin(review, by=approver)
    assert last("review.carry_out").after["also"] == ["approved"]
    assert last("review.carry_out").after["conflicts"][0]["people"] == ["approver"]
    execution.carry_out(review, on=ON)
    review.refresh_from_db()
    with translation.override("ja"):
        step = approval.confirm(review, by=User.objects.get(login="owner"), text=" seen ")
    assert step.also == ["proposed"]
    addendum = Addendum.objects.get()
    assert (addendum.kind, addendum.by_text, addendum.text, addendum.at) == (
        "confirmed",
        "Owner (owner)",
        "seen",
        step.at,
    )
    assert addendum.data["same person as"] == ["proposed"]
    assert addendum.data["not independent"] == ["submitted by owner (the same person)"]


def test_who_is_independent_leaves_no_mark_with_the_confirmation(ann: User) -> None:
    approval.confirm(carried_out(approved(service_of([ann]), {ann: KEEP})), by=person("conny", role="administrator"))
    assert Addendum.objects.get().data == {"same person as": []}
    assert last("review.confirm").after == {"step": "confirmed", "also": []}


def test_the_decisions_are_proposed_by_who_owns_decides_or_decided_and_by_nobody_else(
    cast: dict[str, User], sales: Any
) -> None:
    review = opened(service_with(cast["charlie"]), cast["alice"])
    Item.objects.update(decision="keep")
    for login in ("audrey", "charlie", "ivan"):
        with pytest.raises(Refused):
            approval.propose(review, by=cast[login])
    approval.propose(review, by=cast["bob"])  # who decides
    Step.objects.all().delete()
    cast["bob"].administer([], by=None)
    with pytest.raises(Refused, match="deciders can submit"):
        approval.propose(review, by=cast["bob"])
    Item.objects.update(decided_by=cast["bob"])
    approval.propose(review, by=cast["bob"])  # who decided
    Step.objects.all().delete()
    approval.propose(review, by=cast["alice"])  # whose review it is


def test_nothing_is_proposed_before_all_is_decided_or_twice(ann: User, owner: User) -> None:
    review = opened(service_with(ann), owner)
    with pytest.raises(Refused, match="1 license is not decided yet"):
        approval.propose(review, by=owner)
    decide(review, ann, "keep", owner, "needs it")
    approval.propose(review, by=owner)
    with pytest.raises(Refused, match="already been taken"):
        approval.propose(review, by=owner)
    assert Step.objects.count() == 1


def test_answers_that_came_after_the_decision_are_looked_at_first(decided: Review, owner: User, ann: User) -> None:
    Item.objects.update(contradicted_at=timezone.now())
    with pytest.raises(Refused, match="An answer from Ann came after the decision and differs from it"):
        approval.propose(decided, by=owner)
    assert approval.propose(decided, by=owner, looked_again=True).kind == "proposed"


def test_of_many_late_answers_the_first_ten_are_named(ann: User) -> None:
    item = Item(user=ann)
    assert approval.answered_afterwards([item] * 10).count("Ann") == 10
    assert "…" not in approval.answered_afterwards([item] * 10)
    said = approval.answered_afterwards([item] * 11)
    assert (said.count("Ann"), said.count("Ann…")) == (10, 1)


def test_what_is_returned_is_kept_with_who_why_and_when_and_can_be_proposed_again(
    decided: Review, owner: User, ann: User
) -> None:
    other = person("otto", role="administrator")
    with pytest.raises(Refused, match="not been submitted yet"):
        approval.return_(decided, by=other, reason="x")
    approval.propose(decided, by=owner)
    with pytest.raises(Refused, match="Give a reason for returning the decisions"):
        approval.return_(decided, by=other, reason=" ")
    with pytest.raises(Refused, match="Only administrators and the owner"):
        approval.return_(decided, by=ann, reason="x")
    approval.return_(decided, by=other, reason="look again")
    step = Step.objects.get()
    assert (step.returned_by_text, step.returned_because) == ("Otto (otto)", "look again")
    assert step.returned_at is not None
    entry = last("review.return")
    assert (entry.by, entry.reason, entry.before["name"], entry.after) == (other, "look again", "Q4", {})
    assert approval.steps_of(decided) == {}
    approval.propose(decided, by=owner)
    assert Step.objects.filter(returned_at=None).count() == 1


def test_a_step_is_taken_only_from_the_state_that_it_follows(ann: User, owner: User, decided: Review) -> None:
    other = person("otto", role="administrator")
    early: list[tuple[str, Callable[[], object]]] = [
        ("not been submitted yet", lambda: approval.approve(decided, by=other)),
        ("not been approved yet", lambda: approval.carry_out(decided, by=other)),
        ("“Q4” is .*, so this cannot be done now", lambda: approval.confirm(decided, by=other)),
    ]
    for said, do in early:
        with pytest.raises(Refused, match=said):
            do()
    assert not Step.objects.exists()
    Review.objects.update(state=Review.State.CANCELLED)
    late: list[Callable[[], object]] = [
        lambda: approval.propose(decided, by=owner),
        lambda: approval.approve(decided, by=other),
        lambda: approval.return_(decided, by=other, reason="x"),
        lambda: approval.carry_out(decided, by=other),
    ]
    for do in late:
        with pytest.raises(Refused, match="so this cannot be done now"):
            do()


def test_an_obstacle_is_what_taking_the_step_would_say(decided: Review, owner: User, ann: User) -> None:
    other = person("otto", role="administrator")
    assert "not been submitted yet" in approval.obstacle(decided, "approved", other)
    approval.propose(decided, by=owner)
    assert approval.obstacle(decided, "approved", other) == ""
    approval.approve(decided, by=other, text="agreed")
    assert (last("review.approve").by, last("review.approve").reason) == (other, "agreed")
    assert "already been taken" in approval.obstacle(decided, "approved", other)
    Step.objects.filter(kind="approved").delete()
    assert "You made some of these decisions" in approval.obstacle(decided, "approved", owner)
    assert "Only administrators and the owner" in approval.obstacle(decided, "approved", ann)
    assert "Only administrators and the owner" in approval.obstacle(decided, "confirmed", ann)
    assert approval.obstacle(decided, "confirmed", other) == ""


def test_only_administrators_carry_out_and_from_then_on_nobody_is_asked(cast: dict[str, User]) -> None:
    review = opened(service_with(cast["charlie"]), cast["alice"], asks_members=True)
    Item.objects.update(decision="keep")
    for kind, by in (("proposed", "alice"), ("approved", "audrey")):
        Step.objects.create(review=review, kind=kind, by=cast[by], at=timezone.now())
    Review.objects.update(owner=cast["bob"])
    with pytest.raises(Refused, match="Only administrators can carry out reviews"):
        approval.carry_out(review, by=cast["bob"])
    otto = person("otto", role="administrator")
    step = approval.carry_out(review, by=otto)
    review.refresh_from_db()
    assert (review.state, step.text, Enquiry.objects.open().count()) == (Review.State.CLOSING, "", 0)


def test_a_review_is_cancelled_before_it_is_carried_out_and_that_is_written_down(decided: Review, owner: User) -> None:
    with pytest.raises(Refused, match="Give a reason for cancelling the review"):
        approval.cancel(decided, by=owner, reason=" ", on=ON)
    with pytest.raises(Refused, match="Only administrators and the owner"):
        approval.cancel(decided, by=person("mia"), reason="x", on=ON)
    approval.cancel(decided, by=owner, reason="wrong list", on=ON)
    decided.refresh_from_db()
    assert decided.state == Review.State.CANCELLED
    assert decided.closed_at is not None
    entry = last("review.cancel")
    assert (entry.by, entry.reason, entry.before["name"], entry.after) == (owner, "wrong list", "Q4", {})
    with pytest.raises(Refused, match="cannot be cancelled"):
        approval.cancel(decided, by=owner, reason="again", on=ON)


def test_what_is_being_carried_out_is_not_cancelled(ann: User) -> None:
    review = begun(approved(service_of([ann]), {ann: KEEP}))
    with pytest.raises(Refused, match="is being carried out or has ended"):
        approval.cancel(review, by=User.objects.get(login="owner"), reason="x", on=ON)
    review.refresh_from_db()
    assert review.state == Review.State.CLOSING


def test_a_draft_is_cancelled_too(ann: User, owner: User) -> None:
    review = opened(service_with(ann), owner)
    Review.objects.update(state=Review.State.DRAFT)
    approval.cancel(review, by=owner, reason="not now", on=ON)
    assert Review.objects.get().state == Review.State.CANCELLED
