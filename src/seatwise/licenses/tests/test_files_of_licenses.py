"""Licenses by file: a row replaces all services of its person; all or nothing; the second time nothing."""

import datetime
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, given, settings, strategies as st

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Login, Service, User
from seatwise.lib.licenses_file import parse
from seatwise.licenses import change_undo, contract_terms, effects, file_export, grants, suspension_rules
from seatwise.licenses.change_saving import NotSaved, Said
from seatwise.licenses.file_plan import Plan, plan, save
from seatwise.licenses.models import CarriedCode, Change, Effect, License, Policy
from seatwise.licenses.seats import seats_of
from seatwise.site.list_files import CannotHold

TODAY = datetime.date(2026, 11, 24)
EARLIER = datetime.date(2026, 1, 5)
pytestmark = pytest.mark.django_db


@pytest.fixture
def services(cast: dict[str, User]) -> dict[str, Service]:
    codes = ("kintone", "garoon", "wiki")
    return {code: Service.objects.add(code=code, name=code.capitalize(), by=None) for code in codes}


def planned(text: str) -> Plan:
    return plan(parse(text.encode(), name="f.csv"), on=TODAY)


def bring_in(text: str, by: Any = None) -> Change:
    made = planned(text)
    said = Said(made.preview().fingerprint, "yearly", unasked=True, removals=made.removals)
    return save(made.file, said, by=by, on=TODAY)


def differences(text: str) -> list[tuple[int, str, str, bool]]:
    return [(each.line, each.user.login, each.code, each.added) for each in planned(text).differences]


def errors(text: str) -> list[str]:
    return [str(error) for error in planned(text).errors]


def held() -> dict[str, list[str]]:
    """What everybody has, as an export says it."""
    return {login: codes for login, codes in file_export.services_of_people() if codes}


def grant(service: Service, *users: User) -> None:
    grants.grant(service=service, users=users, by=None, reason="", on=EARLIER)


def test_a_row_replaces_all_services_and_a_login_alone_removes_them(
    services: dict[str, Service], cast: dict[str, User]
) -> None:
    grant(services["kintone"], cast["alice"], cast["bob"], cast["charlie"])
    grant(services["wiki"], cast["alice"], cast["audrey"])
    text = "login,service\nalice,garoon,kintone\nBOB\n"
    assert differences(text) == [
        (2, "alice", "garoon", True),
        (2, "alice", "wiki", False),
        (3, "bob", "kintone", False),
    ]
    change = bring_in(text, by=cast["alice"])
    assert held() == {"alice": ["garoon", "kintone"], "audrey": ["wiki"], "charlie": ["kintone"]}
    assert (change.how, change.reason, change.added.count(), change.removed.count()) == ("file", "yearly", 1, 2)
    entry = Entry.objects.get(verb="licenses.file")
    assert (entry.by_login, entry.after["file"], entry.after["added"], entry.reason) == ("alice", "f.csv", 1, "yearly")


def test_the_same_file_twice_changes_nothing(services: dict[str, Service], cast: dict[str, User]) -> None:
    text = "alice,kintone,sa\nbob,garoon\n"
    bring_in(text)
    entries = Entry.objects.count()
    assert planned(text).changes_nothing
    with pytest.raises(Refused, match="already matches the file"):
        bring_in(text)
    assert Entry.objects.count() == entries


def test_it_is_undone_as_one_with_what_it_carried(services: dict[str, Service], cast: dict[str, User]) -> None:
    bring_in("alice,kintone,sa,xx\nbob,garoon,sa\n")
    before = held()
    change = bring_in("alice,garoon,yy,sa\nbob\n")
    assert held() == {"alice": ["garoon", "sa", "yy"]}
    change_undo.undo_change(change, by=cast["alice"], reason="wrong file", on=TODAY)
    assert held() == before == {"alice": ["kintone", "sa", "xx"], "bob": ["garoon", "sa"]}


def test_what_a_later_file_changed_is_not_undone(services: dict[str, Service], cast: dict[str, User]) -> None:
    change = bring_in("alice,kintone,sa\n")
    bring_in("alice,kintone\n")
    with pytest.raises(Refused, match="later file"):
        change_undo.undo_change(change, by=None, reason="", on=TODAY)
    assert held() == {"alice": ["kintone"]}


