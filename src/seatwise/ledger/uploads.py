"""Uploaded logs: kept in the data directory until a background task has read them, and then deleted.

Whoever reads an upload holds a lock on its directory, which the system releases however the reader ends: so an import
that is running and whose lock is free was killed, and is taken up again.
"""

import datetime
import logging
import os
import shutil
import time
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.move import file_move_safe
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.db import DatabaseError, OperationalError
from django.utils import timezone

from seatwise.ledger.ingestion import UNUSABLE, claim, fail, ingest
from seatwise.ledger.models import LogImport
from seatwise.ledger.words import ImportCode
from seatwise.lib import file_locks
from seatwise.lib.faults import fault_of
from seatwise.lib.notices import Notice
from seatwise.logs.inputs import Input
from seatwise.logs.places import find_inputs

logger = logging.getLogger(__name__)

BEAT = 0.5  # seconds between two words on how far a reader is
MOST_ATTEMPTS = 5
LONGEST_REQUEST = datetime.timedelta(days=1)  # that an upload may take to arrive


def place() -> Path:
    """Where uploads lie."""
    return Path(settings.MEDIA_ROOT) / "logs"


def directory_of(log_import: LogImport) -> Path:
    """Where the files of an upload lie: 0000, 0001, … in the order in which the import names them."""
    return place() / str(log_import.pk)


def keep(file: UploadedFile[Any], path: Path) -> None:
    """Put an uploaded file where it is to lie; one that is a file already is moved, not copied."""
    if isinstance(file, TemporaryUploadedFile):
        file_move_safe(file.temporary_file_path(), str(path))
        return
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
        for chunk in file.chunks():
            out.write(chunk)


class Beat:
    """Says how far an import is, in the database, so that others see it and see that it is alive."""

    def __init__(self, log_import: LogImport) -> None:
        self.log_import, self.last = log_import, 0.0

    def __call__(self, done: int, total: int) -> None:
        """Note that `done` of `total` bytes were read."""
        now = time.monotonic()
        if now - self.last >= BEAT:
            self.last = now
            running = LogImport.objects.filter(pk=self.log_import.pk, state=LogImport.State.RUNNING)
            running.update(bytes_read=done, bytes_total=total, alive_at=timezone.now())


def alone(log_import: LogImport) -> AbstractContextManager[bool]:
    """Whether nobody else reads this upload; nobody else can while this lasts."""
    return file_locks.alone(directory_of(log_import))


def read(log_import: LogImport) -> None:
    """Read an upload, if nobody else does, and delete it when it is done or cannot be."""
    with alone(log_import) as mine:
        if mine and claim(log_import, stuck_after=0):
            read_claimed(log_import)
            shutil.rmtree(directory_of(log_import), ignore_errors=True)


def read_claimed(log_import: LogImport) -> None:
    """Read an upload to its end, good or bad. Raises where the machine or the database is what fails, and then
    the import waits again."""
    directory = directory_of(log_import)
    if log_import.attempt > MOST_ATTEMPTS:
        fail(log_import, Notice(ImportCode.ENDED_TOO_OFTEN))
        return
    try:
        ingest(log_import, called_as_given(find_inputs([str(directory)]), log_import), on_progress=Beat(log_import))
    except UNUSABLE as error:
        fail(log_import, called_as_uploaded(error.notice, log_import))
    except Exception as error:
        if isinstance(error, OperationalError) or fault_of(error) is not None:
            give_back(log_import)
            raise
        logger.exception("import %s failed", log_import.pk)
        fail(log_import, Notice(ImportCode.OUR_FAULT))


def give_back(log_import: LogImport) -> None:
    """Let an import wait again, as if it had not been begun: what ended it was not the upload. Does what it can."""
    with suppress(DatabaseError):
        running = LogImport.objects.filter(pk=log_import.pk, state=LogImport.State.RUNNING)
        running.update(state=LogImport.State.WAITING, attempt=max(0, log_import.attempt - 1))


def called_as_given(inputs: list[Input], log_import: LogImport) -> list[Input]:
    """The files of an upload under the names that they had, which tell what belongs together; no two under one."""
    names: set[str] = set()
    for found in inputs:
        number = int(Path(found.name).name)
        given = log_import.files[number]
        name = f"{given} ({number + 1})" if given in names else given
        names.add(name)
        if found.problem is not None:
            found.problem = called_as_uploaded(found.problem, log_import)
        found.path, found.name = found.path or found.name, name
    return inputs


def called_as_uploaded(why: Notice, log_import: LogImport) -> Notice:
    """The notice with files called as they were when they were uploaded."""
    directory = directory_of(log_import)
    names = {str(directory): "; ".join(log_import.files)}
    names |= {str(directory / f"{number:04d}"): name for number, name in enumerate(log_import.files)}
    return why.map(lambda text: names.get(text, text))


def end_those_of_a_backup() -> None:
    """After a restore: no import is under way. Files that lie here under the number of one may be another's."""
    for log_import in LogImport.objects.unfinished().select_related("revision__source", "asked_by").order_by("pk"):
        fail(log_import, Notice(ImportCode.RESTORED))


def clear() -> None:
    """Delete files of imports that have ended, and of requests that never came to an end."""
    unfinished = {str(pk) for pk in LogImport.objects.unfinished().values_list("pk", flat=True)}
    oldest = time.time() - LONGEST_REQUEST.total_seconds()
    uploads = Path(settings.MEDIA_ROOT)
    left = [path for path in place().glob("*") if path.name.isdecimal() and path.name not in unfinished]
    slow = [*place().glob("arriving-*"), *uploads.glob("*.upload*")]
    for path in left + [path for path in slow if modified(path) < oldest]:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def modified(path: Path) -> float:
    """When a file was written last; now, if it is just gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()
