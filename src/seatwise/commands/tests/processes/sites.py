"""Sites for tests that start processes: `seatwise init` makes one in a run of tests, and each test has a copy of it."""

import fcntl
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

PASSWORD = "correct horse 1"
BEGAN = "2025-04-01"  # when the site was made: before anything that tests let happen there
Done = subprocess.CompletedProcess[str]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(condition: Callable[[], Any], seconds: float = 60) -> bool:
    """Whether it comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def environment_for(directory: Path, **settings: str) -> dict[str, str]:
    """The environment of a process on a data directory, with no settings of the tests."""
    own = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEATWISE_") and name not in own}
    return kept | {"SEATWISE_DATA_DIR": str(directory)} | settings


def run(directory: Path, *command: str, module: str = "seatwise", **settings: str) -> Done:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", module, *command],
        env=environment_for(directory, **settings),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
        check=False,
    )


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """The address of an empty database of a PostgreSQL server, while this lasts."""
    import psycopg

    name = f"seatwise_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass(frozen=True)
class Made:
    """A data directory that `seatwise init` made, with alice as its administrator, and what it said."""

    data: Path
    said: Done

    def copy_to(self, data: Path) -> Path:
        """The same in another place."""
        shutil.copytree(self.data, data, copy_function=shutil.copy2)
        return data


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Made once for all processes that run tests: whoever comes first makes it."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "site"
    shared.mkdir(exist_ok=True)
    data, said = shared / "data", shared / "said"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            done = run(data, "init", "--login", "alice", SEATWISE_ADMIN_PASSWORD=PASSWORD, SEATWISE_TODAY=BEGAN)
            said.write_text(json.dumps([done.returncode, done.stdout, done.stderr]))
        made = Made(data, Done("seatwise init", *json.loads(said.read_text())))
    assert made.said.returncode == 0, made.said.stderr
    return made