def test_unknown_logins_guests_and_double_ones_are_errors_with_their_lines(
    services: dict[str, Service], cast: dict[str, User]
) -> None:
    Login.objects.ensure(["chas"])
    Login.objects.get(folded="chas").give_to(cast["charlie"], by=None)
    text = "login\nnobody,kintone\ngail,kintone\ncharlie,kintone\nalice\nchas,garoon\nAlice\n"
    assert errors(text) == [
        "line 2: login “nobody” cannot be used (expected the login name of someone in the directory)",
        "line 3: services “kintone” cannot be used (expected no service for a guest user)",
        "line 6: login “chas” cannot be used (expected one row per person; line 4 is the same person)",
        "line 7: login “Alice” cannot be used (expected a login name that is in no other row; line 5 has it too)",
    ]
    with pytest.raises(Refused, match="has errors"):
        bring_in(text)
    assert not License.objects.exists()


def test_another_login_name_of_somebody_names_them(services: dict[str, Service], cast: dict[str, User]) -> None:
    Login.objects.ensure(["chas@example.com"])
    Login.objects.get(folded="chas@example.com").give_to(cast["charlie"], by=None)
    assert differences("chas@example.com,wiki\n") == [(1, "charlie", "wiki", True)]


def test_cybozu_coms_short_codes_mean_the_services_that_its_api_calls_otherwise(
    services: dict[str, Service], cast: dict[str, User]
) -> None:
    grant(services["kintone"], cast["alice"])
    text = "alice,ki,gr,sa\n"
    assert differences(text) == [(1, "alice", "garoon", True), (1, "alice", "sa", True)]
    assert planned(text).about_names == ["“gr” in the file means Garoon.", "“ki” in the file means Kintone."]
    bring_in(text)
    assert list(file_export.services_of_people(short_codes=True)) == [("alice", ["gr", "ki", "sa"])]
    Service.objects.add(code="gr", name="Great", by=None)
    assert [each[2] for each in differences(text)] == ["gr", "garoon"]


def test_services_that_are_not_managed_are_carried_along_and_said(
    services: dict[str, Service], cast: dict[str, User]
) -> None:
    found = planned("alice,kintone,sa,zz\nbob,sa\n").preview()
    assert found.to_confirm() == {"codes": "Not managed by Seatwise, kept unchanged: sa (2 users), zz (1 user)."}
    bring_in("alice,kintone,sa,zz\nbob,sa\n")
    assert dict(file_export.services_of_people()) == {"alice": ["kintone", "sa", "zz"], "bob": ["sa"]}
    again = planned("alice,garoon,sa,zz\n")
    assert (bool(again.about_unmanaged), "codes" in again.preview().to_confirm()) == (True, False)
    bring_in("bob\n")
    assert [str(each) for each in CarriedCode.objects.current()] == ["Alice: sa", "Alice: zz"]


def test_a_service_that_becomes_managed_is_no_longer_carried(
    services: dict[str, Service], cast: dict[str, User]
) -> None:
    bring_in("alice,sa\n")
    Service.objects.add(code="sa", name="Secure Access", by=None)
    assert list(file_export.services_of_people()) == []
    bring_in("alice,sa\n")
    assert list(file_export.services_of_people()) == [("alice", ["sa"])]
    assert planned("alice,sa\n").changes_nothing


def test_seats_are_swapped_at_a_full_service(services: dict[str, Service], cast: dict[str, User]) -> None:
    contract_terms.add(service=services["wiki"], seats=1, by=None, on=EARLIER)
    grant(services["wiki"], cast["alice"])
    text = "bob,wiki\nalice\n"
    removal, addition = planned(text).preview().steps
    assert (removal.before.held, removal.after.held, removal.count) == (1, 0, 1)
    assert (addition.before.held, addition.after.held, addition.count, list(addition.obstacles)) == (0, 1, 1, [])
    bring_in(text)
    assert held() == {"bob": ["wiki"]}


