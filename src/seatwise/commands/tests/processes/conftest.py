"""Commands run as people run them: as processes, on data directories of their own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PASSWORD = "correct horse 1"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def environment_for(directory: Path, **settings: str) -> dict[str, str]:
    """The environment of a process on a data directory, with no settings of the tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SEATWISE_") and name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    }
    return kept | {"SEATWISE_DATA_DIR": str(directory)} | settings


def run(
    directory: Path, *command: str, module: str = "seatwise", **settings: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", module, *command],
        env=environment_for(directory, **settings),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, "subprocess.CompletedProcess[str]"]:
    """A data directory that `seatwise init` made, and what it said."""
    directory = tmp_path_factory.mktemp("made") / "data"
    return directory, run(directory, "init", "--login", "alice", SEATWISE_ADMIN_PASSWORD=PASSWORD)


@pytest.fixture
def data(made_once: tuple[Path, "subprocess.CompletedProcess[str]"], tmp_path: Path) -> Path:
    """A data directory with alice as its administrator."""
    shutil.copytree(made_once[0], tmp_path / "data", copy_function=shutil.copy2)
    return tmp_path / "data"


@pytest.fixture
def seatwise(tmp_path: Path) -> Run:
    """Runs a command on tmp_path/data, which is there only where the fixture `data` made it."""

    def on_data(*command: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return run(tmp_path / "data", *command, **more)

    return on_data
