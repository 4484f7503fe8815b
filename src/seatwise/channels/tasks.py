"""Sending messages to channels in the background."""

from django_tasks import task
from django_tasks_db.models import DBTaskResult

from seatwise.channels.sending import send_due

AT_A_TIME = 50  # messages for which other tasks wait


@task()
def send_messages() -> None:
    """Send what is due; if there is much, let other tasks have their turn in between."""
    if send_due(most=AT_A_TIME)[0] >= AT_A_TIME:
        wake_worker()


def wake_worker() -> None:
    """Have a worker send messages, unless it is asked to already."""
    if not DBTaskResult.objects.ready().filter(task_path=send_messages.module_path).exists():
        send_messages.enqueue()


def every_minute() -> str | None:
    """Send what groups are told of together, and what could not be sent before."""
    taken = send_due()[1]
    return f"messages sent to channels: {taken}" if taken else None
