"""Undoing what a review did: seats are checked again, both sides are told, and the evidence has it as an addendum."""

import datetime

import pytest
from django.utils import timezone

from seatwise.audit.models import Entry
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.letters.composing import compose
from seatwise.letters.models import Letter
from seatwise.licenses import change_undo, contract_terms, grants, suspension_rules
from seatwise.licenses.exclusions import Why, not_judged
from seatwise.licenses.models import License
from seatwise.licenses.tests.world import carry_out, pending
from seatwise.reviews import reversal
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Addendum, Item, Review
from seatwise.reviews.tests.execution import ON, approved, begun, carried_out, item_of, person, service_of
from seatwise.seat_requests import request_steps

pytestmark = pytest.mark.django_db
REMOVE = NewDecision("remove", "moved to another job")


@pytest.fixture
def alice(db: None) -> User:
    return person("alice", role="administrator")


@pytest.fixture
def users(db: None) -> list[User]:
    return [person(login) for login in ("ann", "ben", "cid")]


def held_by(service: Service) -> set[str]:
    return set(License.objects.of(service).held().values_list("user__login", flat=True))


def test_a_removal_is_undone_and_its_letter_never_sent(users: list[User], alice: User) -> None:
    wiki = service_of(users)
    review = carried_out(approved(wiki, dict.fromkeys(users, REMOVE)))
    reversal.undo(item_of(review, users[0]), by=alice, reason="needs it after all", on=ON)
    assert held_by(wiki) == {"ann"}
    item = item_of(review, users[0])
    assert item.state == Item.State.UNDONE
    letters = dict(Letter.objects.about(item).values_list("kind", "state"))
    assert letters == {"review.remove": Letter.State.WITHDRAWN, "review.undone": Letter.State.WAITING}
    addendum = Addendum.objects.get()
    assert (addendum.kind, addendum.text, addendum.by_text) == ("undone", "needs it after all", "Alice (alice)")
    assert addendum.data["change"] == License.objects.get(removed_on=None).added_in_id
    with pytest.raises(Refused):
        reversal.undo(item, by=alice, reason="again", on=ON)
    assert Entry.objects.of("item.undo").count() == 1


def test_an_undone_reassignment_gives_the_seat_back_and_tells_both(users: list[User], alice: User) -> None:
    ann = users[0]
    wiki = service_of([ann])
    contract_terms.add(service=wiki, seats=1, by=None, on=ON)
    eve = person("eve")
    review = approved(wiki, {ann: NewDecision("reassign", "hardly uses it", to=eve)})
    asked = request_steps.ask(service=wiki, person=eve, reason="for the new project", on=ON)
    review = carried_out(review)
    asked.refresh_from_db()
    assert asked.state == "granted"
    reversal.undo(item_of(review, ann), by=alice, reason="a mistake", on=ON)
    assert held_by(wiki) == {"ann"}
    letters = {(letter.to.login, letter.kind): letter for letter in Letter.objects.exclude(state="withdrawn")}
    letters = {key: letter for key, letter in letters.items() if key[0] in ("ann", "eve")}
    assert set(letters) == {("ann", "review.undone"), ("eve", "seat_requests.undone")}
    composed = compose(letters[("eve", "seat_requests.undone")])
    assert composed is not None
    assert "Ann gets the seat back" in composed.text
    assert "Your request of 24 November 2026 is open again" in composed.text
    asked.refresh_from_db()
    assert asked.state == "waiting"


def test_an_undone_suspension_ends(users: list[User], alice: User) -> None:
    wiki = service_of(users[:1])
    until = datetime.date(2027, 3, 1)
    review = carried_out(approved(wiki, {users[0]: NewDecision("suspend", "on leave", until=until)}))
    assert License.objects.asleep().exists()
    reversal.undo(item_of(review, users[0]), by=alice, reason="came back", on=ON)
    assert not License.objects.asleep().exists()
    assert item_of(review, users[0]).state == Item.State.UNDONE


def test_whose_suspension_was_undone_is_judged_as_before_and_who_came_back_is_not(
    users: list[User], alice: User
) -> None:
    wiki = service_of(users[:2])
    later = ON + datetime.timedelta(days=5)
    suspended = NewDecision("suspend", "on leave", until=datetime.date(2027, 3, 1))
    review = carried_out(approved(wiki, dict.fromkeys(users[:2], suspended)))
    reversal.undo(item_of(review, users[0]), by=alice, reason="a mistake", on=later)
    back = item_of(review, users[1]).suspension
    assert back is not None
    suspension_rules.end(back, by=None, reason="back early", on=later)
    found = not_judged(wiki, [user.pk for user in users[:2]], later)
    assert {user: [reason.why for reason in reasons] for user, reasons in found.items()} == {
        users[1].pk: [Why.RETURNED]
    }


def test_without_a_seat_it_is_refused_and_nothing_changes(users: list[User], alice: User) -> None:
    wiki = service_of(users[:1], Service.Removal.GATE)
    contract_terms.add(service=wiki, seats=1, by=None, on=ON)
    review = carried_out(approved(wiki, {users[0]: REMOVE}))
    grants.grant_one(service=wiki, user=users[1], by=None, reason="", on=ON)
    with pytest.raises(Refused, match="seats"):
        reversal.undo(item_of(review, users[0]), by=alice, reason="x", on=ON)
    assert item_of(review, users[0]).state == Item.State.APPLIED
    assert not Addendum.objects.exists()
    assert Letter.objects.of_kind("review.remove").get().state == Letter.State.WAITING
    done, refused = reversal.undo_all(review, by=alice, reason="x", on=ON)
    assert (done, [str(item.user) for item, _why in refused]) == (0, ["Ann"])
    assert "seats" in item_of(review, users[0]).problem


