"""What has to be done in the services themselves, what confirms it, and which seats are free meanwhile."""

import datetime

import pytest

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.ledger.models import Usage
from seatwise.licenses import effects, grants
from seatwise.licenses.models import Effect, License
from seatwise.licenses.seats import seats_of, seats_of_all
from seatwise.licenses.tests.world import DAY, TODAY, carry_out, grant, pending, person, service

pytestmark = pytest.mark.django_db


def test_where_seatwise_is_the_gate_nothing_is_to_be_done(charlie: User) -> None:
    wiki = service("gate", 1)
    grants.revoke([grant(wiki, charlie)], by=None, reason="", on=TODAY)
    assert not Effect.objects.exists()
    assert seats_of(wiki, TODAY).free == 1


def test_by_hand_the_seat_is_free_once_somebody_has_ticked_the_removal_off(charlie: User) -> None:
    wiki = service("by_hand", 1)
    held = grant(wiki, charlie)
    carry_out(wiki)
    grants.revoke([held], by=None, reason="", on=TODAY)
    assert pending(wiki) == [("remove", "charlie")]
    assert seats_of(wiki, TODAY).free == 0
    carry_out(wiki)
    assert seats_of(wiki, TODAY).free == 1


def test_a_vendors_seat_is_free_when_the_removal_is_confirmed(charlie: User, alice: User) -> None:
    wiki = service("vendor", 1)
    held = grant(wiki, charlie)
    carry_out(wiki)
    grants.revoke([held], by=None, reason="", on=TODAY)
    seats = seats_of(wiki, TODAY)
    assert (seats.held, seats.pending, seats.free) == (1, 1, 0)
    with pytest.raises(Refused, match="1 too few"):
        grant(wiki, alice)
    assert effects.confirm(wiki, set(), as_of=TODAY, evidence="export", by=alice, on=TODAY) == 1
    assert (seats_of(wiki, TODAY).pending, seats_of(wiki, TODAY).free) == (0, 1)
    grant(wiki, alice)
    assert set(Usage.objects.values_list("user__login", flat=True)) == {"alice"}


def test_what_was_never_added_there_need_not_be_removed_there(charlie: User) -> None:
    wiki = service("vendor", 1)
    grants.revoke([grant(wiki, charlie)], by=None, reason="", on=TODAY)
    assert pending(wiki) == []
    assert seats_of(wiki, TODAY).free == 1


def test_who_is_added_again_before_the_removal_was_carried_out_stays(charlie: User) -> None:
    wiki = service("vendor", 1)
    held = grant(wiki, charlie)
    carry_out(wiki)
    grants.revoke([held], by=None, reason="", on=TODAY)
    grant(wiki, charlie)
    assert pending(wiki) == []
    assert seats_of(wiki, TODAY).held == 1


def test_a_seat_that_passes_on_at_a_vendor_is_one_seat(charlie: User, alice: User) -> None:
    wiki = service("vendor", 1)
    held = grant(wiki, charlie)
    carry_out(wiki)
    grants.reassign(held, to=alice, by=None, reason="", on=TODAY)
    assert pending(wiki) == [("remove", "charlie"), ("add", "alice")]
    seats = seats_of(wiki, TODAY)
    assert (seats.held, seats.pending, seats.too_many) == (1, 0, 0)


def test_a_promised_seat_whose_new_holder_is_removed_again_is_still_taken(charlie: User, alice: User) -> None:
    wiki = service("vendor", 1)
    held = grant(wiki, charlie)
    carry_out(wiki)
    grants.revoke([grants.reassign(held, to=alice, by=None, reason="", on=TODAY)], by=None, reason="", on=TODAY)
    assert pending(wiki) == [("remove", "charlie")]
    assert (seats_of(wiki, TODAY).held, seats_of(wiki, TODAY).free) == (1, 0)


def test_nobody_reassigns_to_the_holder(charlie: User) -> None:
    held = grant(service("vendor", 1), charlie)
    with pytest.raises(Refused, match="already"):
        grants.reassign(held, to=charlie, by=None, reason="", on=TODAY)
    assert License.objects.count() == 1


def test_a_removal_of_inactive_people_takes_no_seat(charlie: User) -> None:
    wiki = service("vendor", 1)
    held = grant(wiki, charlie)
    carry_out(wiki)
    people.deactivate(charlie, by=None, on=TODAY)
    grants.revoke([held], by=None, reason="", on=TODAY)
    assert pending(wiki) == [("remove", "charlie")]
    assert seats_of(wiki, TODAY).free == 1


