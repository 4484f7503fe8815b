"""Two answers at once, an answer and a withdrawal, two questions. Real threads, each with a connection of its own."""

import datetime
import threading
from collections.abc import Callable, Sequence

import pytest
from django.db import transaction

from seatwise.audit.models import Entry
from seatwise.audit.verification import verify
from seatwise.directory.models import User
from seatwise.directory.tests.races import outcomes
from seatwise.enquiries import answers, endings, hooks
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.tests.conftest import TODAY, ask, days
from seatwise.licenses import grants, seats
from seatwise.licenses.models import License

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(actions: Sequence[Callable[[], object]]) -> list[str]:
    """Do all at once; what each came to, in words."""
    return [str(each) for each in outcomes(actions)]


def answering(enquiry: Enquiry, answer: str, by: User, via: str) -> Callable[[], object]:
    return lambda: answers.reply(
        Enquiry.objects.for_reading().get(pk=enquiry.pk), answer, reason="for the audit", by=by, via=via, on=TODAY
    )


def test_of_two_answers_one_wins_and_the_other_is_told(enquiry: Enquiry, charlie: User) -> None:
    told = at_once(
        [
            answering(enquiry, "keep", charlie, "page"),
            answering(enquiry, "give_back", charlie, "link"),
            answering(enquiry, "keep", charlie, "link"),
            answering(enquiry, "give_back", charlie, "page"),
        ]
    )
    assert told.count("None") == 1
    assert sum("was answered on" in each for each in told) == 3
    assert Entry.objects.of("enquiry.answer").count() == 1
    assert verify()


def test_an_answer_that_removes_the_license_and_a_removal_do_not_wait_for_each_other(
    enquiry: Enquiry, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        hooks, "answered", [lambda enquiry, on: grants.revoke([enquiry.license], by=None, reason="given back", on=on)]
    )
    told = at_once(
        [
            answering(enquiry, "give_back", charlie, "link"),
            lambda: grants.revoke([License.objects.get()], by=None, reason="", on=TODAY),
            lambda: endings.withdraw(Enquiry.objects.all(), on=TODAY),
            lambda: endings.lapse(Enquiry.objects.for_reading().get(), days(9)),
        ]
    )
    assert len(told) == 4
    assert License.objects.held().count() == 0
    assert Enquiry.objects.get().state in {"answered", "withdrawn", "open"}


def test_a_removal_that_withdraws_the_question_does_not_block_an_answer_for_ever(
    enquiry: Enquiry, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, claimed = threading.Event(), threading.Event()

    def remove(enquiry: Enquiry, on: datetime.date) -> None:
        claimed.set()
        grants.revoke([enquiry.license], by=None, reason="given back", on=on)

    def remove_at_once() -> None:
        with transaction.atomic():
            seats.lock(enquiry.license.service)
            locked.set()
            claimed.wait(0.3)  # the answer waits for the service before it claims the question
            grants.revoke([License.objects.get()], by=None, reason="", on=TODAY)

    def answer() -> object:
        locked.wait(10)
        return answering(enquiry, "give_back", charlie, "link")()

    monkeypatch.setattr(hooks, "answered", [remove])
    told = at_once([remove_at_once, answer])
    assert told[0] == "None"
    assert "since been removed" in told[1]
    assert Enquiry.objects.get().state == "withdrawn"


def test_of_two_questions_at_once_one_is_put(held: License) -> None:
    told = at_once([lambda: ask(License.objects.get()).pk] * 4)
    assert sum("already being asked" in each for each in told) == 3
    assert Enquiry.objects.count() == 1
