"""Who sends letters and when: a task once they are committed, and each minute whatever else is to be done."""

import threading
from typing import Any

import pytest
from django.core import mail
from django_tasks_db.models import DBTaskResult

from seatwise.letters import tasks
from seatwise.letters.models import Letter
from seatwise.letters.tests.conftest import Later, Writing
from seatwise.site import clock as site_clock
from seatwise.site import ticking


def test_letters_that_are_written_together_are_one_task(
    cast: dict[str, Any], asking: Writing, django_capture_on_commit_callbacks: Any
) -> None:
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            for person in cast.values():
                asking(person)
    assert DBTaskResult.objects.ready().count() == 1
    assert DBTaskResult.objects.get().task_path == "seatwise.letters.tasks.send_letters"
    tasks.send_letters.call()
    assert len(mail.outbox) == 6


def test_a_worker_that_has_much_to_send_lets_others_have_their_turn(
    cast: dict[str, Any], asking: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "AT_A_TIME", 4)
    for person in cast.values():
        asking(person)
    tasks.send_letters.call()
    assert len(mail.outbox) == 4
    assert DBTaskResult.objects.ready().count() == 1


def test_what_could_not_be_sent_is_tried_each_minute(charlie: Any, asking: Writing) -> None:
    assert tasks.every_minute in ticking.EVERY_MINUTE
    asking(charlie)
    said: list[str] = []
    ticking.each_minute(said.append)
    assert said == ["letters sent: 1"]
    ticking.each_minute(said.append)
    assert len(said) == 1
    assert Letter.objects.delivered().count() == 1


def test_one_that_fails_keeps_no_other_from_being_done(db: None, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def fails() -> None:
        raise ValueError

    said: list[str] = []
    monkeypatch.setattr(ticking, "EVERY_MINUTE", [fails, lambda: "done"])
    ticking.each_minute(said.append)
    assert said == ["done"]
    assert "fails failed" in caplog.text


def test_each_minute_it_is_done_again_until_the_worker_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    often = threading.Semaphore(0)
    monkeypatch.setattr(ticking, "MINUTE", 0.001)
    monkeypatch.setattr(site_clock, "look", lambda day: None)  # the thread has no database of this test
    monkeypatch.setattr(site_clock, "take_due", lambda: False)
    monkeypatch.setattr(ticking, "EVERY_MINUTE", [often.release])
    with ticking.minutes(print):
        assert all(often.acquire(timeout=5) for _ in range(3))
        assert any(thread.name == "every minute" for thread in threading.enumerate())
    assert not any(thread.name == "every minute" for thread in threading.enumerate())
    assert not ticking.stopping.is_set()


def test_states_are_counted(charlie: Any, asking: Writing, clock: Later) -> None:
    asking(charlie)
    assert Letter.objects.by_state() == {"waiting": 1, "sent": 0, "undeliverable": 0, "withdrawn": 0}
