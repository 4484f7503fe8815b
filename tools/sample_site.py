#!/usr/bin/env python3
"""Write a small site as this version of Seatwise makes it, for the tests of upgrades: `make sample-site`.

It goes to tests/data/sites/VERSION and is kept in the repository from the release of that version on: each later one
must bring it up to date (test_upgrades.py of the commands). In it are one thing of each kind, a review that was carried
out, its evidence, and the audit log.

    site.zip       the data directory, with the SQLite file
    postgres.sql.gz the same site's database on PostgreSQL, as pg_dump writes it
    backup.zip     what `seatwise backup` wrote
    evidence.zip   the sealed package of the review
    lists.json     what the commands that print lists printed, by command line
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import test_postgres

ROOT = Path(__file__).resolve().parent.parent
SITES = ROOT / "tests" / "data" / "sites"
SEATWISE = ("-m", "seatwise")
LOG = "".join(
    f'192.0.2.7 - charlie [{day:02}/Nov/2026:09:00:00 +0000] "GET /page/{day} HTTP/1.1" 200 512 "-" "Mozilla/5.0"\n'
    for day in range(3, 21)
)
LISTS = (
    ("service", "list"),
    ("source", "list"),
    ("usage", "wiki", "--output", "csv"),
    ("usage", "crm", "--output", "csv"),
    ("licenses", "list", "wiki"),
    ("licenses", "list", "crm"),
    ("licenses", "export", "--everybody"),
    ("review", "status"),
    ("token", "list"),
)


def write(directory: Path) -> None:
    """All files of this version's sample."""
    with tempfile.TemporaryDirectory() as name, test_postgres.server() as server:
        os.environ |= {"SEATWISE_DATA_DIR": f"{name}/own", "DJANGO_SETTINGS_MODULE": "seatwise.settings"}
        import django

        django.setup()
        from tools.attack import sites

        directory.mkdir(parents=True, exist_ok=True)
        site = sites.make(Path(name) / "sqlite")
        (Path(name) / "access.log").write_text(LOG)
        site.must(*SEATWISE, "ingest", "log", f"{name}/access.log")
        (directory / "evidence.zip").write_bytes(Path(site.populated["evidence"]).read_bytes())
        (directory / "backup.zip").unlink(missing_ok=True)
        site.must(*SEATWISE, "backup", "--quiet", str(directory / "backup.zip"))
        listed = {" ".join(command): site.must(*SEATWISE, *command) for command in LISTS}
        (directory / "lists.json").write_text(json.dumps(listed, ensure_ascii=False, indent=1) + "\n")
        pack(site.data, directory / "site.zip")
        other = sites.Site(Path(name) / "postgres", database=server)
        other.data.mkdir(parents=True)
        for key in ("audit.key", "audit.head", "secret.key"):
            (other.data / key).write_bytes((site.data / key).read_bytes())
        other.must(*SEATWISE, "restore", "--quiet", str(directory / "backup.zip"))
        command = [f"{test_postgres.programs()}/pg_dump", *where(server)]
        dump = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - our own command
        (directory / "postgres.sql.gz").write_bytes(gzip.compress(dump.stdout, mtime=0))


def where(server: str) -> list[str]:
    """A server's address as the programs of PostgreSQL take it, without owners or rights."""
    parts = urlsplit(server)
    return ["-h", parse_qs(parts.query)["host"][0], "-U", str(parts.username), "-O", "-x", parts.path[1:]]


def pack(data: Path, path: Path) -> None:
    """A data directory as a zip file, without what a running site keeps there."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for each in sorted(data.rglob("*")):
            if each.is_file() and not each.name.endswith((".lock", "-wal", "-shm")):
                packed.writestr(zipfile.ZipInfo(str(each.relative_to(data))), each.read_bytes(), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    from seatwise import __version__

    write(SITES / __version__)
    print(f"written to {SITES / __version__}")
