"""Long lists as XLSX, made by the worker: half a minute of work, for which no request should wait.

The worker asks the list's own view for it, by the same address and as the same person, so that there is no second way
to what is in it. Whether they may still see the list is asked once more when the file is downloaded. A file can be
made again at any time; it is kept for a day.
"""

import datetime
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.core.signing import BadSignature, dumps, loads
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from seatwise import audit, configuration
from seatwise.lib.faults import fault_of
from seatwise.lib.tables import Cell, NoWorkbook, write_xlsx
from seatwise.site.models import BackgroundFile
from seatwise.site.refused_request import RefusedRequest

logger = logging.getLogger(__name__)


MOST_KEPT, MOST_UNFINISHED = 10, 3  # files of one person
MOST_ATTEMPTS = 5
BEAT = 1.0  # seconds between two words on how far a file is
SALT = "seatwise.site.background_files"
State, Problem = BackgroundFile.State, BackgroundFile.Problem

# What decides what somebody may see, as JSON has it: filled by later apps. Where it has changed there is no file.
RIGHTS: list[Callable[[Any], Any]] = []


class FileRequest(HttpRequest):
    """Somebody's request for a list, asked by the worker. Without `out` it is only asked whether they may see it."""

    def __init__(self, file: BackgroundFile, out: IO[bytes] | None) -> None:
        super().__init__()
        path, _mark, query = file.address.partition("?")
        self.method, self.path, self.path_info, self.GET = "GET", path, path, QueryDict(query)
        self.META |= {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}
        self.user, self.htmx, self.LANGUAGE_CODE = file.asked_by, HtmxDetails(self), file.language
        self.file, self.out, self.is_answered = file, out, False

    def write(self, headings: Sequence[str], rows: Iterable[Sequence[Cell]], count: Callable[[], int]) -> HttpResponse:
        """What a list does with its rows instead of answering. Raises NoWorkbook."""
        self.is_answered = True
        if self.out is not None:
            write_xlsx(self.out, headings, self._told(rows, count()))
        return HttpResponse()

    def _told(self, rows: Iterable[Sequence[Cell]], total: int) -> Iterator[Sequence[Cell]]:
        """Says how far it is in a file, since a database that is being read can be busy for who writes."""
        last = 0.0
        for number, row in enumerate(rows):
            if number % 100 == 0 and time.monotonic() - last >= BEAT:
                last = time.monotonic()
                _progress_file(self.file).write_text(f"{number} {total}")
            yield row


def offer(request: HttpRequest, name: str) -> HttpResponse:
    """The page on which a long list can be asked for, instead of its file."""
    address = list_address(request.get_full_path())
    context = {
        "asked": dumps([request.user.pk, request.get_full_path(), f"{name}.xlsx"], salt=SALT),
        "files": BackgroundFile.objects.visible_to(request.user).order_by("-pk"),
        "back_url": address,
        "back_label": _("The list"),
        "csv": f"{address}&format=csv",
    }
    return render(request, "lists/long.html", context, status=409)


def list_address(address: str) -> str:
    """Where the list is of which there is a file at an address."""
    path, _mark, text = address.partition("?")
    query = QueryDict(text, mutable=True)
    for parameter in ("format", "page"):
        query.pop(parameter, None)
    return f"{path}?{query.urlencode()}"


def kept() -> datetime.timedelta:
    """For how long a file is kept."""
    return configuration.days_of(configuration.KEEP_FILES)


