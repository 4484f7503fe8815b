"""Every command, where what it needs is missing, damaged or something else: a message, no traceback."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


def damaged(place: Path) -> None:
    (place / "seatwise.sqlite3").write_bytes(b"this is no database, or none any more\n" * 300)


def foreign(place: Path) -> None:
    with sqlite3.connect(place / "seatwise.sqlite3") as other:
        other.execute("CREATE TABLE django_migrations (what TEXT)")
        other.execute("CREATE TABLE directory_user (what TEXT)")
    other.close()


def no_place(place: Path) -> None:
    place.rmdir()
    place.write_text("a file where the directory should be")


def a_directory_as_database(place: Path) -> None:
    (place / "seatwise.sqlite3").mkdir()


@pytest.mark.parametrize(
    ("fault", "value"),
    [(damaged, "/no/such/file"), (foreign, "/"), (no_place, "/no/such/file"), (a_directory_as_database, "/")],
)
def test_every_command_ends_with_a_message(tmp_path: Path, fault: Callable[[Path], None], value: str) -> None:
    place = tmp_path / "data"
    place.mkdir()
    fault(place)
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith(("SEATWISE_", "DATABASE_URL"))
    }
    environment |= {"SEATWISE_DATA_DIR": str(place), "SEATWISE_ADMIN_PASSWORD": "a long and odd one 7"}
    ran = subprocess.run(
        [sys.executable, "-m", "seatwise.commands.tests.every_command", value],
        env=environment,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert len(found) > 30
    for line, code, said in found:
        if line == ["formats"]:
            continue
        assert code in (1, 2, 3), (line, code, said)
        assert "Traceback" not in said, (line, said)
        assert said.startswith(("seatwise", "usage: ")), (line, said)
