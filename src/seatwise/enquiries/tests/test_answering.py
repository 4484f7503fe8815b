"""Answers, and taking them back: what they need, who gives them, what follows."""

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.core import mail

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.enquiries import answers, hooks, purposes
from seatwise.enquiries.links import TAKE_BACK, open_link, token_for
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.tests.conftest import PURPOSE, TODAY, ask, days
from seatwise.ledger.models import AccessMonth
from seatwise.letters.models import Letter
from seatwise.letters.sending import send_due
from seatwise.licenses import grants, suspension_rules


def test_keeping_it_needs_a_reason(enquiry: Enquiry, charlie: User) -> None:
    with pytest.raises(Refused, match="what you need it for"):
        answers.reply(enquiry, "keep", reason=" ", by=charlie, via="page", on=TODAY)
    answers.reply(enquiry, "keep", reason=" for the audit ", by=charlie, via="page", on=TODAY)
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.answer, enquiry.reason) == ("answered", "keep", "for the audit")
    assert (enquiry.answered_by, enquiry.answered_on, enquiry.via) == (charlie, TODAY, "page")


@pytest.mark.parametrize("until", [None, TODAY, days(-1), days(367)])
def test_not_now_needs_a_day_within_a_year(enquiry: Enquiry, charlie: User, until: datetime.date | None) -> None:
    with pytest.raises(Refused, match="within a year"):
        answers.reply(enquiry, "not_now", until=until, by=charlie, via="page", on=TODAY)


def test_only_the_three_answers_are_taken(enquiry: Enquiry, charlie: User) -> None:
    with pytest.raises(Refused, match="Choose one"):
        answers.reply(enquiry, "maybe", by=charlie, via="page", on=TODAY)


def test_the_second_answer_is_told_of_the_first(enquiry: Enquiry, charlie: User, said: list[Any]) -> None:
    answers.reply(enquiry, "give_back", by=charlie, via="page", on=TODAY)
    with pytest.raises(Refused, match=r"answered on 24 November 2026: give back\. Nothing was changed"):
        answers.reply(Enquiry.objects.get(), "keep", reason="no!", by=charlie, via="link", on=TODAY)
    assert [name for name, *_ in said] == ["answered"]


