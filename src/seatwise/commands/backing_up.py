"""Writing a backup: a zip of one file of JSON lines for each table, and a signed manifest. It fits either database.

Read in one snapshot while the site runs. Written beside its goal and renamed when complete: a file of the name that
was asked for is whole. What a run that was killed left behind is cleared away by the next.
"""

import contextlib
import fcntl
import glob
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

import seatwise
from seatwise import configuration
from seatwise.audit.models import Chain, Entry
from seatwise.commands.tables_to_keep import columns_of, kept_models, migrations_applied, plain
from seatwise.lib.keys import as_line, public_bytes
from seatwise.lib.packages import MANIFEST, PUBLIC_KEY, SIGNATURE
from seatwise.reviews.evidence import signing_key

FORMAT = 2
CHUNK = 2000
Progress = Callable[[str, int], None]  # the table that is done, and its number of rows


def back_up(goal: Path, progress: Progress) -> int:
    """Write everything to a file; the number of rows. Raises OSError, and leaves no half of a backup behind."""
    _clear_away(goal)
    handle, name = tempfile.mkstemp(dir=goal.parent, prefix=f".{goal.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                total = _write_tables(archive, progress)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, goal)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return total


def _clear_away(goal: Path) -> None:
    """Remove what runs for the same goal left behind when they were killed; one that still writes holds a lock."""
    for path in goal.parent.glob(f".{glob.escape(goal.name)}.*.part"):
        with contextlib.suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _write_tables(archive: zipfile.ZipFile, progress: Progress) -> int:
    tables: dict[str, dict[str, Any]] = {}
    with _snapshot():
        for model in kept_models():
            label = model._meta.label_lower
            tables[label] = _write_table(archive, model)
            progress(label, tables[label]["rows"])
        manifest = {
            "kind": "backup",
            "format": FORMAT,
            "audit": _about_the_log(),
            "seatwise": seatwise.__version__,
            "at": timezone.now().isoformat(),
            "time_zone": configuration.zone().key,
            "migrations": migrations_applied(),
            "tables": tables,
        }
    text, key = json.dumps(manifest, indent=1).encode(), signing_key()
    archive.writestr(MANIFEST, text)
    archive.writestr(SIGNATURE, as_line(key.sign(text)))
    archive.writestr(PUBLIC_KEY, as_line(public_bytes(key)))
    return sum(table["rows"] for table in tables.values())


def _about_the_log() -> dict[str, Any]:
    """The end of the audit log, and which keys it was sealed with."""
    end = Chain.objects.filter(pk=1).first() or Chain()
    used = Entry.objects.exclude(key_id="").order_by("key_id").values_list("key_id", flat=True).distinct()
    return {"number": end.number, "hash": end.hash, "keys": list(used)}


def _write_table(archive: zipfile.ZipFile, model: type[models.Model]) -> dict[str, Any]:
    columns = [field.attname for field in columns_of(model)]
    rows = model._base_manager.order_by("pk").values_list(*columns).iterator(chunk_size=CHUNK)
    digest, count = hashlib.sha256(), 0
    with archive.open(f"{model._meta.label_lower}.jsonl", "w", force_zip64=True) as raw, io.BufferedWriter(raw) as out:
        for row in rows:
            line = json.dumps(row, default=plain, sort_keys=True, separators=(",", ":")).encode() + b"\n"
            out.write(line)
            digest.update(line)
            count += 1
    return {"columns": columns, "rows": count, "sha256": digest.hexdigest()}


@contextmanager
def _snapshot() -> Iterator[None]:
    """All that is read within is of one moment. On SQLite nobody is kept from writing, as Django's atomic() would."""
    if connection.in_atomic_block:  # within a test
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
