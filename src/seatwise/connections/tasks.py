"""Background tasks: reading cybozu.com, carrying changes out there. Each can be killed and run again at any time."""

import contextlib
import datetime

from django.utils import timezone
from django_tasks import task

from seatwise import configuration
from seatwise.connections import readings, sendings, synchronizing
from seatwise.connections.models import Connection, Reading, Sending
from seatwise.connections.turns import Busy
from seatwise.site.workers import under_way

KEPT = datetime.timedelta(days=7)  # rehearsals


@task()
def read(reading: int) -> None:
    """Make a reading, unless it was made already or somebody else asks cybozu.com just now: then it is taken up."""
    found = Reading.objects.unfinished().filter(pk=reading).select_related("connection", "asked_by").first()
    if found is None:
        return
    try:
        readings.read(found)
    except Busy:
        return
    if found.state == Reading.State.DONE and found.asked_by is None and found.connection.applies_daily:
        left = synchronizing.apply_small(found, configuration.today())
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
    connection = Connection.current()
    if connection is None or not connection.reads_daily:
        return None
    read.enqueue(readings.ask(connection, by=None).pk)
    return "cybozu.com is being read"


def forget_rehearsals(day: datetime.date) -> str | None:
    """Forget what would have been sent, once nobody can follow it any more. What was sent is kept."""
    Sending.objects.filter(rehearsal=True, asked_at__lt=timezone.now() - KEPT).delete()
    return None


def take_up() -> str | None:
    """Each minute: what waits without a task, or whose worker was ended."""
    taken = 0
    for waiting, do in ((Reading.objects.unfinished(), read), (Sending.objects.unfinished(), send)):
        ids = list(waiting.values_list("pk", flat=True))
        for pk in set(ids) - under_way(do.module_path) if ids else ():
            do.enqueue(pk)
            taken += 1
    return f"work with cybozu.com taken up again: {taken}" if taken else None
