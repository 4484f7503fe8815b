"""Four eyes are two people: every way of being tied to what a step rests on, at each step, by domain and by page."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from seatwise.accounts import factors
from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, User
from seatwise.enquiries import answers
from seatwise.enquiries.models import Enquiry, Via
from seatwise.licenses.models import License
from seatwise.reviews import (
    approval,
    conflicts,
    deputies,
    evidence,
    evidence_tables,
    execution,
    opening,
    reversal,
    tasks,
)
from seatwise.reviews.models import Addendum, Item, Review, Step
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.deciding_world import (
    DUE,
    EARLIER,
    ON,
    bounced,
    decide,
    head_of,
    item_of,
    member,
    opened,
    service_with,
)

pytestmark = pytest.mark.django_db


class World:
    """Charlie's license is in a review of Olga; Bob decides about it, and Ann, an administrator, is to approve it."""

    def __init__(self, cast: dict[str, User], sales: Department, allowed: bool) -> None:
        self.sales, self.alice, self.bob, self.charlie = sales, cast["alice"], cast["bob"], cast["charlie"]
        self.olga = head_of(Department.objects.add(code="hr", name="HR", by=None), "olga")
        self.ann = member("ann", role="administrator")
        self.allowed, self.holders = allowed, [self.charlie]
        self.decider: User = self.bob
        self.approver: User = self.ann
        self.to: User | None = None
        self.in_place_by: User | None = None
        self.review: Review

    def open(self) -> None:
        service = service_with(*self.holders)
        self.review = opened(service, self.olga, asks_members=True, one_person_two_steps=self.allowed)

    def stand_in(self, of: User, to: User) -> Any:
        return deputies.delegate(of, to, days=(ON, DUE), by=self.alice, reason="", on=ON)

    def shared(self, login: str, of: User, **fields: Any) -> User:
        return member(login, kind="shared", responsible=of.login, **fields)

    def decided(self) -> None:
        """Everybody is kept but Charlie, and it is proposed by whoever decided."""
        if self.in_place_by is not None:
            asked = item_of(self.review, self.charlie).enquiry
            assert asked is not None
            bounced(asked)
            asked.refresh_from_db()
            answers.reply(asked, "keep", reason="they said so", by=self.in_place_by, via=Via.ON_BEHALF, on=ON)
        for holder in self.holders:
            if holder == self.charlie:
                what = "reassign" if self.to else "remove"
                decide(self.review, holder, what, self.decider, "unused", **({"to": self.to} if self.to else {}))
            else:
                Item.objects.of(self.review).filter(user=holder).update(decision="keep", decided_by=self.decider)
        approval.propose(self.review, by=self.decider, looked_again=True)


def decides_themselves(w: World) -> None:
    w.open()
    people.change(w.bob, {"role": "administrator"}, by=None, on=ON)
    people.change(w.bob, {"role": "department_administrator"}, by=None, on=ON)
    Review.objects.update(owner=w.bob)
    w.approver = w.bob


def has_a_delegate(w: World) -> None:
    w.open()
    w.stand_in(w.ann, w.bob)


def had_a_delegate_until_now(w: World) -> None:
    w.open()
    deputies.end(w.stand_in(w.ann, w.bob), by=w.alice, on=ON)


def is_a_delegate(w: World) -> None:
    w.open()
    w.stand_in(w.bob, w.ann)


def has_an_account_that_decides(w: World) -> None:
    w.decider = w.shared("desk", w.ann, role="department_administrator")
    w.decider.administer([w.sales], by=None)
    w.open()


def is_an_account_of_the_decider(w: World) -> None:
    w.approver = w.shared("desk", w.bob, role="administrator")
    w.open()


def has_a_delegate_with_an_account(w: World) -> None:
    dee = member("dee")
    w.decider = w.shared("desk", dee, role="department_administrator")
    w.decider.administer([w.sales], by=None)
    w.open()
    w.stand_in(w.ann, dee)


