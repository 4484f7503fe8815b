"""Accounts and licenses that sleep until a day, with their seat free or reserved."""

import datetime

import pytest

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, DepartmentAdministrator, Service, User
from seatwise.letters.models import Letter
from seatwise.licenses import contract_terms, grants, suspension_endings, suspension_rules
from seatwise.licenses.models import Contract, License, Suspension
from seatwise.licenses.seats import seats_of
from seatwise.licenses.tests.world import DAY, TODAY, carry_out, grant, pending, person, service

pytestmark = pytest.mark.django_db
BACK = TODAY + 30 * DAY


def suspend(user: User, of: Service | None = None, **how: object) -> Suspension:
    terms = {"until": BACK, "reason": "leave", "by": None, "on": TODAY} | how
    return suspension_rules.suspend(user, of, **terms)  # type: ignore[arg-type]


def test_the_seat_of_who_sleeps_is_free_and_the_license_cannot_be_used(charlie: User, alice: User) -> None:
    wiki = service("gate", 1)
    grant(wiki, charlie)
    made = suspend(charlie)
    assert seats_of(wiki, TODAY).free == 1
    assert not License.objects.usable().exists()
    assert License.objects.held().by([charlie]).exists()
    grant(wiki, alice)
    entry = Entry.objects.of("suspension.add").get()
    assert (entry.after["until"], entry.reason, made.state) == (str(BACK), "leave", "asleep")


def test_a_reserved_seat_is_not_free(charlie: User) -> None:
    wiki = service("gate", 1)
    grant(wiki, charlie)
    suspend(charlie, wiki, keeps_seat=True)
    assert seats_of(wiki, TODAY).free == 0


def test_a_seat_is_reserved_if_the_account_or_the_license_reserves_it(charlie: User) -> None:
    wiki = service("gate", 1)
    grant(wiki, charlie)
    suspend(charlie, wiki, keeps_seat=True)
    suspend(charlie)
    assert seats_of(wiki, TODAY).free == 0


def test_nobody_is_suspended_twice_or_without_a_license_or_a_reason(charlie: User) -> None:
    wiki = service()
    with pytest.raises(Refused, match="has no license"):
        suspend(charlie, wiki)
    grant(wiki, charlie)
    suspend(charlie, wiki)
    with pytest.raises(Refused, match="already suspended"):
        suspend(charlie, wiki)
    with pytest.raises(Refused, match="needs a reason"):
        suspend(charlie, reason=" ")
    with pytest.raises(Refused, match="return date"):
        suspend(charlie, until=TODAY)
    assert Suspension.objects.count() == 1


def test_at_a_vendor_the_seat_is_free_when_the_suspension_was_carried_out(charlie: User) -> None:
    wiki = service("vendor", 1)
    grant(wiki, charlie)
    carry_out(wiki)
    suspend(charlie, wiki)
    assert pending(wiki) == [("sleep", "charlie")]
    assert seats_of(wiki, TODAY).free == 0
    carry_out(wiki)
    assert seats_of(wiki, TODAY).free == 1


def test_a_removal_of_who_slept_there_takes_no_seat_again(charlie: User, alice: User) -> None:
    wiki = service("vendor", 1)
    held = grant(wiki, charlie)
    carry_out(wiki)
    suspend(charlie, wiki)
    carry_out(wiki)
    grant(wiki, alice)
    grants.revoke([held], by=None, reason="", on=TODAY)
    assert (seats_of(wiki, TODAY).held, seats_of(wiki, TODAY).too_many) == (1, 0)


def test_what_is_turned_back_before_it_was_carried_out_is_not_to_be_done(charlie: User) -> None:
    wiki = service("by_hand")
    grant(wiki, charlie)
    carry_out(wiki)
    made = suspend(charlie, wiki)
    suspension_rules.end(made, by=None, reason="", on=TODAY + DAY)
    assert pending(wiki) == []
    suspend(charlie, wiki)
    carry_out(wiki)
    suspension_rules.end(Suspension.objects.unended().get(), by=None, reason="", on=TODAY + DAY)
    assert pending(wiki) == [("wake", "charlie")]


