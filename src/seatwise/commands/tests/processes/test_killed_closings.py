"""A review whose workers are killed again and again ends exactly as it was decided, on either database."""

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seatwise.commands.tests.processes.a_closing import MANY
from seatwise.commands.tests.processes.sites import PASSWORD, Made, environment_for, new_database, run

PROGRAM = "seatwise.commands.tests.processes.a_closing"
EACH = MANY // 4
LONGEST = 1.0  # seconds from the beginning until the kill; more each round, for slow machines


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A site of its own: on SQLite, or in a new database of the PostgreSQL that the tests run on."""
    mail = {"SEATWISE_MAIL": f"folder:{tmp_path / 'mail'}", "SEATWISE_TODAY": "2026-11-24"}
    mail["SEATWISE_ADMIN_PASSWORD"] = PASSWORD
    server = os.environ.get("SEATWISE_TEST_DATABASE_URL")
    if not server:
        yield mail
        return
    with new_database(server) as address:
        yield mail | {"DATABASE_URL": address}


class Site:
    """Runs the program and commands on one site."""

    def __init__(self, directory: Path, settings: dict[str, str]) -> None:
        self.directory, self.settings = directory, settings

    def do(self, *command: str, module: str = PROGRAM) -> str:
        done = run(self.directory, *command, module=module, **self.settings)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def begin(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", PROGRAM, "carry_out"],
            env=environment_for(self.directory, **self.settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.do("report"))
        return found


@pytest.fixture
def site(made: Made, tmp_path: Path, settings: dict[str, str]) -> Site:
    if "DATABASE_URL" in settings:  # the copy would bring the end of another audit log with it
        found = Site(tmp_path / "data", settings)
        found.do("init", "--login", "alice", module="seatwise")
    else:
        found = Site(made.copy_to(tmp_path / "data"), settings)
    found.do("prepare")
    return found


def killed_at_random(site: Site, dice: random.Random, rounds: int) -> bool:
    """Begin, one or two at once, and kill after a while; whether one of them came to its end before."""
    workers = [site.begin() for _ in range(1 + rounds % 2)]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    time.sleep(dice.uniform(0, LONGEST * (1 + rounds / 5)))
    for worker in workers:
        worker.send_signal(signal.SIGKILL)
    ended = [(worker.communicate(), worker.returncode) for worker in workers]
    assert all(code in (0, -signal.SIGKILL) for _, code in ended), ended
    return any(code == 0 for _, code in ended)


def test_it_ends_as_it_was_decided_and_nothing_is_done_twice(site: Site, tmp_path: Path) -> None:
    seed = secrets.randbelow(1_000_000)
    print(f"seed {seed}")
    dice = random.Random(seed)
    rounds = 0
    while not killed_at_random(site, dice, rounds):
        rounds += 1
        assert rounds < 60
    print(f"killed {rounds} times")
    site.do("carry_out")
    found = site.report()
    assert found["review"] == "closed"
    _is_as_decided(found)
    _is_done_once(found)
    assert site.do("verify-audit", module="seatwise")
    site.do("undo")
    site.do("worker", "--once", module="seatwise")
    _letters_are_only_about_what_holds(site.report(), tmp_path / "mail")


def _is_as_decided(found: dict[str, Any]) -> None:
    kept = {login for login, decision, *_ in found["items"] if decision in ("keep", "suspend")}
    new = {to for _login, decision, _state, to in found["items"] if decision == "reassign"}
    assert set(found["held"]) == kept | new
    assert found["asleep"] == sorted(login for login, decision, *_ in found["items"] if decision == "suspend")
    assert {state for _, decision, state, _to in found["items"] if decision == "keep"} == {"applied"}
    assert {state for _, decision, state, _to in found["items"] if decision != "keep"} <= {"applied", "pending"}


def _is_done_once(found: dict[str, Any]) -> None:
    assert set(found["entries"].values()) == {1}
    wanted = {"license.remove": 2 * EACH, "license.add": MANY + EACH, "suspension.add": EACH, "item.apply": MANY}
    assert found["verbs"] == wanted
    assert (found["changes"], found["suspensions"], found["evidence"]) == (2 * EACH, EACH, 1)
    assert list(found["requests"]) == ["granted"]
    told = [(to, kind) for to, kind, _state in found["letters"] if kind != "review.closed"]
    decided = [(login, f"review.{decision}") for login, decision, *_ in found["items"] if decision != "keep"]
    assert sorted(pair for pair in told if pair in set(decided)) == sorted(decided)


def _letters_are_only_about_what_holds(found: dict[str, Any], folder: Path) -> None:
    undone = {login for login, _decision, state, _to in found["items"] if state == "undone"}
    assert len(undone) > EACH
    states = {(to, kind): state for to, kind, state in found["letters"]}
    for login, decision, _state, _to in found["items"]:
        if decision != "keep":
            assert states[login, f"review.{decision}"] == ("withdrawn" if login in undone else "sent"), login
    sent = "\n".join(path.read_text() for path in folder.iterdir())
    for login, decision, _state, _to in found["items"]:
        if decision == "remove":
            told = sent.count(f"To: {login}@example.com")
            assert told == 1, login  # that it was removed, or that it was undone
