"""`seatwise import-users` and `seatwise service`, as scripts use them."""

from pathlib import Path

import pytest

from seatwise.commands import run_command
from seatwise.directory.models import Service, User
from seatwise.licenses.models import License

pytestmark = pytest.mark.django_db
FILE = "login,name,role,services\ndora,Dora,administrator,wiki\n"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "people.csv"
    path.write_text(FILE)
    return str(path)


@pytest.fixture(autouse=True)
def _set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seatwise.commands.django_setup.setup", lambda **_: None)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)


def test_yes_confirms_roles_and_licenses_too(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["service", "add", "wiki", "--name", "Wiki", "--seats", "3"]) == 0
    assert run_command(["import-users", file, "--yes"]) == 0
    assert User.objects.get().role == "administrator"
    assert License.objects.held().count() == 1
    printed = capsys.readouterr().out
    assert "Users to add: 1" in printed
    assert "Imported: 1 added, 0 changed, 0 deactivated." in printed
    assert run_command(["service", "list"]) == 0
    assert capsys.readouterr().out == "wiki\tWiki\t1\t3\n"


def test_a_dry_run_does_nothing(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    Service.objects.add(code="wiki", name="Wiki", by=None)
    assert run_command(["import-users", file, "--dry-run"]) == 0
    assert "Licenses to add: 1\n  dora: wiki" in capsys.readouterr().out
    assert not User.objects.exists()


def test_without_a_terminal_and_without_yes_nothing_is_done(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    Service.objects.add(code="wiki", name="Wiki", by=None)
    assert run_command(["import-users", file]) == 1
    assert "--yes" in capsys.readouterr().err
    assert not User.objects.exists()


def test_on_a_terminal_roles_and_licenses_are_asked_for_apart(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Service.objects.add(code="wiki", name="Wiki", by=None)
    answers = iter(["y", "n", "y"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _question: next(answers))
    assert run_command(["import-users", file]) == 0
    assert (User.objects.get().role, License.objects.count()) == ("member", 1)


def test_a_file_with_errors_imports_nothing(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["import-users", file, "--yes"]) == 1
    printed = capsys.readouterr()
    assert "line 2: services “wiki” cannot be used" in printed.out
    assert "nothing was imported" in printed.err
    assert not User.objects.exists()


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["import-users", "/nowhere.csv"]) == 2
    assert "/nowhere.csv: No such file or directory. Nothing was imported." in capsys.readouterr().err


def test_a_service_is_added_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["service", "add", "wiki", "--name", "Wiki"]) == 0
    assert run_command(["service", "add", "wiki", "--name", "Wiki"]) == 1
    assert run_command(["service", "add", "Bad code", "--name", "Wiki"]) == 2
    assert "A code has at most 50" in capsys.readouterr().err
    assert Service.objects.count() == 1
