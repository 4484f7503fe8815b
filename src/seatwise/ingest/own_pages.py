"""Seatwise as a service that is recorded: who works with its pages, in the source that SEATWISE_OWN_SOURCE names.

Answering a question and looking at one's own record or requests are no use of it: otherwise whoever is asked would
become a user by that. So the pages of administrators, auditors and reviewers are recorded, and no others.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import MiddlewareNotUsed
from django.db import connections
from django.http import HttpRequest

from seatwise import configuration
from seatwise.ingest import spool
from seatwise.ledger.models import Source
from seatwise.recorder import Recorder, Unreachable
from seatwise.recorder.django_middleware import RecorderMiddleware

RECORDED = ("/administration/", "/reviews/")  # how the paths of pages begin that count


class OwnPagesMiddleware(RecorderMiddleware):
    """Records Seatwise's own pages, into the files in which lines of shippers are kept."""

    def make_recorder(self) -> Recorder:
        if not configuration.OWN_SOURCE.value():
            raise MiddlewareNotUsed
        return Recorder(deliver=keep_from_thread)

    def login_of(self, request: HttpRequest, user: Any) -> str | None:
        is_part = "HX-Request" in request.headers and "HX-Boosted" not in request.headers  # such as progress, by itself
        return None if is_part or not request.path.startswith(RECORDED) else super().login_of(request, user)


def keep(lines: Sequence[bytes]) -> None:
    """Keep lines, or a heartbeat. Raises Unreachable."""
    code = configuration.OWN_SOURCE.value()
    source = Source.objects.of_logs().filter(code=code, retired_on=None).first()
    if source is None:
        raise Unreachable(f"SEATWISE_OWN_SOURCE is {code}, and no source of logs in use has this code")
    try:
        if lines:
            spool.append(source, lines)
        else:
            spool.note_heartbeat(source)
    except spool.Full:
        raise Unreachable("the disk is full") from None


def keep_from_thread(lines: Sequence[bytes]) -> None:
    """As keep(), where the database connection is not needed afterwards."""
    try:
        keep(lines)
    finally:
        connections.close_all()
