"""Seats: what is free, what is too many, and who needs one."""

import pytest

from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.licenses import contract_terms, grants, seats
from seatwise.licenses.models import Contract
from seatwise.licenses.seats import NoSeat, Seats
from seatwise.licenses.suspension_rules import suspend
from seatwise.licenses.tests.world import DAY, TODAY, carry_out, grant, person, service

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("contracted", "held", "free", "too_many"),
    [(None, 3, None, 0), (3, 2, 1, 0), (3, 3, 0, 0), (3, 5, 0, 2), (0, 0, 0, 0)],
)
def test_what_is_free_and_what_is_too_many(contracted: int | None, held: int, free: int | None, too_many: int) -> None:
    found = Seats(contracted, held)
    assert (found.free, found.too_many, found.pending) == (free, too_many, 0)


def test_the_seats_of_each_service_are_its_own_whether_contracts_are_at_hand_or_not(charlie: User, bob: User) -> None:
    wiki, mail, none = service("by_hand", 3), service("by_hand", 5, "mail"), service(code="none")
    for user in (charlie, bob):
        carry_out(grant(wiki, user).service)
    grant(mail, charlie)
    grants.revoke([wiki.licenses.get(user=bob)], by=None, reason="", on=TODAY)
    wanted = {wiki.pk: Seats(3, 2, 1), mail.pk: Seats(5, 1, 0), none.pk: Seats(None, 0, 0)}
    assert seats.seats_of_all([wiki, mail, none], TODAY) == wanted
    at_hand = [Contract(service=wiki, seats=9, starts=TODAY - DAY)]
    assert seats.seats_of(wiki, TODAY, at_hand).contracted == 9
    assert seats.seats_of(wiki, TODAY, []).contracted is None
    assert seats.seats_of(wiki, TODAY) == wanted[wiki.pk]


def test_too_few_seats_are_said_with_their_numbers_and_of_which_service(charlie: User, bob: User) -> None:
    wiki = service("gate", 2)
    for user in (charlie, bob):
        grant(wiki, user)
    seats.refuse_without_seats(wiki, TODAY)
    with pytest.raises(NoSeat) as refused:
        grant(wiki, person("dora"))
    assert refused.value.service == wiki
    assert str(refused.value).startswith("Wiki has 2 seats, and 3 would be held: 1 too few. ")


def test_people_are_locked_as_they_are_now(charlie: User, bob: User) -> None:
    User.objects.filter(pk=charlie.pk).update(status="inactive", kind="shared")
    locked = seats.lock_people([charlie, bob, charlie])
    assert set(locked) == {charlie.pk, bob.pk}
    assert locked[charlie.pk] is charlie
    assert (charlie.status, charlie.kind, bob.status) == ("inactive", "shared", "active")


def test_contracts_may_grow_where_seats_are_too_few_and_not_shrink(charlie: User, bob: User) -> None:
    wiki = service("gate", 2)
    dora = person("dora")
    people.deactivate(dora, by=None, on=TODAY)
    for user in (charlie, bob, dora):
        grant(wiki, user)
    User.objects.update(status="active")  # three hold two seats
    contract = Contract.objects.get()
    with pytest.raises(NoSeat, match="3 licenses for Wiki are held, so 1 seats are not enough") as refused:
        contract_terms.change(contract, by=None, on=TODAY, seats=1)
    assert refused.value.service == wiki
    seats.refuse_fewer_than_held(wiki, TODAY, before=Seats(1, 3))  # more than before, if too few
    seats.refuse_fewer_than_held(wiki, TODAY, before=Seats(2, 3))  # as many as before
    for before in (Seats(3, 3), Seats(None, 3)):
        with pytest.raises(NoSeat):
            seats.refuse_fewer_than_held(wiki, TODAY, before=before)
    contract.refresh_from_db()
    contract_terms.change(contract, by=None, on=TODAY, seats=3)
    seats.refuse_fewer_than_held(wiki, TODAY, before=Seats(4, 3))  # fewer, and enough


def test_who_takes_a_seat_newly_needs_one_in_each_service_and_nobody_else_does(alice: User) -> None:
    wiki, mail = service("gate", 1), service("gate", 1, "mail")
    ann, ben, gus = person("ann"), person("ben", status="inactive"), person("gus", status="inactive")
    for each in (ann, ben, gus):
        grant(wiki, each)
    for each in (ben, gus):
        grant(mail, each)
    people.change(gus, {"kind": "guest"}, by=None, on=TODAY)
    people.change(gus, {"status": "active"}, by=None, on=TODAY)  # a guest takes none
    people.change(ann, {"name": "Ann A."}, by=None, on=TODAY)
    with pytest.raises(NoSeat, match="Wiki has 1 seats, and 2 would be held"):
        people.activate(ben, by=alice, on=TODAY)
    contract_terms.change(wiki.contracts.get(), by=None, on=TODAY, seats=2)
    people.activate(ben, by=alice, on=TODAY)
    with pytest.raises(Refused, match="1 too few"):
        people.change(gus, {"kind": "user"}, by=None, on=TODAY)
    people.deactivate(ben, by=None, on=TODAY)
    people.change(gus, {"kind": "user"}, by=None, on=TODAY)


def test_where_too_many_are_held_already_who_takes_no_seat_newly_is_changed_all_the_same(charlie: User) -> None:
    wiki = service("gate", 1)
    dora = person("dora", status="inactive")
    for each in (charlie, dora):
        grant(wiki, each)
    User.objects.update(status="active")
    people.change(charlie, {"kind": "shared"}, by=None, on=TODAY)
    people.change(charlie, {"name": "C."}, by=None, on=TODAY)
    person("new")
    charlie.refresh_from_db()
    assert (charlie.kind, charlie.name) == ("shared", "C.")


def test_who_comes_back_while_their_license_sleeps_needs_no_seat_yet(alice: User, charlie: User) -> None:
    wiki = service("gate", 1)
    dora = person("dora")
    grant(wiki, dora)
    suspend(dora, wiki, until=TODAY + 30 * DAY, reason="leave", by=alice, on=TODAY)
    dora.refresh_from_db()
    grant(wiki, charlie)
    assert seats.seats_of(wiki, TODAY) == Seats(1, 1)
    people.deactivate(dora, by=None, on=TODAY)
    people.activate(dora, by=None, on=TODAY)
    assert User.objects.get(login="dora").status == "active"


def test_who_is_inactive_needs_no_seat_whatever_else_they_become(charlie: User) -> None:
    wiki = service("gate", 1)
    gus = person("gus", status="inactive")
    for each in (gus, charlie):
        grant(wiki, each)
    for kind in ("guest", "user"):
        people.change(User.objects.get(pk=gus.pk), {"kind": kind}, by=None, on=TODAY)
        assert User.objects.get(pk=gus.pk).kind == kind