@transaction.atomic
def ask(asked: str, *, by: Any) -> BackgroundFile:
    """What `offer` offered, from now on made by the worker; the same one where it is asked for twice.

    Raises RefusedRequest for what was not offered to this person, and where enough is being made for them.
    """
    try:
        pk, address, name = loads(asked, salt=SALT, max_age=kept())
    except BadSignature:
        pk = None
    if pk != by.pk:
        raise RefusedRequest(400, _("This file is not available to you"), _("Open the list and request it there."))
    mine, language = BackgroundFile.objects.visible_to(by), translation.get_language() or ""
    if same := mine.unfinished().filter(address=address, language=language).first():
        return same
    if mine.unfinished().count() >= MOST_UNFINISHED:
        raise RefusedRequest(
            429, _("Several files are being created for you"), _("Try again when one of them is ready.")
        )
    for old in mine.order_by("-pk")[MOST_KEPT - 1 :]:
        delete(old)
    made = BackgroundFile.objects.create(
        asked_by=by, name=name, address=address, language=language, rights=rights_of(by)
    )
    audit.record(by=by, verb="file.ask", subject=made, before={}, after={"address": address})
    return made


def rights_of(person: Any) -> list[Any]:
    return [each(person) for each in RIGHTS]


def ask_list(file: BackgroundFile, out: IO[bytes] | None = None) -> None:
    """Write the list to `out`; without it, make sure that whoever asked for it may see it still.

    Raises PermissionDenied and Http404 as the list does, the latter too where the list answers something else, and
    NoWorkbook.
    """
    if not file.asked_by.is_active or rights_of(file.asked_by) != file.rights:
        raise PermissionDenied
    request = FileRequest(file, out)
    with translation.override(file.language):
        view = request.resolver_match = resolve(request.path)
        view.func(request, *view.args, **view.kwargs)
    if not request.is_answered:
        raise Http404


def make(file: BackgroundFile) -> None:
    """Make it, unless that is done. Raises where the machine or the database is what fails; then it waits again."""
    mine = BackgroundFile.objects.unfinished().filter(pk=file.pk, attempt=file.attempt)
    if file.attempt >= MOST_ATTEMPTS:
        mine.update(state=State.FAILED, problem=Problem.FAULT)
    elif mine.update(state=State.RUNNING, attempt=file.attempt + 1):
        file.attempt += 1
        problem = _made(file)
        ended = BackgroundFile.objects.unfinished().filter(pk=file.pk, attempt=file.attempt)
        ended.update(state=State.FAILED if problem else State.DONE, problem=problem)


def _made(file: BackgroundFile) -> str:
    """Write it where it is to lie; what was in the way."""
    file.path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    part = file.path.with_suffix(f".{file.attempt}.part")
    try:
        with open(part, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
            ask_list(file, out)
        part.replace(file.path)
    except NoWorkbook:
        return Problem.TOO_LARGE
    except PermissionDenied:
        return Problem.RIGHTS
    except (Http404, BadRequest):
        return Problem.GONE
    except Exception as error:
        if isinstance(error, OperationalError) or fault_of(error) is not None:
            raise
        logger.exception("file %s could not be made", file.pk)
        return Problem.FAULT
    finally:
        part.unlink(missing_ok=True)
        _progress_file(file).unlink(missing_ok=True)
    return ""


def _progress_file(file: BackgroundFile) -> Path:
    return file.path.with_suffix(".progress")


def progress(file: BackgroundFile) -> tuple[int, int]:
    """How many rows of how many are written; of none where that is not known."""
    with suppress(OSError, ValueError):
        done, total = _progress_file(file).read_text().split()
        return int(done), int(total)
    return 0, 0


def delete(file: BackgroundFile) -> None:
    path = file.path  # which its number is part of
    file.delete()
    path.unlink(missing_ok=True)


def forget_old(_day: datetime.date) -> str | None:
    """Each day: delete files that were kept long enough, and what is left of those that are gone."""
    for file in BackgroundFile.objects.asked_before(timezone.now() - kept()):
        delete(file)
    there = {str(pk) for pk in BackgroundFile.objects.values_list("pk", flat=True)}
    for path in BackgroundFile(pk=0).path.parent.glob("*"):
        if path.name.partition(".")[0] not in there:
            path.unlink(missing_ok=True)
    return None
