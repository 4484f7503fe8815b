"""Background task: a long list as a file. It can be killed and run again at any time."""

from django.db import transaction
from django_tasks import task

from seatwise.site import background_files, workers
from seatwise.site.models import BackgroundFile


@task()
def make_file(file: int) -> None:
    """Make a file, unless it was made already."""
    found = BackgroundFile.objects.unfinished().filter(pk=file).select_related("asked_by").first()
    if found is not None:
        background_files.make(found)


def accept(asked: str, *, by: object) -> BackgroundFile:
    """Have the worker make what was offered. Raises RefusedRequest."""
    with transaction.atomic():
        made = background_files.ask(asked, by=by)
        if made.pk not in workers.under_way(make_file.module_path):
            transaction.on_commit(lambda: make_file.enqueue(made.pk))
    return made


def take_up() -> str | None:
    """Each minute: files that wait without a task, or whose worker was ended."""
    taken = workers.take_up(make_file, BackgroundFile.objects.unfinished().values_list("pk", flat=True))
    return f"files taken up again: {taken}" if taken else None
