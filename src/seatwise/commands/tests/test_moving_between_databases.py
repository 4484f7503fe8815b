"""A site that began on SQLite moves to PostgreSQL and back with all that it has. Runs where there is PostgreSQL."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seatwise.commands.tests.processes.sites import new_database

SERVER = os.environ.get("SEATWISE_TEST_DATABASE_URL", "")
pytestmark = pytest.mark.skipif(not SERVER, reason="needs PostgreSQL: make test-postgres")
FILL = """
import django; django.setup()
import datetime
from seatwise.directory import people
from seatwise.directory.models import Department, Service, User
alice = User.objects.get()
sales = Department.objects.add(code="sales", name="営業部", by=alice)
for number in range(30):
    people.add({"login": f"u{number}", "name": f"佐藤 {number}", "departments": ["sales"], "manager": "alice",
                "expected_days": "2.5"}, by=alice, on=datetime.date(2026, 11, 24))
Service.objects.add(code="wiki", name="Wiki", by=alice)
"""


@pytest.fixture
def database() -> Iterator[str]:
    with new_database(SERVER) as address:
        yield address


def run(directory: Any, *command: str, database: Any = "") -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"SEATWISE_DATA_DIR": str(directory), "SEATWISE_ADMIN_PASSWORD": "correct horse 1"}
    environment |= {"DATABASE_URL": database} if database else {}
    subprocess.run([sys.executable, *command], env=environment, check=True, timeout=120)


def tables(path: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.endswith(".jsonl")}


def test_a_site_moves_from_sqlite_to_postgresql_and_back(tmp_path: Path, database: str) -> None:
    seatwise = ("-W", "ignore", "-m", "seatwise")

    def key_of(directory: str) -> tuple[str, str]:
        return "--audit-key-file", str(tmp_path / directory / "audit.key")

    run(tmp_path / "first", *seatwise, "init", "--login", "alice")
    run(tmp_path / "first", "-c", FILL)
    run(tmp_path / "first", *seatwise, "backup", str(tmp_path / "1.zip"))
    run(tmp_path / "second", *seatwise, "restore", str(tmp_path / "1.zip"), *key_of("first"), database=database)
    run(tmp_path / "second", *seatwise, "backup", str(tmp_path / "2.zip"), database=database)
    run(tmp_path / "third", *seatwise, "restore", str(tmp_path / "2.zip"), *key_of("second"))
    run(tmp_path / "third", *seatwise, "backup", str(tmp_path / "3.zip"))
    first, *later = (tables(tmp_path / f"{number}.zip") for number in (1, 2, 3))
    assert first["directory.user.jsonl"].count(b"\n") == 31
    entries, chain = first.pop("audit.entry.jsonl"), first.pop("audit.chain.jsonl")
    assert first.pop("site.clock.jsonl") == b""  # nothing was done by itself yet
    for number, found in enumerate(later, 1):
        more = found.pop("audit.entry.jsonl")
        assert more.startswith(entries)
        assert more.count(b"audit.restore") == number  # and nothing else came
        assert more.count(b"\n") == entries.count(b"\n") + number
        assert found.pop("audit.chain.jsonl") != chain
        assert found.pop("site.clock.jsonl").count(b"\n") == 1  # restoring notes the day, so that a jump is seen
        assert found == first
