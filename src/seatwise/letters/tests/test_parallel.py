"""Several workers send at once, each with a connection of its own to database and mail server."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from seatwise.directory import people
from seatwise.directory.models import User
from seatwise.letters.models import Letter, State
from seatwise.letters.sending import send_due
from seatwise.letters.tests.conftest import EARLIER, KIND, Question, Sink
from seatwise.letters.writing import Draft, write, write_many

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(transactional_db: None) -> User:
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("threads share no database in memory; settings: TEST NAME must be a file")
    return people.add({"login": "pat", "email": "pat@example.com"}, by=None, on=EARLIER)


def at_once(actions: list[Callable[[], object]]) -> None:
    """Run all at once. What goes wrong is raised."""
    gate = threading.Barrier(len(actions))
    wrong: list[BaseException] = []

    def act(action: Callable[[], object]) -> None:
        try:
            gate.wait()
            action()
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(action,), daemon=True) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    if wrong:
        raise wrong[0]


def test_each_letter_is_sent_once_by_four_workers(
    person: User, question: Question, sink: Sink, told: list[Any]
) -> None:
    write_many([Draft(person, KIND, person, f"q{number}") for number in range(60)])
    at_once([send_due] * 4)
    assert Letter.objects.delivered().count() == 60
    assert set(Counter(mail["Message-ID"] for mail in sink.taken).values()) == {1}
    assert len(sink.taken) == len(told) == 60


def test_the_same_letter_written_at_once_is_one_letter(person: User, question: Question) -> None:
    def writing() -> None:
        for number in range(10):
            write(to=person, kind=KIND, about=person, key=f"q{number}")

    at_once([writing] * 6)
    assert Letter.objects.count() == 10


def test_letters_are_withdrawn_while_they_are_sent(person: User, question: Question, sink: Sink) -> None:
    write_many([Draft(person, KIND, person, f"q{number}") for number in range(40)])

    def withdrawing() -> None:
        for letter in Letter.objects.order_by("-pk"):
            Letter.objects.filter(pk=letter.pk).withdraw()

    at_once([send_due, withdrawing, send_due])
    sent = set(Letter.objects.delivered().values_list("message_id", flat=True))
    assert sent == {mail["Message-ID"] for mail in sink.taken}
    assert Letter.objects.with_state(State.WITHDRAWN).count() == 40 - len(sent)
