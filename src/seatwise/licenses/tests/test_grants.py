"""What giving, removing and reassigning leaves: in the license, with its change, and in the audit log."""

import pytest

from seatwise.audit.models import Entry
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.licenses import grants, hooks
from seatwise.licenses.models import Change, License, Policy
from seatwise.licenses.tests.world import DAY, TODAY, grant, pending, person, service

pytestmark = pytest.mark.django_db


def entry(verb: str) -> Entry:
    found: Entry = Entry.objects.of(verb).newest_first()[0]
    return found


def test_a_license_that_is_given_says_who_gave_it_when_why_and_in_which_change(alice: User, charlie: User) -> None:
    wiki = service()
    [given] = grants.grant(wiki, [charlie], by=alice, reason="new here", on=TODAY)
    kept = License.objects.get()
    assert given.pk == kept.pk
    assert (kept.service, kept.user, kept.added_on, kept.first_day) == (wiki, charlie, TODAY, TODAY)
    assert (kept.added_by, kept.add_reason, kept.replaces) == (alice, "new here", None)
    change = Change.objects.get()
    assert (kept.added_in, change.by, change.how, change.reason) == (change, alice, Change.How.OTHER, "new here")
    written = entry("license.add")
    assert (written.by, written.reason, written.subject_id) == (alice, "new here", str(given.pk))
    assert written.before == {}
    assert written.after == {"service": "wiki", "user": "charlie", "added_on": str(TODAY)}
    assert pending(wiki) == [("add", "charlie")]


def test_given_in_a_change_and_with_what_is_there_already_it_makes_no_other_change_and_nothing_to_do(
    alice: User, charlie: User
) -> None:
    wiki = service()
    change = Change.objects.begin(by=alice, how=Change.How.FILE, reason="a file")
    grants.grant(wiki, [charlie], by=alice, reason="x", on=TODAY, change=change, in_effect=True)
    assert Change.objects.get() == change
    assert License.objects.get().added_in == change
    assert pending(wiki) == []
    grants.revoke([License.objects.get()], by=alice, reason="y", on=TODAY, change=change)
    assert Change.objects.get() == change
    assert License.objects.get().removed_in == change


def test_several_get_their_own_ids_and_what_one_had_before_is_kept_for_that_one_alone(
    alice: User, charlie: User, bob: User
) -> None:
    wiki = service()
    before = grant(wiki, charlie, TODAY - 50 * DAY)
    grants.revoke([before], by=None, reason="", on=TODAY - DAY)
    change = Change.objects.begin(by=None, how=Change.How.UNDO)
    wanted = [grants.Addition(charlie, change, gives_back=before), grants.Addition(bob, change)]
    given = grants.add(wiki, wanted, on=TODAY)
    kept = {each.user: each for each in License.objects.held()}
    assert {each.user: each.pk for each in given} == {user: each.pk for user, each in kept.items()}
    assert (kept[charlie].first_day, kept[bob].first_day) == (TODAY - 50 * DAY, TODAY)
    assert not any(each._state.adding for each in given)


def test_a_license_that_is_removed_says_who_removed_it_when_and_why(alice: User, charlie: User, bob: User) -> None:
    wiki = service()
    held = grant(wiki, charlie, TODAY - DAY)
    grant(wiki, bob, TODAY - DAY)
    told = []
    hooks.licenses_removed.append(lambda *what: told.append(what))
    try:
        grants.revoke([held], by=alice, reason="left", on=TODAY)
    finally:
        hooks.licenses_removed.pop()
    assert told == [([held], TODAY)]
    for each in (held, License.objects.get(pk=held.pk)):
        assert (each.removed_on, each.removed_by, each.remove_reason) == (TODAY, alice, "left")
    change = Change.objects.latest("pk")
    assert (held.removed_in, change.by, change.how, change.reason) == (change, alice, Change.How.OTHER, "left")
    written = entry("license.remove")
    assert (written.by, written.reason, written.subject_id) == (alice, "left", str(held.pk))
    assert (written.before, written.after) == ({"service": "wiki", "user": "charlie"}, {})
    assert License.objects.held().get().user == bob


def test_licenses_are_removed_all_or_none_and_on_the_day_of_their_addition_at_the_earliest(
    charlie: User, bob: User
) -> None:
    wiki, mail = service(), service(code="mail")
    mine, other, elsewhere = grant(wiki, charlie), grant(wiki, bob), grant(mail, charlie)
    with pytest.raises(ValueError, match="of one service"):
        grants.revoke([mine, elsewhere], by=None, reason="", on=TODAY)
    with pytest.raises(Refused, match="before the day it was added"):
        grants.revoke([mine], by=None, reason="", on=TODAY - DAY)
    grants.revoke([other], by=None, reason="", on=TODAY)
    with pytest.raises(Refused, match="Some of these licenses were already removed"):
        grants.revoke([mine, other], by=None, reason="", on=TODAY)
    assert set(License.objects.held()) == {mine, elsewhere}
    assert Entry.objects.of("license.remove").count() == 1


def test_a_seat_that_passes_on_is_one_change_and_the_new_license_says_whose_it_replaces(
    alice: User, charlie: User, bob: User
) -> None:
    wiki = service("vendor", 1)
    held = grant(wiki, charlie, TODAY - DAY)
    new = grants.reassign(held, bob, by=alice, reason="needs it", on=TODAY)
    assert (new.user, new.replaces, new.added_on, new.first_day) == (bob, held, TODAY, TODAY)
    assert (new.added_by, new.add_reason, held.removed_by, held.remove_reason) == (alice, "needs it", alice, "needs it")
    change = Change.objects.latest("pk")
    assert (new.added_in, held.removed_in) == (change, change)
    assert (change.by, change.how, change.reason) == (alice, Change.How.OTHER, "needs it")
    again = Change.objects.begin(by=alice, how=Change.How.REVIEW, reason="r")
    assert grants.reassign(new, charlie, by=None, reason="", on=TODAY, change=again).added_in == again
    with pytest.raises(Refused, match="Charlie already holds a license for Wiki"):
        grants.reassign(License.objects.held().get(), charlie, by=None, reason="", on=TODAY)


def test_what_somebody_gives_to_themselves_or_to_an_account_of_theirs_is_marked(alice: User, charlie: User) -> None:
    wiki = service()
    Policy.of(wiki).change(by=None, same_person=True)
    desk = person("desk", kind="shared", responsible="alice")
    grants.grant(wiki, [alice, desk, charlie], by=alice, reason="", on=TODAY)
    marks = {each.after["user"]: each.after.get("not independent") for each in Entry.objects.of("license.add")}
    assert marks == {"alice": "self", "desk": "shared", "charlie": None}


def test_who_administers_departments_gives_no_license_to_themselves(bob: User, charlie: User) -> None:
    wiki = service()
    with pytest.raises(Refused, match="cannot give a license to themselves or to their own accounts: Bob"):
        grants.grant(wiki, [charlie, bob], by=bob, reason="", on=TODAY)
    assert not License.objects.exists()
