"""Writing a backup: a sealed package of one file of JSON lines for each table. It fits either database.

Read in one snapshot while the site runs. Written beside its goal and renamed when complete: a file of the name that
was asked for is whole. What a run that was killed left behind is cleared away by the next. The packed tables are
gathered in a second file there, which has no name, since the manifest that goes before them names their sums.
"""

import contextlib
import fcntl
import glob
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

import seatwise
from seatwise import configuration
from seatwise.audit.models import Chain, Entry
from seatwise.commands.tables_to_keep import columns_of, file_of, kept_models, migrations_applied, plain
from seatwise.lib.packages import BACKUP, Packer
from seatwise.lib.whole_files import ENDING, written_whole
from seatwise.reviews.evidence import signing_key

FORMAT = 3
CHUNK = 2000
Progress = Callable[[str, int], None]  # the table that is done, and its number of rows


def back_up(goal: Path, progress: Progress) -> int:
    """Write everything to a file; the number of rows. Raises OSError, and leaves no half of a backup behind."""
    _clear_away(goal)
    with written_whole(goal) as file, tempfile.TemporaryFile(dir=goal.parent) as spool:
        fcntl.flock(file, fcntl.LOCK_EX)
        packer = Packer(spool, BACKUP)
        about = _pack_tables(packer, progress)
        packer.seal(about, signing_key(), file)
    return sum(table["rows"] for table in about["tables"].values())


def _clear_away(goal: Path) -> None:
    """Remove what runs for the same goal left behind when they were killed; one that still writes holds a lock."""
    for path in goal.parent.glob(f".{glob.escape(goal.name)}.*{ENDING}"):
        with contextlib.suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _pack_tables(packer: Packer, progress: Progress) -> dict[str, Any]:
    """What the manifest says beside the sums."""
    tables: dict[str, dict[str, Any]] = {}
    with _snapshot():
        for model in kept_models():
            label = model._meta.label_lower
            tables[label] = _pack_table(packer, model)
            progress(label, tables[label]["rows"])
        return {
            "kind": "backup",
            "format": FORMAT,
            "audit": _about_the_log(),
            "seatwise": seatwise.__version__,
            "at": timezone.now().isoformat(),
            "time_zone": configuration.zone().key,
            "migrations": migrations_applied(),
            "tables": tables,
        }


def _about_the_log() -> dict[str, Any]:
    """The end of the audit log, and which keys it was sealed with."""
    end = Chain.objects.filter(pk=1).first() or Chain()
    used = Entry.objects.exclude(key_id="").order_by("key_id").values_list("key_id", flat=True).distinct()
    return {"number": end.number, "hash": end.hash, "keys": list(used)}


def _pack_table(packer: Packer, model: type[models.Model]) -> dict[str, Any]:
    columns = [field.attname for field in columns_of(model)]
    rows = model._base_manager.order_by("pk").values_list(*columns).iterator(chunk_size=CHUNK)
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for row in rows:
            yield json.dumps(row, default=plain, sort_keys=True, separators=(",", ":")).encode() + b"\n"
            count += 1

    packer.add(file_of(model), lines())
    return {"columns": columns, "rows": count}


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
