"""Reports of mail servers that a letter did not arrive, and what is none."""

from typing import Any

import pytest

from seatwise.audit.models import Entry
from seatwise.directory.changes import Refused
from seatwise.letters.bounces import read, take_in
from seatwise.letters.models import Letter, State
from seatwise.letters.sending import send_due
from seatwise.letters.tests.conftest import Sink, Writing

REPORT = """From: MAILER-DAEMON@mail.example.com (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: seatwise@example.com
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

Final-Recipient: rfc822; charlie@example.com
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <charlie@example.com>: Recipient address
    rejected: User unknown

--B
Content-Type: {type}

From: Seatwise <seatwise@example.com>
Message-ID: {id}
Subject: A question

{body}
--B--
"""
PLAIN = """From: {sender}
Subject: failure notice
{heads}
Hi. This is the qmail-send program at mail.example.com.

<charlie@example.com>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 No such person

--- Below this line is a copy of the message.

Return-Path: <seatwise@example.com>
Message-ID: {id}
Subject: A question
"""
ABSENT = """From: Charlie <charlie@example.com>
Subject: Out of office: A question
Auto-Submitted: auto-replied
In-Reply-To: {id}
References: {id}

I am back on Monday.
"""
ID = "<seatwise.0123456789abcdef@localhost>"


def report(message_id: str = ID, action: str = "failed", kind: str = "message/rfc822", body: str = "Hello") -> bytes:
    return REPORT.format(id=message_id, action=action, type=kind, body=body).encode()


def plain(message_id: str = ID, sender: str = "MAILER-DAEMON@mail.example.com", heads: str = "") -> bytes:
    return PLAIN.format(id=message_id, sender=sender, heads=heads).encode()


@pytest.fixture
def sent(sink: Sink, charlie: Any, asking: Writing) -> Letter:
    """A letter that was sent."""
    asking(charlie)
    send_due()
    found: Letter = Letter.objects.get()
    return found


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_delivery_status_says_which_letter_and_why(kind: str) -> None:
    found = read(report(kind=kind))
    assert (found.failed, found.message_ids) == (True, (ID,))
    assert found.words == "5.1.1 – smtp; 550 5.1.1 <charlie@example.com>: Recipient address rejected: User unknown"


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_status_that_is_no_failure_is_none(action: str) -> None:
    assert not read(report(action=action)).failed


@pytest.mark.parametrize(
    ("sender", "heads"),
    [("MAILER-DAEMON@mail.example.com", ""), ("postmaster@example.com", ""), ("x@example.com", "Return-Path: <>\n")],
)
def test_a_plain_report_quotes_the_letter(sender: str, heads: str) -> None:
    found = read(plain(sender=sender, heads=heads))
    assert (found.failed, found.message_ids) == (True, (ID,))
    assert found.words == "Remote host said: 550 5.1.1 No such person"


@pytest.mark.parametrize(
    "raw",
    [
        ABSENT.format(id=ID).encode(),
        plain(sender="charlie@example.com"),
        plain(heads="Auto-Submitted: auto-replied\n"),
        b"",
        b"\0\xff\xfe" * 100,
        b"From: postmaster@example.com\nContent-Type: multipart/report; boundary=\n\nx",
        b"From: \xff\xfe<\nContent-Type: text/plain; charset=nonsense\nContent-Transfer-Encoding: base64\n\n!!",
        b"Content-Type: message/delivery-status\n\nnothing",
    ],
)
def test_what_is_no_report_is_none(raw: bytes) -> None:
    assert not read(raw).failed


def test_a_report_makes_a_letter_undeliverable(sent: Letter, told: list[Any]) -> None:
    said = take_in(report(sent.message_id))
    sent.refresh_from_db()
    assert said.understood
    assert said.words.startswith(f"email {sent.pk} to charlie@example.com was not delivered: 5.1.1")
    assert sent.is_undeliverable
    assert sent.bounced_at
    assert "User unknown" in sent.problem
    assert told == [("undeliverable", sent.pk)]
    [entry] = Entry.objects.about(sent)
    assert (entry.verb, entry.by, entry.after) == ("letter.not_arrived", None, {"state": "undeliverable"})


def test_a_report_that_comes_twice_changes_nothing_more(sent: Letter, told: list[Any]) -> None:
    take_in(report(sent.message_id))
    again = take_in(report(sent.message_id))
    assert again.understood
    assert "already undeliverable" in again.words
    assert len(told) == 1


def test_an_answer_in_somebodys_absence_changes_nothing(sent: Letter, told: list[Any]) -> None:
    assert take_in(ABSENT.format(id=sent.message_id).encode()).understood
    sent.refresh_from_db()
    assert sent.is_delivered
    assert not told


def test_a_report_on_somebody_elses_mail_is_said_to_be(sent: Letter) -> None:
    said = take_in(report("<other@example.com>"))
    assert not said.understood
    assert "not about an email from Seatwise" in said.words


def test_a_report_that_comes_before_the_sending_is_written_down_stays(
    sink: Sink, charlie: Any, asking: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seatwise.letters import sending

    letter = asking(charlie)
    hand_over = sending.hand_over

    def reported_meanwhile(*arguments: Any) -> Any:
        done = hand_over(*arguments)
        take_in(report(letter.message_id))
        return done

    monkeypatch.setattr(sending, "hand_over", reported_meanwhile)
    send_due()
    letter.refresh_from_db()
    assert letter.is_undeliverable


def test_a_letter_that_waits_cannot_be_marked(charlie: Any, alice: Any, asking: Writing) -> None:
    letter = asking(charlie)
    with pytest.raises(Refused):
        letter.not_arrived(by=alice, reason="said so")
    letter.refresh_from_db()
    assert letter.state == State.WAITING
