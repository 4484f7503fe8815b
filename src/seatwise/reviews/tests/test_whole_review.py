"""A review from draft to closing, without pages: who may do what, and what is kept."""

import datetime
from typing import Any

import pytest
from django.conf import LazySettings

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import DepartmentAdministrator, Service, User
from seatwise.licenses import exemption_rules, grants
from seatwise.licenses.models import License
from seatwise.reviews import approval, execution, item_decisions, opening, tasks
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Handover, Item, Review, Step
from seatwise.reviews.rules import Rule

ON = datetime.date(2026, 11, 24)
DUE = datetime.date(2026, 12, 20)
EARLIER = datetime.date(2026, 1, 5)


@pytest.fixture
def wiki(cast: dict[str, User]) -> Service:
    service: Service = Service.objects.add(code="wiki", name="Wiki", by=None)
    holders = [cast["charlie"], cast["bob"], cast["alice"]]
    grants.grant(service=service, users=holders, by=None, reason="", on=EARLIER)
    return service


def drafted(wiki: Service, alice: User, **terms: Any) -> Review:
    return opening.draft(name="Q4", service=wiki, owner=alice, rule=Rule(), due=DUE, by=alice, on=ON, **terms)


@pytest.fixture
def review(wiki: Service, alice: User) -> Review:
    return opening.open_review(drafted(wiki, alice), by=alice, on=ON)


def item_of(review: Review, user: User) -> Item:
    found: Item = review.items.get(user=user)
    return found


def decide(review: Review, user: User, wanted: NewDecision, by: User) -> None:
    item_decisions.decide(review, [item_of(review, user).pk], wanted, by=by, on=ON)


def test_opening_freezes_what_is_known_of_everybody(review: Review, cast: dict[str, User]) -> None:
    item = item_of(review, cast["charlie"])
    assert item.facts["login"] == "charlie"
    assert item.facts["license_since"] == "2026-01-05"
    assert item.facts["departments"] == [{"code": "sales", "name": "Sales"}]
    assert review.checksum == opening.checksum_of(review.items.all())
    people.change(cast["charlie"], {"name": "Charles"}, by=None, on=ON)
    assert item_of(review, cast["charlie"]).facts["name"] == "Charlie"


def test_a_review_is_opened_once(review: Review, alice: User) -> None:
    with pytest.raises(Refused):
        opening.open_review(review, by=alice, on=ON)
    assert review.items.count() == 3


def test_nobody_who_is_exempt_is_named(wiki: Service, cast: dict[str, User]) -> None:
    charlie = cast["charlie"]
    exemption_rules.exempt(user=charlie, service=wiki, until=DUE, reason="on call", by=None, on=ON)
    review = opening.open_review(drafted(wiki, cast["alice"]), by=cast["alice"], on=ON)
    item = item_of(review, charlie)
    assert not item.named
    assert item.left_out == [{"why": "exempt", "until": "2026-12-20"}]
    assert "on call" not in str(item.facts)


def test_the_department_decides_and_nobody_about_themselves(review: Review, cast: dict[str, User]) -> None:
    alice, bob, charlie = cast["alice"], cast["bob"], cast["charlie"]
    assert set(Item.objects.to_decide_by(bob).values_list("user__login", flat=True)) == {"charlie"}
    assert set(Item.objects.to_decide_by(alice).values_list("user__login", flat=True)) == {"bob"}
    for by, user in ((charlie, charlie), (bob, bob), (alice, charlie), (alice, alice)):
        with pytest.raises(Refused):
            decide(review, user, NewDecision("remove", "because"), by)
    decide(review, charlie, NewDecision("remove", "moved to another job"), bob)
    assert item_of(review, charlie).decision == "remove"
    entry = Entry.objects.of("item.decide").get()
    assert (entry.by_login, entry.reason) == ("bob", "moved to another job")


def test_against_the_recommendation_a_reason_is_needed(wiki: Service, cast: dict[str, User]) -> None:
    review = opening.open_review(drafted(wiki, cast["alice"]), by=cast["alice"], on=ON)
    Item.objects.of(review).update(facts={**item_of(review, cast["charlie"]).facts, "unknown_days": {"90": 0}})
    with pytest.raises(Refused):
        decide(review, cast["charlie"], NewDecision("keep"), cast["bob"])
    decide(review, cast["charlie"], NewDecision("keep", "needs it in spring"), cast["bob"])


