"""Commands run as people run them: as processes, on data directories of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from seatwise.commands.tests.processes.sites import Done, Made, run

Run = Callable[..., Done]


@pytest.fixture
def data(made: Made, tmp_path: Path) -> Path:
    """A data directory with alice as its administrator."""
    return made.copy_to(tmp_path / "data")


@pytest.fixture
def seatwise(tmp_path: Path) -> Run:
    """Runs a command on tmp_path/data, which is there only where the fixture `data` made it."""

    def on_data(*command: str, **more: str) -> Done:
        return run(tmp_path / "data", *command, **more)

    return on_data
