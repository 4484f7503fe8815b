"""`seatwise licenses`: the same verbs as the screens; nothing is done by halves."""

import datetime
from pathlib import Path
from typing import Any

import pytest

from seatwise.commands.tests.conftest import Run
from seatwise.directory.models import Service
from seatwise.licenses import contract_terms, grants
from seatwise.licenses.models import Change, Effect, License, Policy, Suspension

TODAY = datetime.date(2026, 11, 24)
WHY = ("--reason", "asked")


@pytest.fixture(autouse=True)
def wiki(monkeypatch: pytest.MonkeyPatch, cast: dict[str, Any]) -> Service:
    monkeypatch.setattr("seatwise.commands.django_setup.setup", lambda **_: None)
    return Service.objects.add(code="wiki", name="Wiki", by=None, how_removal_takes_effect="vendor")


def holders() -> list[str]:
    return sorted(License.objects.held().values_list("user__login", flat=True))


def test_licenses_are_added_removed_and_taken_back(run: Run) -> None:
    done = run("licenses", "grant", "wiki", "CHARLIE", "alice", "alice", *WHY)
    change = Change.objects.get()
    assert done == (0, f"2 added, not confirmed by the service yet: change {change.pk}\n", "")
    assert (change.how, change.reason, holders()) == ("command", "asked", ["alice", "charlie"])
    assert run("licenses", "revoke", "wiki", "alice", *WHY).code == 0
    removal = Change.objects.latest("pk")
    undone = run("licenses", "undo", str(removal.pk), *WHY)
    assert (undone.code, undone.out) == (
        0,
        f"1 added, 0 removed, not confirmed by the service yet: change {removal.pk + 1}\n",
    )
    assert holders() == ["alice", "charlie"]


def test_a_seat_is_passed_on(run: Run, wiki: Service) -> None:
    contract_terms.add(service=wiki, seats=1, by=None, on=TODAY)
    run("licenses", "grant", "wiki", "charlie", *WHY)
    done = run("licenses", "reassign", "wiki", "charlie", "alice", *WHY)
    assert (done.code, holders()) == (0, ["alice"])
    assert done.out.startswith("1 reassigned from charlie to alice, not confirmed by the service yet: change ")
    Service.objects.filter(pk=wiki.pk).update(how_removal_takes_effect=Service.Removal.GATE)
    Effect.objects.pending().update(confirmed_on=TODAY)
    assert run("licenses", "reassign", "wiki", "alice", "charlie", *WHY).out.startswith(
        "1 reassigned from alice to charlie: change "
    )


def test_a_license_sleeps_and_wakes_up(run: Run) -> None:
    run("licenses", "grant", "wiki", "charlie", *WHY)
    assert run("licenses", "suspend", "wiki", "charlie", "--until", "2027-01-31", "--keeps-seat", *WHY).code == 0
    found = Suspension.objects.asleep().get()
    assert (str(found.until), found.keeps_seat) == ("2027-01-31", True)
    assert run("licenses", "wake", "wiki", "charlie").code == 0
    again = run("licenses", "wake", "wiki", "charlie")
    assert (again.code, "charlie has no suspended license for Wiki" in again.err) == (1, True)