def test_too_few_seats_are_seen_and_refused_as_a_whole(services: dict[str, Service], cast: dict[str, User]) -> None:
    contract_terms.add(service=services["wiki"], seats=1, by=None, on=EARLIER)
    text = "bob,wiki,kintone\nalice,wiki\n"
    found = planned(text).preview()
    assert found.is_refused
    [obstacle] = [each.text for step in found.steps for each in step.obstacles]
    assert obstacle.startswith("2 seats for Wiki are needed; free: 1.")
    with pytest.raises(NotSaved, match="nothing was saved"):
        bring_in(text)
    assert not License.objects.exists()
    assert not Change.objects.exists()


def test_a_vendors_seat_is_not_free_before_the_removal_is_confirmed(
    services: dict[str, Service], cast: dict[str, User]
) -> None:
    wiki = services["wiki"]
    wiki.change(by=None, how_removal_takes_effect="vendor")
    contract_terms.add(service=wiki, seats=1, by=None, on=EARLIER)
    grants.grant(service=wiki, users=[cast["alice"]], by=None, reason="", on=EARLIER, in_effect=True)
    addition = planned("bob,wiki\nalice\n").preview().steps[-1]
    assert (addition.after.held, addition.after.pending, len(addition.obstacles)) == (2, 1, 1)
    bring_in("alice\n")
    assert seats_of(wiki, TODAY).pending == 1


def test_what_is_foreseen_of_seats_is_what_comes(services: dict[str, Service], cast: dict[str, User]) -> None:
    grant(services["wiki"], cast["alice"], cast["ivan"], cast["bob"])
    suspension_rules.suspend(
        cast["charlie"], None, until=datetime.date(2026, 12, 24), reason="leave", by=None, on=TODAY
    )
    text = "alice\nivan\ncharlie,wiki\naudrey,wiki\n"
    foreseen = planned(text).preview().steps[-1].after
    bring_in(text)
    assert seats_of(services["wiki"], TODAY) == foreseen


def test_what_changed_since_it_was_looked_at_is_refused(services: dict[str, Service], cast: dict[str, User]) -> None:
    looked = planned("alice,kintone\nbob,wiki\n")
    said = Said(looked.preview().fingerprint, unasked=True)
    grant(services["wiki"], cast["bob"])
    with pytest.raises(NotSaved, match="Something changed in the meantime"):
        save(looked.file, said, by=None, on=TODAY)
    assert held() == {"bob": ["wiki"]}


def test_codes_that_somebody_else_brought_in_meanwhile_are_not_dropped_unseen(
    services: dict[str, Service], cast: dict[str, User]
) -> None:
    bring_in("alice,sa\n")
    looked = planned("alice\n")
    said = Said(looked.preview().fingerprint, "yearly")
    assert differences("alice\n") == [(1, "alice", "sa", False)]
    bring_in("alice,sa,zz\n")
    with pytest.raises(NotSaved, match="Something changed in the meantime"):
        save(looked.file, said, by=None, on=TODAY)
    assert held() == {"alice": ["sa", "zz"]}


def test_codes_that_would_be_newly_carried_after_all_are_asked_about_first(
    services: dict[str, Service], cast: dict[str, User]
) -> None:
    bring_in("alice,sa,zz\nbob,kintone\n")
    looked = planned("alice,sa\nbob\n")
    before = looked.preview()
    bring_in("alice\n")
    after = planned("alice,sa\nbob\n").preview()
    assert ("codes" in before.to_confirm(), "codes" in after.to_confirm()) == (False, True)
    with pytest.raises(NotSaved, match="Something changed in the meantime"):
        save(looked.file, Said(before.fingerprint, "yearly", unasked=True), by=None, on=TODAY)
    assert held() == {"bob": ["kintone"]}


def test_nobody_is_added_where_too_many_hold_licenses_already(
    services: dict[str, Service], cast: dict[str, User]
) -> None:
    for ends in (None, datetime.date(2026, 11, 1)):
        contract_terms.add(service=services["wiki"], seats=1, by=None, on=EARLIER, ends=ends)
    grant(services["wiki"], cast["alice"], cast["bob"])
    found = planned("ivan,wiki\n").preview()
    assert [each.text for each in found.steps[0].obstacles] == [
        (
            "More licenses for Wiki are held than contracted (2 of 1), so none can be added. Remove "
            "licenses or enter a larger contract first."
        )
    ]
    assert found.is_refused
    bring_in("bob\n")
    assert not planned("ivan,wiki\n").preview().is_refused
    bring_in("ivan,wiki\n")
    assert held() == {"alice": ["wiki"], "ivan": ["wiki"]}


