"""Who sends letters and when: a task once they are committed, and each minute whatever else is to be done."""

import datetime
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from seatwise import audit, configuration
from seatwise.accounts.mails import tell_what_was_done
from seatwise.letters import tasks, trial_letter
from seatwise.letters.delivery_outcome import FEWEST_ATTEMPTS, put_off_all
from seatwise.letters.models import Letter
from seatwise.letters.tests.conftest import Later, Writing
from seatwise.site import clock as site_clock, daily_work


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
    assert tasks.every_minute in daily_work.EVERY_MINUTE
    asking(charlie)
    said: list[str] = []
    daily_work.each_minute(said.append)
    assert said == ["emails sent: 1"]
    daily_work.each_minute(said.append)
    assert len(said) == 1
    assert Letter.objects.delivered().count() == 1


def test_one_that_fails_keeps_no_other_from_being_done(db: None, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def fails() -> None:
        raise ValueError

    said: list[str] = []
    monkeypatch.setattr(daily_work, "EVERY_MINUTE", [fails, lambda: "done"])
    daily_work.each_minute(said.append)
    assert said == ["done"]
    assert "fails failed" in caplog.text


@pytest.mark.parametrize(("step", "work"), [("MINUTE", "EVERY_MINUTE"), ("SOON", "SOON_AGAIN")])
def test_it_is_done_again_and_again_until_the_worker_ends(
    monkeypatch: pytest.MonkeyPatch, step: str, work: str
) -> None:
    often = threading.Semaphore(0)
    monkeypatch.setattr(daily_work, step, 0.001)
    monkeypatch.setattr(daily_work, "EVERY_MINUTE", [])
    monkeypatch.setattr(site_clock, "look", lambda day: None)  # the thread has no database of this test
    monkeypatch.setattr(site_clock, "take_due", lambda: False)
    monkeypatch.setattr(daily_work, work, [often.release])
    with daily_work.minutes(print):
        assert all(often.acquire(timeout=5) for _ in range(3))
        assert any(thread.name == "every minute" for thread in threading.enumerate())
    assert not any(thread.name == "every minute" for thread in threading.enumerate())
    assert not daily_work.stopping.is_set()


def test_states_are_counted(charlie: Any, asking: Writing, clock: Later) -> None:
    asking(charlie)
    assert Letter.objects.by_state() == {"waiting": 1, "sent": 0, "undeliverable": 0, "withdrawn": 0}


def jumped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock, which was looked at, shows a day a month later."""
    today = configuration.today()
    site_clock.look(today)
    monkeypatch.setenv("SEATWISE_TODAY", str(today + datetime.timedelta(30)))


@pytest.mark.parametrize("send", [tasks.send_letters.call, tasks.every_minute], ids=["the task", "each minute"])
def test_where_the_clock_jumped_letters_wait_until_the_day_is_confirmed(
    charlie: Any, asking: Writing, monkeypatch: pytest.MonkeyPatch, send: Callable[[], object]
) -> None:
    """Also where sending is the first to notice it."""
    letter = asking(charlie)
    jumped(monkeypatch)
    send()
    assert not mail.outbox
    site_clock.accept(configuration.today(), by=None)
    send()
    assert [each.to for each in mail.outbox] == [["charlie@example.com"]]
    letter.refresh_from_db()
    assert (letter.attempts, letter.is_delivered) == (1, True)


def test_where_the_clock_jumped_administrators_and_whoever_signs_in_otherwise_are_told_all_the_same(
    alice: Any, charlie: Any, asking: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in (alice, charlie):
        asking(person)
    jumped(monkeypatch)
    audit.record(by=alice, verb="user.password", subject=charlie)
    tell_what_was_done(charlie)
    assert trial_letter.send_test(alice).is_delivered
    tasks.every_minute()
    sent = Letter.objects.delivered().order_by("kind").values_list("kind", "to__login")
    assert list(sent) == [("accounts.changed", "charlie"), ("clock.held", "alice"), ("letters.test", "alice")]


def test_a_mail_server_that_is_away_while_the_clock_is_held_counts_for_no_letter_that_waits(
    charlie: Any, asking: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = asking(charlie)
    jumped(monkeypatch)
    put_off_all("451 not now", timezone.now())
    letter.refresh_from_db()
    assert (letter.attempts, letter.problem) == (0, "")


@pytest.mark.parametrize("is_back", [False, True], ids=["the date is confirmed", "the clock is back"])
def test_days_for_which_a_letter_was_held_do_not_count_as_late(
    charlie: Any, asking: Writing, monkeypatch: pytest.MonkeyPatch, is_back: bool
) -> None:
    letter, today = asking(charlie), configuration.today()
    Letter.objects.update(due_at=timezone.now() - datetime.timedelta(7), attempts=FEWEST_ATTEMPTS)
    jumped(monkeypatch)
    assert site_clock.look(configuration.today())
    if is_back:
        monkeypatch.setenv("SEATWISE_TODAY", str(today))
        assert site_clock.look(configuration.today()) is None
    else:
        assert site_clock.accept(configuration.today(), by=None)
    put_off_all("451 not now", timezone.now())
    letter.refresh_from_db()
    assert (letter.state, letter.problem) == ("waiting", "451 not now")
