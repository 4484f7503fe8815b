"""`seatwise source`: sources added, changed, listed, and revisions forgotten."""

import json
from pathlib import Path

import pytest

from seatwise.audit.models import Entry
from seatwise.commands.tests.conftest import Run
from seatwise.directory.models import Service
from seatwise.ledger.models import AccessMonth, Source
from seatwise.ledger.tests.test_import_removal import TODAY, bring
from seatwise.ledger.tests.world import add_person, license_for
from seatwise.logs.rules import APIS, SCREENS, Rules
from seatwise.logs.tests.samples import combined

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _services(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seatwise.commands.django_setup.setup", lambda **_: None)
    for code in ("wiki", "mail"):
        assert run("service", "add", code, "--name", code).code == 0


def add(run: Run, *options: str) -> Source:
    """Add a source; it prints nothing."""
    assert run("source", "add", "nginx", "--service", "wiki", *options) == (0, "", "")
    source: Source = Source.objects.get(code="nginx")
    return source


def test_by_default_the_format_is_found_out_and_one_source_is_enough(run: Run) -> None:
    source = add(run)
    rules = source.revision.rules()
    assert (source.name, source.verified, source.part, source.revision.number) == ("nginx", True, "redundant", 1)
    assert (rules.format, rules.login_field, rules.log_zone, rules.drop_domain) == ("auto", "", "", False)
    assert rules.services == {"wiki": Rules()}


def test_all_rules_of_report_can_be_said(run: Run) -> None:
    source = add(
        run, "--service", "mail", "--name", "The proxy", "--format", "vhost-combined", "--log-time-zone", "Asia/Tokyo",
        "--host", "a.example.com", "--host", "b.example.com", "--screen", "/k/*", "--api", "", "--asset", "*.css",
        "--program", "robot", "--drop-domain", "--longest-silence", "10", "--unverified", "--complementary",
    )  # fmt: skip
    rules = source.revision.rules()
    wanted = Rules(("a.example.com", "b.example.com"), ("/k/*",), (), ("*.css",), ("robot",))
    assert rules.services == {"wiki": wanted, "mail": wanted}
    assert (rules.format, rules.log_zone, rules.drop_domain, rules.programs, rules.longest_silence) == (
        "vhost-combined", "Asia/Tokyo", True, ("robot",), 10,
    )  # fmt: skip
    assert (source.name, source.verified, source.part) == ("The proxy", False, "complementary")


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--service", "shop"), 1, "no service with the code “shop”. Nothing was changed."),
        (("--format", "nonsense $x"), 2, "The format lacks the login"),
        (("--exact-logins",), 2, "--exact-logins is not possible"),
        (("--time-zone", "Mars/Phobos"), 2, "'Mars/Phobos' is not a time zone"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_added(
    run: Run, options: tuple[str, ...], code: int, message: str
) -> None:
    done = run("source", "add", "nginx", "--service", "wiki", *options)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert not Source.objects.exists()


def test_a_code_is_taken_once_and_must_be_one(run: Run) -> None:
    add(run)
    done = run("source", "add", "nginx", "--service", "wiki")
    assert done.code == 1
    assert "already exists. Nothing was changed." in done.err
    done = run("source", "add", "Ngin X", "--service", "wiki")
    assert done.code == 2
    assert "at most 50 of the characters" in done.err
    assert Source.objects.count() == 1


def test_other_rules_begin_a_revision_and_the_same_ones_do_not(run: Run) -> None:
    source = add(run)
    assert run("source", "change", "nginx", "--service", "wiki") == (0, "", "")
    assert source.revision.number == 1
    assert run("source", "change", "nginx", "--service", "wiki", "--name", "Proxy", "--unverified").code == 0
    assert Source.objects.get().name == "Proxy"
    assert source.revision.number == 1
    assert run("source", "change", "nginx", "--service", "mail", "--screen", "/x").code == 0
    assert source.revision.number == 2
    assert source.revision.rules().services == {"mail": Rules(screens=("/x",))}
    assert source.revisions.get(number=1).rules().services == {"wiki": Rules(screens=SCREENS, apis=APIS)}
    done = run("source", "change", "apache", "--service", "wiki")
    said = "seatwise source: there is no source 'apache'. There are: nginx. Nothing was changed.\n"
    assert (done.code, done.err) == (1, said)


def test_a_changed_source_for_a_service_that_is_not_there_stays_as_it_was(run: Run) -> None:
    source = add(run)
    done = run("source", "change", "nginx", "--service", "shop", "--name", "Other")
    assert done.code == 1
    assert "Nothing was changed" in done.err
    assert (Source.objects.get().name, source.revision.number) == ("nginx", 1)


def test_the_list_names_services_format_and_revision(run: Run) -> None:
    assert run("source", "list") == (0, "", "")
    add(run, "--service", "mail", "--format", "combined")
    assert run("source", "list").out == "nginx\tmail,wiki\tcombined\t1\n"


def test_a_revision_can_be_forgotten_and_its_log_read_again(run: Run, tmp_path: Path) -> None:
    add(run, "--format", "combined")
    (tmp_path / "log").write_bytes(combined("ann", time="20/Nov/2026:12:00:00 +0000"))
    (tmp_path / "people.csv").write_text("login,services\nann,wiki\n")
    assert run("import-users", "people.csv", "--yes").code == 0

    def days() -> int:
        [user] = json.loads(run("usage", "wiki", "--output", "json").out)["users"]
        return int(user["access_days"])

    assert run("ingest", "nginx", "log").code == 0
    assert days() == 1
    assert run("source", "forget", "nginx", "--revision", "1") == (0, "", "")
    assert days() == 0
    assert run("source", "list").out == "nginx\twiki\tcombined\t2\n"
    assert run("ingest", "nginx", "log").code == 0
    assert days() == 1
    done = run("source", "forget", "nginx", "--revision", "1")
    assert (done.code, done.err) == (
        1,
        "seatwise source: The data of this revision was already removed. Nothing was changed.\n",
    )
    done = run("source", "forget", "nginx", "--revision", "7")
    assert (done.code, done.err) == (1, "seatwise source: 'nginx' has no revision 7. Nothing was changed.\n")


def test_an_import_is_removed_once_it_is_confirmed(run: Run) -> None:
    license_for(Service.objects.get(code="wiki"), add_person("ann"))
    brought = bring(add(run), {"ann": {TODAY, TODAY - 1}})
    number = str(brought.pk)
    assert run("source", "imports", "nginx").out.split("\t")[::3] == [number, "access.log\n"]
    shown = run("source", "remove-import", number, "--dry-run")
    assert (shown.code, "Reviews opened before keep what was known then." in shown.out) == (0, True)
    unconfirmed = run("source", "remove-import", number)
    assert (unconfirmed.code, "To remove it, add --yes." in unconfirmed.err) == (1, True)
    assert AccessMonth.objects.exists()
    removed = run("source", "remove-import", number, "--yes", "--reason", "a test")
    assert (removed.code, "no longer counted: 2." in removed.out) == (0, True)
    assert not AccessMonth.objects.exists()
    assert Entry.objects.get(verb="import.remove").reason == "a test"
    assert "Only an import that is done can be removed." in run("source", "remove-import", number, "--yes").err