def test_a_refusal_of_a_later_app_undoes_the_answer(
    enquiry: Enquiry, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise Refused("no seat")

    monkeypatch.setattr(hooks, "answered", [refuse])
    with pytest.raises(Refused, match="no seat"):
        answers.reply(enquiry, "give_back", by=charlie, via="page", on=TODAY)
    assert Enquiry.objects.open().exists()
    assert not Entry.objects.of("enquiry.answer").exists()


@pytest.mark.parametrize("who", ["alice", "bob", "audrey"])
def test_nobody_else_answers_as_if_they_were_asked(enquiry: Enquiry, cast: dict[str, Any], who: str) -> None:
    for via in ("page", "link"):
        with pytest.raises(Refused, match="asked of someone else"):
            answers.reply(enquiry, "give_back", by=cast[who], via=via, on=TODAY)


def test_nobody_answers_for_somebody_who_can_be_asked(enquiry: Enquiry, alice: User) -> None:
    send_due()
    with pytest.raises(Refused, match="no one else can answer for them"):
        answers.reply(enquiry, "keep", reason="I think so", by=alice, via="on_behalf", on=TODAY)


def test_for_somebody_on_leave_an_administrator_answers_with_a_reason(
    enquiry: Enquiry, alice: User, charlie: User
) -> None:
    send_due()
    suspension_rules.suspend(charlie, None, until=days(60), reason="leave", by=None, on=TODAY)
    with pytest.raises(Refused, match="Give a reason"):
        answers.reply(enquiry, "give_back", by=alice, via="on_behalf", on=TODAY)
    answers.reply(enquiry, "give_back", reason="said so", by=alice, via="on_behalf", on=TODAY)
    assert (enquiry.answered_by, enquiry.via) == (alice, "on_behalf")
    entry = Entry.objects.of("enquiry.answer").get()
    assert (entry.by_login, entry.after["asked"], entry.after["via"]) == ("alice", "charlie", "on_behalf")
    send_due()
    assert "so Alice answered on your behalf: give back." in str(mail.outbox[-1].body)


@pytest.mark.parametrize("who", ["audrey", "charlie"])
def test_others_do_not_answer_for_anybody(enquiry: Enquiry, cast: dict[str, Any], who: str) -> None:
    Enquiry.objects.update(undeliverable=True)
    with pytest.raises(Refused):
        answers.reply(enquiry, "keep", reason="x", by=cast[who], via="on_behalf", on=TODAY)


def test_nobody_answers_for_themselves_in_their_place(wiki: Service, alice: User) -> None:
    enquiry = ask(grants.grant_one(service=wiki, user=alice, by=None, reason="", on=days(-300)))
    assert enquiry.reaches_nobody
    with pytest.raises(Refused, match="no one else can answer"):
        answers.reply(enquiry, "keep", reason="x", by=alice, via="on_behalf", on=TODAY)


def test_a_department_administrator_answers_where_they_see_the_usage(enquiry: Enquiry, bob: User) -> None:
    Enquiry.objects.update(undeliverable=True)
    with pytest.raises(Refused, match="no one else can answer"):
        answers.reply(enquiry, "keep", reason="x", by=bob, via="on_behalf", on=TODAY)
    enquiry.license.service.change(by=None, department_admins_see_usage=True)
    answers.reply(enquiry, "keep", reason="x", by=bob, via="on_behalf", on=TODAY)
    assert enquiry.answered_by == bob


def test_a_give_back_by_link_is_confirmed_and_one_on_the_page_is_not(enquiry: Enquiry, charlie: User) -> None:
    answers.reply(enquiry, "give_back", by=charlie, via="link", on=TODAY)
    assert send_due().sent == 1
    letter = mail.outbox[-1]
    assert letter.subject == "Wiki: you gave your license back"
    for sentence in ("you answered through the link in our email", "Thank you.", "withdraw it until 24 December 2026"):
        assert sentence in str(letter.body)
    entry = Entry.objects.of("enquiry.answer").get()
    assert (entry.by_login, entry.after["via"]) == ("charlie", "link")


def test_what_was_given_back_is_taken_back_with_a_reason(enquiry: Enquiry, charlie: User, said: list[Any]) -> None:
    answers.reply(enquiry, "give_back", by=charlie, via="link", on=TODAY)
    with pytest.raises(Refused, match="what you need it for"):
        answers.take_back(enquiry, reason="", by=charlie, via="page", on=days(1))
    answers.take_back(enquiry, reason="a mistake", by=charlie, via="page", on=days(1))
    enquiry.refresh_from_db()
    assert (enquiry.answer, enquiry.reason, enquiry.taken_back_on) == ("keep", "a mistake", days(1))
    assert [name for name, *_ in said] == ["answered", "taken_back"]
    assert Entry.objects.of("enquiry.take_back").get().before["answer"] == "give_back"
    with pytest.raises(Refused, match="nothing to withdraw"):
        answers.take_back(enquiry, reason="again", by=charlie, via="page", on=days(1))


def test_it_cannot_be_taken_back_once_something_followed(
    enquiry: Enquiry, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise Refused("The seat has passed on.")

    monkeypatch.setattr(hooks, "taken_back", [refuse])
    answers.reply(enquiry, "give_back", by=charlie, via="link", on=TODAY)
    with pytest.raises(Refused, match="passed on"):
        answers.take_back(enquiry, reason="a mistake", by=charlie, via="page", on=TODAY)
    assert Enquiry.objects.given_back().exists()


def test_a_hook_may_remove_the_license(enquiry: Enquiry, charlie: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def remove(enquiry: Enquiry, on: datetime.date) -> None:
        grants.revoke([enquiry.license], by=None, reason="given back", on=on)

    monkeypatch.setattr(hooks, "answered", [remove])
    answers.reply(enquiry, "give_back", by=charlie, via="link", on=TODAY)
    enquiry.license.refresh_from_db()
    assert enquiry.license.removed_on == TODAY
    send_due()
    assert "/answer/#" not in str(mail.outbox[-1].body)
    assert "The license was already removed" in open_link(token_for(enquiry, TAKE_BACK), TODAY).refusal
    with pytest.raises(Refused, match="already removed"):
        answers.take_back(enquiry, reason="a mistake", by=charlie, via="page", on=TODAY)


def test_somebody_inactive_does_not_answer(enquiry: Enquiry, charlie: User) -> None:
    people.deactivate(charlie, by=None, on=TODAY)
    with pytest.raises(Refused):
        answers.reply(enquiry, "keep", reason="x", by=charlie, via="link", on=TODAY)


def test_asking_and_answering_is_no_access(enquiry: Enquiry, charlie: User) -> None:
    send_due()
    answers.reply(enquiry, "keep", reason="for the audit", by=charlie, via="link", on=TODAY)
    assert not AccessMonth.objects.exists()
    assert Letter.objects.count() == 1


@pytest.mark.parametrize("via", ["link", "page"])
def test_no_answer_is_taken_in_the_name_of_something_that_is_over(
    enquiry: Enquiry, charlie: User, said: list[Any], monkeypatch: pytest.MonkeyPatch, via: str
) -> None:
    answers.reply(enquiry, "give_back", by=charlie, via=via, on=TODAY)
    chat = Service.objects.add(code="chat", name="Chat", by=None)
    other = ask(grants.grant_one(service=chat, user=charlie, by=None, reason="", on=TODAY))
    monkeypatch.setattr(purposes, "_purposes", {"transfer": replace(PURPOSE, is_over=lambda _enquiry: True)})
    with pytest.raises(Refused, match="for this question has ended, so there is nothing left to answer"):
        answers.reply(other, "keep", reason="need it", by=charlie, via=via, on=TODAY)
    with pytest.raises(Refused, match="for this question has ended, so your answer stays"):
        answers.take_back(enquiry, reason="a mistake", by=charlie, via=via, on=TODAY)
    assert "your answer stays as it is" in open_link(token_for(enquiry, TAKE_BACK), TODAY).refusal
    assert "nothing left to answer" in open_link(token_for(other), TODAY).refusal
    assert [name for name, *_ in said] == ["answered"]