def test_an_account_that_sleeps_while_its_license_sleeps_is_stopped_once(charlie: User) -> None:
    wiki = service("by_hand")
    grant(wiki, charlie)
    carry_out(wiki)
    license_sleeps, account_sleeps = suspend(charlie, wiki), suspend(charlie)
    assert pending(wiki) == [("sleep", "charlie")]
    carry_out(wiki)
    suspension_rules.end(license_sleeps, by=None, reason="", on=TODAY)
    assert pending(wiki) == []
    suspension_rules.end(account_sleeps, by=None, reason="", on=TODAY)
    assert pending(wiki) == [("wake", "charlie")]


def test_a_license_for_who_is_on_leave_sleeps_and_takes_no_seat(charlie: User) -> None:
    wiki, chat = service("gate", 0), service("by_hand", code="chat")
    suspend(charlie)
    grant(wiki, charlie)
    assert seats_of(wiki, TODAY).held == 0
    grant(chat, charlie)
    assert pending(chat) == [("add", "charlie"), ("sleep", "charlie")]


def test_a_planned_suspension_begins_on_its_day_and_ends_on_its_day(charlie: User) -> None:
    wiki = service("gate", 1)
    grant(wiki, charlie)
    suspend(charlie, begins=TODAY + 3 * DAY)
    assert seats_of(wiki, TODAY).free == 0
    assert suspension_rules.begin_and_end(TODAY + 2 * DAY) is None
    assert suspension_rules.begin_and_end(TODAY + 4 * DAY) == "suspensions begun: 1, ended: 0, without a seat: 0"
    assert seats_of(wiki, TODAY).free == 1
    assert suspension_rules.begin_and_end(BACK) == "suspensions begun: 0, ended: 1, without a seat: 0"
    assert suspension_rules.begin_and_end(BACK) is None
    row = Suspension.objects.get()
    assert (row.state, row.ended_on) == ("ended", BACK)
    assert Entry.objects.of("suspension.begin").count() == Entry.objects.of("suspension.end").count() == 1


def test_a_planned_one_can_be_given_up(charlie: User) -> None:
    made = suspend(charlie, begins=TODAY + 3 * DAY)
    suspension_rules.end(made, by=None, reason="stays", on=TODAY)
    assert suspension_rules.begin_and_end(TODAY + 4 * DAY) is None
    with pytest.raises(Refused, match="already ended"):
        suspension_rules.end(made, by=None, reason="", on=TODAY)


def test_who_finds_no_seat_stays_asleep_and_administrators_are_told_once(charlie: User, alice: User) -> None:
    wiki = service("gate", 1)
    grant(wiki, charlie)
    suspend(charlie)
    other = grant(wiki, alice)
    with pytest.raises(Refused, match="1 too few"):
        suspension_rules.end(Suspension.objects.get(), by=None, reason="", on=BACK)
    for day in (BACK, BACK + DAY):
        assert suspension_rules.begin_and_end(day) == "suspensions begun: 0, ended: 0, without a seat: 1"
    row = Suspension.objects.stuck().get()
    assert row.obstacle_in_words == "There is no free seat for Wiki, so the suspension continues."
    letter = Letter.objects.of_kind(suspension_endings.STUCK).get()
    assert letter.to == alice
    assert suspension_endings.compose(letter) is not None
    grants.revoke([other], by=None, reason="", on=BACK + DAY)
    suspension_rules.begin_and_end(BACK + 2 * DAY)
    assert Suspension.objects.get().state == "ended"
    assert suspension_endings.compose(letter) is None
    assert seats_of(wiki, BACK).held == 1


def test_who_wakes_up_without_taking_a_seat_needs_none(charlie: User, alice: User) -> None:
    wiki = service("gate", 1)
    grant(wiki, charlie)
    made = suspend(charlie)
    grant(wiki, alice)
    people.deactivate(charlie, by=None, on=TODAY)
    suspension_rules.end(made, by=None, reason="", on=TODAY)
    with pytest.raises(Refused, match="1 too few"):
        people.activate(charlie, by=None, on=TODAY)


