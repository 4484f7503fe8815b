"""Reading a backup into a database: all of it, or nothing."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction

from seatwise import audit
from seatwise.audit import append_only, heads, seal_keys
from seatwise.audit.heads import Head, Memory
from seatwise.audit.models import Chain
from seatwise.audit.verification import verify
from seatwise.commands import backup_seal
from seatwise.commands.backup_seal import Backup, CannotRestore, Trust
from seatwise.commands.database_backup import Progress
from seatwise.commands.tables_to_keep import back, columns_of, emptied_models, file_of, kept_models
from seatwise.ledger import uploads
from seatwise.lib.batches import batches

BATCH = 1000
OF_INIT = {
    "directory.user",
    "directory.login",
    "audit.entry",
    "audit.chain",
    "site.clock",
}  # what `seatwise init` writes
NOTHING_KNOWN = Trust()
__all__ = ["CannotRestore", "Trust", "restore"]


def restore(
    source: Path,
    *,
    replace: bool,
    progress: Progress,
    trust: Trust = NOTHING_KNOWN,
    note: Callable[[str], None] = lambda text: None,
) -> int:
    """Fill the database from a backup; the number of rows. What is there is only replaced if that was said, or if it
    is no more than `seatwise init` writes. `note` is told what could not be checked. Raises CannotRestore.
    """
    with backup_seal.checked(source, trust, note) as backup:
        former = heads.remembered()
        end = backup.about["audit"]
        try:
            with seal_keys.taken_over(backup.audit_keys, end["keys"], end["number"]), transaction.atomic():
                total = _replace_everything(backup, replace=replace, progress=progress)
                _look_at_the_log(note)
                _write_down(backup.about, former, checked=bool(trust.key))
        except DatabaseError as error:
            raise CannotRestore(f"the database refused it: {str(error).strip()}") from None
    return total


def _look_at_the_log(note: Callable[[str], None]) -> None:
    """Say what is wrong with the log that was restored; its end is the one that the backup names."""
    chain = Chain.objects.filter(pk=1).first() or Chain()
    verdict = verify(memory=Memory(Head(chain.number, chain.hash)))
    if not verdict:
        note(f"the audit log in the backup was changed: {verdict.problem}")


def _write_down(about: backup_seal.About, former: Memory, *, checked: bool) -> None:
    """The log says which end it had before, and from here on the restored one is the log. What was being read when
    the backup was made has ended, since its files are not in it.
    """
    after: dict[str, Any] = {"backup": about["at"], "key_checked": checked}
    if former.last:
        after |= {"former_end": former.last.number, "former_hash": former.last.hash}
    if former.missing:
        after["missing"] = [str(each) for each in former.missing]
    audit.record(by=None, verb="audit.restore", after=after)
    uploads.end_those_of_a_backup()
    chain = Chain.objects.get(pk=1)
    transaction.on_commit(partial(heads.settle, Head(chain.number, chain.hash)))


def _replace_everything(backup: Backup, *, replace: bool, progress: Progress) -> int:
    every = kept_models()
    if not replace and not _is_as_good_as_new(every):
        raise CannotRestore("the database already contains data: add --replace to replace all of it")
    with append_only.lifted(connection):
        for model in [*emptied_models(), *reversed(every)]:
            _empty(model)
    total = 0
    with zipfile.ZipFile(backup.file) as archive:  # which reads nothing that was not checked
        for model in every:
            rows = _fill(archive, model, backup)
            progress(model._meta.label_lower, rows)
            total += rows
    connection.check_constraints()
    _reset_sequences(every)
    return total


def _is_as_good_as_new(every: Sequence[type[models.Model]]) -> bool:
    """Whether nobody has done anything yet: at most one person, who is the first administrator."""
    for model in every:
        label = model._meta.label_lower
        if label == "directory.user" and model._base_manager.count() > 1:
            return False
        if label not in OF_INIT and model._base_manager.exists():
            return False
    return True


def _empty(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608 - our own table


def _fill(archive: zipfile.ZipFile, model: type[models.Model], backup: Backup) -> int:
    by_name = {field.attname: field for field in columns_of(model)}
    table = backup.about["tables"].get(model._meta.label_lower, {"columns": [], "rows": 0})
    if sorted(table["columns"]) != sorted(by_name.keys() - backup.lacks.get(model._meta.label_lower, set())):
        raise CannotRestore(f"the columns of {model._meta.label_lower} in the backup are not those of this version")
    if not table["columns"]:
        return 0
    added = [field for name, field in by_name.items() if name not in table["columns"]]
    defaults = [field.get_db_prep_save(field.get_default(), connection) for field in added]
    known = [by_name[name] for name in table["columns"]]
    ordered = [*known, *added]
    quote = connection.ops.quote_name
    columns, places = ", ".join(quote(str(field.column)) for field in ordered), ", ".join(["%s"] * len(ordered))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
    count, rows = 0, _rows(archive, file_of(model), backup.sums)
    with connection.cursor() as cursor:
        for batch in batches(rows, BATCH):
            cursor.executemany(statement, [_as_stored(known, row) + defaults for row in batch])
            count += len(batch)
    if count != table["rows"]:
        raise CannotRestore(f"{model._meta.label_lower} has {count} rows in the backup instead of {table['rows']}")
    return count


def _rows(archive: zipfile.ZipFile, name: str, sums: Mapping[str, str]) -> Iterator[list[Any]]:
    digest = hashlib.sha256()
    with archive.open(name) as file:
        for line in file:
            digest.update(line)
            yield json.loads(line)
    if digest.hexdigest() != sums[name]:
        raise CannotRestore(f"{name} was changed while being read")


def _as_stored(fields: Sequence[models.Field[Any, Any]], row: Sequence[Any]) -> list[Any]:
    pairs = zip(fields, row, strict=True)
    return [field.get_db_prep_save(back(field, value), connection) for field, value in pairs]


def _reset_sequences(every: Sequence[type[models.Model]]) -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(every)):
            cursor.execute(statement)
