"""The daily tick, and tasks whose worker ended."""

import datetime
import fcntl
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from seatwise import configuration
from seatwise.site import daily_work, workers

DAY = datetime.date(2026, 11, 24)


def running(worker_ids: Any, started: Any = None) -> "DBTaskResult[Any, Any]":
    now = timezone.now()
    return DBTaskResult.objects.create(
        status="RUNNING",
        args_kwargs={"args": [], "kwargs": {}},
        task_path="seatwise.nothing",
        worker_ids=worker_ids,
        backend_name="default",
        run_after=now,
        started_at=started or now,
    )


@pytest.fixture
def host() -> str:
    return workers._host()


def test_a_task_of_a_worker_that_was_killed_is_made_ready_again(db: None, tmp_path: Path, host: str) -> None:
    task = running([f"{host}_gone"])
    assert workers.sweep(tmp_path) == 1
    task.refresh_from_db()
    assert (task.status, task.started_at) == ("READY", None)


def test_a_task_of_a_living_worker_is_left_alone(db: None, tmp_path: Path) -> None:
    with workers.alive(tmp_path) as worker_id:
        running([worker_id])
        assert workers.sweep(tmp_path) == 0
    assert workers.sweep(tmp_path) == 1


def test_a_file_of_a_dead_worker_is_cleared_away_and_that_of_a_living_one_is_not(
    db: None, tmp_path: Path, host: str
) -> None:
    (tmp_path / "workers").mkdir()
    (tmp_path / "workers" / f"{host}_dead").touch()
    with (tmp_path / "workers" / f"{host}_living").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        workers.sweep(tmp_path)
        assert [path.name for path in (tmp_path / "workers").iterdir()] == [f"{host}_living"]


@pytest.mark.parametrize(("hours", "swept"), [(1, 0), (13, 1)])
def test_a_worker_of_another_machine_is_believed_for_half_a_day(
    db: None, tmp_path: Path, hours: int, swept: int
) -> None:
    running(["elsewhere_1"], timezone.now() - datetime.timedelta(hours=hours))
    assert workers.sweep(tmp_path) == swept


def test_a_task_that_ends_its_worker_again_and_again_is_given_up(db: None, tmp_path: Path, host: str) -> None:
    task = running([f"{host}_{number}" for number in range(5)])
    assert workers.sweep(tmp_path) == 0
    task.refresh_from_db()
    assert task.status == "FAILED"
    assert "GaveUp" in task.exception_class_path


def test_the_tick_does_all_even_if_one_fails_and_says_so(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[datetime.date] = []
    said: list[str] = []

    def fails(day: datetime.date) -> None:
        raise ValueError

    def works(day: datetime.date) -> str:
        done.append(day)
        return "one thing"

    monkeypatch.setattr(daily_work, "DAILY", [fails, works])
    assert daily_work.tick(DAY, said.append) is False
    assert (done, said) == ([DAY], ["one thing"])


def test_the_tick_can_be_repeated(db: None) -> None:
    assert daily_work.tick(DAY, print)
    assert daily_work.tick(DAY, print)


def test_what_a_killed_writer_left_in_the_data_directory_is_cleared_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(configuration.DATA_DIR.name, str(tmp_path))
    for name, age in (("audit.key.1234.part", 7200), ("evidence.5678.part", 1), ("audit.key", 7200)):
        (tmp_path / name).write_text("x")
        then = time.time() - age
        os.utime(tmp_path / name, (then, then))
    daily_work.clear_away_unfinished_files(datetime.date(2026, 11, 24))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audit.key", "evidence.5678.part"]