def test_who_becomes_active_asleep_needs_a_seat_only_on_waking_up(charlie: User, alice: User) -> None:
    wiki = service("gate", 1)
    grant(wiki, charlie)
    people.deactivate(charlie, by=None, on=TODAY)
    made = suspend(charlie)
    grant(wiki, alice)
    contract_terms.change(Contract.objects.get(), by=None, on=TODAY - DAY, ends=TODAY)  # more are held than contracted
    assert people.activate(charlie, by=None, on=TODAY)
    with pytest.raises(Refused, match="2 too few"):
        suspension_rules.end(made, by=None, reason="", on=TODAY)


def test_the_day_is_changed_while_it_holds(charlie: User, alice: User) -> None:
    made = suspend(charlie)
    assert suspension_rules.change_day(made, until=BACK + DAY, by=alice, reason="longer", on=TODAY)
    assert not suspension_rules.change_day(made, until=BACK + DAY, by=alice, reason="", on=TODAY)
    assert suspension_rules.begin_and_end(BACK) is None
    with pytest.raises(Refused, match="after today"):
        suspension_rules.change_day(made, until=BACK, by=alice, reason="", on=BACK)
    entry = Entry.objects.of("suspension.change").get()
    assert (entry.before, entry.after) == ({"until": str(BACK)}, {"until": str(BACK + DAY)})


def test_who_administers_the_department_is_asked_once_before_the_day(
    charlie: User, bob: User, alice: User, sales: Department
) -> None:
    made = suspend(charlie)
    assert suspension_endings.ask(BACK - 8 * DAY) is None
    assert suspension_endings.ask(BACK - 7 * DAY) == "asked about suspensions that end: 1"
    assert suspension_endings.ask(BACK - 6 * DAY) is None
    letter = Letter.objects.get()
    assert (letter.to, letter.kind) == (bob, suspension_endings.ENDING)
    assert list(Suspension.objects.answerable_by(bob)) == [made]
    suspension_rules.change_day(made, until=BACK + 60 * DAY, by=bob, reason="longer", on=TODAY)
    assert suspension_endings.compose(letter) is None
    assert not Suspension.objects.answerable_by(bob).exists()
    assert suspension_endings.ask(BACK + 55 * DAY) is not None
    assert Letter.objects.count() == 2


def test_of_who_has_no_department_administrators_are_asked(alice: User) -> None:
    suspend(person("dora"))
    suspension_endings.ask(BACK - DAY)
    assert Letter.objects.get().to == alice


def test_who_administers_a_department_above_is_asked_too_but_nobody_about_themselves(
    bob: User, sales: Department
) -> None:
    branch = Department.objects.add(code="branch", name="Branch", parent=sales, by=None)
    dora = person("dora", departments=["branch"], role="department_administrator")
    DepartmentAdministrator.objects.create(user=dora, department=branch)
    assert suspension_endings.administrators_of(dora) == [bob]


def test_who_sees_suspensions(cast: dict[str, User]) -> None:
    for login in ("alice", "charlie"):
        suspend(cast[login])

    def seen(login: str) -> set[str]:
        return set(Suspension.objects.visible_to(cast[login]).values_list("user__login", flat=True))

    assert seen("audrey") == {"alice", "charlie"}
    assert seen("bob") == seen("charlie") == {"charlie"}
    service().change(by=None, department_admins_change_licenses=True)
    assert seen("bob") == {"alice", "charlie"}
    assert seen("charlie") == {"charlie"}


def test_a_suspension_may_have_begun_before_today(charlie: User) -> None:
    made = suspend(charlie, begins=TODAY - datetime.timedelta(days=10))
    assert made.state == "asleep"


def test_who_returns_from_leave_to_a_seat_that_was_kept_takes_none_anew(charlie: User, alice: User) -> None:
    wiki = service("gate", 1)
    grant(wiki, charlie)
    kept = suspension_rules.suspend(
        charlie, wiki, until=TODAY + 30 * DAY, reason="leave", by=None, on=TODAY, keeps_seat=True
    )
    assert seats_of(wiki, TODAY).free == 0
    with pytest.raises(Refused, match="1 too few"):
        grant(wiki, alice)
    assert suspension_rules.begin_and_end(TODAY + 30 * DAY) == "suspensions begun: 0, ended: 1, without a seat: 0"
    kept.refresh_from_db()
    assert (kept.state, kept.obstacle) == ("ended", "")
    assert (seats_of(wiki, TODAY).held, seats_of(wiki, TODAY).free) == (1, 0)
