"""Asking, reminding, what the letter says, and what is frozen."""

import datetime
from typing import Any

import pytest
from django.core import mail

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.enquiries import answers, endings, facts, questions
from seatwise.enquiries.facts import facts_of
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.tests.conftest import ADDED, DUE, TODAY, ask, days
from seatwise.ledger.models import Usage
from seatwise.letters.models import Letter
from seatwise.letters.sending import send_due
from seatwise.licenses import grants, suspension_rules
from seatwise.licenses.exclusions import Why
from seatwise.licenses.models import License

FACTS = {
    "license_since": "2026-01-05",
    "as_of": "2026-11-24",
    "recorded_since": "2026-01-01",
    "last_access": "2026-03-03",
    "access_days": 0,
    "window": 30,
    "unknown_days": 0,
}


def body() -> str:
    return str(mail.outbox[-1].body)


def test_the_letter_says_what_is_known_and_asks(held: License) -> None:
    ask(held, facts=FACTS)
    assert send_due().sent == 1
    text = body()
    for sentence in (
        "You hold a license for Wiki.",
        "A colleague needs a seat.",
        "Your last access was on 3 March 2026.",
        "Number of access days in the last 30 days: 0.",
        "Do you still need it?",
        "Answer by 1 December 2026",
        "Without an answer the seat passes on.",
    ):
        assert sentence in text
    assert mail.outbox[-1].subject == "Wiki: do you still need it? Please answer by 1 December 2026"


def test_it_is_in_the_language_of_whoever_is_asked(held: License, charlie: User) -> None:
    people.change(charlie, {"language": "ja"}, by=None, on=TODAY)
    ask(held, facts=FACTS)
    send_due()
    assert "最終アクセス日は2026年3月3日です。" in body()
    assert "過去30日間のアクセス日数：0日" in body()
    assert "Do you" not in body()


def test_facts_come_from_the_ledger_and_do_not_change_afterwards(held: License, charlie: User) -> None:
    enquiry = ask(held)
    assert enquiry.facts["license_since"] == "2026-01-05"
    Usage.objects.filter(user=charlie).update(last_day=20000, days_30=5)
    enquiry.refresh_from_db()
    assert enquiry.facts["access_days"] == 0
    assert facts_of([held])[held.pk]["access_days"] == 5


def test_of_a_shared_account_its_responsible_person_is_asked(wiki: Service, alice: User, charlie: User) -> None:
    fields = {"login": "desk", "name": "Desk", "kind": "shared", "responsible": charlie}
    desk = people.add(fields, by=None, on=ADDED)
    held = grants.grant_one(service=wiki, user=desk, by=None, reason="", on=ADDED)
    enquiry = ask(held, alice, facts=FACTS)
    assert enquiry.person == charlie
    assert facts.describe_facts(enquiry.facts, enquiry.account)[0] == "The last access of Desk was on 3 March 2026."


def test_nobody_is_asked_twice_at_once(enquiry: Enquiry) -> None:
    with pytest.raises(Refused, match="is already being asked about Wiki"):
        ask(enquiry.license)


def test_nobody_is_asked_about_a_removed_license(held: License) -> None:
    grants.revoke([held], by=None, reason="", on=TODAY)
    with pytest.raises(Refused, match="since been removed"):
        ask(held)


def test_asking_many_takes_a_constant_number_of_queries(wiki: Service, django_assert_max_num_queries: Any) -> None:
    def drafts(start: int, count: int) -> list[questions.Draft]:
        users = [
            people.add({"login": f"u{start + i}", "email": f"u{start + i}@example.com"}, by=None, on=ADDED)
            for i in range(count)
        ]
        licenses = grants.grant(service=wiki, users=users, by=None, reason="", on=ADDED)
        return [questions.Draft(each, wiki, DUE) for each in licenses]

    few, many = drafts(0, 2), drafts(100, 60)
    for some in (few, many):
        with django_assert_max_num_queries(30):
            assert len(questions.ask_many(some, purpose="transfer", by=None, on=TODAY)) == len(some)


