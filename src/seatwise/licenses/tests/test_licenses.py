"""Licenses are periods; there are never more held than contracted."""

import datetime

import pytest

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.licenses import contract_terms, grants
from seatwise.licenses.models import Contract, License
from seatwise.licenses.seats import seats_of

TODAY = datetime.date(2026, 11, 24)
EARLIER = datetime.date(2026, 10, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def wiki(db: None) -> Service:
    return Service.objects.add(code="wiki", name="Wiki", by=None)


@pytest.fixture
def one_seat(wiki: Service) -> Contract:
    return contract_terms.add(service=wiki, seats=1, by=None, on=TODAY)


def grant(service: Service, user: User, on: datetime.date = TODAY) -> License:
    return grants.grant_one(service=service, user=user, by=None, reason="asked", on=on)


def test_a_license_is_a_period_and_stays_when_it_is_removed(wiki: Service, alice: User, charlie: User) -> None:
    held = grants.grant_one(service=wiki, user=charlie, by=alice, reason="new", on=EARLIER)
    grants.revoke([held], by=alice, reason="left", on=TODAY)
    row = License.objects.get()
    assert (row.added_on, row.added_by, row.add_reason) == (EARLIER, alice, "new")
    assert (row.removed_on, row.removed_by, row.remove_reason) == (TODAY, alice, "left")
    assert License.objects.held_on(TODAY - datetime.timedelta(1)).exists()
    assert not License.objects.held_on(TODAY).exists()
    added, removed = Entry.objects.of("license").order_by("number")
    assert (added.after["user"], added.reason, removed.before["service"], removed.reason) == (
        "charlie",
        "new",
        "wiki",
        "left",
    )


def test_a_license_can_be_added_again(wiki: Service, charlie: User) -> None:
    grants.revoke([grant(wiki, charlie, EARLIER)], by=None, reason="", on=EARLIER)
    grant(wiki, charlie)
    assert License.objects.count() == 2
    assert License.objects.held().count() == 1


def test_nobody_holds_two_licenses_of_a_service(wiki: Service, charlie: User) -> None:
    grant(wiki, charlie)
    with pytest.raises(Refused, match="already holds a license for Wiki"):
        grant(wiki, charlie)


def test_a_license_is_removed_once(wiki: Service, charlie: User) -> None:
    held = grant(wiki, charlie)
    same = License.objects.get()
    grants.revoke([held], by=None, reason="", on=TODAY)
    with pytest.raises(Refused, match="already removed"):
        grants.revoke([same], by=None, reason="", on=TODAY)
    assert Entry.objects.of("license.remove").count() == 1


def test_guests_hold_no_licenses(wiki: Service, gail: User) -> None:
    with pytest.raises(Refused, match="guest"):
        grant(wiki, gail)


def test_without_a_contract_nothing_limits(wiki: Service, charlie: User) -> None:
    grant(wiki, charlie)
    assert seats_of(wiki, TODAY).free is None


def test_no_more_are_held_than_contracted(one_seat: Contract, alice: User, charlie: User) -> None:
    grant(one_seat.service, charlie)
    with pytest.raises(Refused, match="1 seats, and 2 would be held: 1 too few"):
        grant(one_seat.service, alice)
    assert License.objects.count() == 1


def test_inactive_people_keep_the_license_and_take_no_seat(one_seat: Contract, alice: User, charlie: User) -> None:
    grant(one_seat.service, charlie)
    people.deactivate(charlie, by=alice, on=TODAY)
    assert seats_of(one_seat.service, TODAY).held == 0
    grant(one_seat.service, alice)
    with pytest.raises(Refused, match="1 too few"):
        people.activate(charlie, by=alice, on=TODAY)
    charlie.refresh_from_db()
    assert charlie.status == "inactive"


def test_a_file_that_activates_more_than_there_are_seats_is_refused_as_a_whole(
    one_seat: Contract, alice: User, charlie: User
) -> None:
    dora = people.add({"login": "dora", "status": "inactive"}, by=None, on=TODAY)
    people.deactivate(charlie, by=None, on=TODAY)
    for user in (charlie, dora):
        grant(one_seat.service, user)
    from seatwise.directory import people_file_import
    from seatwise.lib.people_file import parse

    file = parse(b"login,status\ndora,active\ncharlie,active\n", name="f.csv")
    with pytest.raises(Refused, match="1 too few"):
        people_file_import.commit(people_file_import.plan(file).looked(), by=None, on=TODAY)
    assert User.objects.active().count() == 1


def test_a_guest_who_becomes_a_user_needs_a_seat(one_seat: Contract, alice: User, charlie: User) -> None:
    grant(one_seat.service, charlie)
    people.change(charlie, {"kind": "guest"}, by=None, on=TODAY)
    grant(one_seat.service, alice)
    with pytest.raises(Refused, match="1 too few"):
        people.change(charlie, {"kind": "user"}, by=None, on=TODAY)


def test_reassigning_takes_no_further_seat(one_seat: Contract, alice: User, charlie: User) -> None:
    moved = grants.reassign(grant(one_seat.service, charlie), to=alice, by=None, reason="needs it", on=TODAY)
    assert (moved.user, License.objects.held().count()) == (alice, 1)


def test_reassigning_to_somebody_who_cannot_hold_it_changes_nothing(
    one_seat: Contract, gail: User, charlie: User
) -> None:
    held = grant(one_seat.service, charlie)
    with pytest.raises(Refused, match="guest"):
        grants.reassign(held, to=gail, by=None, reason="", on=TODAY)
    assert License.objects.held().get().user == charlie


def test_a_contract_has_no_fewer_seats_than_are_held(one_seat: Contract, charlie: User) -> None:
    grant(one_seat.service, charlie)
    with pytest.raises(Refused, match="1 license for Wiki is held, so 0 seats are not enough"):
        contract_terms.change(one_seat, by=None, on=TODAY, seats=0)
    assert Contract.objects.get().seats == 1


def test_a_contract_that_has_ended_blocks_additions_and_removes_nobody(
    one_seat: Contract, alice: User, charlie: User
) -> None:
    contract_terms.change(one_seat, by=None, on=EARLIER, ends=TODAY)
    grant(one_seat.service, charlie, EARLIER)
    with pytest.raises(Refused, match="0 seats"):
        grant(one_seat.service, alice, TODAY)
    assert License.objects.held().count() == 1
    assert seats_of(one_seat.service, TODAY).too_many == 1


def test_all_are_granted_or_none(one_seat: Contract, alice: User, charlie: User) -> None:
    with pytest.raises(Refused, match="too few"):
        grants.grant(service=one_seat.service, users=[alice, charlie], by=None, reason="", on=TODAY)
    assert not License.objects.exists()


def test_who_sees_which_licenses(wiki: Service, cast: dict[str, User]) -> None:
    for login in ("alice", "charlie", "bob"):
        grant(wiki, cast[login])

    def seen(login: str) -> set[str]:
        return set(License.objects.visible_to(cast[login]).values_list("user__login", flat=True))

    assert seen("alice") == seen("audrey") == {"alice", "bob", "charlie"}
    assert seen("bob") == {"bob"}
    assert seen("charlie") == {"charlie"}
    wiki.change(by=None, department_admins_see_usage=True)
    assert seen("bob") == {"bob", "charlie"}
    assert seen("charlie") == {"charlie"}


def test_the_ledger_begins_and_ends_a_row_with_the_license(wiki: Service, charlie: User) -> None:
    from seatwise.ledger.models import Usage

    held = grant(wiki, charlie)
    assert Usage.objects.filter(service=wiki, user=charlie).count() == 1
    grants.revoke([held], by=None, reason="", on=TODAY)
    assert not Usage.objects.exists()
