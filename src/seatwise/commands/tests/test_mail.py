"""`seatwise mail`: status, a letter to try it out, reports of letters that did not arrive."""

import datetime
import io
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from seatwise.commands import django_setup
from seatwise.commands.tests.conftest import Run
from seatwise.directory.models import User
from seatwise.letters.models import Letter
from seatwise.letters.trial_letter import send_test
from seatwise.site.models import Clock


@pytest.fixture(autouse=True)
def _initialised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django_setup, "what_is_missing", str)


@pytest.fixture
def charlie(charlie: Any) -> Any:
    User.objects.filter(pk=charlie.pk).update(email="charlie@example.com")
    charlie.refresh_from_db()
    return charlie


def test_a_letter_is_sent_to_try_it_out(run: Run, charlie: Any) -> None:
    done = run("mail", "test", "CHARLIE")
    assert (done.code, done.out) == (0, "Sent to charlie@example.com.\n")
    assert mail.outbox[0].subject == "Test email from Seatwise"


def test_that_it_cannot_be_sent_is_said(run: Run, charlie: Any, alice: Any, settings: Any) -> None:
    assert "there is no user with the login name 'eve'" in run("mail", "test", "eve").err
    assert "no e-mail address" in run("mail", "test", "alice").err
    settings.EMAIL_BACKEND = "seatwise.letters.backends.Smtp"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    done = run("mail", "test", "charlie")
    assert done.code == 1
    assert "Connection refused" in done.err
    assert not Letter.objects.waiting().exists()
    settings.EMAIL_BACKEND = "seatwise.letters.backends.Off"
    assert "No mail server is set up (SEATWISE_MAIL)" in run("mail", "test", "charlie").err


def test_the_status_says_by_what_and_how_many(run: Run, charlie: Any, settings: Any) -> None:
    send_test(charlie)
    done = run("mail", "status")
    assert done.out == "Emails are sent from seatwise@localhost.\nwaiting\t0\nsent\t1\nundeliverable\t0\nwithdrawn\t0\n"
    Letter.objects.update(state="waiting", problem="452 no room")
    assert "452 no room" in run("mail", "status").out
    Clock.objects.create(pk=1, day=datetime.date(2000, 1, 1), held_on=datetime.date(2026, 1, 1))
    assert "emails wait, except those about the clock" in run("mail", "status").out
    for backend, said in [
        ("Off", "No mail server is set up (SEATWISE_MAIL)"),
        ("Smtp", "Emails are sent through mail.example.com:587, from seatwise@localhost."),
        ("Print", "the worker prints them"),
        ("Folder", "written to the folder /letters"),
    ]:
        settings.EMAIL_BACKEND = f"seatwise.letters.backends.{backend}"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_FILE_PATH = "mail.example.com", 587, "/letters"
        assert said in run("mail", "status").out


def test_a_report_is_taken_in_from_a_file_and_from_the_input(
    run: Run, charlie: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = send_test(charlie)
    text = f"From: postmaster@example.com\n\n550 nobody\n\nMessage-ID: {letter.message_id}\n".encode()
    (tmp_path / "report.eml").write_bytes(text)
    done = run("mail", "bounce", "report.eml")
    assert (done.code, done.out) == (0, f"email {letter.pk} to charlie@example.com was not delivered: 550 nobody\n")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    again = run("mail", "bounce")
    assert (again.code, again.out) == (
        0,
        f"email {letter.pk} to charlie@example.com is already undeliverable: nothing was changed.\n",
    )


def test_what_cannot_be_read_is_said(run: Run, db: None, tmp_path: Path) -> None:
    assert run("mail", "bounce", "nothing.eml").code == 1
    (tmp_path / "empty").touch()
    assert "the input is empty" in run("mail", "bounce", "empty").err
    (tmp_path / "other.eml").write_text("From: postmaster@example.com\n\nMessage-ID: <other@example.com>\n")
    other = run("mail", "bounce", "other.eml")
    assert (other.code, other.out) == (1, "The report is not about an email from Seatwise. Nothing was changed.\n")
