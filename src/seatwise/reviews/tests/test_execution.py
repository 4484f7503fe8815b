"""What carrying out leaves with each item and in the audit log, and when a review is closed."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.letters.models import Letter
from seatwise.lib.tests.locks import locks_of
from seatwise.licenses import contract_terms, grants
from seatwise.licenses.models import Change, License
from seatwise.reviews import evidence, execution, tasks
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Evidence, Finding, Item, Review
from seatwise.reviews.tests.execution import DUE, ON, approved, begun, carried_out, item_of, person, service_of
from seatwise.seat_requests import request_steps
from seatwise.seat_requests.models import SeatRequest

pytestmark = pytest.mark.django_db
REMOVE, KEEP = NewDecision("remove", "not used"), NewDecision("keep", "needs it")


@pytest.fixture
def users(db: None) -> list[User]:
    return [person(login) for login in ("ann", "ben", "cid")]


def failing(users: list[User]) -> Review:
    """Being carried out: ann's seat cannot pass to eve, who holds a license of her own meanwhile."""
    wiki = service_of(users, Service.Removal.GATE)
    review = begun(
        approved(wiki, {users[0]: NewDecision("reassign", "x", to=person("eve")), users[1]: KEEP, users[2]: KEEP})
    )
    eve = User.objects.get(login="eve")
    grants.grant_one(service=wiki, user=eve, by=None, reason="", on=ON)
    return review


def test_what_was_done_stands_with_the_item_the_license_and_in_the_log(users: list[User]) -> None:
    wiki = service_of(users, Service.Removal.GATE)
    before = timezone.now()
    review = approved(wiki, {users[0]: REMOVE, users[1]: KEEP, users[2]: NewDecision("suspend", "leave", until=DUE)})
    owner = User.objects.get(login="owner")
    seen: list[tuple[int, int]] = []
    execution.carry_out(begun(review), on=ON, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(0, 3), (1, 3), (2, 3)]
    ann, ben, cid = (item_of(review, user) for user in users)
    for item in (ann, ben, cid):
        assert (item.state, item.problem) == (Item.State.APPLIED, "")
        assert item.applied_at is not None
        assert item.applied_at >= before
        assert item.read_back["as_decided"]
    assert ann.change is not None
    assert (ann.change.by, ann.change.how, ann.change.reason) == (owner, Change.How.REVIEW, "Q4: not used")
    gone = License.objects.get(user=users[0])
    assert (gone.removed_on, gone.removed_by, gone.remove_reason, gone.removed_in) == (
        ON,
        owner,
        "Q4: not used",
        ann.change,
    )
    assert (ben.change, ben.suspension, ann.suspension) == (None, None, None)
    assert cid.suspension is not None
    assert (cid.suspension.until, cid.suspension.user) == (DUE, users[2])
    entry = Entry.objects.of("item.apply").about(ann).get()
    assert (entry.by, entry.reason) == (owner, "not used")
    assert entry.before == {"review": "Q4", "service": "wiki", "user": "ann"}
    assert entry.after == {"decision": "remove", "state": "applied", "problem": ""}
    told = Letter.objects.filter(kind__in=["review.remove", "review.keep", "review.suspend", "review.reassign"])
    letters = set(told.values_list("kind", "to__login", "key"))
    assert letters == {
        ("review.remove", "ann", f"review.remove:{ann.pk}"),
        ("review.suspend", "cid", f"review.suspend:{cid.pk}"),
    }


def test_a_decision_without_a_reason_is_carried_out_in_the_name_of_the_review(users: list[User]) -> None:
    item = Item(review=Review(name="Q4"), decision_reason="")
    assert execution.reason_of(item) == "Q4"
    item.decision_reason = "why"
    assert execution.reason_of(item) == "Q4: why"


def test_a_seat_passes_on_in_one_change_and_whoever_gets_it_is_told(users: list[User]) -> None:
    wiki = service_of(users[:1], Service.Removal.GATE)
    eve = person("eve")
    mail = Service.objects.add(code="mail", name="Mail", by=None)
    contract_terms.add(service=mail, seats=0, by=None, on=ON)
    elsewhere = request_steps.ask(mail, eve, reason="x", on=ON)
    review = carried_out(approved(wiki, {users[0]: NewDecision("reassign", "hardly uses it", to=eve)}))
    item, new = item_of(review, users[0]), License.objects.held().get()
    assert (new.user, new.added_in, new.replaces) == (eve, item.change, License.objects.get(user=users[0]))
    assert (new.added_by, new.add_reason, new.added_on) == (item.decided_by, "Q4: hardly uses it", ON)
    assert item.change is not None
    assert (item.change.by, item.change.how) == (item.decided_by, Change.How.REVIEW)
    assert Letter.objects.filter(to=eve).count() == 1
    elsewhere.refresh_from_db()
    assert elsewhere.state != SeatRequest.State.GRANTED


