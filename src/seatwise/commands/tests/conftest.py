"""A place to run commands in, on a fixed day: today is 2026-11-24, the zone is UTC."""

import datetime
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from django.utils import timezone

from seatwise.cli import main


class Done(NamedTuple):
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Runs `seatwise ARGUMENTS` in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEATWISE_TODAY", "2026-11-24")
    monkeypatch.setenv("SEATWISE_TIME_ZONE", "UTC")

    def command(*arguments: str) -> Done:
        try:
            code = main(arguments)
        except SystemExit as stop:  # argparse
            code = int(stop.code or 0)
        found = capfdbinary.readouterr()
        return Done(code, found.out.decode(), found.err.decode())

    return command


def set_up_site(run: Run, monkeypatch: pytest.MonkeyPatch, commands: Sequence[Sequence[str]]) -> None:
    """Run commands in this process on the database of the test, as of the day that `run` takes for today."""
    monkeypatch.setattr("seatwise.commands.django_setup.setup", lambda **_: None)
    with monkeypatch.context() as patched:
        patched.setattr(timezone, "now", lambda: datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC))
        for command in commands:
            assert run(*command).code == 0


@pytest.fixture
def shell(tmp_path: Path) -> Callable[[str], Done]:
    """Runs a line of shell in which $SEATWISE is the command."""

    def line(text: str) -> Done:
        environment = {
            **os.environ,
            "SEATWISE": f"{sys.executable} -m seatwise",
            "SEATWISE_TODAY": "2026-11-24",
            "SEATWISE_TIME_ZONE": "UTC",
        }
        found = subprocess.run(["bash", "-c", text], cwd=tmp_path, env=environment, capture_output=True)
        return Done(found.returncode, found.stdout.decode(), found.stderr.decode())

    return line
