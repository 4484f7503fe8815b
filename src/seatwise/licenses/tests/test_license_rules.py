"""Licenses by rule: who comes to a department is proposed, or given one by itself; and nobody else."""

import datetime
from typing import Any

import pytest
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.cli import main
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, Service, User
from seatwise.licenses import contract_terms, grants, license_rules
from seatwise.licenses.models import Change, ChangeDraft, License, LicenseRule
from seatwise.licenses.tests.world import DAY, TODAY, pending, service

pytestmark = pytest.mark.django_db
PAGE = "/administration/licenses/rules/"


@pytest.fixture
def wiki() -> Service:
    return service("vendor", seats=5)


@pytest.fixture
def department() -> Department:
    made: Department = Department.objects.add(code="S", name="Sales", by=None)
    Department.objects.add(code="S1", name="Tokyo", parent=made, by=None)
    Department.objects.add(code="S2", name="Osaka", parent=made, by=None)
    Department.objects.add(code="H", name="HR", by=None)
    return made


def came(login: str, *departments: str, on: datetime.date = TODAY, **fields: Any) -> User:
    given = {"login": login, "name": login.capitalize(), "departments": list(departments), **fields}
    return people.add(given, by=None, on=on)


def moved(login: str, *departments: str, on: datetime.date = TODAY) -> None:
    people.change(User.objects.get(login=login), {"departments": list(departments)}, by=None, on=on)


def rule(department: Department, wiki: Service, **fields: Any) -> LicenseRule:
    return license_rules.add(department, wiki, by=None, since=TODAY - DAY, **fields)


def due() -> list[str]:
    ids = [pk for users in license_rules.due(license_rules.every()).values() for pk in users]
    return sorted(User.objects.filter(pk__in=ids).values_list("login", flat=True))


def test_without_a_rule_nobody_gets_anything(department: Department, wiki: Service, alice: User) -> None:
    came("new", "S")
    assert due() == []
    assert license_rules.apply_automatic(TODAY) is None
    with pytest.raises(Refused, match="No one is due"):
        license_rules.propose(by=alice)


def test_who_comes_to_the_department_or_below_it_is_due_and_nobody_else(department: Department, wiki: Service) -> None:
    came("old", "S", on=TODAY - 30 * DAY)
    came("elsewhere", "H", on=TODAY - 30 * DAY)
    came("within", "S1", on=TODAY - 30 * DAY)
    rule(department, wiki)
    came("below", "S1")
    came("other", "H")
    came("inactive", "S", status="inactive")
    came("guest", "S", kind="guest")
    came("robot", "S", kind="system")
    came("holder", "S")
    grants.grant_one(service=wiki, user=User.objects.get(login="holder"), by=None, reason="", on=TODAY)
    moved("elsewhere", "S2")
    moved("within", "S2")  # was there before: a move within the department
    assert due() == ["below", "elsewhere"]
    moved("elsewhere", "H", on=TODAY + DAY)
    assert due() == ["below"]


def test_a_license_that_was_taken_away_is_not_given_again_by_rule(department: Department, wiki: Service) -> None:
    rule(department, wiki, automatic=True)
    came("new", "S1")
    assert license_rules.apply_automatic(TODAY) == "licenses given by rule: 1"
    assert license_rules.apply_automatic(TODAY) is None
    grants.revoke(list(License.objects.held()), by=None, reason="not needed", on=TODAY)
    moved("new", "S2", on=TODAY + DAY)
    assert due() == []
    moved("new", "H", on=TODAY + 2 * DAY)
    moved("new", "S", on=TODAY + 3 * DAY)
    assert due() == []


def test_what_is_given_by_itself_is_a_change_like_any_other(department: Department, wiki: Service) -> None:
    rule(department, wiki, automatic=True)
    came("new", "S1")
    license_rules.apply_now.func()
    made = Change.objects.get()
    assert (made.how, made.by, made.reason) == ("rule", None, "by rule")
    assert pending(wiki) == [("add", "new")]  # until the vendor shows it
    entry = Entry.objects.get(verb="change.save")
    assert (entry.after["added"], entry.after["services"]) == (1, ["wiki"])
    assert entry.by_id is None


