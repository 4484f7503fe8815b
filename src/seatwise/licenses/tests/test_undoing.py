"""A change is undone while nothing else changed."""

import pytest

from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.ledger.models import Usage
from seatwise.licenses import change_undo, grants
from seatwise.licenses.change_undo import undo_change
from seatwise.licenses.exclusions import not_judged
from seatwise.licenses.grants import reassign, revoke
from seatwise.licenses.models import Change, License, Policy
from seatwise.licenses.seats import seats_of
from seatwise.licenses.tests.world import DAY, TODAY, carry_out, grant, pending, service

pytestmark = pytest.mark.django_db


def undo(change: Change | None, on: object = TODAY) -> Change:
    assert change is not None
    return undo_change(change, by=None, reason="a mistake", on=on)  # type: ignore[arg-type]


def holders(of: Service) -> set[str]:
    return set(License.objects.of(of).held().values_list("user__login", flat=True))


def test_an_addition_is_undone_once(charlie: User) -> None:
    wiki = service()
    change = grant(wiki, charlie).added_in
    made = undo(change)
    assert holders(wiki) == set()
    assert (made.undoes, made.how, made.reason) == (change, "undo", "a mistake")
    assert not Usage.objects.exists()
    with pytest.raises(Refused, match="already undone"):
        undo(change)


def test_a_removal_is_undone_by_a_license_of_its_own(charlie: User) -> None:
    wiki = service("vendor", 1)
    held = grant(wiki, charlie)
    carry_out(wiki)
    grants.revoke([held], by=None, reason="", on=TODAY)
    undo(held.removed_in)
    assert License.objects.count() == 2
    assert (pending(wiki), seats_of(wiki, TODAY).held) == ([], 1)
    assert Usage.objects.count() == 1


def test_a_reassignment_is_undone_as_one_seat_also_at_a_vendor(charlie: User, alice: User) -> None:
    wiki = service("vendor", 1)
    held = grant(wiki, charlie)
    carry_out(wiki)
    change = reassign(held, alice, by=None, reason="", on=TODAY).added_in
    carry_out(wiki)
    undone = undo(change)
    assert holders(wiki) == {"charlie"}
    assert pending(wiki) == [("remove", "alice"), ("add", "charlie")]
    assert seats_of(wiki, TODAY).held == 1
    undo(undone)
    assert holders(wiki) == {"alice"}
    assert seats_of(wiki, TODAY).held == 1


def test_after_another_change_nothing_is_undone(charlie: User, alice: User) -> None:
    wiki = service("gate", 2)
    change = Change.objects.begin(by=None, how="other")
    first, _ = grants.grant(service=wiki, users=[charlie, alice], by=None, reason="", on=TODAY, change=change)
    grants.revoke([first], by=None, reason="", on=TODAY)
    with pytest.raises(Refused, match="Charlie’s license has changed since"):
        undo(change)
    assert holders(wiki) == {"alice"}


def test_what_was_added_and_removed_since_is_not_undone(charlie: User) -> None:
    wiki = service("gate", 1)
    held = grant(wiki, charlie)
    grants.revoke([held], by=None, reason="", on=TODAY)
    grants.revoke([grant(wiki, charlie)], by=None, reason="", on=TODAY)
    with pytest.raises(Refused, match="changed since"):
        undo(held.removed_in)


def test_a_removal_whose_seat_is_taken_is_not_undone(charlie: User, alice: User) -> None:
    wiki = service("gate", 1)
    held = grant(wiki, charlie)
    grants.revoke([held], by=None, reason="", on=TODAY)
    grant(wiki, alice)
    with pytest.raises(Refused, match="1 too few"):
        undo(held.removed_in)
    assert holders(wiki) == {"alice"}


def test_a_removal_is_undone_as_long_as_the_policy_says(charlie: User) -> None:
    wiki = service()
    Policy.of(wiki).change(by=None, undo_days=2)
    held = grant(wiki, charlie)
    grants.revoke([held], by=None, reason="", on=TODAY)
    with pytest.raises(Refused, match="for 2 days only"):
        undo(held.removed_in, TODAY + 3 * DAY)
    undo(held.removed_in, TODAY + 2 * DAY)
    assert holders(wiki) == {"charlie"}


def test_what_changed_nothing_cannot_be_undone(db: None) -> None:
    with pytest.raises(Refused, match="nothing to undo"):
        undo(Change.objects.begin(by=None, how="other"))
    assert Change.objects.count() == 1


def test_a_change_of_two_services_is_undone_in_both_or_in_none(charlie: User, alice: User) -> None:
    one, two = service("gate", 1, code="one"), service("gate", 1, code="two")
    change = Change.objects.begin(by=None, how="other")
    for each in (one, two):
        grants.grant(service=each, users=[charlie], by=None, reason="", on=TODAY, change=change)
    grants.revoke([License.objects.of(two).get()], by=None, reason="", on=TODAY)
    with pytest.raises(Refused):
        undo(change)
    assert holders(one) == {"charlie"}


def test_what_is_given_back_keeps_its_first_day_so_that_its_holder_is_judged_as_before(charlie: User) -> None:
    wiki = service()
    long_ago = TODAY - 400 * DAY
    held = grant(wiki, charlie, long_ago)
    grants.revoke([held], by=None, reason="", on=TODAY - DAY)
    undone = undo(held.removed_in)
    again = License.objects.held().get()
    assert (again.added_on, again.first_day) == (TODAY, long_ago)
    assert Usage.objects.get().license_since == long_ago
    assert not_judged(wiki, [charlie.pk], TODAY) == {}
    undo(undo(undone))  # taken once more, and given back once more
    assert License.objects.held().get().first_day == long_ago


def test_a_change_of_several_services_can_be_undone_until_the_earliest_of_their_days(
    charlie: User, alice: User
) -> None:
    short, long = service(code="short"), service(code="long")
    Policy.of(short).change(by=None, undo_days=3)
    Policy.of(long).change(by=None, undo_days=30)
    change = Change.objects.begin(by=None, how="other")
    for each in (long, short):
        revoke([grant(each, charlie)], by=None, reason="", on=TODAY, change=change)
    assert change_undo.undo_until(change) == TODAY + 3 * DAY
    assert change_undo.why_not_undone(change, alice, TODAY + 3 * DAY) == ""
    assert "is over" in change_undo.why_not_undone(change, alice, TODAY + 4 * DAY)
    with pytest.raises(Refused, match="A removal for Short can be undone for 3 days only"):
        undo(change, TODAY + 4 * DAY)
    assert holders(long) == set()
