"""Which workers are alive, and the work of those that are not.

django-tasks marks a task as running and never looks again. So each worker holds a lock on a file while it lives; the
system releases it however the worker ends. A running task whose worker holds no lock any more is made ready again
(our tasks can be repeated), a few times at most. Of workers on other machines only the time is known.
"""

import datetime
import fcntl
import os
import secrets
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from seatwise import configuration

MOST_ATTEMPTS = 5
LONGEST = datetime.timedelta(hours=12)  # that a task may run on another machine


class GaveUp(Exception):
    """A task that ended with its worker too often."""


def _folder(directory: Path) -> Path:
    folder = directory / "workers"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _host() -> str:
    return "".join(each for each in socket.gethostname() if each.isalnum() or each in "-.")[:40] or "host"


@contextmanager
def alive(directory: Path) -> Iterator[str]:
    """While this lasts, the worker of the id that is given counts as alive."""
    worker_id = f"{_host()}_{secrets.token_hex(8)}"
    path = _folder(directory) / worker_id
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield worker_id
        finally:
            path.unlink(missing_ok=True)


def running(directory: Path) -> int:
    """How many workers run on this machine, by the data directory that they share."""
    return sum(is_dead(directory, path.name) is False for path in _folder(directory).iterdir())


def is_dead(directory: Path, worker_id: str) -> bool | None:
    """Whether a worker has ended; None for one of another machine."""
    if not worker_id.startswith(f"{_host()}_"):
        return None
    try:
        with (_folder(directory) / Path(worker_id).name).open() as file:
            return _lock_is_free(file)
    except FileNotFoundError:
        return True


def _lock_is_free(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def under_way(path: str) -> set[int]:
    """The ids that are the first argument of a task that waits or runs; not where its worker ended."""
    tasks = DBTaskResult.objects.filter(task_path=path, status__in=["READY", "RUNNING"])
    directory = configuration.DATA_DIR.value()
    return {task.args_kwargs["args"][0] for task in tasks if not _has_lost_its_worker(task, directory)}


def take_up(task: Any, ids: Iterable[int]) -> int:
    """Hand over what waits without such a task, or whose worker was ended; how many."""
    waiting = list(ids)
    busy = under_way(task.module_path) if waiting else ()
    left = [pk for pk in waiting if pk not in busy]
    for pk in left:
        task.enqueue(pk)
    return len(left)


def _has_lost_its_worker(task: "DBTaskResult[Any, Any]", directory: Path) -> bool:
    return task.status == "RUNNING" and bool(not task.worker_ids or is_dead(directory, task.worker_ids[-1]))


def sweep(directory: Path) -> int:
    """Make the tasks of dead workers ready again; how many. Each is changed only if nobody else did meanwhile."""
    swept = 0
    for task in DBTaskResult.objects.running():
        dead = is_dead(directory, task.worker_ids[-1] if task.worker_ids else "")
        if dead is None:
            dead = task.started_at is None or timezone.now() - task.started_at > LONGEST
        if dead and len(task.worker_ids) >= MOST_ATTEMPTS:
            task.set_failed(GaveUp(f"its worker ended {MOST_ATTEMPTS} times while it ran"))
        elif dead:
            same = DBTaskResult.objects.running().filter(pk=task.pk, started_at=task.started_at)
            swept += same.update(status="READY", started_at=None)
    for path in _folder(directory).iterdir():
        if is_dead(directory, path.name):
            path.unlink(missing_ok=True)
    return swept