def test_it_is_refused_without_a_reason_too_late_and_before_closing(users: list[User], alice: User) -> None:
    review = begun(approved(service_of(users[:1]), {users[0]: REMOVE}))
    from seatwise.reviews import execution

    execution.apply(item_of(review, users[0]).pk, on=ON)
    with pytest.raises(Refused, match="still being carried out"):
        reversal.undo(item_of(review, users[0]), by=alice, reason="x", on=ON)
    execution.carry_out(review, on=ON)
    item = item_of(review, users[0])
    with pytest.raises(Refused, match="Give a reason"):
        reversal.undo(item, by=alice, reason=" ", on=ON)
    with pytest.raises(Refused, match="Only administrators"):
        reversal.undo(item, by=users[1], reason="x", on=ON)
    last = reversal.last_day(item)
    assert last is not None
    with pytest.raises(Refused, match="could be undone until"):
        reversal.undo(item, by=alice, reason="x", on=last + datetime.timedelta(days=1))


def test_all_of_it_can_be_undone(users: list[User], alice: User) -> None:
    wiki = service_of(users)
    review = carried_out(
        approved(wiki, {users[0]: REMOVE, users[1]: REMOVE, users[2]: NewDecision("keep", "needs it")})
    )
    assert reversal.undo_all(review, by=alice, reason="wrong list", on=ON) == (2, [])
    assert held_by(wiki) == {"ann", "ben", "cid"}
    assert item_of(review, users[2]).state == Item.State.APPLIED


def test_what_cannot_be_undone_hinders_nothing_else(users: list[User], alice: User) -> None:
    wiki = service_of(users)
    review = carried_out(approved(wiki, dict.fromkeys(users, REMOVE)))
    grants.grant_one(service=wiki, user=users[1], by=None, reason="a new job", on=ON)
    done, refused = reversal.undo_all(review, by=alice, reason="wrong list", on=ON)
    why = "Ben’s license has changed since, so this cannot be undone. Nothing was changed."
    assert (done, [(str(item.user), text) for item, text in refused]) == (2, [("Ben", why)])
    states = [item_of(review, user).state for user in users]
    assert states == [Item.State.UNDONE, Item.State.APPLIED, Item.State.UNDONE]
    assert item_of(review, users[1]).problem == why
    assert Entry.objects.of("item.undo").count() == Addendum.objects.count() == 2
    undoing = License.objects.held().exclude(user=users[1]).values_list("added_in__undoes__items__user", flat=True)
    assert sorted(undoing) == sorted(user.pk for user in (users[0], users[2]))


def test_what_is_undone_on_the_page_of_its_change_is_undone_here_too(users: list[User], alice: User) -> None:
    review = carried_out(approved(service_of(users[:1]), {users[0]: REMOVE}))
    change = item_of(review, users[0]).change
    assert change is not None
    change_undo.undo_change(change, by=alice, reason="on the other page", on=ON)
    assert item_of(review, users[0]).state == Item.State.UNDONE
    assert Addendum.objects.get().text == "on the other page"
    assert Review.objects.get(pk=review.pk).state == Review.State.CLOSED


def test_whose_license_is_given_back_is_told_once_it_can_be_used(users: list[User], alice: User) -> None:
    ann, ben = users[:2]
    wiki = service_of([ann, ben])
    carry_out(wiki)
    review = carried_out(approved(wiki, dict.fromkeys((ann, ben), REMOVE)))
    carry_out(wiki)
    reversal.undo_all(review, by=alice, reason="needed after all", on=ON)
    assert pending(wiki) == [("add", "ann"), ("add", "ben")]
    User.objects.filter(pk=ben.pk).update(status="inactive")
    carry_out(wiki)
    told = Letter.objects.of_kind("seat_requests.ready").values_list("to__login", flat=True)
    assert list(told) == ["ann"]


def test_who_comes_back_reads_that_it_is_still_to_be_set_up(users: list[User], alice: User) -> None:
    wiki = service_of(users[:1])
    carry_out(wiki)
    until = datetime.date(2027, 3, 1)
    review = carried_out(approved(wiki, {users[0]: NewDecision("suspend", "on leave", until=until)}))
    carry_out(wiki)
    reversal.undo(item_of(review, users[0]), by=alice, reason="came back", on=ON)
    assert pending(wiki) == [("wake", "ann")]
    composed = compose(Letter.objects.get(kind="review.undone"))
    assert composed is not None
    assert "still has to be set up in the service" in composed.text
    assert not Letter.objects.of_kind("seat_requests.ready").exists()
    carry_out(wiki)
    assert Letter.objects.of_kind("seat_requests.ready").get().to == users[0]


def test_the_letter_of_an_undone_removal_does_not_say_that_it_is_in_effect(users: list[User], alice: User) -> None:
    review = carried_out(approved(service_of(users[:1], Service.Removal.GATE), {users[0]: REMOVE}))
    letter = Letter.objects.get(kind="review.remove")
    Letter.objects.filter(pk=letter.pk).update(state="sent", sent_at=timezone.now())
    letter.refresh_from_db()
    before = compose(letter)
    assert before is not None
    assert "This is now in effect" in before.text
    reversal.undo(item_of(review, users[0]), by=alice, reason="a mistake", on=ON)
    after = compose(letter)
    assert after is not None
    assert "This is now in effect" not in after.text