def test_who_is_told_what_becomes_of_a_license() -> None:
    ann, desk = person("ann"), person("desk", kind="shared", responsible="ann")
    lost, robot = person("lost", kind="shared"), person("robot", kind="system", responsible="ann")
    assert execution.recipient_of(Item(user=ann)) == ann
    assert execution.recipient_of(Item(user=desk)) == ann
    assert execution.recipient_of(Item(user=lost)) == lost
    assert execution.recipient_of(Item(user=robot)) == robot
    people.deactivate(ann, by=None, on=ON)
    desk.refresh_from_db()
    assert execution.recipient_of(Item(user=ann)) is None
    assert execution.recipient_of(Item(user=User.objects.get(pk=desk.pk))) is None


@pytest.mark.parametrize("gone", [{"status": "inactive"}, {"kind": "guest"}])
def test_a_seat_is_not_reassigned_to_somebody_who_left_meanwhile(users: list[User], gone: dict[str, str]) -> None:
    eve = person("eve")
    review = begun(approved(service_of(users[:1]), {users[0]: NewDecision("reassign", "x", to=eve)}))
    people.change(eve, gone, by=None, on=ON)
    item = item_of(review, users[0])
    assert execution.apply(item.pk, on=ON) is False
    item = item_of(review, users[0])
    assert (item.state, item.problem) == (
        Item.State.FAILED,
        "Eve is inactive or a guest user, and cannot hold licenses.",
    )
    assert item.license.removed_on is None
    assert not Letter.objects.of_kind("review.reassign").exists()


def test_what_cannot_be_applied_is_left_as_it_was_and_said_with_the_item(users: list[User]) -> None:
    review = failing(users)
    item = item_of(review, users[0])
    assert execution.apply(item.pk, on=ON) is False
    item = item_of(review, users[0])
    assert (item.state, item.problem, item.applied_at) == (
        Item.State.FAILED,
        "Eve already holds a license for Wiki.",
        None,
    )
    assert not Entry.objects.of("item.apply").exists()
    assert set(execution.left_of(review)) == set(Item.objects.of(review))
    assert execution.carry_out(review, on=ON) == 1
    assert not execution.close(review, on=ON)
    review.refresh_from_db()
    assert (review.state, review.closed_at) == (Review.State.CLOSING, None)
    grants.revoke([License.objects.held().get(user__login="eve")], by=None, reason="", on=ON)
    assert execution.carry_out(review, on=ON) == 0
    item = item_of(review, users[0])
    assert (item.state, item.problem) == (Item.State.APPLIED, "")


def test_a_decision_is_left_by_an_administrator_with_a_reason_and_that_is_written_down(users: list[User]) -> None:
    review = failing(users)
    execution.carry_out(review, on=ON)
    item, otto = item_of(review, users[0]), person("otto", role="administrator")
    with pytest.raises(Refused, match="Only administrators can carry out reviews"):
        execution.give_up(item, by=users[1], reason="x")
    with pytest.raises(Refused, match="no longer waiting to be carried out"):
        execution.give_up(item_of(review, users[1]), by=otto, reason="it was applied")
    execution.give_up(item, by=otto, reason=" Eve has one ")
    item = item_of(review, users[0])
    assert (item.state, item.problem) == (
        Item.State.CHANGED,
        "Eve already holds a license for Wiki. – Eve has one",
    )
    assert item.applied_at is not None
    entry = Entry.objects.of("item.give_up").get()
    assert (entry.by, entry.reason, entry.before["user"]) == (otto, "Eve has one", "ann")
    assert entry.after == {
        "decision": "reassign",
        "state": "changed",
        "problem": "Eve already holds a license for Wiki.",
    }


def test_ones_own_is_left_only_where_the_review_allows_it_and_marked(users: list[User]) -> None:
    review = failing(users)
    execution.carry_out(review, on=ON)
    User.objects.filter(pk=users[0].pk).update(role="administrator")
    ann = User.objects.get(pk=users[0].pk)
    with pytest.raises(Refused, match="your own license"):
        execution.give_up(item_of(review, ann), by=ann, reason="x")
    Review.objects.update(one_person_two_steps=True)
    execution.give_up(item_of(review, ann), by=ann, reason="x")
    assert item_of(review, ann).problem.endswith(" – x – not independent: a license of ann (the same person)")
    assert "not independent" in Entry.objects.of("item.give_up").get().after


def test_a_database_that_cannot_be_had_is_not_taken_for_a_problem_of_the_item(
    users: list[User], monkeypatch: Any
) -> None:
    review = begun(approved(service_of(users[:1]), {users[0]: REMOVE}))

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(execution, "remove", away)
    with pytest.raises(OperationalError):
        execution.apply(item_of(review, users[0]).pk, on=ON)
    assert (item_of(review, users[0]).state, item_of(review, users[0]).problem) == (Item.State.WAITING, "")


def test_a_review_is_closed_once_with_what_was_found_and_sealed(users: list[User], monkeypatch: Any) -> None:
    review = begun(approved(service_of(users, Service.Removal.GATE), dict.fromkeys(users, KEEP)))
    assert execution.carry_out(review, on=ON) == 0
    review.refresh_from_db()
    assert review.state == Review.State.CLOSED
    assert review.closed_at is not None
    assert Finding.objects.of(review).of_kind("administrator").exists()
    assert Evidence.objects.filter(review=review).count() == 1
    monkeypatch.setattr(evidence, "package_of", None)  # and no package is made that is not wanted
    assert execution.close(review, on=ON) is False
    with pytest.raises(Refused, match="is not being carried out"):
        execution.carry_out(review, on=ON)
    assert Evidence.objects.filter(review=review).count() == 1


