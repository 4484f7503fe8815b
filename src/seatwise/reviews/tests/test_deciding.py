"""Deciding: what A reason is required, silence, on behalf, answers that come later, in bulk, and who stands in."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, Service, User
from seatwise.enquiries import answers, endings, questions
from seatwise.enquiries.models import Enquiry
from seatwise.licenses import grants
from seatwise.licenses.models import License
from seatwise.licenses.suspension_rules import suspend
from seatwise.reviews import approval, deputies, holder_confirmation, item_decisions, opening, review_questions
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Attestation, Delegation, Item, Review
from seatwise.reviews.numbers import numbers_of
from seatwise.reviews.recommendations import recommend
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.deciding_world import (
    DUE,
    ON,
    bounced,
    decide,
    item_of,
    many,
    member,
    opened,
    reached,
    recorded,
    service_with,
)

LATER = ON + datetime.timedelta(days=40)


@pytest.fixture
def wiki(cast: dict[str, User]) -> Service:
    people.change(cast["charlie"], {"email": "charlie@example.com"}, by=None, on=ON)
    return service_with(cast["charlie"], cast["bob"])


@pytest.fixture
def review(wiki: Service, alice: User) -> Review:
    return opened(wiki, alice, asks_members=True)


@pytest.fixture
def enquiry(review: Review, charlie: User) -> Enquiry:
    return asked(review, charlie)


def asked(review: Review, user: User) -> Enquiry:
    found: Enquiry = Enquiry.objects.for_reading().get(pk=item_of(review, user).enquiry_id or 0)
    return found


def because(review: Review, user: User) -> tuple[str, str]:
    item = Item.objects.for_deciding().get(pk=item_of(review, user).pk)
    found = recommend(item)
    return found.decision, found.because


def test_members_have_half_of_the_time(enquiry: Enquiry) -> None:
    assert enquiry.due == ON + (DUE - ON) / 2


def test_silence_counts_only_after_a_question_that_was_delivered(
    review: Review, enquiry: Enquiry, charlie: User, bob: User
) -> None:
    assert because(review, charlie) == ("", "on_its_way")
    bounced(enquiry)
    assert because(review, charlie) == ("", "unreached")
    assert not endings.lapse(enquiry, DUE)
    with pytest.raises(Refused, match="A reason is required"):
        decide(review, charlie, "remove", bob)
    reached(enquiry)
    assert because(review, charlie) == ("", "waiting")
    with pytest.raises(Refused, match="A reason is required"):
        decide(review, charlie, "remove", bob)
    assert endings.lapse(asked(review, charlie), DUE)
    assert because(review, charlie) == ("remove", "silent")
    decide(review, charlie, "remove", bob)


def test_who_is_on_leave_is_not_silent(review: Review, enquiry: Enquiry, charlie: User, bob: User) -> None:
    reached(enquiry)
    suspend(charlie, None, until=LATER, reason="a private one", by=None, on=ON)
    assert because(review, charlie) == ("", "on_leave")
    assert not endings.lapse(asked(review, charlie), DUE)
    answers.reply(asked(review, charlie), "not_now", by=bob, via="on_behalf", on=ON, reason="is back then", until=LATER)
    assert because(review, charlie) == ("suspend", "not_now")


def test_who_leaves_in_the_middle_is_marked_and_no_answer_is_waited_for(
    review: Review, enquiry: Enquiry, charlie: User, bob: User, client: Any
) -> None:
    reached(enquiry)
    before = numbers_of(review)
    assert (before.waiting, before.unreached) == (1, 1)  # bob was not reached yet
    people.deactivate(charlie, by=None, on=ON)
    assert because(review, charlie) == ("", "inactive")
    numbers = numbers_of(review)
    assert (numbers.asked, numbers.waiting, numbers.unreached) == (2, 0, 2)
    client.force_login(bob)
    text = client.get(f"/reviews/{review.pk}/").content.decode()
    assert '<span class="badge warning">inactive</span>' in text
    assert "inactive, no answer expected" in text
    assert not endings.lapse(asked(review, charlie), DUE)


def test_only_whoever_decides_answers_for_somebody_and_only_where_nobody_is_reached(
    review: Review, enquiry: Enquiry, cast: dict[str, User]
) -> None:
    ann = member("ann")
    deputies.delegate(cast["bob"], ann, days=(ON, ON), by=cast["bob"], reason="", on=ON)
    reached(enquiry)
    with pytest.raises(Refused, match="can be asked"):
        answers.reply(enquiry, "keep", by=ann, via="on_behalf", on=ON, reason="x")
    bounced(enquiry)
    for stranger in (member("eve"), cast["audrey"], cast["charlie"]):
        with pytest.raises(Refused):
            answers.reply(asked(review, cast["charlie"]), "keep", by=stranger, via="on_behalf", on=ON, reason="x")
    answers.reply(asked(review, cast["charlie"]), "keep", by=ann, via="on_behalf", on=ON, reason="needs it in spring")
    assert because(review, cast["charlie"]) == ("keep", "wants_to_keep")
    assert item_of(review, cast["charlie"]).decision == ""


def test_an_answer_after_the_decision_that_contradicts_it_is_looked_at_again(
    review: Review, enquiry: Enquiry, cast: dict[str, User]
) -> None:
    bob, charlie = cast["bob"], cast["charlie"]
    decide(review, charlie, "remove", bob, "left the team")
    decide(review, bob, "keep", cast["alice"], "needs it")
    answers.reply(enquiry, "keep", by=charlie, via="page", on=ON, reason="I need it")
    assert list(Item.objects.contradicted()) == [item_of(review, charlie)]
    assert item_of(review, charlie).decision == "remove"
    with pytest.raises(Refused, match="after the decision"):
        approval.propose(review, by=bob)
    with pytest.raises(Refused, match="A reason is required"):
        decide(review, charlie, "remove", bob)
    decide(review, charlie, "remove", bob, "we talked: not needed")
    approval.propose(review, by=bob)


def test_whoever_looked_again_may_go_on(review: Review, enquiry: Enquiry, cast: dict[str, User]) -> None:
    decide(review, cast["charlie"], "remove", cast["bob"], "left the team")
    decide(review, cast["bob"], "keep", cast["alice"], "needs it")
    answers.reply(enquiry, "keep", by=cast["charlie"], via="page", on=ON, reason="I need it")
    approval.propose(review, by=cast["bob"], looked_again=True)


def test_an_answer_that_goes_with_the_decision_needs_no_second_look(
    review: Review, enquiry: Enquiry, cast: dict[str, User]
) -> None:
    decide(review, cast["charlie"], "remove", cast["bob"], "left the team")
    answers.reply(enquiry, "give_back", by=cast["charlie"], via="page", on=ON)
    assert not Item.objects.contradicted().exists()
    answers.take_back(asked(review, cast["charlie"]), reason="needed after all", by=cast["charlie"], via="page", on=ON)
    assert Item.objects.contradicted().exists()


def test_silence_that_turns_out_to_be_none_is_looked_at_again(
    review: Review, enquiry: Enquiry, cast: dict[str, User]
) -> None:
    from seatwise.enquiries.delivery import letters_undeliverable
    from seatwise.letters.models import Letter

    reached(enquiry)
    endings.lapse(asked(review, cast["charlie"]), DUE)
    decide(review, cast["charlie"], "remove", cast["bob"])
    letters_undeliverable([Letter.objects.about(enquiry).get()])
    assert Item.objects.contradicted().exists()
    assert because(review, cast["charlie"]) == ("", "unreached")


def test_what_changed_since_it_was_looked_at_is_not_decided(
    review: Review, enquiry: Enquiry, cast: dict[str, User]
) -> None:
    item = Item.objects.for_deciding().get(pk=item_of(review, cast["charlie"]).pk)
    seen = {item.pk: item_decisions.seen(item)}
    answers.reply(enquiry, "keep", by=cast["charlie"], via="page", on=ON, reason="I need it")
    with pytest.raises(Refused, match="has arrived"):
        item_decisions.decide(review, seen, NewDecision("remove", "unused"), by=cast["bob"], on=ON)
    item = Item.objects.for_deciding().get(pk=item.pk)
    item_decisions.decide(review, {item.pk: item_decisions.seen(item)}, NewDecision("keep"), by=cast["bob"], on=ON)


def test_a_thousand_are_decided_in_as_many_queries_as_ten(cast: dict[str, User], sales: Department) -> None:
    delegate = member("dee")
    deputies.delegate(cast["bob"], delegate, days=(ON, ON), by=cast["bob"], reason="", on=ON)
    counted = []
    for number, count in enumerate((10, 1000)):
        review = opened(service_with(*many(count, "sales", start=number * 2000), code=f"wiki{number}"), cast["alice"])
        ids = list(review.items.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as captured:
            item_decisions.decide(review, ids, NewDecision("remove", "unused"), by=delegate, on=ON, in_bulk=True)
        counted.append(len([query for query in captured if not query["sql"].startswith("INSERT")]))
        assert Item.objects.of(review).filter(in_bulk=True, decided_for=cast["bob"]).count() == count
    assert counted[1] <= counted[0] + 2  # what belongs to items is read for 500 at once


def test_a_thousand_are_asked_in_few_queries(cast: dict[str, User], sales: Department, settings: Any) -> None:
    counted = []
    for number, count in enumerate((10, 500)):
        users = many(count, "sales", start=number * 2000)
        User.objects.filter(pk__in=[user.pk for user in users]).update(email="x@example.com")
        review = opened(service_with(*users, code=f"wiki{number}"), cast["alice"])
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        with CaptureQueriesContext(connection) as captured:
            assert review_questions.ask(review, by=None, on=ON) == count
        counted.append(len(captured))
    assert counted[1] < counted[0] + 60


def test_who_stands_in_decides_and_never_about_themselves_or_for_whom_they_stand_in(
    cast: dict[str, User], sales: Department
) -> None:
    bob, charlie = cast["bob"], cast["charlie"]
    dora = member("dora", "sales", role="department_administrator")
    dora.administer([sales], by=None)
    ann = member("ann", "sales")
    review = opened(service_with(bob, charlie, ann), cast["alice"])
    deputies.delegate(bob, charlie, days=(ON, ON), by=bob, reason="away", on=ON)
    item = decide(review, ann, "keep", charlie, "needs it")
    assert (item.decided_by, item.decided_for) == (charlie, bob)
    for user in (charlie, bob):
        with pytest.raises(Refused):
            decide(review, user, "keep", charlie, "x")
        ids = [item_of(review, ann).pk, item_of(review, user).pk]
        with pytest.raises(Refused):
            item_decisions.decide(review, ids, NewDecision("keep", "x"), by=charlie, on=ON, in_bulk=True)
    assert decide(review, bob, "keep", dora, "x").decided_for is None
    people.deactivate(Delegation.objects.get().of, by=None, on=ON)
    with pytest.raises(Refused):
        decide(review, ann, "remove", charlie, "x")


def test_standing_in_begins_and_ends(cast: dict[str, User]) -> None:
    bob, charlie, alice = cast["bob"], cast["charlie"], cast["alice"]
    ann = member("ann", "sales")
    review = opened(service_with(ann), alice)
    tomorrow = ON + datetime.timedelta(days=1)
    made = deputies.delegate(bob, charlie, days=(tomorrow, LATER), by=bob, reason="", on=ON)
    with pytest.raises(Refused):
        decide(review, ann, "keep", charlie, "x")
    with pytest.raises(Refused):
        deputies.end(made, by=charlie, on=ON)
    deputies.end(made, by=alice, on=ON)
    with pytest.raises(Refused):
        deputies.end(made, by=bob, on=ON)
    days = (ON, LATER)
    for of, to, by in (
        (bob, bob, bob), (bob, charlie, charlie), (charlie, bob, alice), (bob, cast["audrey"], bob),
        (bob, cast["gail"], bob), (bob, cast["ivan"], bob),
    ):  # fmt: skip
        with pytest.raises(Refused):
            deputies.delegate(of, to, days=days, by=by, reason="", on=ON)
    for wrong in (
        (LATER, ON),
        (ON, ON + datetime.timedelta(days=400)),
        (tomorrow - datetime.timedelta(9), ON - datetime.timedelta(1)),
    ):
        with pytest.raises(Refused):
            deputies.delegate(bob, charlie, days=wrong, by=bob, reason="", on=ON)
    deputies.delegate(bob, charlie, days=days, by=alice, reason="", on=ON)
    decide(review, ann, "keep", charlie, "x")
    assert Entry.objects.of("delegation.add").count() == 2


def test_nobody_gives_a_seat_to_themselves_or_twice(cast: dict[str, User]) -> None:
    ann, ben, new = member("ann", "sales"), member("ben", "sales"), member("new", "sales")
    review = opened(service_with(ann, ben), cast["alice"])
    for to in (None, cast["bob"], ben, cast["gail"], cast["ivan"]):
        with pytest.raises(Refused):
            decide(review, ann, "reassign", cast["bob"], "x", to=to)
    decide(review, ann, "reassign", cast["bob"], "x", to=new)
    with pytest.raises(Refused):
        decide(review, ben, "reassign", cast["bob"], "x", to=new)
    ids = list(review.items.values_list("pk", flat=True))
    with pytest.raises(Refused):
        item_decisions.decide(review, ids, NewDecision("reassign", "x", to=new), by=cast["bob"], on=ON)


@pytest.fixture
def partly(cast: dict[str, User]) -> Review:
    """Nobody is named, since nothing was unused long enough."""
    service = service_with(cast["charlie"], cast["bob"], member("ann", "sales"))
    recorded(service)
    review = opened(service, cast["alice"], Rule(held_at_least=36500), asks_members=True)
    assert not Item.objects.of(review).named().exists()
    return review


def test_a_department_names_somebody_and_what_was_frozen_stays(partly: Review, cast: dict[str, User]) -> None:
    bob, charlie = cast["bob"], cast["charlie"]
    with pytest.raises(Refused):
        holder_confirmation.name(item_of(partly, charlie), by=bob, reason=" ", on=ON)
    with pytest.raises(Refused):
        holder_confirmation.name(item_of(partly, bob), by=bob, reason="mine", on=ON)
    item = holder_confirmation.name(item_of(partly, charlie), by=bob, reason="left the project", on=ON)
    assert item.is_named
    assert not item.named
    assert item.enquiry is not None
    assert opening.checksum_of(partly.items.all()) == partly.checksum
    assert Entry.objects.of("item.name").get().reason == "left the project"
    with pytest.raises(Refused):
        holder_confirmation.name(item, by=bob, reason="again", on=ON)
    decide(partly, charlie, "remove", bob, "left the project")


def test_departments_confirm_exactly_whom_they_saw(partly: Review, cast: dict[str, User]) -> None:
    bob, charlie = cast["bob"], cast["charlie"]
    (part,) = holder_confirmation.parts_of(partly, bob)
    assert (part.count, part.is_confirmed) == (2, False)
    key = (part.department.pk if part.department else None, part.checksum)
    for parts, by in (([key], charlie), ([], bob), ([(key[0], "0" * 64)], bob), ([(None, key[1])], bob)):
        with pytest.raises(Refused):
            holder_confirmation.confirm(partly, parts, by=by)
    holder_confirmation.confirm(partly, [key], by=bob, remark="looked")
    attestation = Attestation.objects.get()
    assert attestation.checksum == holder_confirmation.checksum_of(["charlie", "ann"])
    assert (attestation.count, attestation.by_text) == (2, "Bob (bob)")
    assert holder_confirmation.parts_of(partly, bob)[0].is_confirmed
    holder_confirmation.name(item_of(partly, charlie), by=bob, reason="left", on=ON)
    with pytest.raises(Refused, match="list has changed"):
        holder_confirmation.confirm(partly, [key], by=bob)
    assert not holder_confirmation.parts_of(partly, bob)[0].is_confirmed


def test_after_the_proposal_nobody_is_named_but_confirmed_until_the_approval(
    partly: Review, cast: dict[str, User]
) -> None:
    approval.propose(partly, by=cast["alice"])
    (part,) = holder_confirmation.parts_of(partly, cast["bob"])
    key = (part.department.pk, part.checksum)  # type: ignore[union-attr]
    with pytest.raises(Refused, match="already been submitted"):
        holder_confirmation.name(item_of(partly, cast["charlie"]), by=cast["bob"], reason="x", on=ON)
    holder_confirmation.confirm(partly, [key], by=cast["bob"])
    assert holder_confirmation.parts_of(partly, cast["bob"])[0].is_confirmed
    approval.approve(partly, by=people.add({"login": "zoe", "role": "administrator"}, by=None, on=ON))
    with pytest.raises(Refused, match="already been approved"):
        holder_confirmation.confirm(partly, [key], by=cast["bob"])


def test_who_was_being_asked_something_else_is_asked_later(cast: dict[str, User]) -> None:
    charlie = cast["charlie"]
    service = service_with(charlie)
    held = License.objects.get()
    questions.ask_many([questions.Draft(held, service, DUE)], purpose="transfer", by=None, on=ON)
    review = opened(service, cast["alice"], asks_members=True)
    assert not item_of(review, charlie).is_named  # left out, since they are being asked
    holder_confirmation.name(item_of(review, charlie), by=cast["bob"], reason="left", on=ON)
    assert item_of(review, charlie).enquiry is None
    endings.withdraw(Enquiry.objects.about_licenses([held]), on=ON)
    review_questions.ask_the_rest(ON)
    assert item_of(review, charlie).enquiry is not None


def test_a_removed_license_is_recommended_to_be_removed(review: Review, cast: dict[str, User]) -> None:
    grants.revoke([item_of(review, cast["charlie"]).license], by=None, reason="", on=ON)
    assert because(review, cast["charlie"]) == ("remove", "gone")


def test_a_demoted_or_inactive_person_decides_nothing(review: Review, cast: dict[str, User]) -> None:
    people.change(cast["bob"], {"role": "auditor"}, by=None, on=ON)
    bob = User.objects.get(login="bob")
    assert not Item.objects.to_decide_by(bob).exists()
    with pytest.raises(Refused):
        decide(review, cast["charlie"], "keep", bob, "x")