def created_the_decider(w: World) -> None:
    w.open()
    w.decider = people.add({"login": "zed", "role": "department_administrator"}, by=w.ann, on=ON)
    w.decider.administer([w.sales], by=None)


def set_the_deciders_password(w: World) -> None:
    w.open()
    w.bob.give_password("another horse 12", by=w.ann)


def reset_the_deciders_second_factors(w: World) -> None:
    w.open()
    Authenticator.objects.create(user=w.bob, type=Authenticator.Type.RECOVERY_CODES, data={})
    factors.reset(w.bob, by=w.ann, reason="lost")


def was_created_by_the_decider(w: World) -> None:
    w.open()
    w.approver = people.add({"login": "zed", "role": "administrator"}, by=w.bob, on=ON)


def is_changed_by_who_changed_the_decider(w: World) -> None:
    w.open()
    for tied in (w.bob, w.ann):
        tied.give_password("another horse 12", by=w.olga)
        tied.give_password("horse of my own", by=tied)  # as they must before they go on


def changed_a_role_and_changed_it_back(w: World) -> None:
    w.open()
    people.change(w.bob, {"role": "member"}, by=w.ann, on=ON)
    people.change(w.bob, {"role": "department_administrator"}, by=w.ann, on=ON)
    people.change(w.bob, {"name": "Robert"}, by=None, on=ON)


def answered_in_somebodys_place(w: World) -> None:
    w.open()
    w.in_place_by = w.ann


def has_an_account_whose_license_it_is(w: World) -> None:
    w.holders.append(w.shared("till", w.ann))
    w.open()


def stands_in_for_a_holder(w: World) -> None:
    hal = head_of(Department.objects.add(code="it", name="IT", by=None), "hal")
    w.holders.append(hal)
    w.open()
    w.stand_in(hal, w.ann)


def has_an_account_that_gets_a_seat(w: World) -> None:
    w.to = w.shared("till", w.ann)
    w.open()


def holds_a_license(w: World) -> None:
    w.holders.append(w.ann)
    w.open()


def gets_a_seat(w: World) -> None:
    w.to = w.ann
    w.open()


NEVER = [holds_a_license, gets_a_seat]
RELATIONS: list[Callable[[World], None]] = [
    decides_themselves,
    has_a_delegate,
    had_a_delegate_until_now,
    is_a_delegate,
    has_an_account_that_decides,
    is_an_account_of_the_decider,
    has_a_delegate_with_an_account,
    created_the_decider,
    set_the_deciders_password,
    reset_the_deciders_second_factors,
    was_created_by_the_decider,
    is_changed_by_who_changed_the_decider,
    changed_a_role_and_changed_it_back,
    answered_in_somebodys_place,
    has_an_account_whose_license_it_is,
    stands_in_for_a_holder,
    has_an_account_that_gets_a_seat,
    *NEVER,
]


def page(person: User, review: Review) -> str:
    client = Client()
    client.force_login(person)
    return client.get(reverse("reviews:review", args=[review.pk])).content.decode()


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda each: each.__name__)
def test_nobody_approves_who_is_not_independent(
    relation: Callable[[World], None], cast: dict[str, User], sales: Department
) -> None:
    w = World(cast, sales, allowed=False)
    relation(w)
    w.decided()
    with pytest.raises(Refused, match=r"Alice.* can"):
        approval.approve(w.review, by=w.approver)
    client = Client()
    client.force_login(w.approver)
    client.post(reverse("reviews:step", args=[w.review.pk, "approved"]))
    assert not Step.objects.filter(kind="approved").exists()
    shown = page(w.approver, w.review)
    assert "Alice" in shown
    assert ">Approve</button>" not in shown
    approval.approve(w.review, by=w.alice)
    assert Step.objects.get(kind="approved").conflicts == []


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda each: each.__name__)
def test_where_the_review_allows_it_the_evidence_says_so(
    relation: Callable[[World], None], cast: dict[str, User], sales: Department
) -> None:
    w = World(cast, sales, allowed=True)
    relation(w)
    w.decided()
    if relation in NEVER:
        with pytest.raises(Refused, match="someone else has to take this step"):
            approval.approve(w.review, by=w.approver)
        return
    approval.approve(w.review, by=w.approver)
    told = " ".join(evidence.not_independent(w.review))
    assert told.startswith(f"approval by {w.approver}")
    marked = [row for row in evidence_tables.decisions(w.review) if row[-1]]
    by_item = {"decided", "answered", "holder", "receiver"} & {each["part"] for each in taken(w).conflicts}
    assert bool(marked) == bool(by_item)
    assert any(row[-1] for row in evidence_tables.steps(w.review))
    assert Entry.objects.of("review.approve").get().after["conflicts"] == taken(w).conflicts
    assert "not independent" in page(w.alice, w.review)
    assert "Not independent:" in evidence.report_of(w.review, "en").decode()


