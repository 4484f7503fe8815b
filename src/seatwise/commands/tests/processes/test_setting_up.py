"""`seatwise init`, and what the others say before it."""

import re
import sqlite3
import stat
from pathlib import Path

import pytest

from seatwise.commands.tests.processes.conftest import Run
from seatwise.commands.tests.processes.sites import PASSWORD, Made


def test_a_site_is_made_for_nobody_else_to_read(made: Made, data: Path) -> None:
    assert (made.said.returncode, made.said.stderr) == (0, "")
    for path in (made.data, *(made.data / name for name in ("secret.key", "seatwise.sqlite3", "uploads"))):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    connection = sqlite3.connect(data / "seatwise.sqlite3")
    people = connection.execute("SELECT login, role, substr(password, 1, 6) FROM directory_user").fetchall()
    connection.close()
    assert people == [("alice", "administrator", "argon2")]


def test_making_it_again_does_no_harm(data: Path, seatwise: Run) -> None:
    key = (data / "secret.key").read_text()
    again = seatwise("init")
    assert again.returncode == 0
    assert "an administrator exists" in again.stdout
    assert (data / "secret.key").read_text() == key


def test_what_is_missing_is_said_and_can_be_given_later(seatwise: Run, tmp_path: Path) -> None:
    for options, settings, problem in (
        ([], {"SEATWISE_ADMIN_PASSWORD": PASSWORD}, "--login"),
        (["--login", "alice"], {}, "Set SEATWISE_ADMIN_PASSWORD"),
        (["--login", "alice"], {"SEATWISE_ADMIN_PASSWORD": "short"}, "too short"),
        (["--login", "alice"], {"SEATWISE_TODAY": "soon"}, "expected YYYY-MM-DD"),
    ):
        refused = seatwise("init", *options, **settings)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert problem in refused.stderr
    assert seatwise("init", "--login", "alice", SEATWISE_ADMIN_PASSWORD=PASSWORD).returncode == 0


def test_a_password_is_made_and_shown_once_and_a_service_is_set_up_by_options(seatwise: Run, tmp_path: Path) -> None:
    first = seatwise("init", "--login", "admin", "--make-password")
    assert first.returncode == 0, first.stderr
    password = re.search(r"shown only once: (\S{20})\n", first.stdout)
    assert password is not None
    log = tmp_path / "access.log"
    log.write_text(
        "".join(
            f'192.0.2.1 - {login} [20/Nov/2026:10:00:00 +0900] "GET /k/ HTTP/1.1" 200 9 "-" "-"\n'
            for login in ("dora", "emil")
        )
    )
    service = ("--service", "Our Wiki", "--log", str(log), "--seats", "5", "--users-from-logins")
    options = ("init", "--login", "admin", "--make-password", "--organization", "Muster AG", *service)
    for _number in range(2):
        again = seatwise(*options, SEATWISE_TODAY="2026-11-24", SEATWISE_TIME_ZONE="Asia/Tokyo")
        assert (again.returncode, "shown only once" in again.stdout) == (0, False), again.stderr
    connection = sqlite3.connect(tmp_path / "data" / "seatwise.sqlite3")
    held = "SELECT login FROM licenses_license JOIN directory_user ON directory_user.id = user_id ORDER BY login"
    assert connection.execute(held).fetchall() == [("dora",), ("emil",)]
    assert connection.execute("SELECT seats FROM licenses_contract").fetchall() == [(5,)]
    assert connection.execute("SELECT value FROM site_keptsetting").fetchall() == [("Muster AG",)]
    connection.close()
    file = (tmp_path / "data" / "seatwise.sqlite3").read_bytes()
    assert password[1].encode() not in file


@pytest.mark.parametrize("command", [["serve"], ["worker"], ["tick"], ["backup", "x.zip"]])
def test_without_a_data_directory_the_way_to_one_is_told(seatwise: Run, tmp_path: Path, command: list[str]) -> None:
    refused = seatwise(*command)
    assert refused.returncode == 1
    assert "Run `seatwise init`" in refused.stderr
    assert not (tmp_path / "data").exists()


def test_after_an_upgrade_the_database_is_brought_up_to_date_first(data: Path, seatwise: Run) -> None:
    connection = sqlite3.connect(data / "seatwise.sqlite3")
    connection.execute("DELETE FROM django_migrations WHERE app = 'monitoring'")
    connection.execute("DROP TABLE monitoring_look")
    connection.commit()
    connection.close()
    assert "from an earlier version of Seatwise. Nothing was done. Run `seatwise init`" in seatwise("tick").stderr
    assert seatwise("init").returncode == 0
    assert seatwise("tick").returncode == 0


@pytest.mark.parametrize("command", [["worker", "--once"], ["tick"]])
def test_an_empty_queue_is_worked_off_and_the_tick_runs(data: Path, seatwise: Run, command: list[str]) -> None:
    done = seatwise(*command)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("settings", [{}, {"SEATWISE_ORIGIN": "https://seatwise.example.com", "SEATWISE_PROXIES": "1"}])
def test_djangos_own_check_for_production_has_nothing_to_say(seatwise: Run, settings: dict[str, str]) -> None:
    settings |= {"DJANGO_SETTINGS_MODULE": "seatwise.settings"}
    checked = seatwise("check", "--deploy", "--fail-level", "WARNING", module="django", **settings)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_no_migration_is_missing(data: Path, seatwise: Run) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "seatwise.settings"}
    checked = seatwise("makemigrations", "--check", "--dry-run", module="django", **settings)
    assert checked.returncode == 0, checked.stdout