def test_a_move_hands_an_item_over(review: Review, cast: dict[str, User], sales: Any) -> None:
    people.change(cast["charlie"], {"departments": []}, by=None, on=ON)
    item = item_of(review, cast["charlie"])
    assert item.decider_department is None
    handover = Handover.objects.get(item=item)
    assert handover.before == "Sales (bob)"
    people.change(cast["charlie"], {"departments": ["sales"]}, by=None, on=ON)
    assert item_of(review, cast["charlie"]).decider_department == sales
    cast["bob"].administer([], by=None)
    assert item_of(review, cast["charlie"]).decider_department is None


def all_decided(review: Review, cast: dict[str, User]) -> None:
    alice, bob, charlie = cast["alice"], cast["bob"], cast["charlie"]
    ada = people.add({"login": "ada", "role": "administrator"}, by=None, on=EARLIER)
    decide(review, charlie, NewDecision("remove", "does not need it"), bob)
    decide(review, bob, NewDecision("keep", "needs it"), alice)
    decide(review, alice, NewDecision("keep", "administers it"), ada)


def test_four_steps_by_different_people(review: Review, cast: dict[str, User]) -> None:
    alice, bob = cast["alice"], cast["bob"]
    ken = people.add({"login": "ken", "role": "administrator"}, by=None, on=EARLIER)
    lee = people.add({"login": "lee", "role": "administrator"}, by=None, on=EARLIER)
    with pytest.raises(Refused, match="not decided"):
        approval.propose(review, by=alice)
    all_decided(review, cast)
    approval.propose(review, by=bob)
    with pytest.raises(Refused):
        decide(review, cast["charlie"], NewDecision("keep", "after all"), bob)
    with pytest.raises(Refused, match="made some"):
        approval.approve(review, by=alice)
    approval.return_(review, by=ken, reason="look at charlie again")
    decide(review, cast["charlie"], NewDecision("remove", "really"), bob)
    approval.propose(review, by=bob)
    with pytest.raises(Refused, match="not been approved"):
        tasks.begin(review, by=lee)
    approval.approve(review, by=ken)
    with pytest.raises(Refused, match="another step"):
        tasks.begin(review, by=ken)
    tasks.begin(review, by=lee)
    assert execution.carry_out(review, on=ON) == 0
    with pytest.raises(Refused, match="carried out this review"):
        approval.confirm(review, by=lee)
    with pytest.raises(Refused, match="another step"):
        approval.confirm(review, by=ken)
    approval.confirm(review, by=alice)
    kinds = list(Step.objects.filter(review=review, returned_at=None).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["proposed", "approved", "carried_out", "confirmed"]
    assert not License.objects.of(review.service).held().by([cast["charlie"]]).exists()
    assert License.objects.of(review.service).held().by([bob]).exists()


def test_one_person_may_hold_two_steps_where_the_review_says_so(wiki: Service, cast: dict[str, User]) -> None:
    review = opening.open_review(drafted(wiki, cast["alice"], one_person_two_steps=True), by=cast["alice"], on=ON)
    all_decided(review, cast)
    ken = people.add({"login": "ken", "role": "administrator"}, by=None, on=EARLIER)
    approval.propose(review, by=cast["bob"])
    approval.approve(review, by=ken)
    tasks.begin(review, by=ken)
    assert Step.objects.get(review=review, kind="carried_out").also == ["approved"]


def test_an_inactive_administrator_decides_nothing(review: Review, cast: dict[str, User], sales: Any) -> None:
    dora = people.add({"login": "dora", "role": "department_administrator"}, by=None, on=EARLIER)
    DepartmentAdministrator.objects.create(user=dora, department=sales)
    people.deactivate(cast["bob"], by=None, on=ON)
    assert item_of(review, cast["charlie"]).decider_department == sales
    people.deactivate(dora, by=None, on=ON)
    assert item_of(review, cast["charlie"]).decider_department is None


def test_nothing_depends_on_settings(settings: LazySettings) -> None:
    assert "seatwise.reviews" in settings.INSTALLED_APPS