def test_warnings_and_the_checklist_are_to_be_ticked(services: dict[str, Service], cast: dict[str, User]) -> None:
    Policy.of(services["wiki"]).change(by=None, checklist="sole app administrator?")
    grants.grant_one(service=services["wiki"], user=cast["alice"], by=None, reason="", on=TODAY)
    found = planned("alice\nivan,kintone\n").preview()
    assert [step.service.code for step in found.steps] == ["kintone", "wiki"]
    assert found.to_check() == {"1:0": "sole app administrator?"}
    assert set(found.to_confirm()) == {"0:inactive", "1:young"}


def test_a_plan_asks_few_questions_however_long_the_file_is(
    services: dict[str, Service], django_assert_max_num_queries: Any
) -> None:
    logins = [people.add({"login": f"u{n}"}, by=None, on=EARLIER).login for n in range(40)]
    text = "".join(f"{login},kintone,wiki,sa\n" for login in logins)
    with django_assert_max_num_queries(5):
        planned(text)
    with django_assert_max_num_queries(40):
        planned(text).preview()


def test_saving_and_undoing_ask_as_few_questions_for_many_as_for_few(services: dict[str, Service]) -> None:
    def asked(count: int) -> tuple[int, int]:
        logins = [people.add({"login": f"u{count}-{n}"}, by=None, on=EARLIER).login for n in range(count)]
        bring_in("".join(f"{login},kintone,sa\n" for login in logins))
        with CaptureQueriesContext(connection) as saving:
            change = bring_in("".join(f"{login},wiki,zz\n" for login in logins))
        with CaptureQueriesContext(connection) as undoing:
            change_undo.undo_change(change, by=None, reason="", on=TODAY)
        return len(saving), len(undoing)

    asked(2)  # what is made once
    assert asked(3) == asked(30)


CODES = st.lists(st.sampled_from(["kintone", "garoon", "wiki", "sa", "zz", "ki"]), max_size=5)
FILES = st.dictionaries(st.sampled_from(["alice", "bob", "charlie", "audrey", "ivan"]), CODES, min_size=1)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FILES, min_size=1, max_size=3))
def test_what_was_brought_in_is_given_back(services: dict[str, Service], files: list[dict[str, list[str]]]) -> None:
    for file in files:
        text = "".join(",".join([login, *codes]) + "\n" for login, codes in file.items())
        if not planned(text).changes_nothing:
            bring_in(text)
        out = io.BytesIO()
        file_export.write(out, file_export.services_of_people(everybody=True))
        back = parse(out.getvalue(), name="export.csv")
        meant = {login: {"kintone" if code == "ki" else code for code in codes} for login, codes in file.items()}
        found = {row.login: set(row.codes) for row in back.rows}
        assert {login: found[login] for login in meant} == meant
        assert plan(back, on=TODAY).changes_nothing


def test_an_export_of_one_service_says_all_services_of_its_holders(
    services: dict[str, Service], cast: dict[str, User]
) -> None:
    bring_in("alice,kintone,wiki,sa\nbob,garoon\n")
    rows = file_export.services_of_people(services["wiki"])
    assert list(rows) == [("alice", ["kintone", "wiki", "sa"])]


def test_what_an_encoding_cannot_hold_is_said(services: dict[str, Service], cast: dict[str, User]) -> None:
    people.add({"login": "zoë"}, by=None, on=EARLIER)
    bring_in("zoë,wiki\nalice,wiki\n")
    with pytest.raises(CannotHold, match="zoë"):
        file_export.write(io.BytesIO(), file_export.services_of_people(), encoding="cp932")


def test_a_file_whose_heading_speaks_japanese_is_read_back(services: dict[str, Service], cast: dict[str, User]) -> None:
    bring_in("alice,wiki\n")
    out = io.BytesIO()
    with translation.override("ja"):
        file_export.write(out, file_export.services_of_people(), encoding="cp932")
    back = parse(out.getvalue(), name="f.csv")
    assert (back.heading, back.encoding, [row.login for row in back.rows]) == (True, "cp932", ["alice"])


