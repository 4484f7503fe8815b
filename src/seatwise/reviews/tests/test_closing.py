"""Carrying out: each decision once, whatever stands in the way said, and taken up again by whoever comes next."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from seatwise.audit import heads
from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.letters.composing import compose
from seatwise.letters.models import Letter
from seatwise.licenses import contract_terms, effects, grants, suspension_rules
from seatwise.licenses.models import Change, Effect, License, Suspension
from seatwise.reviews import execution, numbers, reading_back, tasks
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Item, Review
from seatwise.reviews.tests.execution import DUE, ON, approved, begun, carried_out, item_of, person, service_of
from seatwise.seat_requests import request_steps
from seatwise.seat_requests.models import SeatRequest

pytestmark = pytest.mark.django_db
REMOVE = NewDecision("remove", "moved to another job")
UNTIL = datetime.date(2027, 3, 1)


@pytest.fixture(autouse=True)
def _forget_the_end_of_the_log() -> Iterator[None]:
    """Callbacks after a commit remember the end of a log that is rolled back here."""
    yield
    heads.forget()


@pytest.fixture
def users(db: None) -> list[User]:
    return [person(login) for login in ("ann", "ben", "cid", "dan")]


def held_by(service: Service) -> set[str]:
    return set(License.objects.of(service).held().values_list("user__login", flat=True))


def test_each_decision_is_carried_out_as_it_was_made(users: list[User]) -> None:
    ann, ben, cid, dan = users
    wiki = service_of(users, Service.Removal.GATE)
    eve = person("eve")
    decisions = {
        ann: REMOVE,
        ben: NewDecision("keep", "needs it"),
        cid: NewDecision("suspend", "on leave", until=UNTIL),
        dan: NewDecision("reassign", "hardly uses it", to=eve),
    }
    review = carried_out(approved(wiki, decisions))
    assert review.state == Review.State.CLOSED
    assert held_by(wiki) == {"ben", "cid", "eve"}
    assert {item.state for item in review.items.all()} == {Item.State.APPLIED}
    assert all(item.read_back["as_decided"] for item in review.items.all())
    assert Suspension.objects.get().until == UNTIL
    change = item_of(review, dan).change
    assert change is not None
    assert (change.how, change.reason) == (Change.How.REVIEW, "Q4: hardly uses it")


def test_carrying_out_again_changes_nothing(users: list[User]) -> None:
    wiki = service_of(users)
    review = begun(approved(wiki, dict.fromkeys(users, REMOVE)))
    for item in review.items.all():
        assert execution.apply(item.pk, on=ON)
        assert execution.apply(item.pk, on=ON)
    execution.carry_out(review, on=ON)
    execution.close(review, on=ON)
    assert Entry.objects.of("license.remove").count() == len(users)
    assert Entry.objects.of("item.apply").count() == len(users)
    assert Entry.objects.of("review.close").count() == 1
    assert Letter.objects.of_kind("review.remove").count() == len(users)


def test_nothing_is_carried_out_before_somebody_begins(users: list[User]) -> None:
    review = approved(service_of(users), dict.fromkeys(users, REMOVE))
    execution.apply(review.items.order_by("pk")[0].pk, on=ON)
    assert not Entry.objects.of("license.remove").exists()
    assert set(review.items.values_list("state", flat=True)) == {Item.State.WAITING}
    with pytest.raises(Refused):
        execution.carry_out(review, on=ON)


@pytest.mark.parametrize("decision", [REMOVE, NewDecision("keep", "needs it")])
def test_a_license_that_was_removed_meanwhile_is_said_to_have_changed(users: list[User], decision: NewDecision) -> None:
    wiki = service_of(users[:1])
    review = begun(approved(wiki, {users[0]: decision}))
    grants.revoke([License.objects.get()], by=None, reason="left", on=ON)
    assert execution.carry_out(review, on=ON) == 0
    item = item_of(review, users[0])
    assert (item.state, item.problem) == (Item.State.CHANGED, "The license has since been removed.")
    assert not Letter.objects.of_kind("review.remove").exists()


def test_what_is_in_the_way_is_kept_and_can_be_tried_again_or_left(users: list[User]) -> None:
    ann, ben, *_ = users
    wiki = service_of([ann, ben])
    eve, fay = person("eve"), person("fay")
    wanted = {ann: NewDecision("reassign", "x", to=eve), ben: NewDecision("reassign", "x", to=fay)}
    review = begun(approved(wiki, wanted))
    licenses = grants.grant(service=wiki, users=[eve, fay], by=None, reason="", on=ON)
    assert execution.carry_out(review, on=ON) == 2
    review.refresh_from_db()
    assert review.state == Review.State.CLOSING
    item = item_of(review, ann)
    assert (item.state, item.problem) == (Item.State.FAILED, "Eve already holds a license for Wiki.")
    assert not Letter.objects.of_kind("review.reassign").exists()
    grants.revoke([licenses[0]], by=None, reason="", on=ON)
    assert execution.apply(item.pk, on=ON)
    assert item_of(review, ann).state == Item.State.PENDING
    alice = person("alice", role="administrator")
    with pytest.raises(Refused, match="Give a reason"):
        execution.give_up(item_of(review, ben), by=alice, reason=" ")
    execution.give_up(item_of(review, ben), by=alice, reason="Fay has one already")
    assert item_of(review, ben).problem == "Fay already holds a license for Wiki. – Fay has one already"
    with pytest.raises(Refused):
        execution.give_up(item_of(review, ben), by=alice, reason="again")
    assert execution.carry_out(review, on=ON) == 0
    assert Review.objects.get(pk=review.pk).state == Review.State.CLOSED
    assert held_by(wiki) == {"ben", "eve", "fay"}


def test_what_is_in_the_way_is_said_in_the_language_of_whoever_carries_it_out(users: list[User]) -> None:
    wiki = service_of(users[:1])
    eve = person("eve")
    review = approved(wiki, {users[0]: NewDecision("reassign", "x", to=eve)})
    tasks.begin(review, by=person("hana", role="administrator", language="ja"))
    grants.grant_one(service=wiki, user=eve, by=None, reason="", on=ON)
    execution.carry_out(review, on=ON)
    assert "ライセンス" in item_of(review, users[0]).problem


def test_an_error_of_ours_hinders_one_item_and_not_the_others(users: list[User], monkeypatch: Any) -> None:
    review = begun(approved(service_of(users), dict.fromkeys(users, REMOVE)))
    real = grants.remove

    def breaks(wanted: list[tuple[License, Change]], **kwargs: Any) -> None:
        if any(each.user == users[1] for each, _change in wanted):
            raise ZeroDivisionError
        real(wanted, **kwargs)

    monkeypatch.setattr(execution, "remove", breaks)
    assert execution.carry_out(review, on=ON) == 1
    assert item_of(review, users[1]).problem.startswith("Seatwise failed unexpectedly")
    assert Entry.objects.of("license.remove").count() == len(users) - 1
    monkeypatch.setattr(execution, "remove", real)
    assert execution.carry_out(review, on=ON) == 0


def test_a_request_that_waits_is_granted_by_a_reassignment_and_its_person_told(users: list[User]) -> None:
    ann = users[0]
    wiki = service_of([ann])
    contract_terms.add(service=wiki, seats=1, by=None, on=ON)
    eve = person("eve")
    request = request_steps.ask(service=wiki, person=eve, reason="new project", on=ON)
    review = carried_out(approved(wiki, {ann: NewDecision("reassign", "hardly uses it", to=eve)}))
    request.refresh_from_db()
    assert request.state == SeatRequest.State.GRANTED
    assert request.license == License.objects.of(wiki).held().get()
    kinds = set(Letter.objects.filter(to=eve).values_list("kind", flat=True))
    assert kinds == {"seat_requests.answered"}
    assert set(Letter.objects.filter(to=ann).values_list("kind", flat=True)) == {"review.reassign"}
    assert item_of(review, ann).read_back["as_decided"]


def test_who_loses_a_license_is_told_why_whom_to_ask_and_until_when(users: list[User]) -> None:
    carried_out(approved(service_of(users[:1]), {users[0]: REMOVE}))
    composed = compose(Letter.objects.of_kind("review.remove").get())
    assert composed is not None
    for part in ("moved to another job", "Owner <owner@example.com>", "This can be undone until"):
        assert part in composed.text


def test_of_a_shared_account_its_responsible_person_is_told_and_nobody_who_left(users: list[User]) -> None:
    ann, ben, *_ = users
    shared = person("desk", kind="shared", responsible="ann")
    review = approved(service_of([shared, ben]), {shared: REMOVE, ben: REMOVE})
    people.deactivate(ben, by=None, on=ON)
    carried_out(review)
    letter = Letter.objects.of_kind("review.remove").get()
    assert letter.to == ann
    composed = compose(letter)
    assert composed is not None
    assert "the account desk" in composed.text


def test_a_worker_carries_it_out_and_a_task_of_a_dead_worker_is_taken_up(
    users: list[User], django_capture_on_commit_callbacks: Any
) -> None:
    review = approved(service_of(users), dict.fromkeys(users, REMOVE))
    with django_capture_on_commit_callbacks(execute=True):
        begun(review)
    assert tasks.is_under_way(review)
    assert tasks.take_up() is None
    task = DBTaskResult.objects.get(task_path=tasks.carry_out.module_path)
    DBTaskResult.objects.filter(pk=task.pk).update(status="RUNNING", worker_ids=["elsewhere_dead"])
    assert tasks.is_under_way(review)  # of a worker on another machine only the time is known
    from seatwise.site import workers

    DBTaskResult.objects.filter(pk=task.pk).update(worker_ids=[f"{workers._host()}_dead"])
    assert not tasks.is_under_way(review)
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.take_up() == "reviews taken up again: 1"
    tasks.carry_out.func(review.pk)
    review.refresh_from_db()
    assert review.state == Review.State.CLOSED
    DBTaskResult.objects.all().delete()
    assert tasks.take_up() is None


def test_what_only_waits_for_somebody_is_not_taken_up_by_itself(users: list[User]) -> None:
    wiki = service_of(users[:1])
    eve = person("eve")
    review = begun(approved(wiki, {users[0]: NewDecision("reassign", "x", to=eve)}))
    grants.grant_one(service=wiki, user=eve, by=None, reason="", on=ON)
    execution.carry_out(review, on=ON)
    DBTaskResult.objects.all().delete()
    assert tasks.take_up() is None


@pytest.mark.parametrize("how", [Service.Removal.BY_HAND, Service.Removal.VENDOR])
def test_what_is_not_done_in_the_service_is_pending_until_it_is(users: list[User], how: str) -> None:
    wiki = service_of(users, how)
    Effect.objects.withdraw(ON)
    review = carried_out(approved(wiki, dict.fromkeys(users, REMOVE)))
    assert set(review.items.values_list("state", flat=True)) == {Item.State.PENDING}
    effect = Effect.objects.pending().order_by("pk")[0]
    effects.carry_out(effect.license.service, [effect.pk], evidence="seen in the console", by=None, on=ON)
    item = item_of(review, effect.license.user)
    assert item.state == Item.State.APPLIED
    assert item.read_back["evidence"] == ["seen in the console"]
    addendum = review.addenda.get()
    assert (addendum.item, addendum.kind) == (item, "read_back")
    assert review.items.filter(state=Item.State.PENDING).count() == len(users) - 1


def test_a_fresh_export_of_the_vendor_confirms_the_rest(users: list[User]) -> None:
    from seatwise.licenses import effects

    wiki = service_of(users, Service.Removal.VENDOR)
    Effect.objects.withdraw(ON)
    review = carried_out(approved(wiki, dict.fromkeys(users, REMOVE)))
    still_there = {users[0].pk}
    effects.confirm(wiki, still_there, as_of=ON, evidence="export.csv", by=None, on=ON)
    assert item_of(review, users[0]).state == Item.State.PENDING
    assert {item_of(review, user).state for user in users[1:]} == {Item.State.APPLIED}
    assert reading_back.read_back_all(DUE) is None
    Effect.objects.pending().update(confirmed_on=ON, evidence="by hand in the database")
    assert reading_back.read_back_all(DUE) == "decisions of reviews confirmed by their services: 1"
    assert item_of(review, users[0]).state == Item.State.APPLIED


def test_a_kept_license_waits_for_nothing(users: list[User]) -> None:
    wiki = service_of(users[:1])  # whose addition is still to be done by hand
    review = carried_out(approved(wiki, {users[0]: NewDecision("keep", "needs it")}))
    assert item_of(review, users[0]).state == Item.State.APPLIED


@pytest.mark.parametrize("decision", ["remove", "suspend", "reassign"])
def test_what_was_overtaken_before_the_service_did_it_is_never_said_to_be_done(
    users: list[User], decision: str
) -> None:
    ann, eve = users[0], person("eve")
    wiki = service_of([ann])
    Effect.objects.withdraw(ON)
    until, to = (UNTIL if decision == "suspend" else None), (eve if decision == "reassign" else None)
    review = carried_out(approved(wiki, {ann: NewDecision(decision, "x", until=until, to=to)}))
    assert item_of(review, ann).state == Item.State.PENDING
    if decision == "remove":
        grants.grant_one(service=wiki, user=ann, by=None, reason="asked again", on=ON)
    elif decision == "suspend":
        suspension_rules.end(Suspension.objects.get(), by=None, reason="back early", on=ON)
    else:
        removals = Effect.objects.pending().of_kind(Effect.What.REMOVE).values_list("pk", flat=True)
        effects.carry_out(wiki, list(removals), evidence="seen", by=None, on=ON)
        grants.revoke(list(License.objects.held()), by=None, reason="left", on=ON)
    assert reading_back.read_back_all(DUE) is None
    item = item_of(review, ann)
    assert item.state == Item.State.CHANGED
    assert item.problem == "The license changed again before the service confirmed this decision."
    assert reading_back.describe_reading(item) == "not as decided"
    assert review.addenda.get().data["as_decided"] is False
    found = numbers.numbers_of(review)
    assert (found.freed, found.changed, found.done[decision]) == (0, 1, 0)


@pytest.mark.parametrize("way", [Service.Removal.GATE, Service.Removal.BY_HAND])
def test_a_seat_whose_license_is_given_again_after_its_removal_was_confirmed_is_not_free_any_more(
    client: Any, alice: User, users: list[User], way: Service.Removal
) -> None:
    ann, ben, cid = users[:3]
    wiki = service_of([ann, ben, cid], way)
    Effect.objects.withdraw(ON)
    review = carried_out(approved(wiki, {ann: REMOVE, ben: REMOVE, cid: NewDecision("keep", "needs it")}))
    effects.carry_out(
        wiki, list(Effect.objects.pending().values_list("pk", flat=True)), evidence="seen", by=None, on=ON
    )
    closed = datetime.datetime.combine(ON, datetime.time(3), datetime.UTC)
    Review.objects.filter(pk=review.pk).update(closed_at=closed)
    found = numbers.numbers_of(review)
    assert (found.freed, found.given_again, found.done["remove"]) == (2, 0, 2)
    later = ON + datetime.timedelta(5)
    grants.grant_one(service=wiki, user=ann, by=None, reason="back on the project", on=later)
    found = numbers.numbers_of(review)
    assert (found.freed, found.given_again, found.done["remove"]) == (1, 1, 2)
    client.force_login(alice)
    page = client.get(f"/administration/reviews/{review.pk}/closing/").content.decode()
    assert page.count("carried out and confirmed; given again on 29 November 2026") == 1
    story = client.get(f"/administration/reviews/{review.pk}/")
    assert "Added again since" in story.content.decode()
    assert story.context["money"]["realized"] == 1
    terms: dict[str, Any] = {"shrinks": "month", "price": 10, "currency": "EUR"}
    contract_terms.add(service=wiki, seats=9, by=None, on=ON, **terms)
    story = client.get(f"/administration/reviews/{review.pk}/").content.decode()
    assert "Realized savings: 1 seat is confirmed to be free, EUR 10 a month." in story
    assert "It saves money from 1 December 2026 on" in story  # as of the day on which the review was closed
    money = numbers.money_of(wiki, ON)
    since = [ON, datetime.date(2026, 12, 31), datetime.date(2027, 1, 1), datetime.date(2027, 3, 15)]
    assert [money.so_far(2, day) for day in since] == ["", "", "EUR 20", "EUR 60"]
    grants.revoke(list(License.objects.of(wiki).held().by([ann])), by=None, reason="left", on=later)
    assert numbers.numbers_of(review).given_again == 0


def test_a_removal_of_what_was_never_set_up_there_is_done_though_its_addition_was_withdrawn(users: list[User]) -> None:
    ann, eve = users[0], person("eve")
    wiki = service_of([ann])
    review = carried_out(approved(wiki, {ann: NewDecision("reassign", "x", to=eve)}))
    waits = Effect.objects.pending().get()
    assert (waits.what, waits.license.user) == (Effect.What.ADD, eve)
    effects.carry_out(wiki, [waits.pk], evidence="seen", by=None, on=ON)
    assert item_of(review, ann).state == Item.State.APPLIED


@pytest.mark.parametrize("decision", ["remove", "suspend", "reassign"])
def test_a_letter_of_a_decision_says_that_it_is_so_only_once_the_service_confirmed_it(
    users: list[User], decision: str
) -> None:
    ann, eve = users[0], person("eve")
    wiki = service_of([ann], Service.Removal.VENDOR)
    Effect.objects.withdraw(ON)
    until, to = (UNTIL if decision == "suspend" else None), (eve if decision == "reassign" else None)
    review = carried_out(approved(wiki, {ann: NewDecision(decision, "x", until=until, to=to)}))
    letter = Letter.objects.of_kind(f"review.{decision}").get()
    assert item_of(review, ann).state == Item.State.PENDING
    waiting = compose(letter)
    assert waiting is not None
    assert "will be" in waiting.subject
    assert "The service has not confirmed this yet." in waiting.text
    waits = Effect.objects.pending().values_list("pk", flat=True)
    effects.carry_out(wiki, list(waits), evidence="seen", by=None, on=ON)
    done = compose(letter)
    assert done is not None
    assert "will be" not in done.subject
    assert "This is now in effect." in done.text
