"""Four eyes, as a property: what comes of a step depends on how somebody is tied to it, not on where they take it."""

from typing import Any

import pytest

from seatwise.audit.models import Entry
from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.licenses import exemption_rules, suspension_rules
from seatwise.licenses.models import Policy
from seatwise.reviews import approval
from seatwise.reviews.models import Review, Step
from seatwise.reviews.tests import four_eyes_world as all_steps
from seatwise.reviews.tests.four_eyes_world import (
    OF_ANOTHER,
    OF_REVIEWS,
    RELATIONS,
    SURFACES,
    TODAYS,
    World,
    answers,
    leave,
)

pytestmark = pytest.mark.django_db
OWN = {"self", "account", "responsible", "principal"}
# By which relations a step is refused. In a review, the license of who changed the account that one uses is one's own.
REFUSED = (
    dict.fromkeys(TODAYS, OWN)
    | dict.fromkeys(OF_REVIEWS, OWN | {"changer"})
    | dict.fromkeys(OF_ANOTHER, OWN | {"changed", "changer", "delegate"})
)
# Where no setting allows it.
NEVER = {
    all_steps.approve: {"self"},
    all_steps.approve_a_seat: {"self"},
    all_steps.confirm_theirs: {"self", "account", "responsible"},
    all_steps.second_person: {"self", "account", "responsible"},
}


@pytest.fixture
def world(alice: User) -> World:
    return World()


@pytest.mark.parametrize("steps_of_a_kind", [TODAYS, OF_REVIEWS, OF_ANOTHER], ids=["today", "reviews", "of_another"])
def test_a_step_is_refused_by_relation_and_alike_on_every_surface(
    world: World, steps_of_a_kind: Any, capsys: Any
) -> None:
    """The rule for each relation; pages and commands, which ask the same function, for one that is refused and none."""
    found, wanted = {}, {}
    for step in steps_of_a_kind:
        for relation in RELATIONS:
            surfaces = {"nobody": ("domain", "page"), "account": SURFACES}.get(relation, ("domain",))
            for surface, answer in answers(world, step, relation, capsys, surfaces).items():
                found[step.__name__, relation, surface] = str(answer)
                wanted[step.__name__, relation, surface] = "refused" if relation in REFUSED[step] else "done"
    assert found == wanted


@pytest.mark.parametrize("steps_of_a_kind", [TODAYS, OF_REVIEWS, OF_ANOTHER], ids=["today", "reviews", "of_another"])
def test_where_it_is_allowed_it_is_marked(world: World, steps_of_a_kind: Any, capsys: Any) -> None:
    Policy.objects.update_or_create(service=world.service, defaults={"same_person": True})
    Review.objects.update(one_person_two_steps=True)
    found, wanted = {}, {}
    for step in steps_of_a_kind:
        for relation in ("nobody", "self", "account", "principal"):
            never = relation in NEVER.get(step, ())
            answer = answers(world, step, relation, capsys, ("domain",))["domain"]
            marked = any("not independent" in str(each.after) or "conflicts" in each.after for each in answer.entries)
            found[step.__name__, relation] = (str(answer), marked)
            wanted[step.__name__, relation] = ("refused" if never else "done", relation != "nobody" and not never)
    assert found == wanted


def test_the_end_of_ones_own_exemption_is_marked_and_not_refused(world: World, alice: User) -> None:
    exemption = exemption_rules.exempt(user=alice, service=world.service, **leave(alice) | {"by": None})
    exemption_rules.end(exemption, by=alice, reason="", on=today())
    assert Entry.objects.of("exemption.end").get().after == {"not independent": "self"}


def test_what_is_for_all_services_is_allowed_where_each_allows_it(world: World, alice: User) -> None:
    Policy.objects.update_or_create(service=world.service, defaults={"same_person": True})
    exemption_rules.exempt(user=alice, service=None, **leave(alice))
    Service.objects.add(code="other", name="Other", by=None)
    with pytest.raises(Refused, match="This is for yourself"):
        exemption_rules.exempt(user=alice, service=None, **leave(alice))


def only_alice_is_left(world: World) -> None:
    User.objects.exclude(login__in=["alice", "zoe"]).update(role="member")
    User.objects.filter(login="olga").update(status="inactive")
    world.item(world.people["alice"], decision="remove")


def test_where_all_who_could_do_it_have_licenses_in_a_review_it_is_cancelled_and_marked(world: World) -> None:
    only_alice_is_left(world)
    User.objects.filter(login="zoe").update(role="member")
    approval.cancel(world.at(Review.State.OPEN), by=world.people["alice"], reason="nobody else is here", on=today())
    assert "not independent" in Entry.objects.of("review.cancel").get().after


def test_where_all_who_could_carry_it_out_have_licenses_in_it_one_of_them_does_and_is_marked(world: World) -> None:
    only_alice_is_left(world)
    review = world.at(Review.State.OPEN, ("proposed", world.olga), ("approved", world.people["zoe"]))
    step = approval.carry_out(review, by=world.people["alice"])
    assert [mark["part"] for mark in step.conflicts] == ["holder"]


def test_what_a_review_suspends_is_not_looked_at_again_and_marked(world: World, alice: User) -> None:
    said = leave(alice)
    wanted = suspension_rules.Leave(alice, said["until"], said["reason"], said["by"])
    [done] = suspension_rules.suspend_each(world.service, [wanted], on=said["on"], by_review=True)
    suspension_rules.end(done, by=alice, reason="", on=today(), by_review=True)
    marks = [entry.after["not independent"] for entry in Entry.objects.of("suspension")]
    assert marks == ["self", "self"]


def test_that_ones_own_was_returned_stands_with_the_step(world: World, alice: User) -> None:
    Review.objects.update(one_person_two_steps=True)
    do, _page = all_steps.return_(world, alice, alice)
    do()
    assert "x – not independent: " in Step.objects.get().returned_because