def test_many_rows_are_saved_and_undone_with_as_many_queries_as_few(services: dict[str, Service]) -> None:
    few, many = (_queries_for(count, services) for count in (25, 100))
    assert (many[0] <= few[0] <= 240, many[1] <= few[1] <= 140) == (True, True), (few, many)


def _queries_for(count: int, services: dict[str, Service]) -> list[int]:
    """How many queries saving and undoing take that give each of so many people two services, and take one."""
    users = [people.add({"login": f"u{count}-{n}", "name": "U"}, by=None, on=EARLIER) for n in range(count)]
    grant(services["kintone"], *users)
    by = people.add({"login": f"admin{count}", "name": "A", "role": "administrator"}, by=None, on=EARLIER)
    text = "login,service\n" + "".join(f"{user.login},garoon,wiki,other\n" for user in users)
    with CaptureQueriesContext(connection) as saving:
        change = bring_in(text, by)
    with CaptureQueriesContext(connection) as undoing:
        change_undo.undo(change, by=by, reason="a mistake", on=TODAY)
    assert {tuple(held()[user.login]) for user in users} == {("kintone",)}
    return [len(saving), len(undoing)]


def test_how_a_service_is_already_speaks_of_that_service_alone_and_leaves_nothing_to_be_done(
    services: dict[str, Service], cast: dict[str, User]
) -> None:
    alice, bob, charlie = cast["alice"], cast["bob"], cast["charlie"]
    grant(services["kintone"], bob)
    grant(services["wiki"], bob, charlie)
    Effect.objects.all().delete()  # as if all of this were confirmed
    there = [services["kintone"]]
    file = parse(b"alice,kintone\nbob,garoon\ncharlie", name="cybozu.com")
    made = plan(file, on=TODAY, there=there)
    assert [(each.user, each.code, each.added) for each in made.differences] == [
        (alice, "kintone", True),
        (bob, "kintone", False),
    ]
    assert made.carried == {}
    save(file, Said(made.preview().fingerprint, "read", unasked=True), by=None, on=TODAY, there=there)
    assert held() == {"alice": ["kintone"], "bob": ["wiki"], "charlie": ["wiki"]}
    assert not Effect.objects.pending().exists()
    assert plan(file, on=TODAY, there=there).changes_nothing


def test_what_is_pending_is_left_alone_by_how_it_is_in_the_service(
    services: dict[str, Service], cast: dict[str, User]
) -> None:
    """It was removed here and the service still has it: that is no reason to give it back."""
    kintone = services["kintone"]
    grant(kintone, cast["bob"])
    Effect.objects.all().delete()
    grants.revoke(list(License.objects.held()), by=None, reason="", on=TODAY)
    grant(kintone, cast["charlie"])
    file = parse(b"bob,kintone\ncharlie", name="cybozu.com")
    assert plan(file, on=TODAY, there=[kintone]).changes_nothing
    effects.confirm(kintone, [cast["bob"].pk], as_of=TODAY, evidence="", by=None, on=TODAY, complete=False)
    assert Effect.objects.pending().count() == 2
    effects.confirm(kintone, [], as_of=TODAY, evidence="", by=None, on=TODAY, complete=False, gone=[cast["charlie"].pk])
    assert Effect.objects.pending().count() == 2
    effects.confirm(kintone, [], as_of=TODAY, evidence="seen", by=None, on=TODAY, complete=False, gone=[cast["bob"].pk])
    assert [each.what for each in Effect.objects.pending()] == ["add"]


def test_many_removals_need_their_number(services: dict[str, Service]) -> None:
    users = [people.add({"login": f"u{n}"}, by=None, on=EARLIER) for n in range(6)]
    for user in users:
        grant(services["wiki"], user)
    text = "".join(f"u{n}\n" for n in range(4)) + "u4,wiki\n"
    made = planned(text)
    assert made.many_removals() == ["4 of 6 licenses for Wiki would be removed."]
    for said in (None, 3):
        with pytest.raises(NotSaved, match="Confirm the number of licenses to remove"):
            save(made.file, Said(made.preview().fingerprint, "r", unasked=True, removals=said), by=None, on=TODAY)
    save(made.file, Said(made.preview().fingerprint, "r", unasked=True, removals=4), by=None, on=TODAY)
    assert License.objects.held().count() == 2
    assert planned("u4\nu5\n").many_removals() == []  # two are few, whatever they are of
