"""Removing the beginning of the log: written out whole, removed, and replaced by a signed checkpoint."""

import datetime
import json
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from seatwise import audit
from seatwise.audit import append_only, seal_keys
from seatwise.audit.models import Chain, Checkpoint, Entry
from seatwise.audit.verification import verify


class CannotRemove(Exception):
    """Why nothing was removed."""


def remove_before(moment: datetime.datetime, archive: Path, *, by_text: str) -> int:
    """Write the entries before a moment to a file of JSON lines and remove them; how many.

    Nothing is removed where the log is not intact, or the file is there already. The checkpoint says up to which
    number, with which hash, and is signed with the key of the log. Raises CannotRemove and OSError.
    """
    if not verify():
        raise CannotRemove("the audit log is not intact (seatwise verify-audit says where); nothing was removed")
    with transaction.atomic():
        chain = Chain.objects.select_for_update().filter(pk=1).first()
        last = Entry.objects.filter(at__lt=moment).order_by("-number").first()
        if chain is None or last is None:
            return 0
        found = Entry.objects.filter(number__lte=last.number).order_by("number")
        count = _write(archive, found)
        checkpoint = _checkpoint(last, count, by_text, seal_keys.key_in_force(chain.number + 1))
        with append_only.lifted(connection):
            found.delete()
        audit.record(by=None, verb="audit.remove", subject=checkpoint, after=checkpoint.content(), reason=by_text)
    return count


def _checkpoint(last: Entry, count: int, by_text: str, key: seal_keys.Key) -> Checkpoint:
    checkpoint = Checkpoint(
        number=last.number, hash=last.hash, at=timezone.now(), count=count, by_text=by_text, key_id=key.id
    )
    checkpoint.seal = key.seal(checkpoint.text())
    checkpoint.save(force_insert=True)
    return checkpoint


def _write(archive: Path, entries: Any) -> int:
    count = 0
    with archive.open("x", encoding="utf-8") as file:
        for entry in entries.iterator(chunk_size=2000):
            line = {**entry.content(), "key_id": entry.key_id, "hash": entry.hash}
            file.write(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n")
            count += 1
        file.flush()
    return count