def taken(w: World) -> Step:
    found: Step = Step.objects.get(review=w.review, kind="approved")
    return found


def test_who_is_tied_in_no_way_approves(cast: dict[str, User], sales: Department) -> None:
    w = World(cast, sales, allowed=False)
    w.bob.give_password("another horse 12", by=w.ann)  # before it was opened
    w.open()
    w.bob.give_password("another horse 34", by=w.bob)
    people.change(w.bob, {"name": "Robert"}, by=w.ann, on=ON)
    w.decided()
    assert approval.approve(w.review, by=w.ann).conflicts == []


def test_who_was_deactivated_meanwhile_takes_no_step(cast: dict[str, User], sales: Department) -> None:
    w = World(cast, sales, allowed=True)
    w.open()
    w.decided()
    before = User.objects.get(pk=w.ann.pk)
    people.deactivate(w.ann, by=None, on=ON)
    with pytest.raises(Refused, match="no longer active"):
        approval.approve(w.review, by=before)
    with pytest.raises(Refused, match="no longer active"):
        approval.return_(w.review, by=before, reason="look again")


def test_nobody_carries_out_or_confirms_what_their_delegate_or_account_approved_or_carried_out(
    cast: dict[str, User], sales: Department
) -> None:
    w = World(cast, sales, allowed=False)
    w.open()
    w.decided()
    approval.approve(w.review, by=w.ann)
    desk = w.shared("desk", w.ann, role="administrator")
    ken = member("ken", role="administrator")
    w.stand_in(ken, w.ann)
    for tied in (desk, ken):
        with pytest.raises(Refused, match="took part in this"):
            tasks.begin(w.review, by=tied)
    tasks.begin(w.review, by=w.alice)
    w.review.refresh_from_db()
    execution.carry_out(w.review, on=ON)
    till = w.shared("till", w.alice, role="administrator")
    with pytest.raises(Refused, match="the same person is responsible"):
        approval.confirm(w.review, by=till)
    assert Step.objects.filter(kind="confirmed").count() == 0


@pytest.mark.parametrize("allowed", [False, True])
def test_nobody_undoes_or_leaves_as_it_is_what_is_about_themselves(
    allowed: bool, cast: dict[str, User], sales: Department
) -> None:
    w = World(cast, sales, allowed=allowed)
    people.change(w.charlie, {"role": "administrator"}, by=None, on=EARLIER)
    w.open()
    w.decided()
    approval.approve(w.review, by=w.ann)
    tasks.begin(w.review, by=w.alice)
    w.review.refresh_from_db()
    execution.carry_out(w.review, on=ON)
    w.review.refresh_from_db()
    item = item_of(w.review, w.charlie)
    if not allowed:
        with pytest.raises(Refused, match=r"your own license.*Alice.*can"):
            reversal.undo(item, by=w.charlie, reason="I want it", on=ON)
        done, refused = reversal.undo_all(w.review, by=w.charlie, reason="I want it", on=ON)
        assert (done, len(refused)) == (0, 1)
        assert not License.objects.held().by([w.charlie]).exists()
        Item.objects.filter(pk=item.pk).update(state=Item.State.FAILED)
        Review.objects.update(state=Review.State.CLOSING)
        with pytest.raises(Refused, match="your own license"):
            execution.give_up(item, by=w.charlie, reason="I want it")
        return
    reversal.undo(item, by=w.charlie, reason="I want it", on=ON)
    assert Addendum.objects.get(kind="undone").data["not independent"] == "a license of charlie (the same person)"


