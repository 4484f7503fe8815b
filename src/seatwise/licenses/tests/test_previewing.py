"""What a change would do is said before it is done, and only that is done."""

import datetime
import threading
from typing import Any

import pytest
from django.db import connection

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.models import DepartmentAdministrator, Service, User
from seatwise.ledger.models import Usage
from seatwise.licenses import change_saving, change_undo, contract_terms, effects, exemption_rules, grants, hooks
from seatwise.licenses.change_saving import NotSaved, Said
from seatwise.licenses.models import Change, ChangeDraft, Contract, Effect, License, Policy
from seatwise.licenses.preview import preview
from seatwise.licenses.seats import seats_of
from seatwise.licenses.suspension_rules import suspend
from seatwise.licenses.tests.office import LONG_AGO, TODAY, agreed, draft, held, ids, keys, make_office, users

pytestmark = pytest.mark.django_db


@pytest.fixture
def wiki(sales: Any) -> Service:
    return make_office(sales)


def looked(kept: ChangeDraft, by: User) -> Any:
    return preview(kept.steps, by, TODAY).steps[0]


def save(kept: ChangeDraft, by: User) -> Change:
    return change_saving.save(kept, agreed(kept, by), by=by, on=TODAY)


def refusal(kept: ChangeDraft, said: Said, by: User) -> NotSaved:
    with pytest.raises(NotSaved) as caught:
        change_saving.save(kept, said, by=by, on=TODAY)
    return caught.value


def test_seats_of_a_removal_by_hand_are_pending(wiki: Service, alice: User) -> None:
    seen = looked(draft(alice, wiki, "remove", "emil", "fred"), alice)
    assert (seen.before.held, seen.after.held, seen.after.pending, seen.after.free) == (4, 4, 2, 6)
    assert not seen.obstacles


@pytest.mark.parametrize("how", ["gate", "vendor", "by_hand"])
@pytest.mark.parametrize("what", ["add", "remove"])
def test_seats_are_as_the_preview_said(wiki: Service, alice: User, how: str, what: str) -> None:
    wiki.change(by=None, how_removal_takes_effect=how)
    logins = ("emil", "greta") if what == "remove" else ("hal", "ina", "ivan")
    if what == "add":
        User.objects.filter(login="ina").update(status="inactive")
        people.change(users("hal")[0], {"kind": "system"}, by=None, on=TODAY)
        logins = ("hal", "ina")
    kept = draft(alice, wiki, what, *logins)
    seen = looked(kept, alice)
    save(kept, alice)
    assert seats_of(wiki, TODAY) == seen.after


def test_of_a_vendor_seats_are_pending_unless_they_were_never_added_there(wiki: Service, alice: User) -> None:
    wiki.change(by=None, how_removal_takes_effect="vendor")
    grants.grant_one(service=wiki, user=users("hal")[0], by=None, reason="", on=TODAY)
    kept = draft(alice, wiki, "remove", "emil", "hal")
    seen = looked(kept, alice)
    assert (seen.after.held, seen.after.pending) == (4, 1)
    save(kept, alice)
    assert seats_of(wiki, TODAY) == seen.after
    again = draft(alice, wiki, "add", "emil", "hal")
    seen = looked(again, alice)
    save(again, alice)
    assert seats_of(wiki, TODAY) == seen.after
    assert (seen.after.held, seen.after.pending) == (5, 0)


def test_a_seat_that_was_passed_on_and_is_given_back_is_pending_again(wiki: Service, alice: User) -> None:
    wiki.change(by=None, how_removal_takes_effect="vendor")
    grants.reassign(License.objects.held().get(user__login="emil"), to=users("hal")[0], by=None, reason="", on=TODAY)
    kept = draft(alice, wiki, "remove", "hal")
    seen = looked(kept, alice)
    save(kept, alice)
    assert seats_of(wiki, TODAY) == seen.after


def test_a_suspended_person_takes_no_seat_when_added(wiki: Service, alice: User) -> None:
    wiki.change(by=None, how_removal_takes_effect="gate")
    hal = users("hal")[0]
    suspend(hal, None, until=datetime.date(2027, 1, 1), reason="leave", by=None, on=TODAY)
    kept = draft(alice, wiki, "add", "hal")
    seen = looked(kept, alice)
    assert keys(seen.warnings) == {"suspended": 1}
    assert seen.after.held == 4
    save(kept, alice)
    assert seats_of(wiki, TODAY) == seen.after