def test_asking_and_reminding_are_noted_in_words(enquiry: Enquiry, alice: User) -> None:
    assert questions.remind(enquiry, on=days(1), by=alice)
    verbs = list(Entry.objects.of("enquiry").order_by("number").values_list("verb", "by_login"))
    assert verbs == [("enquiry.ask", "alice"), ("enquiry.remind", "alice")]
    entry = Entry.objects.of("enquiry.ask").get()
    assert entry.verb_in_words == "asked whether a license is needed"
    assert enquiry.nonce not in str(entry.content())


def test_reminders_come_on_their_days_once_each_and_never_after_an_answer(enquiry: Enquiry, charlie: User) -> None:
    assert questions.remind_due(days(3)) is None, "it has reached nobody yet"
    send_due()
    assert questions.remind_due(days(2)) is None
    assert questions.remind_due(days(4)) == "questions put once more: 1"
    assert questions.remind_due(days(4)) is None
    assert questions.remind_due(days(6)) == "questions put once more: 1"
    assert questions.remind_due(days(7)) is None, "there are at most two"
    enquiry.refresh_from_db()
    answers.reply(enquiry, "keep", reason="for the audit", by=charlie, via="page", on=days(6))
    assert not questions.remind(enquiry, on=days(6))
    assert send_due().withdrawn == 2
    assert len(mail.outbox) == 1


def test_a_reminder_says_that_it_is_one(enquiry: Enquiry) -> None:
    send_due()
    questions.remind_due(days(3))
    send_due()
    assert mail.outbox[-1].subject.startswith("Reminder – Wiki")
    assert "We asked you on 24 November 2026 and have not heard from you yet." in body()


def test_nobody_is_reminded_while_on_leave(enquiry: Enquiry, charlie: User) -> None:
    send_due()
    suspension_rules.suspend(charlie, None, until=days(60), reason="leave", by=None, on=TODAY)
    assert questions.remind_due(days(3)) is None


def test_a_letter_is_not_sent_for_a_question_that_was_withdrawn_before(enquiry: Enquiry, alice: User) -> None:
    endings.withdraw(Enquiry.objects.filter(pk=enquiry.pk), on=TODAY, by=alice, reason="a seat became free")
    assert send_due().sent == 0
    assert Letter.objects.get().state == Letter.State.WITHDRAWN


def test_whoever_is_asked_or_kept_it_lately_is_not_judged(enquiry: Enquiry, charlie: User, wiki: Service) -> None:
    def reasons(on: datetime.date) -> list[tuple[Why, datetime.date | None]]:
        return [(reason.why, reason.until) for _, reason in endings.not_judged(wiki, [charlie.pk], on)]

    assert reasons(TODAY) == [(Why.ASKED, DUE)]
    answers.reply(enquiry, "keep", reason="for the audit", by=charlie, via="page", on=TODAY)
    assert reasons(TODAY) == [(Why.KEPT, days(89))]
    assert reasons(days(89)) == [(Why.KEPT, days(89))]
    assert reasons(days(90)) == []


def test_not_now_keeps_one_from_being_judged_until_that_day(enquiry: Enquiry, charlie: User, wiki: Service) -> None:
    answers.reply(enquiry, "not_now", until=days(30), by=charlie, via="page", on=TODAY)
    assert [reason.until for _, reason in endings.not_judged(wiki, [charlie.pk], TODAY)] == [days(29)]
    assert not list(endings.not_judged(wiki, [charlie.pk], days(30)))


def test_a_removal_is_warned_of(enquiry: Enquiry, wiki: Service) -> None:
    (warning,) = endings.removal_warnings(wiki, [enquiry.license], TODAY)
    assert warning.text == "1 of these is being asked and has not answered yet."
    assert warning.logins == ["charlie"]
