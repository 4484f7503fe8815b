"""Sending letters in the background."""

from django_tasks import task
from django_tasks_db.models import DBTaskResult

from seatwise.letters.sending import send_due

AT_A_TIME = 100  # letters for which other tasks wait


@task()
def send_letters() -> None:
    """Send letters that are due; if there are many, let other tasks have their turn in between."""
    if send_due(most=AT_A_TIME).looked_at >= AT_A_TIME:
        wake_worker()


def wake_worker() -> None:
    """Have a worker send letters, unless it is asked to already."""
    if not DBTaskResult.objects.ready().filter(task_path=send_letters.module_path).exists():
        send_letters.enqueue()


def every_minute() -> str | None:
    """Try letters again that could not be sent, beside whatever the worker is doing."""
    done = send_due()
    return f"emails sent: {done.sent}" if done.sent else None
