"""Letters through a real mail server: taken, refused for now or for good, cut off, and never sent twice too often."""

import datetime
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from seatwise import configuration
from seatwise.audit.models import Entry
from seatwise.directory.models import User
from seatwise.letters import hooks, sending
from seatwise.letters.delivery_outcome import forget_old, pause
from seatwise.letters.models import Letter, State
from seatwise.letters.sending import Run, claim, claim_next, send_due
from seatwise.letters.tests.conftest import KIND, Later, Question, Sink, Writing
from seatwise.letters.writing import write
from seatwise.site import clock as site_clock, daily_work

MINUTES = datetime.timedelta(minutes=1)


def fresh(letter: Letter) -> Letter:
    found: Letter = Letter.objects.get(pk=letter.pk)
    return found


def test_a_letter_is_sent_once_and_the_answer_is_kept(
    sink: Sink, charlie: Any, asking: Writing, told: list[Any], clock: Later
) -> None:
    letter = asking(charlie)
    assert send_due(clock).sent == 1
    assert send_due(clock.after(days=10)) == Run()
    [mail] = sink.taken
    assert sink.to == ["charlie@example.com"]
    assert mail["To"] == "charlie@example.com"
    assert mail["From"] == "Seatwise <seatwise@localhost>"
    assert mail["Message-ID"] == letter.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Hello Charlie," in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    letter = fresh(letter)
    assert letter.is_delivered
    assert (letter.attempts, letter.unsure, letter.problem) == (1, 0, "")
    assert letter.answer == "250 2.0.0 Ok: queued as 4B7"
    assert told == [("delivered", letter.pk)]