def test_who_holds_a_license_is_listed(run: Run) -> None:
    run("licenses", "grant", "wiki", "charlie", *WHY)
    assert run("licenses", "list", "wiki").out == "charlie\tCharlie\t2026-11-24\tadd\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("grant", "nothing", "alice", *WHY), "there is no service 'nothing'. There are: wiki."),
        (("grant", "wiki", "alice", "nobody", *WHY), "no user with the login name 'nobody'"),
        (("grant", "wiki", "alice", "gail", *WHY), "guests hold no licenses"),
        (("grant", "wiki", "alice", "bob", *WHY), "1 too few"),
        (("grant", "wiki", "alice", "--reason", " "), "--reason is empty"),
        (("revoke", "wiki", "charlie", "alice", *WHY), "alice: no license for Wiki is held"),
        (("reassign", "wiki", "alice", "bob", *WHY), "alice: no license for Wiki is held"),
        (("reassign", "wiki", "charlie", "gail", *WHY), "guests hold no licenses"),
        (("suspend", "wiki", "charlie", "--until", "2026-11-24", *WHY), "must be after today"),
        (("suspend", "wiki", "alice", "--until", "2027-01-01", *WHY), "has no license"),
        (("undo", "77", *WHY), "there is no change 77"),
        (("list", "nothing"), "there is no service 'nothing'"),
        (("export", "nothing"), "there is no service 'nothing'"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_changed(
    run: Run, wiki: Service, arguments: tuple[str, ...], said: str
) -> None:
    contract_terms.add(service=wiki, seats=2, by=None, on=TODAY)
    run("licenses", "grant", "wiki", "charlie", *WHY)
    done = run("licenses", *arguments)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert done.err.count("Nothing was changed.") == 1
    assert holders() == ["charlie"]
    assert Change.objects.count() == 1


@pytest.mark.parametrize(
    "arguments",
    [("grant", "wiki"), ("grant", "wiki", "alice"), ("revoke", "wiki", "alice"), ("suspend", "wiki", "alice"), ()],
)
def test_what_is_left_out_is_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("licenses", *arguments).code == 2


def test_a_file_is_shown_and_then_saved(run: Run, wiki: Service) -> None:
    Policy.of(wiki).change(by=None, checklist="sole administrator?")
    run("licenses", "grant", "wiki", "charlie", *WHY)
    Path("f.csv").write_text("alice,wiki,sa\ncharlie\n")
    shown = run("licenses", "import", "f.csv", "--dry-run")
    assert (shown.code, shown.err) == (0, "")
    for text in (
        "f.csv: 2 users, utf-8, without a heading",
        "Not managed by Seatwise, kept unchanged: sa (1 user).",
        "Wiki: 1 added, 1 removed; 1 → 1 held",
        "! sole administrator?",
        "+ alice: wiki (line 1)",
        "- charlie: wiki (line 2)",
    ):
        assert text in shown.out
    assert "add --yes" in run("licenses", "import", "f.csv", *WHY).err
    assert "add --reason" in run("licenses", "import", "f.csv", "--yes").err
    assert holders() == ["charlie"]
    done = run("licenses", "import", "f.csv", "--yes", *WHY)
    said = f"1 added, 1 removed, not confirmed by the service yet: change {Change.objects.latest('pk').pk}"
    assert (done.code, done.out.splitlines()[-1]) == (0, said)
    assert holders() == ["alice"]
    assert run("licenses", "import", "f.csv", "--yes").out.splitlines()[-1] == "Everything already matches the file."


def test_what_changed_after_the_question_is_shown_and_nothing_is_saved(
    run: Run, wiki: Service, cast: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def somebody_else_is_faster(_question: str) -> bool:
        grants.grant(service=wiki, users=[cast["bob"]], by=None, reason="", on=TODAY)
        return True

    monkeypatch.setattr("seatwise.commands.licenses_by_file.says_yes", somebody_else_is_faster)
    Path("f.csv").write_text("alice,wiki\nbob,wiki\n")
    done = run("licenses", "import", "f.csv")
    assert done.code == 1
    assert "This is what would be done now. Nothing was changed." in done.err
    before, after = done.out.split("f.csv: 2 users")[1:]
    assert ("+ bob: wiki" in before, "+ bob: wiki" in after, "+ alice: wiki (line 1)" in after) == (True, False, True)
    assert holders() == ["bob"]


def test_a_wrong_file_is_refused_with_its_lines(run: Run) -> None:
    Path("f.csv").write_text("nobody,wiki\nalice,wiki,what is this\n")
    done = run("licenses", "import", "f.csv", "--yes")
    assert (done.code, "line 1: login name “nobody”" in done.out, "line 2:" in done.out) == (1, True, True)
    assert "f.csv has errors" in done.err
    assert run("licenses", "import", "away.csv").code == 2
    Path("x.csv").write_bytes(b"PK\x03\x04")
    assert "Excel workbook" in run("licenses", "import", "x.csv").err
    assert not License.objects.exists()


def test_how_a_file_is_read_can_be_said(run: Run) -> None:
    Path("f.csv").write_bytes("Kürzel;Dienst\nalice;wiki\n".encode("latin-1"))
    how = ("--encoding", "latin-1", "--separator", "semicolon", "--heading")
    assert run("licenses", "import", "f.csv", "--yes", *how).code == 0
    assert holders() == ["alice"]


def test_a_vendors_own_export_confirms_what_is_pending_and_tells_what_differs(
    run: Run, wiki: Service, cast: dict[str, Any]
) -> None:
    run("licenses", "grant", "wiki", "charlie", "alice", *WHY)
    bob = [cast["bob"]]
    grants.grant(service=wiki, users=bob, by=None, reason="", on=TODAY, in_effect=True)
    Path("f.csv").write_text("charlie,wiki\nstranger,wiki\nalice,other\n")
    told = run("licenses", "import", "f.csv", "--confirms", "wiki", "--dry-run").out
    for text in ("Wiki: 2 users in the export as of 2026-11-24", "Added there: 1\n  charlie", "Only here: 1\n  bob"):
        assert text in told
    assert "Pending, not carried out there: 1\n  alice" in told
    assert "Only there: 1\n  stranger" in told
    done = run("licenses", "import", "f.csv", "--confirms", "wiki", "--yes")
    assert (done.code, done.out.splitlines()[-1]) == (0, "1 pending changes confirmed")
    assert Effect.objects.pending().get().license.user.login == "alice"
    assert holders() == ["alice", "bob", "charlie"]


def test_an_export_is_the_file_that_is_brought_in(run: Run) -> None:
    Path("f.csv").write_text("alice,wiki,sa\nbob,sa\n")
    run("licenses", "import", "f.csv", "--yes")
    assert run("licenses", "export", "--without-heading").out.lstrip("\ufeff") == "alice,wiki,sa\r\nbob,sa\r\n"
    assert run("licenses", "export", "wiki").out.splitlines()[1:] == ["alice,wiki,sa"]
    out = run("licenses", "export", "--everybody").out
    Path("g.csv").write_text(out)
    assert out.startswith("\ufeffLogin name,")
    assert "charlie\n" in out.replace("\r", "")
    assert "already matches the file" in run("licenses", "import", "g.csv").out