def test_a_delegate_decides_neither_about_nor_in_favor_of_whom_they_stand_in_for(
    cast: dict[str, User], sales: Department
) -> None:
    """Bob's license is Olga's to decide, who owns the review; Dee stands in for both."""
    w = World(cast, sales, allowed=False)
    w.holders.append(w.bob)
    w.open()
    dee = member("dee")
    w.stand_in(w.olga, dee)
    assert Item.objects.to_decide_by(dee).filter(user=w.bob).exists()
    w.stand_in(w.bob, dee)
    assert not Item.objects.to_decide_by(dee).filter(user=w.bob).exists()
    with pytest.raises(Refused, match="cannot decide about some of these"):
        decide(w.review, w.bob, "keep", dee, "he needs it")
    License.objects.filter(user=w.bob).update(removed_on=ON)
    with pytest.raises(Refused, match="you act for them"):
        decide(w.review, w.charlie, "reassign", dee, "unused", to=w.bob)


def test_an_account_decides_nothing_about_whoever_is_responsible_for_it(
    cast: dict[str, User], sales: Department
) -> None:
    w = World(cast, sales, allowed=False)
    desk = w.shared("desk", w.charlie, role="department_administrator")
    desk.administer([sales], by=None)
    w.open()
    assert not Item.objects.to_decide_by(desk).filter(user=w.charlie).exists()
    assert desk.pk not in item_of(w.review, w.charlie).deciders
    assert w.bob.pk in item_of(w.review, w.charlie).deciders


def test_who_stands_in_does_not_answer_in_the_place_of_whom_they_stand_in_for(
    cast: dict[str, User], sales: Department
) -> None:
    w = World(cast, sales, allowed=False)
    w.holders.append(w.bob)
    w.open()
    w.stand_in(w.bob, w.ann)
    asked = item_of(w.review, w.bob).enquiry
    assert asked is not None
    bounced(asked)
    assert not Enquiry.objects.answerable_for_others_by(w.ann).filter(pk=asked.pk).exists()
    assert Enquiry.objects.answerable_for_others_by(w.alice).filter(pk=asked.pk).exists()


def test_where_nobody_is_independent_it_says_what_would_help(cast: dict[str, User], sales: Department) -> None:
    w = World(cast, sales, allowed=False)
    people.deactivate(w.alice, by=None, on=ON)
    w.open()
    w.bob.give_password("another horse 12", by=w.ann)
    w.bob.give_password("another horse 12", by=w.olga)
    w.decided()
    with pytest.raises(Refused, match="No one else can at the moment"):
        approval.approve(w.review, by=w.ann)
    assert conflicts.able(w.review, "approved") == []


def test_the_command_and_the_page_carry_nothing_out_for_who_is_not_independent(
    cast: dict[str, User], sales: Department, capsys: pytest.CaptureFixture[str]
) -> None:
    from seatwise import cli

    w = World(cast, sales, allowed=False)
    w.open()
    w.decided()
    approval.approve(w.review, by=w.ann)
    assert cli.main(["review", "close", str(w.review.pk), "--by", "ann"]) == 1
    assert "Alice" in capsys.readouterr().err
    client = Client()
    client.force_login(w.ann)
    client.post(reverse("reviews:closing", args=[w.review.pk]))
    w.review.refresh_from_db()
    assert w.review.state == Review.State.OPEN


def test_a_review_without_an_opening_has_nothing_to_be_dependent_of(cast: dict[str, User]) -> None:
    service = service_with(cast["charlie"])
    draft: Any = opening.draft(
        service=service, owner=cast["alice"], rule=Rule(), by=cast["alice"], on=ON, name="Q", due=DUE
    )
    assert conflicts.of_step(draft, "approved", cast["alice"]) == []
