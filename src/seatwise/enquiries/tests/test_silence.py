"""Silence counts only after a delivered question, and never of somebody on leave."""

from typing import Any

import pytest

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.enquiries import answers, delivery, endings, hooks, questions
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.tests.conftest import ask, days
from seatwise.letters.models import Letter
from seatwise.letters.sending import send_due
from seatwise.licenses import grants, suspension_rules
from seatwise.licenses.exclusions import not_judged
from seatwise.licenses.models import License


def test_a_delivered_question_lapses_after_its_last_day(enquiry: Enquiry, said: list[Any]) -> None:
    send_due()
    assert endings.lapse_due(days(7)) is None
    assert endings.lapse_due(days(8)) == "questions not answered in time: 1"
    assert [(name, each.pk, on) for name, each, on in said] == [("lapsed", enquiry.pk, days(8))]
    assert endings.lapse_due(days(9)) is None


def test_one_that_was_not_sent_never_lapses(enquiry: Enquiry) -> None:
    assert endings.lapse_due(days(400)) is None


def test_one_that_came_back_never_lapses(enquiry: Enquiry, said: list[Any]) -> None:
    send_due()
    Letter.objects.get().not_arrived(by=None, reason="550 no such user")
    assert endings.lapse_due(days(8)) is None
    enquiry.refresh_from_db()
    assert not enquiry.is_delivered
    assert enquiry.reaches_nobody
    assert [name for name, *_ in said] == ["undeliverable"]


def test_without_an_address_nobody_is_reached(held: License, charlie: User, said: list[Any]) -> None:
    people.change(charlie, {"email": ""}, by=None, on=days(0))
    enquiry = ask(held)
    assert [name for name, *_ in said] == ["undeliverable"]
    assert enquiry.reaches_nobody
    assert endings.lapse_due(days(8)) is None


def test_one_that_was_seen_signed_in_lapses_without_any_mail(held: License, charlie: User) -> None:
    people.change(charlie, {"email": ""}, by=None, on=days(0))
    enquiry = ask(held)
    delivery.see([enquiry], by=charlie, on=days(2))
    assert enquiry.is_delivered
    assert not enquiry.reaches_nobody
    assert endings.lapse_due(days(8)) == "questions not answered in time: 1"


def test_that_others_look_at_it_does_not_count(enquiry: Enquiry, alice: User) -> None:
    delivery.see([enquiry], by=alice, on=days(0))
    enquiry.refresh_from_db()
    assert enquiry.seen_on is None


def test_one_that_arrives_on_its_last_day_only_does_not_lapse(enquiry: Enquiry) -> None:
    Enquiry.objects.update(reached_on=enquiry.due)
    assert endings.lapse_due(days(8)) is None


def test_nobody_lapses_on_leave_or_back_from_leave_meanwhile(enquiry: Enquiry, charlie: User) -> None:
    send_due()
    suspension = suspension_rules.suspend(charlie, None, until=days(20), reason="leave", by=None, on=days(1))
    enquiry.refresh_from_db()
    assert enquiry.reaches_nobody
    assert endings.lapse_due(days(8)) is None
    suspension_rules.end(suspension, by=None, reason="back", on=days(8))
    assert endings.lapse_due(days(9)) is None, "the question stood while they were away"


def test_leave_that_was_over_before_does_not_matter(held: License, charlie: User) -> None:
    suspension = suspension_rules.suspend(charlie, None, until=days(20), reason="leave", by=None, on=days(-10))
    suspension_rules.end(suspension, by=None, reason="back", on=days(-1))
    enquiry = ask(held)
    send_due()
    assert endings.lapse_due(days(8)) == "questions not answered in time: 1"
    enquiry.refresh_from_db()
    assert not enquiry.is_on_leave


def test_a_refusal_of_a_later_app_leaves_it_open(enquiry: Enquiry, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise Refused("not now")

    monkeypatch.setattr(hooks, "lapsed", [refuse])
    send_due()
    assert endings.lapse_due(days(8)) is None
    enquiry.refresh_from_db()
    assert enquiry.is_open


def test_a_bounce_after_it_lapsed_is_told_too(enquiry: Enquiry, said: list[Any]) -> None:
    send_due()
    endings.lapse_due(days(8))
    Letter.objects.get().not_arrived(by=None, reason="550 no such user")
    assert [(name, each.state) for name, each, _ in said] == [("lapsed", "lapsed"), ("undeliverable", "lapsed")]


def test_what_is_heard_of_a_letter_after_its_question_was_withdrawn_changes_nothing(
    enquiry: Enquiry, charlie: User, alice: User
) -> None:
    send_due()
    charlie.status = "inactive"
    charlie.save(update_fields=["status"])
    endings.withdraw(Enquiry.objects.all(), on=days(3), by=alice)
    Letter.objects.get().not_arrived(by=None, reason="550 no such user")
    enquiry.refresh_from_db()
    assert (enquiry.reached_on, enquiry.undeliverable) == (None, False)


def test_one_letter_that_arrived_is_enough(enquiry: Enquiry, said: list[Any]) -> None:
    send_due()
    questions.remind(enquiry, on=days(1))
    send_due()
    Letter.objects.order_by("pk")[0].not_arrived(by=None, reason="550 mailbox full")
    enquiry.refresh_from_db()
    assert enquiry.is_delivered
    assert not said


def test_a_question_ends_with_its_license_at_once(
    enquiry: Enquiry, charlie: User, wiki: Service, alice: User, said: list[Any]
) -> None:
    questions.remind(enquiry, on=days(0))
    grants.revoke([enquiry.license], by=alice, reason="", on=days(1))
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.ended_on) == ("withdrawn", days(1))
    assert set(Letter.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert Entry.objects.of("enquiry.withdraw").get().by_login == "alice"
    assert endings.lapse_due(days(8)) is None
    again = grants.grant_one(service=wiki, user=charlie, by=None, reason="", on=days(1))
    assert [reason.why for reason in not_judged(wiki, [charlie.pk], days(1))[charlie.pk]] == ["young"]
    assert ask(again, on=days(1)).is_open  # and is asked about the new one
    with pytest.raises(Refused, match="since been removed"):
        answers.reply(enquiry, "keep", reason="need it", by=charlie, via="link", on=days(1))
    assert said == []


def test_of_somebody_who_was_deactivated_meanwhile_no_answer_is_waited_for(enquiry: Enquiry) -> None:
    send_due()
    assert Enquiry.objects.to_be_reminded(days(3)).filter(pk=enquiry.pk).exists()
    people.deactivate(enquiry.person, by=None, on=days(2))
    assert not Enquiry.objects.to_be_reminded(days(3)).filter(pk=enquiry.pk).exists()
    assert endings.lapse_due(days(8)) is None
    enquiry.refresh_from_db()
    assert enquiry.reaches_nobody
    assert Enquiry.objects.open().reaching_nobody().get() == enquiry
    people.activate(enquiry.person, by=None, on=days(8))
    assert endings.lapse_due(days(8)) == "questions not answered in time: 1"
