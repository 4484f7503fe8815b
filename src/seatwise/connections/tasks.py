"""Background tasks: reading from vendors, carrying changes out there. Each can be killed and run again at any time."""

import contextlib
import datetime

from django.utils import timezone
from django_tasks import task

from seatwise import configuration
from seatwise.connections import readings, sendings, synchronizing, vendor_reports
from seatwise.connections.models import Connection, Reading, Sending
from seatwise.connections.turns import Busy
from seatwise.site import workers

KEPT = datetime.timedelta(days=7)  # rehearsals


@task()
def read(reading: int) -> None:
    """Make a reading, unless it was made already or somebody else asks there just now: then it is taken up."""
    found = Reading.objects.unfinished().filter(pk=reading).select_related("connection", "asked_by").first()
    if found is None:
        return
    try:
        readings.read(found)
    except Busy:
        return
    if found.state == Reading.State.DONE and found.asked_by is None and found.connection.applies_daily:
        apply = vendor_reports.import_all if found.connection.of.gives_reports else synchronizing.apply_small
        left = apply(found, configuration.today())
        found.problem = "\n".join(filter(None, [found.problem, left]))
        found.save(update_fields=["problem"])


@task()
def send(sending: int) -> None:
    """Carry pending changes out, or go on with it."""
    found = Sending.objects.unfinished().filter(pk=sending).select_related("connection", "by").first()
    if found is None:
        return
    with contextlib.suppress(Busy):  # it is taken up in a minute
        sendings.carry_out(found)


def read_daily(day: datetime.date) -> str | None:
    """Read it each day, where that is wanted."""
    names = []
    for connection in Connection.objects.filter(reads_daily=True).order_by("pk"):
        read.enqueue(readings.ask(connection, by=None).pk)
        names.append(connection.of.name)
    return f"being read: {', '.join(names)}" if names else None


def forget_rehearsals(day: datetime.date) -> str | None:
    """Forget what would have been sent, once nobody can follow it any more. What was sent is kept."""
    Sending.objects.filter(rehearsal=True, asked_at__lt=timezone.now() - KEPT).delete()
    return None


def take_up() -> str | None:
    """Each minute: what waits without a task, or whose worker was ended."""
    both = ((Reading.objects.unfinished(), read), (Sending.objects.unfinished(), send))
    taken = sum(workers.take_up(do, waiting.values_list("pk", flat=True)) for waiting, do in both)
    return f"work with connections taken up again: {taken}" if taken else None