def test_the_email_log_is_kept_for_as_long_as_was_said(
    sink: Sink, cast: dict[str, Any], asking: Writing, clock: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    _old, recent, waiting = (asking(cast[login]) for login in ("alice", "bob", "charlie"))
    long_ago = timezone.now() - 401 * 24 * 60 * MINUTES
    Letter.objects.exclude(pk=waiting.pk).update(state=State.SENT)
    Letter.objects.exclude(pk=recent.pk).update(written_at=long_ago)
    assert forget_old(long_ago.date()) is None
    monkeypatch.setitem(configuration.KEPT, "SEATWISE_KEEP_EMAILS", "400")
    assert forget_old(long_ago.date()) == "emails deleted from the log: 1"
    assert set(Letter.objects.all()) == {recent, waiting}
    assert Entry.objects.get(verb="letter.forget").after == {"emails": 1, "older than days": 400}


def test_all_letters_of_a_run_go_through_one_connection(sink: Sink, cast: dict[str, Any], asking: Writing) -> None:
    for person in cast.values():
        asking(person)
    assert send_due().sent == 6
    assert (len(sink.taken), sink.connections) == (6, 1)


def test_somebody_whom_the_server_does_not_know_is_not_written_to_again(
    sink: Sink, charlie: Any, alice: Any, asking: Writing, told: list[Any], clock: Later
) -> None:
    sink.refused["charlie@example.com"] = "550 5.1.1 No such user here"
    refused, other = asking(charlie), asking(alice)
    assert send_due(clock) == Run(looked_at=2, sent=1, undeliverable=1)
    assert send_due(clock.after(days=10)) == Run()
    assert fresh(refused).is_undeliverable
    assert fresh(refused).problem == "550 5.1.1 No such user here"
    assert told == [("undeliverable", refused.pk), ("delivered", other.pk)]


def test_a_letter_that_the_server_does_not_want_now_is_tried_again_for_three_days(
    sink: Sink, charlie: Any, asking: Writing, told: list[Any], clock: Later
) -> None:
    sink.refused["charlie@example.com"] = "451 4.7.1 Greylisted, come back"
    letter = asking(charlie)
    tries = 0
    for _ in range(72 * 6):
        tries += send_due(clock).looked_at
        clock.after(minutes=10)
        if tries == 3:
            assert fresh(letter).state == State.WAITING
            assert fresh(letter).problem == "451 4.7.1 Greylisted, come back"
            assert not told
    assert fresh(letter).state == State.WAITING
    assert 70 < tries < 100
    send_due(clock.after(hours=2))
    assert fresh(letter).is_undeliverable
    assert told == [("undeliverable", letter.pk)]


def test_a_letter_that_the_server_wants_later_is_sent_later(
    sink: Sink, charlie: Any, asking: Writing, clock: Later
) -> None:
    sink.answers = ["452 4.3.1 Insufficient system storage"]
    letter = asking(charlie)
    assert send_due(clock).put_off == 1
    assert send_due(clock) == Run()
    assert send_due(clock.after(minutes=2)).sent == 1
    assert fresh(letter).attempts == 2
    assert len(sink.taken) == 1


def test_a_letter_whose_text_the_server_refuses_is_undeliverable(sink: Sink, charlie: Any, asking: Writing) -> None:
    sink.answers = ["554 5.7.1 Looks like spam"]
    letter = asking(charlie)
    assert send_due().undeliverable == 1
    assert fresh(letter).problem == "554 5.7.1 Looks like spam"


@pytest.mark.parametrize(
    "refusal", ["530 5.7.0 Authentication required", "550 5.7.1 Sender refused", "421 4.3.2 Closing"]
)
def test_where_the_server_takes_nothing_all_wait(
    sink: Sink, cast: dict[str, Any], asking: Writing, clock: Later, refusal: str
) -> None:
    sink.sender_refused = refusal
    for person in cast.values():
        asking(person)
    assert send_due(clock).looked_at == 1
    assert Letter.objects.waiting().filter(problem=refusal).count() == 6
    assert send_due(clock) == Run()
    sink.sender_refused = ""
    assert send_due(clock.after(minutes=3)).sent == 6


def test_a_server_that_wants_to_know_who_we_are_has_refused_nobody(
    sink: Sink, charlie: Any, alice: Any, asking: Writing, clock: Later
) -> None:
    sink.refused["charlie@example.com"] = "530 5.7.0 Authentication required"
    letters = [asking(charlie), asking(alice)]
    assert send_due(clock) == Run(looked_at=1, put_off=1, broken=1)
    assert {fresh(letter).problem for letter in letters} == {"530 5.7.0 Authentication required"}
    assert Letter.objects.waiting().count() == 2


def test_where_there_is_no_server_all_wait_and_after_three_days_are_given_up(
    settings: Any, sink: Sink, cast: dict[str, Any], asking: Writing, told: list[Any], clock: Later
) -> None:
    settings.EMAIL_PORT = 1
    for person in cast.values():
        asking(person)
    for _ in range(10):
        assert send_due(clock).looked_at == 1
        clock.after(hours=2)
    assert Letter.objects.waiting().filter(problem__contains="Connection refused").count() == 6
    clock.after(days=3)
    send_due(clock)
    assert Letter.objects.undeliverable().count() == 6
    assert len(told) == 6
    assert not sink.taken


def test_a_connection_that_ends_in_the_middle_ends_only_that_letter(
    sink: Sink, cast: dict[str, Any], asking: Writing, clock: Later
) -> None:
    first = asking(cast["alice"])
    for person in cast.values():
        asking(person)
    sink.hang_up = ["before"]
    assert send_due(clock).sent == 5
    assert (fresh(first).state, fresh(first).unsure) == (State.WAITING, 1)
    assert send_due(clock.after(minutes=2)).sent == 1
    assert len(sink.taken) == 6


def test_a_letter_that_may_have_been_taken_is_sent_at_most_once_more(
    sink: Sink, charlie: Any, asking: Writing, told: list[Any], clock: Later
) -> None:
    """The server takes it and hangs up before it says so."""
    sink.hang_up = ["after"] * 10
    letter = asking(charlie)
    for _ in range(20):
        send_due(clock)
        clock.after(hours=2)
    assert [mail["Message-ID"] for mail in sink.taken] == [letter.message_id] * 2
    assert fresh(letter).is_undeliverable
    assert fresh(letter).problem == sending.UNSURE
    assert told == [("undeliverable", letter.pk)]


def test_a_server_that_hangs_up_again_and_again_is_left_alone(
    sink: Sink, cast: dict[str, Any], asking: Writing, clock: Later
) -> None:
    sink.hang_up = ["before"] * 4
    for person in cast.values():
        asking(person)
    assert send_due(clock).looked_at == sending.MOST_BROKEN
    assert Letter.objects.waiting().count() == 6


class Killed(BaseException):
    """As if the process had ended."""


def test_a_worker_killed_between_sending_and_writing_it_down(
    sink: Sink, charlie: Any, asking: Writing, clock: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = asking(charlie)

    def killed(*arguments: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sending, "settle", killed)
        with pytest.raises(Killed):
            send_due(clock)
    assert send_due(clock.after(minutes=5)) == Run()  # it could be alive
    assert send_due(clock.after(minutes=6)).sent == 1
    assert [mail["Message-ID"] for mail in sink.taken] == [letter.message_id] * 2
    assert fresh(letter).is_delivered


def test_workers_killed_each_time_do_not_send_it_again_and_again(
    sink: Sink, charlie: Any, asking: Writing, clock: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = asking(charlie)

    def killed(*arguments: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sending, "settle", killed)
        for _ in range(5):
            with pytest.raises(Killed):
                send_due(clock)
            clock.after(minutes=11)
    send_due(clock)
    assert len(sink.taken) == 2
    assert fresh(letter).is_undeliverable


def test_a_letter_that_is_not_due_any_more_is_never_sent(
    sink: Sink, charlie: Any, asking: Writing, question: Question, told: list[Any], clock: Later
) -> None:
    letter = asking(charlie)
    question.due = False
    assert send_due(clock).withdrawn == 1
    question.due = True
    assert send_due(clock.after(days=1)) == Run()
    assert fresh(letter).state == State.WITHDRAWN
    assert not sink.taken
    assert not told


def test_a_letter_that_was_withdrawn_is_never_composed(
    sink: Sink, charlie: Any, asking: Writing, question: Question
) -> None:
    asking(charlie)
    assert Letter.objects.about(charlie).withdraw() == 1
    assert send_due() == Run()
    assert question.composed == 0


def test_a_letter_withdrawn_while_it_is_sent_is_known_to_have_been_sent(
    sink: Sink, charlie: Any, asking: Writing, clock: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = asking(charlie)
    hand_over = sending.hand_over

    def withdrawn_meanwhile(*arguments: Any) -> Any:
        Letter.objects.about(charlie).withdraw()
        return hand_over(*arguments)

    monkeypatch.setattr(sending, "hand_over", withdrawn_meanwhile)
    send_due(clock)
    assert fresh(letter).is_delivered


def test_a_letter_is_not_sent_before_it_is_due(sink: Sink, charlie: Any, asking: Writing, clock: Later) -> None:
    asking(charlie, due_at=clock() + 60 * MINUTES)
    assert send_due(clock) == Run()
    assert send_due(clock.after(minutes=61)).sent == 1


def test_it_goes_to_the_address_of_the_moment(sink: Sink, charlie: Any, asking: Writing, clock: Later) -> None:
    letter = asking(charlie, due_at=clock() + 60 * MINUTES)
    User.objects.filter(pk=charlie.pk).update(email="new@example.com")
    send_due(clock.after(minutes=61))
    assert sink.to == ["new@example.com"]
    assert fresh(letter).address == "new@example.com"


def test_nothing_is_sent_of_what_is_rolled_back(sink: Sink, charlie: Any, asking: Writing) -> None:
    with transaction.atomic():
        asking(charlie)
        transaction.set_rollback(True)
    assert send_due() == Run()
    assert not Letter.objects.exists()


def test_a_letter_that_cannot_be_composed_keeps_no_other_from_being_sent(
    sink: Sink, charlie: Any, alice: Any, asking: Writing, question: Question, caplog: Any, clock: Later
) -> None:
    broken = asking(charlie)
    question.given = property  # type: ignore[assignment]  # no mapping
    assert send_due(clock).put_off == 1
    assert "could not be composed" in caplog.text
    question.given = {}
    other = asking(alice)
    assert send_due(clock).sent == 1
    assert fresh(other).is_delivered
    assert send_due(clock.after(minutes=2)).sent == 1
    assert fresh(broken).is_delivered


def test_that_a_letter_was_sent_is_known_even_if_what_follows_fails(
    sink: Sink, charlie: Any, asking: Writing, monkeypatch: pytest.MonkeyPatch, caplog: Any, clock: Later
) -> None:
    def fails(letter: Letter) -> None:
        raise ValueError

    monkeypatch.setattr(hooks, "delivered", [fails])
    letter = asking(charlie)
    send_due(clock)
    send_due(clock.after(days=1))
    assert fresh(letter).is_delivered
    assert len(sink.taken) == 1
    assert "could not be done" in caplog.text


def test_an_undeliverable_letter_whose_consequence_fails_is_settled_later(
    sink: Sink, charlie: Any, asking: Writing, monkeypatch: pytest.MonkeyPatch, clock: Later
) -> None:
    def fails(letters: Sequence[Letter]) -> None:
        raise ValueError

    sink.refused["charlie@example.com"] = "550 no"
    letter = asking(charlie)
    with monkeypatch.context() as patch:
        patch.setattr(hooks, "undeliverable", [fails])
        send_due(clock)
    assert fresh(letter).state == State.WAITING
    send_due(clock.after(hours=2))
    assert fresh(letter).is_undeliverable


def test_a_worker_that_is_stopped_begins_no_further_letter(
    sink: Sink, charlie: Any, asking: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking(charlie)
    daily_work.stopping.set()
    try:
        assert send_due() == Run()
    finally:
        daily_work.stopping.clear()


def test_at_most_so_many_are_sent_at_a_time(sink: Sink, cast: dict[str, Any], asking: Writing) -> None:
    for person in cast.values():
        asking(person)
    assert send_due(most=4).sent == 4
    assert send_due(most=4).sent == 2


def test_a_letter_claimed_by_one_is_not_claimed_by_another(charlie: Any, asking: Writing, clock: Later) -> None:
    asking(charlie)
    mine, same = Letter.objects.get(), Letter.objects.get()
    assert claim(mine, clock())
    assert not claim(same, clock())
    assert claim_next(clock) is None


def test_pauses_grow() -> None:
    pauses = [pause(minutes * MINUTES) / MINUTES for minutes in (0, 1, 4, 60, 600)]
    assert pauses == [1, 1, 2, 30, 60]


def test_sending_takes_a_fixed_number_of_queries_for_each_letter(
    sink: Sink, charlie: Any, asking: Writing, django_assert_num_queries: Any
) -> None:
    for number in range(10):
        asking(charlie, key=f"q{number}")
    site_clock.look(configuration.today())
    # whether the clock jumped, to find it, to claim it, who to ask, and to settle it in a savepoint
    with django_assert_num_queries(10 * 7 + 2):
        send_due()


def test_somebody_without_an_address_gets_none(charlie: Any, question: Question, told: list[Any], sink: Sink) -> None:
    letter = write(to=charlie, kind=KIND, about=charlie, key="q")
    assert letter.is_undeliverable
    assert letter.problem_in_words == "This person has no e-mail address."
    assert told == [("undeliverable", letter.pk)]
    write(to=charlie, kind=KIND, about=charlie, key="q")
    assert len(told) == 1
    assert send_due() == Run()


@pytest.mark.parametrize("address", ["nobody", "a@b@c.example", "two words@example.com", "a@example.com\nBcc: b@x.org"])
def test_an_address_that_is_none_is_undeliverable(charlie: Any, asking: Writing, address: str) -> None:
    charlie.email = address
    assert asking(charlie).problem_in_words == "Email cannot be sent to this address."


def test_without_a_mail_server_letters_are_undeliverable(
    settings: Any, charlie: Any, asking: Writing, told: list[Any]
) -> None:
    settings.EMAIL_BACKEND = "seatwise.letters.backends.Off"
    letter = asking(charlie)
    assert letter.is_undeliverable
    assert "SEATWISE_MAIL" in letter.problem_in_words
    assert told == [("undeliverable", letter.pk)]


def test_a_letter_that_becomes_due_without_a_mail_server_is_undeliverable(
    settings: Any, charlie: Any, asking: Writing, told: list[Any], clock: Later
) -> None:
    letter = asking(charlie, due_at=clock() + 60 * MINUTES)
    settings.EMAIL_BACKEND = "seatwise.letters.backends.Off"
    send_due(clock.after(minutes=61))
    assert fresh(letter).is_undeliverable
    assert told == [("undeliverable", letter.pk)]