def test_whoever_makes_the_evidence_second_stores_nothing(users: list[User], monkeypatch: Any) -> None:
    review = begun(approved(service_of(users, Service.Removal.GATE), dict.fromkeys(users, KEEP)))
    for item in Item.objects.of(review):
        execution.apply(item.pk, on=ON)
    real, closed = evidence.package_of, []

    def overtaken(found: Review) -> Any:
        monkeypatch.setattr(evidence, "package_of", real)
        closed.append(execution.close(Review.objects.get(pk=review.pk), on=ON))
        return real(found)

    monkeypatch.setattr(evidence, "package_of", overtaken)
    assert execution.close(review, on=ON) is False
    assert closed == [True]
    assert Evidence.objects.filter(review=review).count() == 1
    assert Entry.objects.of("review.close").count() == 1


def test_evidence_that_was_begun_before_another_began_is_made_anew(users: list[User], monkeypatch: Any) -> None:
    review = begun(approved(service_of(users[:1]), {users[0]: KEEP}))
    execution.apply(item_of(review, users[0]).pk, on=ON)
    real, made = evidence.package_of, []

    def meanwhile(found: Review) -> Any:
        made.append(real(found))
        if len(made) == 1:
            execution._prepare(review, ON)
        return made[-1]

    monkeypatch.setattr(evidence, "package_of", meanwhile)
    assert execution.close(review, on=ON) is True
    assert len(made) == 2
    assert Evidence.objects.get(review=review).manifest_sum == made[1].manifest_sum


def test_a_license_that_is_removed_while_its_lock_is_waited_for_is_not_removed_again(
    users: list[User], monkeypatch: Any
) -> None:
    review = begun(approved(service_of(users[:1]), {users[0]: REMOVE}))
    hold = execution.hold

    def waiting(items: Sequence[Item]) -> None:
        grants.revoke([License.objects.get()], by=None, reason="left", on=ON)
        hold(items)

    monkeypatch.setattr(execution, "hold", waiting)
    assert execution.apply(item_of(review, users[0]).pk, on=ON)
    item = item_of(review, users[0])
    assert (item.state, item.problem) == (Item.State.CHANGED, "The license has since been removed.")
    assert (License.objects.get().remove_reason, item.change) == ("left", None)


def test_what_a_review_let_somebody_decide_of_their_own_is_carried_out_and_marked(users: list[User]) -> None:
    review = begun(approved(service_of(users[:1]), {users[0]: NewDecision("suspend", "leave", until=DUE)}))
    Item.objects.of(review).update(decided_by=users[0])
    assert execution.apply(item_of(review, users[0]).pk, on=ON)
    assert item_of(review, users[0]).suspension is not None
    assert Entry.objects.of("suspension.add").get().after["not independent"] == "self"


def test_evidence_of_items_that_never_stand_still_is_not_stored(users: list[User], monkeypatch: Any) -> None:
    review = begun(approved(service_of(users[:1], Service.Removal.GATE), {users[0]: KEEP}))
    execution.apply(item_of(review, users[0]).pk, on=ON)
    real, made = evidence.package_of, []

    def meanwhile(found: Review) -> Any:
        made.append(real(found))
        Item.objects.of(review).update(problem=f"changed {len(made)} times")
        return made[-1]

    monkeypatch.setattr(evidence, "package_of", meanwhile)
    assert execution.close(review, on=ON) is False
    assert len(made) == 3
    review.refresh_from_db()
    assert review.state == Review.State.CLOSING
    assert not Evidence.objects.exists()


def test_it_speaks_english_where_nobody_is_known_who_carries_it_out(users: list[User]) -> None:
    review = approved(service_of(users[:1]), {users[0]: KEEP})
    assert execution.language_of(review) == "en"
    User.objects.filter(login__in=["owner", "approver"]).update(language="ja")
    assert execution.language_of(review) == "en"
    tasks.begin(review, by=person("hana", role="administrator", language="ja"))
    assert execution.language_of(review) == "ja"


def test_locks_are_taken_in_one_order_and_keep_nobody_from_referring_to_what_is_locked(users: list[User]) -> None:
    eve = person("eve")
    review = begun(approved(service_of(users[:1]), {users[0]: NewDecision("reassign", "x", to=eve)}))
    item = item_of(review, users[0])
    people, service, item_and_review = "directory_user", "directory_service", ["reviews_review", "reviews_item"]
    held = [people, service, service, "ledger_asof!", *item_and_review]
    assert locks_of(lambda: execution.hold([item])) == held
    assert locks_of(lambda: execution.apply(item.pk, on=ON))[: len(held) + 1] == [*held, "seat_requests_seatrequest"]
    assert locks_of(lambda: execution.close(review, on=ON))[:2] == ["reviews_review", "reviews_review"]
