"""Whatever is about what is one's own, however one is tied to it: refused unless it is allowed, and then marked."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from seatwise.audit.models import Entry
from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, Service, User
from seatwise.licenses import suspending
from seatwise.licenses.models import Exemption, Policy
from seatwise.reviews import delegating, steps
from seatwise.reviews.models import Item, Review, Step
from seatwise.reviews.tests.deciding_world import ON, head_of, member, opened, service_with

pytestmark = pytest.mark.django_db
TIES = ("self", "account", "principal")
LATER = datetime.timedelta(days=30)


def tied(alice: User, tie: str) -> User:
    """Somebody who holds a license, and how Alice is tied to them."""
    if tie == "self":
        return alice
    if tie == "account":
        return member("shared", kind="shared", responsible=alice.login)
    other = head_of(Department.objects.add(code="plant", name="Plant", by=None), "pat")
    if tie == "principal":
        delegating.delegate(other, alice, days=(today(), today() + LATER), by=other, reason="", on=today())
    return other


class World:
    """Alice, an administrator, acts on a license of somebody; Ann could do it instead."""

    def __init__(self, alice: User, tie: str, *, allowed: bool) -> None:
        self.alice, self.holder = alice, tied(alice, tie)
        self.ann = member("ann", role="administrator")
        self.olga = head_of(Department.objects.add(code="hr", name="HR", by=None), "olga")
        self.service: Service = service_with(self.holder)
        if allowed:
            Policy.objects.update_or_create(service=self.service, defaults={"same_person": True})
        self.allowed = allowed

    def leave(self, by: User | None = None) -> dict[str, Any]:
        return {"until": today() + LATER, "reason": "x", "by": by, "on": today()}

    def suspended(self) -> Any:
        return suspending.suspend(self.holder, self.service, **self.leave())

    def exempted(self) -> Exemption:
        return Exemption.objects.add(user=self.holder, service=self.service, **self.leave())

    def proposed(self) -> Review:
        review = opened(self.service, self.olga, one_person_two_steps=self.allowed)
        Item.objects.of(review).update(decision="remove", decided_by=self.olga)
        steps.propose(review, by=self.olga)
        return review


def exempt(world: World) -> Callable[[], object]:
    return lambda: Exemption.objects.add(user=world.holder, service=world.service, **world.leave(world.alice))


def exempt_longer(world: World) -> Callable[[], object]:
    found, other = world.exempted(), world.leave(world.alice) | {"until": today() + 2 * LATER}
    return lambda: found.change(**other)


def suspend(world: World) -> Callable[[], object]:
    return lambda: suspending.suspend(world.holder, world.service, **world.leave(world.alice))


def suspend_longer(world: World) -> Callable[[], object]:
    found, other = world.suspended(), world.leave(world.alice) | {"until": today() + 2 * LATER}
    return lambda: found.change(**other)


def wake(world: World) -> Callable[[], object]:
    found = world.suspended()
    return lambda: found.end(by=world.alice, reason="", on=today())


def return_(world: World) -> Callable[[], object]:
    review = world.proposed()
    return lambda: steps.return_(review, by=world.alice, reason="look again")


def cancel(world: World) -> Callable[[], object]:
    review = world.proposed()
    return lambda: steps.cancel(review, by=world.alice, reason="no use", on=ON)


def carry_out(world: World) -> Callable[[], object]:
    review = world.proposed()
    steps.approve(review, by=member("zoe", role="administrator"))
    return lambda: steps.carry_out(review, by=world.alice)


ACTS = (exempt, exempt_longer, suspend, suspend_longer, wake, return_, cancel, carry_out)


@pytest.mark.parametrize("tie", [*TIES, ""])
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("allowed", [True, False])
def test_what_is_ones_own_is_refused_or_marked(alice: User, act: Any, tie: str, *, allowed: bool) -> None:
    world = World(alice, tie, allowed=allowed)
    do = act(world)
    if tie and not allowed:
        with pytest.raises(Refused, match=r"Ann.* can do it"):
            do()
        return
    do()
    entry = Entry.objects.filter(by=alice).newest_first()[0]
    assert ("not independent" in entry.after or "conflicts" in entry.after) is bool(tie), entry.verb


def test_the_end_of_ones_own_exemption_is_marked_and_not_refused(alice: User) -> None:
    World(alice, "self", allowed=False).exempted().end(by=alice, reason="", on=today())
    assert Entry.objects.of("exemption.end").get().after == {"not independent": "self"}


def test_what_is_for_all_services_is_allowed_where_each_allows_it(alice: User) -> None:
    world = World(alice, "self", allowed=True)
    Exemption.objects.add(user=alice, service=None, **world.leave(alice))
    Service.objects.add(code="other", name="Other", by=None)
    with pytest.raises(Refused, match="This is for yourself"):
        Exemption.objects.add(user=alice, service=None, **world.leave(alice))


def test_where_all_have_licenses_in_a_review_it_can_be_cancelled_and_is_marked(alice: User) -> None:
    world = World(alice, "self", allowed=False)
    review = world.proposed()
    User.objects.filter(pk__in=[world.ann.pk]).update(role="member")
    User.objects.filter(pk=world.olga.pk).update(status="inactive")
    review.refresh_from_db()
    steps.cancel(review, by=alice, reason="nobody else is here", on=ON)
    assert "not independent" in Entry.objects.of("review.cancel").get().after


def test_where_all_who_could_carry_it_out_have_licenses_in_it_one_of_them_does_and_is_marked(alice: User) -> None:
    review = World(alice, "self", allowed=False).proposed()
    steps.approve(review, by=User.objects.get(login="ann"))
    step = steps.carry_out(review, by=alice)
    assert [mark["part"] for mark in step.conflicts] == ["holder"]


def test_what_a_review_suspends_is_not_looked_at_again_and_marked(alice: User) -> None:
    world = World(alice, "self", allowed=False)
    suspending.suspend(world.holder, world.service, **world.leave(alice), by_review=True).end(
        by=alice, reason="", on=today(), by_review=True
    )
    marks = [entry.after["not independent"] for entry in Entry.objects.of("suspension")]
    assert marks == ["self", "self"]


def test_that_ones_own_was_returned_stands_with_the_step(alice: User) -> None:
    world = World(alice, "self", allowed=True)
    return_(world)()
    assert "look again – not independent: " in Step.objects.get().returned_because