def test_what_is_to_be_confirmed_before_a_removal(wiki: Service, alice: User) -> None:
    emil, fred = users("emil", "fred")
    suspend(emil, wiki, until=datetime.date(2027, 1, 1), reason="leave", by=None, on=TODAY)
    exemption_rules.exempt(
        user=fred, service=None, until=datetime.date(2026, 12, 31), reason="private", by=None, on=TODAY
    )
    grants.grant_one(service=wiki, user=users("hal")[0], by=None, reason="", on=TODAY)
    seen = looked(draft(alice, wiki, "remove", "dora", "emil", "fred", "greta", "hal"), alice)
    assert keys(seen.warnings) == {"used": 1, "exempt": 1, "suspended": 1, "young": 1, "last": 5}
    texts = {each.key: each.text for each in seen.warnings}
    assert texts["used"] == "1 of these used it in the last 7 days."
    assert texts["exempt"] == "1 of these is exempt until 31 December 2026."
    assert texts["suspended"] == "1 of these is suspended until 31 December 2026."
    assert texts["last"] == "No one would hold a license any more in: Sales, Accounting."
    assert "private" not in str(texts)
    only = looked(draft(alice, wiki, "remove", "greta"), alice)
    assert [each.text for each in only.warnings] == ["1 of these is the only holder in Accounting."]
    assert not looked(draft(alice, wiki, "remove", "fred"), alice).warnings[1:]


def test_who_uses_only_the_api_is_told(wiki: Service, alice: User) -> None:
    Usage.objects.filter(user__login="greta").update(program_day=20_000)
    seen = looked(draft(alice, wiki, "remove", "dora", "greta"), alice)
    assert keys(seen.warnings) == {"api_only": 1, "used": 1, "last": 1}


def test_later_apps_have_their_say(wiki: Service, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    warning = hooks.Warning("in_review", "1 of these is in the review “Q4”.", ["emil"])
    monkeypatch.setattr(hooks, "removal_warnings", [lambda service, licenses, on: [warning]])
    seen = looked(draft(alice, wiki, "remove", "emil"), alice)
    assert [(each.text, list(each.users)) for each in seen.warnings] == [
        ("1 of these is in the review “Q4”.", ids("emil"))
    ]


def test_obstacles_of_a_removal_and_of_an_addition(wiki: Service, alice: User, gail: User) -> None:
    gone = draft(alice, wiki, "remove", "emil", "hal", "ina")
    assert keys(looked(gone, alice).obstacles) == {"gone": 2}
    contract_terms.change(Contract.objects.get(), by=None, on=TODAY, seats=5)
    added = looked(draft(alice, wiki, "add", "dora", "hal", "ina", "gail"), alice)
    assert keys(added.obstacles) == {"guests": 1, "holders": 1, "seats": 0}
    assert added.obstacles[-1].text.startswith("3 seats for Wiki are needed; free: 1.")
    assert preview(gone.steps, alice, TODAY).is_refused


def test_where_too_many_hold_licenses_already_it_is_said_how_many(wiki: Service, alice: User) -> None:
    Contract.objects.update(seats=2)
    seen = looked(draft(alice, wiki, "add", "hal"), alice)
    assert [each.text for each in seen.obstacles] == [
        (
            "More licenses for Wiki are held than contracted (4 of 2), so none can be added. Remove "
            "licenses or enter a larger contract first."
        )
    ]


def test_a_department_administrator_changes_their_people_and_unaffiliated_ones(wiki: Service, bob: User) -> None:
    kept = draft(bob, wiki, "remove", "dora", "greta")
    assert keys(looked(kept, bob).obstacles) == {"service": 0, "others": 1}
    wiki.change(by=None, department_admins_change_licenses=True)
    seen = looked(kept, bob)
    assert keys(seen.obstacles) == {"others": 1}
    assert list(seen.people) == ids("dora")
    assert not looked(draft(bob, wiki, "add", "hal", "ina"), bob).obstacles
    save(draft(bob, wiki, "remove", "dora"), bob)
    assert held(wiki) == {"emil", "fred", "greta"}


def test_a_department_administrator_who_is_none_any_more_saves_nothing(wiki: Service, bob: User) -> None:
    wiki.change(by=None, department_admins_change_licenses=True)
    kept = draft(bob, wiki, "remove", "dora")
    said = agreed(kept, bob)
    DepartmentAdministrator.objects.all().delete()
    assert refusal(kept, said, bob).preview.is_refused
    assert "dora" in held(wiki)


def test_all_is_saved_in_one_change_with_what_was_ticked(wiki: Service, alice: User) -> None:
    Policy.of(wiki).change(by=None, checklist="Sole app administrator?\nOpen process?")
    change = save(draft(alice, wiki, "remove", "dora", "emil"), alice)
    assert held(wiki) == {"fred", "greta"}
    assert (change.removed.count(), change.how, change.reason, change.by) == (2, "screen", "not used", alice)
    assert change.ticked == ["Sole app administrator?", "Open process?"]
    entry = Entry.objects.of("change.save").get()
    assert entry.after["ticked"] == change.ticked
    assert entry.after["confirmed"] == ["1 of these used it in the last 7 days."]
    assert (entry.after["removed"], entry.after["services"], entry.reason) == (2, ["wiki"], "not used")


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"reason": " "}, "Give a reason"),
        ({"confirmed": frozenset()}, "Select every checkbox"),
        ({"checked": frozenset()}, "Select every checkbox"),
        ({"fingerprint": "another"}, "changed in the meantime"),
    ],
)
def test_nothing_is_saved_unless_everything_was_said(wiki: Service, alice: User, said: Any, problem: str) -> None:
    Policy.of(wiki).change(by=None, checklist="Sole app administrator?")
    kept = draft(alice, wiki, "remove", "dora")
    whole = agreed(kept, alice)
    refused = refusal(kept, Said(**{**whole.__dict__, **said}), alice)
    assert problem in refused.problems[0]
    assert "dora" in held(wiki)
    assert not Entry.objects.of("change.save").exists()


