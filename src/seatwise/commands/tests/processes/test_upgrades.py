"""A site as an older version left it is brought up to date by this one: the same lists, proofs that still hold.

The sites are in tests/data/sites, a directory a version; `make sample-site` wrote them. Once a version is released, its
directory is not changed any more.
"""

import gzip
import json
import os
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seatwise.commands.tests.processes.sites import Done, new_database, run

SITES = Path(__file__).resolve().parents[5] / "tests" / "data" / "sites"
WHEN = {"SEATWISE_TODAY": "2026-11-26", "SEATWISE_TIME_ZONE": "UTC"}
SERVER = os.environ.get("SEATWISE_TEST_DATABASE_URL", "")
PROBLEMS = {0: "all of it", 3: "all but whose key it is"}


@pytest.fixture(params=sorted(SITES.iterdir()), ids=lambda each: each.name)
def older(request: Any) -> Path:
    """The directory of a version."""
    found: Path = request.param
    return found


@pytest.fixture
def database() -> Iterator[str]:
    """An empty database of PostgreSQL."""
    if not SERVER:
        pytest.skip("make test-postgres runs this")
    with new_database(SERVER) as address:
        yield address


def unpacked(older: Path, directory: Path) -> Path:
    """The data directory of an older site."""
    with zipfile.ZipFile(older / "site.zip") as packed:
        packed.extractall(directory)
    return directory


def hold(older: Path, data: Path, **settings: str) -> None:
    """The lists are what they were, the audit log is whole, and so is the evidence."""

    def done(*command: str) -> Done:
        return run(data, *command, **WHEN, **settings)

    for command, printed in json.loads((older / "lists.json").read_text()).items():
        assert done(*command.split()).stdout == printed, command
    verified = done("verify-audit")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert done("verify-evidence", str(older / "evidence.zip")).returncode in PROBLEMS
    usage = done("rebuild-usage")
    assert usage.returncode == 0, usage.stdout + usage.stderr


def test_a_site_on_sqlite_is_brought_up_to_date(older: Path, tmp_path: Path) -> None:
    data = unpacked(older, tmp_path / "data")
    done = run(data, "init", **WHEN)
    assert done.returncode == 0, done.stdout + done.stderr
    hold(older, data)


def test_a_demo_of_an_older_version_goes_on(older: Path, tmp_path: Path) -> None:
    data = unpacked(older, tmp_path / "data")
    (data / "demo-is-complete").touch()
    done = run(data, "demo", "--directory", str(data), "--no-serve", **WHEN)
    assert done.returncode == 0, done.stdout + done.stderr
    verified = run(data, "verify-audit", **WHEN)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_site_on_postgresql_is_brought_up_to_date(older: Path, tmp_path: Path, database: str) -> None:
    data = unpacked(older, tmp_path / "data")
    (data / "seatwise.sqlite3").unlink()
    dump = gzip.decompress((older / "postgres.sql.gz").read_bytes())
    subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", database], input=dump, check=True, stdout=subprocess.DEVNULL)
    done = run(data, "init", **WHEN, DATABASE_URL=database)
    assert done.returncode == 0, done.stdout + done.stderr
    hold(older, data, DATABASE_URL=database)


def test_a_backup_of_an_older_version_is_restored(older: Path, tmp_path: Path) -> None:
    data = unpacked(older, tmp_path / "data")
    (data / "seatwise.sqlite3").unlink()
    done = run(data, "restore", "--quiet", str(older / "backup.zip"), **WHEN)
    assert done.returncode == 0, done.stdout + done.stderr
    hold(older, data)
