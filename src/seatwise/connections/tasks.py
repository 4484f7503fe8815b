"""Background tasks: reading cybozu.com. Each can be killed and run again at any time."""

import datetime

from django_tasks import task

from seatwise import configuration
from seatwise.connections import readings, synchronizing
from seatwise.connections.models import Connection, Reading
from seatwise.connections.turns import Busy
from seatwise.site.workers import under_way


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
        Reading.objects.filter(pk=found.pk).update(problem=left)


def read_daily(day: datetime.date) -> str | None:
    """Read it each day, where that is wanted."""
    connection = Connection.current()
    if connection is None or not connection.reads_daily:
        return None
    read.enqueue(readings.ask(connection, by=None).pk)
    return "cybozu.com is being read"


def take_up() -> str | None:
    """Each minute: what waits without a task, or whose worker was ended."""
    waiting = list(Reading.objects.unfinished().values_list("pk", flat=True))
    if not waiting:
        return None
    busy = under_way(read.module_path)
    taken = [pk for pk in waiting if pk not in busy]
    for pk in taken:
        read.enqueue(pk)
    return f"readings of cybozu.com taken up again: {len(taken)}" if taken else None