def test_an_addition_needs_no_reason(wiki: Service, alice: User) -> None:
    kept = draft(alice, wiki, "add", "hal")
    change_saving.save(kept, agreed(kept, alice, reason=""), by=alice, on=TODAY)
    assert "hal" in held(wiki)


def test_what_was_previewed_is_saved_or_nothing(wiki: Service, alice: User) -> None:
    kept = draft(alice, wiki, "remove", "emil", "fred")
    said = agreed(kept, alice)
    grants.revoke([License.objects.held().get(user__login="fred")], by=None, reason="", on=TODAY)
    refused = refusal(kept, said, alice)
    assert keys(refused.preview.steps[0].obstacles) == {"gone": 1}
    assert "emil" in held(wiki)


def test_a_license_that_was_removed_and_added_again_is_another_one(wiki: Service, alice: User) -> None:
    kept = draft(alice, wiki, "remove", "emil")
    said = agreed(kept, alice)
    grants.revoke([License.objects.held().get(user__login="emil")], by=None, reason="", on=TODAY)
    grants.grant_one(service=wiki, user=users("emil")[0], by=None, reason="", on=LONG_AGO)
    assert "changed in the meantime" in refusal(kept, said, alice).problems[0]


def test_a_new_warning_is_shown_before_anything_is_saved(wiki: Service, alice: User) -> None:
    kept = draft(alice, wiki, "remove", "emil")
    said = agreed(kept, alice)
    Policy.of(wiki).change(by=None, checklist="Sole app administrator?")
    assert refusal(kept, said, alice).preview.to_check()


def test_it_is_saved_once(wiki: Service, alice: User) -> None:
    kept = draft(alice, wiki, "remove", "emil")
    said = agreed(kept, alice)
    first = change_saving.save(kept, said, by=alice, on=TODAY)
    assert change_saving.save(ChangeDraft.objects.get(pk=kept.pk), said, by=alice, on=TODAY) == first
    assert Entry.objects.of("change.save").count() == 1


def test_several_services_of_one_person_change_in_one_step(wiki: Service, alice: User) -> None:
    mail = Service.objects.add(code="mail", name="Mail", by=None)
    steps = [ChangeDraft.step(mail.pk, "add", ids("emil")), ChangeDraft.step(wiki.pk, "remove", ids("emil"))]
    kept = ChangeDraft.objects.keep(steps, by=alice, how="person")
    change = save(kept, alice)
    assert (change.added.get().service, change.removed.get().service) == (mail, wiki)


