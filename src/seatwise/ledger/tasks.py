"""Background tasks: uploaded logs are kept and read. Each can be killed and run again at any time."""

import datetime
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django_tasks import task

from seatwise import audit
from seatwise.directory.models import User
from seatwise.ledger import uploads
from seatwise.ledger.models import LogImport, Source
from seatwise.lib.logins import visible


@task()
def read_upload(log_import: int) -> None:
    """Read an uploaded log, unless it was read already."""
    found = LogImport.objects.filter(pk=log_import).select_related("revision__source", "asked_by").first()
    if found is not None:
        uploads.read(found)


def accept(source: Source, files: Iterable[UploadedFile[Any]], *, by: User) -> LogImport:
    """Keep uploaded files and have a background task read them. A file's own name is kept for the account only."""
    files = list(files)
    names = [visible(Path(str(file.name)).name) for file in files]
    size = sum(file.size or 0 for file in files)
    arriving = uploads.place() / f"arriving-{secrets.token_hex(8)}"
    uploads.place().mkdir(parents=True, mode=0o700, exist_ok=True)
    arriving.mkdir(mode=0o700)
    try:
        for number, file in enumerate(files):
            uploads.keep(file, arriving / f"{number:04d}")
        with transaction.atomic():
            log_import = LogImport.objects.create(
                revision=source.revision, files=names, uploaded=True, asked_by=by, bytes_total=size
            )
            after = {"source": source.code, "files": names}
            audit.record(by=by, verb="import.upload", subject=log_import, before={}, after=after)
            shutil.rmtree(uploads.directory_of(log_import), ignore_errors=True)
            arriving.rename(uploads.directory_of(log_import))
    except BaseException:
        shutil.rmtree(arriving, ignore_errors=True)
        raise
    read_upload.enqueue(log_import.pk)
    return log_import


def sweep() -> int:
    """Have imports read that wait without a task, or whose reader was killed; how many. Clears away what is left."""
    swept = 0
    for log_import in LogImport.objects.unfinished().filter(uploaded=True):
        with uploads.alone(log_import) as mine:
            if mine:
                read_upload.enqueue(log_import.pk)
                swept += 1
    uploads.clear()
    return swept


def take_up_uploads(day: datetime.date) -> str | None:
    """Have uploaded logs read that nobody reads."""
    swept = sweep()
    return f"uploaded logs taken up again: {swept}" if swept else None
