"""`seatwise demo`: the port is looked at before anything is made, and what was made or left half made."""

import shutil
import socket
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from seatwise.commands import demo
from seatwise.commands.errors import Failure

ROOT = Path(__file__).parents[4]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("SEATWISE_DATA_DIR", "SEATWISE_TIME_ZONE", "SEATWISE_ADMIN_PASSWORD", "SEATWISE_MAIL"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("SEATWISE_CLOCK_JUMP", "3")
    monkeypatch.setenv("SEATWISE_ORIGIN", "http://127.0.0.1:8000")
    options = {"directory": "", "bind": None, "no_serve": True, "seed": 1}
    return lambda directory, **more: demo.run(Namespace(**options | {"directory": str(directory)} | more))


def test_a_taken_port_is_named_before_anything_is_made(run: Any, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Failure, match=rf"127\.0\.0\.1:{port}: the port is taken.*make demo PORT=\d+"):
            run(tmp_path / "demo", no_serve=False, bind=f"127.0.0.1:{port}")
    with pytest.raises(Failure, match="expected one such as"):
        run(tmp_path / "demo", no_serve=False, bind="here:there")
    assert not (tmp_path / "demo").exists()


def test_a_site_that_is_whole_is_kept_and_one_that_is_not_begins_anew(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[list[str]] = []

    def populate(directory: Path, seed: int) -> int:
        made.append(sorted(path.name for path in directory.iterdir()))
        (directory / "half").touch()
        return 1 if len(made) == 1 else 0

    def quietly(*command: str) -> int:
        made.append(list(command))
        return 0

    monkeypatch.setattr(demo, "populate", populate)
    monkeypatch.setattr(demo, "quietly", quietly)
    assert [run(tmp_path / "demo") for _ in range(3)] == [1, 0, 0]
    assert made == [["demo-is-begun"], ["demo-is-begun"], ["init"]]
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "kept").touch()
    assert [run(tmp_path / "own"), run(tmp_path / "own")] == [0, 0]
    assert (tmp_path / "own" / "kept").exists()


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_make_takes_the_first_python_that_is_new_enough_and_says_where_none_is(tmp_path: Path) -> None:
    bin_directory = tmp_path / "bin"
    bin_directory.mkdir()
    (bin_directory / "python3.11").write_text("#!/bin/sh\nexit 1\n")
    (bin_directory / "python3.11").chmod(0o755)
    make = ["make", "-s", "-C", str(ROOT), "install", f"VENV={tmp_path / 'venv'}", "-n"]

    def said() -> str:
        environment = {"PATH": f"{bin_directory}:/bin:/usr/bin"}
        return subprocess.run(make, env=environment, capture_output=True, text=True, check=False).stdout

    (bin_directory / "python3.12").symlink_to(sys.executable)
    assert f"python3.12 -m venv {tmp_path}" in said()