def test_undo_gives_back_what_was_removed_while_nothing_else_changed(wiki: Service, alice: User) -> None:
    change = save(draft(alice, wiki, "remove", "dora", "emil"), alice)
    undone = change_undo.undo(change, by=alice, reason="mistake", on=TODAY)
    assert held(wiki) == {"dora", "emil", "fred", "greta"}
    assert (undone.undoes, undone.added.count()) == (change, 2)
    assert change_undo.why_not_undone(change, alice, TODAY) == "This was already undone."


@pytest.mark.parametrize("days", [30, 31])
def test_undo_is_possible_for_as_many_days_as_the_policy_says(wiki: Service, alice: User, days: int) -> None:
    change = save(draft(alice, wiki, "remove", "dora"), alice)
    why = change_undo.why_not_undone(change, alice, TODAY + datetime.timedelta(days=days))
    assert bool(why) == (days == 31)


def test_undo_is_over_once_something_else_changed(wiki: Service, alice: User) -> None:
    change = save(draft(alice, wiki, "remove", "dora"), alice)
    grants.grant_one(service=wiki, user=users("dora")[0], by=None, reason="", on=TODAY)
    assert "have changed since" in change_undo.why_not_undone(change, alice, TODAY)
    added = save(draft(alice, wiki, "add", "hal"), alice)
    grants.revoke([License.objects.held().get(user__login="hal")], by=None, reason="", on=TODAY)
    assert "have changed since" in change_undo.why_not_undone(added, alice, TODAY)


def test_somebody_undoes_only_what_they_may_change(wiki: Service, alice: User, bob: User, audrey: User) -> None:
    wiki.change(by=None, department_admins_change_licenses=True)
    change = save(draft(alice, wiki, "remove", "dora", "greta"), alice)
    for person in (bob, audrey):
        assert "You may not change all" in change_undo.why_not_undone(change, person, TODAY)


def test_drafts_are_ones_own_for_a_day(wiki: Service, alice: User, bob: User) -> None:
    from seatwise.licenses.selection import forget_old_drafts

    kept = draft(alice, wiki, "remove", "dora")
    assert not ChangeDraft.objects.visible_to(bob).exists()
    ChangeDraft.objects.filter(pk=kept.pk).update(at=kept.at - datetime.timedelta(days=1))
    assert not ChangeDraft.objects.visible_to(alice).exists()
    draft(alice, wiki, "remove", "emil")
    forget_old_drafts(TODAY)
    assert ChangeDraft.objects.count() == 1


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("how", ["vendor", "by_hand"])
@pytest.mark.parametrize("stopped", [True, False])
def test_seats_of_sleeping_licenses_are_as_the_preview_said(
    wiki: Service, alice: User, how: str, keeps: bool, stopped: bool
) -> None:
    wiki.change(by=None, how_removal_takes_effect=how)
    for user in users("emil", "hal"):
        suspend(user, None, until=datetime.date(2027, 1, 1), reason="leave", by=None, on=TODAY, keeps_seat=keeps)
    if stopped:
        waiting = Effect.objects.pending().values_list("pk", flat=True)
        effects.carry_out(wiki, waiting, evidence="seen", by=None, on=TODAY)
    for what, login in (("remove", "emil"), ("add", "hal"), ("remove", "hal"), ("add", "emil")):
        kept = draft(alice, wiki, what, login)
        seen = looked(kept, alice)
        save(kept, alice)
        assert seats_of(wiki, TODAY) == seen.after, (what, login)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_save_for_the_last_seat_at_once(sales: Any, alice: User) -> None:
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("threads share no database in memory; settings: TEST NAME must be a file")
    wiki = make_office(sales)
    contract_terms.change(Contract.objects.get(), by=None, on=TODAY, seats=5)
    drafts = [draft(alice, wiki, "add", login) for login in ("hal", "ina")]
    saids = [agreed(kept, alice) for kept in drafts]
    gate = threading.Barrier(2)
    refused: list[NotSaved] = []

    def press(kept: ChangeDraft, said: Said) -> None:
        gate.wait()
        try:
            change_saving.save(kept, said, by=alice, on=TODAY)
        except NotSaved as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=pair) for pair in zip(drafts, saids, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [keys(each.preview.steps[0].obstacles) for each in refused] == [{"seats": 0}]
    assert len(held(wiki)) == 5