def test_where_a_seat_is_missing_it_waits_for_somebody(department: Department, wiki: Service) -> None:
    rule(department, wiki, automatic=True)
    for number in range(6):
        came(f"new{number}", "S1")
    assert license_rules.apply_automatic(TODAY) is None
    assert not License.objects.exists()
    assert len(due()) == 6
    given, left = license_rules.apply(license_rules.every(), TODAY)
    assert given == 0
    assert "6 seats for Wiki are needed; free: 5" in left[0]
    contract_terms.add(service=wiki, seats=1, by=None, on=TODAY)
    assert license_rules.apply_automatic(TODAY) == "licenses given by rule: 6"


def test_an_import_is_followed_by_automatic_rules_alone(
    department: Department, wiki: Service, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(type(license_rules.apply_now), "enqueue", lambda _self: asked.append(True))
    made = rule(department, wiki)
    with django_capture_on_commit_callbacks(execute=True):
        came("first", "S")
    assert asked == []
    license_rules.remove(made, by=None)
    rule(department, wiki, automatic=True)
    with django_capture_on_commit_callbacks(execute=True):
        came("second", "S")
    assert asked == [True]


def test_the_pages(
    department: Department, wiki: Service, client: Client, alice: User, audrey: User, charlie: User
) -> None:
    client.force_login(alice)
    assert "There are no rules" in client.get(PAGE).content.decode()
    form = {"department": department.pk, "service": wiki.pk, "since": "2026-11-24"}
    client.post(f"{PAGE}add/", form)
    assert "This rule already exists" in client.post(f"{PAGE}add/", form).content.decode()
    made = LicenseRule.objects.get()
    came("new", "S1")
    for page in (PAGE, "/"):
        assert "Wiki: 1 person" in client.get(page).content.decode()
    draft = client.post(f"{PAGE}proposal/", follow=True)
    assert "New" in draft.content.decode()
    found = ChangeDraft.objects.get()
    said = {"fingerprint": draft.context["preview"].fingerprint, "reason": ""}
    client.post(f"/administration/licenses/drafts/{found.pk}/", said)
    assert License.objects.get().user.login == "new"
    assert Change.objects.get().how == "rule"
    assert "Wiki: 1 person" not in client.get("/").content.decode()
    assert "Sales" in client.get(f"{PAGE}{made.pk}/").content.decode()
    client.force_login(audrey)
    assert client.get(PAGE).status_code == 200
    assert client.post(f"{PAGE}{made.pk}/removal/").status_code == 403
    client.force_login(charlie)
    assert client.get(PAGE).status_code == 403
    client.force_login(alice)
    client.post(f"{PAGE}{made.pk}/removal/")
    assert not LicenseRule.objects.exists()
    assert License.objects.held().count() == 1
    assert [each.verb for each in Entry.objects.filter(verb__startswith="license_rule").order_by("pk")] == [
        "license_rule.add",
        "license_rule.remove",
    ]


def test_the_command(department: Department, wiki: Service, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATWISE_TODAY", TODAY.isoformat())
    command = ["licenses", "rules"]
    assert main([*command, "--add", "nowhere", "wiki"]) == 1
    assert main([*command, "--add", "S", "wiki", "--since", "2026-11-24"]) == 0
    came("new", "S1")
    capsys.readouterr()
    assert main(command) == 0
    assert capsys.readouterr().out == "S\twiki\tfrom 2026-11-24\tafter confirmation\n  + new: wiki\n"
    assert main([*command, "--apply"]) == 1
    assert main([*command, "--apply", "--yes"]) == 0
    assert "1 licenses added." in capsys.readouterr().out
    assert License.objects.get().user.login == "new"
    assert main([*command, "--remove", "S", "wiki"]) == 0
    assert main([*command, "--remove", "S", "wiki"]) == 1