def test_a_list_confirms_what_it_shows_and_leaves_the_rest_pending(alice: User) -> None:
    wiki = service("vendor")
    stays, goes, came, missing = (person(login) for login in ("stays", "goes", "came", "missing"))
    for user in (stays, goes):
        grant(wiki, user)
    carry_out(wiki)
    for held in License.objects.order_by("pk"):
        grants.revoke([held], by=None, reason="", on=TODAY)
    for user in (came, missing):
        grant(wiki, user)
    done = effects.confirm(wiki, {stays.pk, came.pk}, as_of=TODAY, evidence="export.csv", by=alice, on=TODAY + DAY)
    assert done == 2
    assert pending(wiki) == [("remove", "stays"), ("add", "missing")]
    row = Effect.objects.confirmed().get(license__user=came)
    assert (row.confirmed_on, row.confirmed_by, row.evidence) == (TODAY + DAY, alice, "export.csv")
    entries = Entry.objects.of("effect.done").order_by("-number")[:2]
    assert {entry.before["user"] for entry in entries} == {"goes", "came"}


def test_a_list_says_nothing_of_what_was_wanted_after_it_was_made(charlie: User) -> None:
    wiki = service("vendor", 1)
    grant(wiki, charlie)
    assert effects.confirm(wiki, {charlie.pk}, as_of=TODAY - DAY, evidence="", by=None, on=TODAY) == 0
    assert pending(wiki) == [("add", "charlie")]


def test_what_was_carried_out_is_not_ticked_off_again(charlie: User) -> None:
    wiki = service("by_hand")
    grant(wiki, charlie)
    same = Effect.objects.get()
    carry_out(wiki)
    with pytest.raises(Refused, match="are no longer pending"):
        effects.carry_out(wiki, [same.pk], evidence="", by=None, on=TODAY)
    assert Entry.objects.of("effect.done").count() == 1


def test_who_sees_what_is_pending(cast: dict[str, User]) -> None:
    wiki = service("by_hand")
    for login in ("alice", "bob", "charlie"):
        grant(wiki, cast[login])

    def seen(login: str) -> set[str]:
        return set(Effect.objects.visible_to(cast[login]).values_list("license__user__login", flat=True))

    assert seen("alice") == seen("audrey") == {"alice", "bob", "charlie"}
    assert seen("charlie") == {"charlie"}
    assert seen("bob") == {"bob"}
    wiki.change(by=None, department_admins_change_licenses=True)
    assert seen("bob") == {"alice", "bob", "charlie"}  # alice belongs to no department


def test_what_department_administrators_may_change(cast: dict[str, User]) -> None:
    wiki = service("by_hand")
    other = service("by_hand", code="other")
    person("dora", departments=[])
    for login in ("alice", "charlie"):
        grant(wiki, cast[login])
        grant(other, cast[login])
    wiki.change(by=None, department_admins_change_licenses=True)

    def changeable(login: str) -> set[tuple[str, str]]:
        found = License.objects.changeable_by(cast[login])
        return set(found.values_list("service__code", "user__login"))

    both = {(code, login) for code in ("wiki", "other") for login in ("alice", "charlie")}
    assert changeable("alice") == both
    assert changeable("bob") == {("wiki", "alice"), ("wiki", "charlie")}
    assert changeable("audrey") == changeable("charlie") == set()
    assert set(Usage.objects.visible_to(cast["bob"]).values_list("service__code", "user__login")) == changeable("bob")


def test_the_seats_of_many_services_are_found_with_as_many_queries(
    charlie: User, django_assert_num_queries: object
) -> None:
    services = [service("vendor", 3, code=f"s{number}") for number in range(4)]
    for each in services:
        grant(each, charlie)
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = seats_of_all(services, TODAY)
    assert [found[each.pk].free for each in services] == [2, 2, 2, 2]


def test_the_day_of_a_removal_lies_not_before_that_of_the_addition(charlie: User) -> None:
    held = grant(service(), charlie)
    with pytest.raises(Refused, match="before the day"):
        grants.revoke([held], by=None, reason="", on=TODAY - datetime.timedelta(days=1))


def test_once_seatwise_stands_before_a_service_nothing_waits_there_any_more(charlie: User, alice: User) -> None:
    wiki = service("vendor", 2)
    held = grant(wiki, charlie)
    carry_out(wiki)
    grants.revoke([held], by=None, reason="", on=TODAY)
    grant(wiki, alice)
    wiki.change(by=alice, how_removal_takes_effect="gate")
    assert (pending(wiki), seats_of(wiki, TODAY).free) == ([], 1)
    shown_by = set(Effect.objects.filter(confirmed_by=alice).values_list("what", "evidence"))
    assert shown_by == {(what, "Seatwise blocks access at the gate") for what in ("remove", "add")}
    verbs = Entry.objects.filter(by=alice).order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["effect.done", "effect.done", "service.change"]
