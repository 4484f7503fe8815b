"""Runs commands of a site as processes of their own, quickly, and kills them where that is wanted.

A process that has imported everything forks for each command (`python -m tools.attack.forked`), so that a kill falls
upon the work and not upon the imports. One line of JSON in, one out.
"""

import contextlib
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMIT = 60.0  # seconds after which a command hangs
KILLED, HANGS = -9, -99


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (KILLED by us, HANGS), what it printed, and the seconds that it took."""

    code: int
    output: str
    took: float


class Forked:
    """Commands in an environment, one after the other."""

    def __init__(self, environment: Mapping[str, str], directory: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tools.attack.forked"],
            env=environment,
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def end(self) -> None:
        """No more commands."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()

    def run(self, *command: str, kill_after: float | None = None) -> Ended:
        """A command of Seatwise, `module:function`, or `-c` and lines of Python; killed after so many seconds."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"command": command, "kill_after": kill_after}) + "\n")
        self.process.stdin.flush()
        return Ended(**json.loads(self.process.stdout.readline()))


def main() -> None:
    """Fork for each line."""
    from seatwise.commands.django_setup import setup

    setup()
    for module in ("seatwise.commands", "seatwise.commands.database_backup", "seatwise.commands.database_restore"):
        importlib.import_module(module)
    for name in (
        "ledger.ingestion",
        "licenses.file_plan",
        "directory.people_file_import",
        "reviews.tasks",
        "site.workers",
    ):
        importlib.import_module(f"seatwise.{name}")
    from django.db import connections

    connections.close_all()  # a child must open the file that is there by then
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(_run(asked["command"], asked["kill_after"])), flush=True)


def _run(command: list[str], kill_after: float | None) -> dict[str, Any]:
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _be(command, output.fileno())
        code = _wait(child, LIMIT if kill_after is None else kill_after, killing=kill_after is not None)
        took = time.monotonic() - began
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what it started
        output.seek(0)
        said = output.read().decode(errors="backslashreplace")
    return {"code": code, "output": said, "took": took}


def _wait(child: int, seconds: float, *, killing: bool) -> int:
    handle = os.pidfd_open(child)
    try:
        ended, _, _ = select.select([handle], [], [], seconds)
    finally:
        os.close(handle)
    if not ended:
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return HANGS if not ended and not killing else status


def _be(command: list[str], output: int) -> None:
    """The child: never returns."""
    from seatwise.site.sqlite import base

    base._opened.clear()  # as a process that was started now, which knows of no file that was there before
    code = 70
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        code = _call(command)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    with contextlib.suppress(BaseException):
        sys.stdout.flush()
        sys.stderr.flush()
        from django.db import connections

        connections.close_all()
    os._exit(code)


def _call(command: list[str]) -> int:
    if command[0] == "-c":
        exec(command[1], {})
        return 0
    if ":" in command[0]:
        module, _, function = command[0].partition(":")
        return int(getattr(importlib.import_module(module), function)(*command[1:]) or 0)
    from seatwise.cli import main as seatwise

    return seatwise(command)


if __name__ == "__main__":
    main()
