"""Reading a backup into a database: all of it, or nothing."""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction

from seatwise import audit, configuration
from seatwise.audit import append_only, sealing
from seatwise.commands.backing_up import FORMAT, MANIFEST, Progress
from seatwise.commands.tables_to_keep import back, columns_of, emptied_models, kept_models, migrations_applied

BATCH = 1000
OF_INIT = {"directory.user", "directory.login", "audit.entry", "audit.chain"}  # what `seatwise init` writes


class CannotRestore(Exception):
    """Why a backup cannot be restored. Nothing was changed."""


def restore(source: Path, *, replace: bool, progress: Progress) -> int:
    """Fill the database from a backup; the number of rows. What is there is only replaced if that was said, or if it
    is no more than `seatwise init` writes. Raises CannotRestore.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            _check(manifest)
            former = sealing.head()
            with transaction.atomic():
                total = _replace_everything(archive, manifest, replace=replace, progress=progress)
                transaction.on_commit(sealing.forget_head)
                after = {"former_end": former.number, "former_hash": former.hash} if former else {}
                audit.record(by=None, verb="audit.restore", after=after | {"backup": manifest["at"]})
            return total
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise CannotRestore(f"{source} is not a whole backup of Seatwise ({error})") from None
    except DatabaseError as error:
        raise CannotRestore(f"the database did not take it: {str(error).strip()}") from None


def _check(manifest: dict[str, Any]) -> None:
    if manifest["format"] != FORMAT:
        raise CannotRestore(f"the backup has the format {manifest['format']}, and this version reads {FORMAT}")
    if manifest["migrations"] != migrations_applied():
        raise CannotRestore(
            f"the backup is of Seatwise {manifest['seatwise']}, whose tables are not those of this version: "
            "restore it with that version, then upgrade"
        )
    if manifest["time_zone"] != configuration.zone().key:
        raise CannotRestore(
            f"the backup's days are those of {manifest['time_zone']}, and here they are those of "
            f"{configuration.zone().key}: set SEATWISE_TIME_ZONE={manifest['time_zone']}"
        )


def _replace_everything(
    archive: zipfile.ZipFile, manifest: dict[str, Any], *, replace: bool, progress: Progress
) -> int:
    every = kept_models()
    if not replace and not _is_as_good_as_new(every):
        raise CannotRestore("there is data in the database already: say --replace to have all of it replaced")
    with append_only.lifted(connection):
        for model in [*emptied_models(), *reversed(every)]:
            _empty(model)
    total = 0
    for model in every:
        rows = _fill(archive, model, manifest["tables"][model._meta.label_lower])
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


def _fill(archive: zipfile.ZipFile, model: type[models.Model], table: dict[str, Any]) -> int:
    fields = columns_of(model)
    by_name = {field.attname: field for field in fields}
    if set(table["columns"]) != set(by_name):
        raise CannotRestore(f"the columns of {model._meta.label_lower} in the backup are not those of this version")
    ordered = [by_name[name] for name in table["columns"]]
    quote = connection.ops.quote_name
    columns, places = ", ".join(quote(str(field.column)) for field in ordered), ", ".join(["%s"] * len(ordered))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
    count, rows = 0, _rows(archive, model, table)
    with connection.cursor() as cursor:
        while batch := list(islice(rows, BATCH)):
            cursor.executemany(statement, [_as_stored(ordered, row) for row in batch])
            count += len(batch)
    if count != table["rows"]:
        raise CannotRestore(
            f"{model._meta.label_lower} has {count} rows in the backup, and should have {table['rows']}"
        )
    return count


def _rows(archive: zipfile.ZipFile, model: type[models.Model], table: dict[str, Any]) -> Iterator[list[Any]]:
    digest = hashlib.sha256()
    with archive.open(f"{model._meta.label_lower}.jsonl") as file:
        for line in file:
            digest.update(line)
            yield json.loads(line)
    if digest.hexdigest() != table["sha256"]:
        raise CannotRestore(f"{model._meta.label_lower} is not as it was written to the backup")


def _as_stored(fields: Sequence[models.Field[Any, Any]], row: Sequence[Any]) -> list[Any]:
    pairs = zip(fields, row, strict=True)
    return [field.get_db_prep_save(back(field, value), connection) for field, value in pairs]


def _reset_sequences(every: Sequence[type[models.Model]]) -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(every)):
            cursor.execute(statement)
