"""Passing a seat on: by asking first, and at once."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.enquiries import answers, delivery
from seatwise.enquiries.endings import lapse_due
from seatwise.enquiries.models import Enquiry
from seatwise.letters.models import Letter
from seatwise.licenses import change_undo, contract_terms, effects, exemption_rules, grants
from seatwise.licenses.change_state import ChangeState, reassigned_in_words, state_of_reassignment
from seatwise.licenses.models import Change, Effect, License, Policy
from seatwise.seat_requests import request_steps, transfer_endings, transfer_steps
from seatwise.seat_requests.housekeeping import tend
from seatwise.seat_requests.models import SeatRequest, SeatTransfer
from seatwise.seat_requests.ranking import find
from seatwise.seat_requests.tests.world import ON, add_person, ago, hold, kinds_to, text_of, verbs

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of_newcomer(wiki: Service, newcomer: User) -> SeatRequest:
    return request_steps.ask(service=wiki, person=newcomer, reason="for the project", on=ON)


@pytest.fixture
def transfer(request_of_newcomer: SeatRequest, held: License, newcomer: User, alice: Any) -> SeatTransfer:
    """A question to the holder, for somebody who asked for a seat."""
    return transfer_steps.ask(held, newcomer, by=alice, on=ON)


def holders(wiki: Service) -> list[str]:
    held = License.objects.of(wiki).held().order_by("user__login")
    return list(held.values_list("user__login", flat=True))


def question_of(transfer: SeatTransfer) -> Enquiry:
    assert transfer.enquiry is not None
    return transfer.enquiry


def reply(transfer: SeatTransfer, answer: str, reason: str = "", until: datetime.date | None = None) -> None:
    question = question_of(transfer)
    answers.reply(question, answer, by=question.person, via="page", on=ON, reason=reason, until=until)
    transfer.refresh_from_db()


def test_the_holder_is_asked_with_a_short_time_to_answer(
    alice: Any, wiki: Service, transfer: SeatTransfer, holder: User
) -> None:
    question = question_of(transfer)
    assert (question.purpose, question.person, question.due) == ("transfer", holder, ago(-7))
    text = text_of(holder, "enquiries.question")
    assert "A colleague needs a seat for Wiki, and none is free." in text
    assert "can your seat be given to them?" in text
    assert "Without an answer by 1 December 2026 the seat is transferred." in text
    assert "Newcomer" not in text  # the answer is to be about the holder's own work
    assert transfer.request is not None
    assert holders(wiki) == ["holder"]
    assert verbs()[-1] == "transfer.ask"


def test_it_passes_when_they_agree(
    alice: Any, wiki: Service, transfer: SeatTransfer, holder: User, newcomer: User, request_of_newcomer: SeatRequest
) -> None:
    reply(transfer, "give_back")
    assert holders(wiki) == ["newcomer"]
    request_of_newcomer.refresh_from_db()
    assert (transfer.state, request_of_newcomer.state) == ("passed", "granted")
    assert transfer.change is not None
    assert transfer.change.how == Change.How.TRANSFER
    assert License.objects.get(user=newcomer).replaces == transfer.license
    assert kinds_to(newcomer) == ["seat_requests.answered"]
    assert "you agreed" in text_of(holder, "seat_requests.left")
    assert "/ask/wiki/" in text_of(holder, "seat_requests.left")
    assert verbs()[-2:] == ["seat_request.grant", "transfer.pass"]
    with pytest.raises(Refused, match="already removed"):
        answers.take_back(question_of(transfer), reason="no", by=holder, via="page", on=ON)
    assert holders(wiki) == ["newcomer"]


@pytest.mark.parametrize("answer", ["keep", "not_now"])
def test_where_they_keep_it_the_request_waits_again(
    alice: Any, wiki: Service, transfer: SeatTransfer, request_of_newcomer: SeatRequest, answer: str
) -> None:
    reply(transfer, answer, "I need it for audits.", ago(-30) if answer == "not_now" else None)
    request_of_newcomer.refresh_from_db()
    assert (transfer.state, request_of_newcomer.state) == ("kept", "waiting")
    assert holders(wiki) == ["holder"]
    assert kinds_to(alice) == ["seat_requests.asked", "seat_requests.trouble"]
    assert "Holder keeps the seat" in text_of(alice, "seat_requests.trouble")
    assert "I need it for audits." in text_of(alice, "seat_requests.trouble")
    assert [str(reason.why) for reason in find(wiki, ON).left_out[0].reasons] == ["kept"]


def test_silence_counts_only_after_a_question_that_arrived(wiki: Service, transfer: SeatTransfer) -> None:
    late = ago(-8)
    lapse_due(late)
    transfer.refresh_from_db()
    assert (transfer.state, holders(wiki)) == ("asked", ["holder"])
    delivery.see([question_of(transfer)], by=question_of(transfer).person, on=ON)
    lapse_due(ago(-7))  # the last day is still theirs
    assert holders(wiki) == ["holder"]
    lapse_due(late)
    transfer.refresh_from_db()
    assert (transfer.state, holders(wiki)) == ("passed", ["newcomer"])
    assert "There was no answer by 1 December 2026" in text_of(transfer.license.user, "seat_requests.left")


def test_a_question_that_reaches_nobody_never_passes_a_seat_and_is_told(
    alice: Any, wiki: Service, transfer: SeatTransfer
) -> None:
    letter = Letter.objects.get(kind="enquiries.question")
    Letter.objects.filter(pk=letter.pk).update(state="sent")
    letter.refresh_from_db()
    letter.not_arrived(by=alice, reason="bounced")
    lapse_due(ago(-100))
    transfer.refresh_from_db()
    assert (transfer.state, holders(wiki)) == ("asked", ["holder"])
    assert "was not delivered" in text_of(alice, "seat_requests.trouble")


def test_somebody_without_an_address_is_known_at_once_not_to_be_reached(
    alice: Any, wiki: Service, newcomer: User, holder: User, held: License
) -> None:
    User.objects.filter(pk=holder.pk).update(email="")
    held.user.refresh_from_db()
    transfer_steps.ask(held, newcomer, by=alice, on=ON)
    assert kinds_to(alice) == ["seat_requests.trouble"]


def test_who_is_being_asked_is_left_out_and_not_asked_twice(
    alice: Any, wiki: Service, transfer: SeatTransfer, held: License
) -> None:
    assert [str(reason.why) for reason in find(wiki, ON).left_out[0].reasons] == ["asked"]
    with pytest.raises(Refused, match="already being transferred"):
        transfer_steps.ask(held, add_person("third"), by=alice, on=ON)
    with pytest.raises(Refused, match="already being transferred"):
        transfer_steps.take(held, add_person("fourth"), reason="urgent", by=alice, on=ON)


def test_for_one_person_one_seat_is_sought(alice: Any, wiki: Service, transfer: SeatTransfer, newcomer: User) -> None:
    contract_terms.change(wiki.contracts.get(), by=alice, on=ON, seats=2)
    [other] = hold(wiki, add_person("other"))
    with pytest.raises(Refused, match="for Newcomer is already in progress, from Holder"):
        transfer_steps.ask(other, newcomer, by=alice, on=ON)


def test_who_is_exempt_is_not_asked(alice: Any, wiki: Service, held: License, newcomer: User) -> None:
    exemption_rules.exempt(user=held.user, service=wiki, until=ago(-9), reason="secret", by=alice, on=ON)
    with pytest.raises(Refused, match="Holder cannot be asked now: exempt, until 3 December 2026"):
        transfer_steps.ask(held, newcomer, by=alice, on=ON)
    assert not SeatTransfer.objects.exists()


def test_at_once_needs_a_reason_and_the_former_holder_is_told(
    alice: Any, wiki: Service, held: License, newcomer: User, holder: User, request_of_newcomer: SeatRequest
) -> None:
    with pytest.raises(Refused, match="needs a reason"):
        transfer_steps.take(held, newcomer, reason=" ", by=alice, on=ON)
    transfer = transfer_steps.take(held, newcomer, reason="She begins today.", by=alice, on=ON)
    assert (transfer.state, holders(wiki)) == ("passed", ["newcomer"])
    text = text_of(holder, "seat_requests.left")
    assert "Alice decided to give your seat for Wiki to someone else" in text
    assert "She begins today." in text
    assert "/ask/wiki/" in text
    assert "by 24 December 2026" in text
    request_of_newcomer.refresh_from_db()
    assert request_of_newcomer.state == "granted"
    assert verbs()[-3:] == ["transfer.take", "seat_request.grant", "transfer.pass"]
    assert transfer.change is not None
    change_undo.undo_change(transfer.change, by=alice, reason="a mistake", on=ON)
    assert holders(wiki) == ["holder"]


def test_without_a_request_the_new_holder_is_told_too(alice: Any, held: License, newcomer: User) -> None:
    transfer_steps.take(held, newcomer, reason="She begins today.", by=alice, on=ON)
    assert kinds_to(newcomer) == ["seat_requests.received"]


@pytest.fixture
def second(alice: Any, audrey: Any, wiki: Service) -> User:
    """Another administrator; the wiki needs two."""
    Policy.of(wiki).change(by=alice, second_person=True)
    return add_person("second", role="administrator")


def test_with_a_second_person_nothing_happens_before_they_confirm(
    alice: Any, wiki: Service, held: License, newcomer: User, second: User
) -> None:
    transfer = transfer_steps.take(held, newcomer, reason="urgent", by=alice, on=ON)
    assert (transfer.state, holders(wiki)) == ("awaiting_second", ["holder"])
    assert kinds_to(second) == ["seat_requests.second"]
    assert kinds_to(alice) == []
    with pytest.raises(Refused, match="Someone other than the person taking"):
        transfer_steps.confirm(transfer, by=alice, on=ON)
    with pytest.raises(Refused, match="Someone other than the person taking"):
        transfer_steps.refuse(transfer, by=alice, reason="no", on=ON)
    transfer_steps.confirm(transfer, by=second, on=ON)
    assert (transfer.state, holders(wiki)) == ("passed", ["newcomer"])
    with pytest.raises(Refused, match="This is no longer open: transferred"):
        transfer_steps.confirm(transfer, by=second, on=ON)


def test_a_second_person_may_refuse_with_a_reason(
    alice: Any, wiki: Service, held: License, newcomer: User, second: User
) -> None:
    transfer = transfer_steps.take(held, newcomer, reason="urgent", by=alice, on=ON)
    with pytest.raises(Refused, match="Give a reason"):
        transfer_steps.refuse(transfer, by=second, reason="", on=ON)
    transfer_steps.refuse(transfer, by=second, reason="She is on a business trip.", on=ON)
    assert (transfer.state, holders(wiki)) == ("refused", ["holder"])
    assert "business trip" in text_of(alice, "seat_requests.trouble")
    assert transfer_steps.ask(held, newcomer, by=alice, on=ON).is_open


def test_a_license_that_was_removed_meanwhile_ends_it(
    alice: Any, wiki: Service, held: License, newcomer: User, second: User
) -> None:
    transfer = transfer_steps.take(held, newcomer, reason="urgent", by=alice, on=ON)
    grants.revoke([held], by=alice, reason="left", on=ON)
    with pytest.raises(Refused, match="the license has since been removed"):
        transfer_steps.confirm(transfer, by=second, on=ON)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.cause) == ("cancelled", "license_changed")
    assert holders(wiki) == []


def test_what_became_needless_is_ended_and_nobody_is_asked_any_more(
    alice: Any, wiki: Service, transfer: SeatTransfer, newcomer: User, request_of_newcomer: SeatRequest
) -> None:
    contract_terms.change(wiki.contracts.get(), by=alice, on=ON, seats=2)
    request_steps.grant(request_of_newcomer, by=alice, on=ON)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.cause) == ("cancelled", "holds_already")
    assert question_of(transfer).state == "withdrawn"
    assert holders(wiki) == ["holder", "newcomer"]


@pytest.mark.parametrize("what", ["refuse", "withdraw"])
def test_a_request_that_is_closed_ends_it(
    alice: Any, transfer: SeatTransfer, newcomer: User, request_of_newcomer: SeatRequest, what: str
) -> None:
    if what == "refuse":
        request_steps.refuse(request_of_newcomer, by=alice, reason="no", on=ON)
    else:
        request_steps.withdraw(request_of_newcomer, by=newcomer, on=ON)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.cause) == ("cancelled", "request_closed")


def test_the_tick_ends_what_is_moot(alice: Any, transfer: SeatTransfer, held: License) -> None:
    grants.revoke([held], by=alice, reason="", on=ON)
    tend(ON)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.cause) == ("cancelled", "license_changed")


GONE = [{"status": "inactive"}, {"kind": "guest"}]
LEFT = "the current or new holder became inactive or a guest user"


@pytest.mark.parametrize("gone", GONE)
@pytest.mark.parametrize("who", ["newcomer", "holder"])
def test_where_one_of_the_two_takes_no_seat_any_more_it_ends_and_whoever_wanted_it_is_told(
    alice: Any, wiki: Service, held: License, newcomer: User, who: str, gone: dict[str, str]
) -> None:
    transfer = transfer_steps.ask(held, newcomer, by=alice, on=ON)
    people.change(User.objects.get(login=who), gone, by=alice, on=ON)
    tend(ON)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.cause) == ("cancelled", "left")
    assert question_of(transfer).state == "withdrawn"
    told = text_of(alice, "seat_requests.trouble")
    assert f"Holder’s seat will not be transferred to Newcomer: {LEFT}." in told
    assert holders(wiki) == ["holder"]


def test_silence_gives_no_seat_to_somebody_who_left(alice: Any, wiki: Service, transfer: SeatTransfer) -> None:
    people.deactivate(transfer.for_user, by=alice, on=ON)
    delivery.see([question_of(transfer)], by=question_of(transfer).person, on=ON)
    lapse_due(ago(-8))
    transfer.refresh_from_db()
    assert (transfer.state, holders(wiki)) == ("cancelled", ["holder"])


def test_a_second_person_passes_no_seat_to_somebody_who_left(
    alice: Any, wiki: Service, held: License, newcomer: User
) -> None:
    Policy.objects.filter(service=wiki).update(second_person=True)
    transfer = transfer_steps.take(held, alice, reason="urgent", by=alice, on=ON)
    second = add_person("second", role="administrator")
    people.deactivate(alice, by=second, on=ON)
    with pytest.raises(Refused, match=LEFT):
        transfer_steps.confirm(transfer, by=second, on=ON)
    assert holders(wiki) == ["holder"]


def test_whoever_asked_is_told_once_that_who_looks_after_a_shared_account_left(
    alice: Any, wiki: Service, newcomer: User
) -> None:
    contract_terms.change(wiki.contracts.get(), by=alice, on=ON, seats=2)
    [held] = hold(wiki, add_person("desk", kind="shared", responsible=add_person("carer").login))
    transfer = transfer_steps.ask(held, newcomer, by=alice, on=ON)
    people.deactivate(User.objects.get(login="carer"), by=alice, on=ON)
    tend(ON)
    tend(ON)
    transfer.refresh_from_db()
    assert transfer.state == "asked"
    assert "The question can no longer be delivered" in text_of(alice, "seat_requests.trouble")
    with CaptureQueriesContext(connection) as asked:
        tend(ON)
    assert [each["sql"] for each in asked if each["sql"].startswith(("INSERT", "UPDATE"))] == []


def test_the_former_holder_reads_the_day_on_which_they_agreed_and_not_that_of_the_transfer(
    wiki: Service, transfer: SeatTransfer
) -> None:
    reply(transfer, "give_back")
    assert holders(wiki) == ["newcomer"]
    SeatTransfer.objects.filter(pk=transfer.pk).update(ended_on=ago(-9))
    assert "On 24 November 2026 you agreed" in text_of(transfer.license.user, "seat_requests.left")


def test_giving_up_withdraws_the_question(alice: Any, wiki: Service, transfer: SeatTransfer) -> None:
    transfer_endings.cancel(transfer, by=alice, reason="found another", on=ON)
    transfer.refresh_from_db()
    assert question_of(transfer).state == "withdrawn"
    with pytest.raises(Refused, match="no longer open"):
        transfer_endings.cancel(transfer, by=alice, reason="again", on=ON)
    assert holders(wiki) == ["holder"]


def test_an_answer_is_kept_where_the_new_holder_cannot_have_the_seat_yet(
    alice: Any, wiki: Service, transfer: SeatTransfer, newcomer: User
) -> None:
    wiki.contracts.update(seats=0)
    reply(transfer, "give_back")
    assert (transfer.state, holders(wiki)) == ("agreed", ["holder"])
    assert "has not been transferred yet" in text_of(alice, "seat_requests.trouble")
    with pytest.raises(Refused, match="seat"):
        transfer_steps.pass_on(transfer, by=alice, on=ON)
    wiki.contracts.update(seats=1)
    transfer_steps.pass_on(SeatTransfer.objects.get(pk=transfer.pk), by=alice, on=ON)
    assert holders(wiki) == ["newcomer"]


def test_an_agreement_can_be_taken_back_until_it_passes(
    alice: Any, wiki: Service, transfer: SeatTransfer, newcomer: User, holder: User
) -> None:
    wiki.contracts.update(seats=0)
    reply(transfer, "give_back")
    question_of(transfer).refresh_from_db()
    answers.take_back(Enquiry.objects.get(), reason="I need it.", by=holder, via="page", on=ON)
    transfer.refresh_from_db()
    assert (transfer.state, holders(wiki)) == ("kept", ["holder"])


def test_nobody_gets_a_second_license(alice: Any, wiki: Service, held: License, newcomer: User, gail: Any) -> None:
    with pytest.raises(Refused, match="cannot hold licenses"):
        transfer_steps.ask(held, gail, by=alice, on=ON)
    with pytest.raises(Refused, match="already holds a license for Wiki"):
        transfer_steps.ask(held, held.user, by=alice, on=ON)
    grants.revoke([held], by=alice, reason="", on=ON)
    with pytest.raises(Refused, match="since been removed"):
        transfer_steps.ask(held, newcomer, by=alice, on=ON)


def test_a_shared_account_is_asked_by_whoever_is_responsible(alice: Any, wiki: Service, newcomer: User) -> None:
    contract_terms.change(wiki.contracts.get(), by=alice, on=ON, seats=2)
    desk = add_person("desk", kind="shared", responsible="holder")
    [held] = hold(wiki, desk)
    transfer = transfer_steps.ask(held, newcomer, by=alice, on=ON)
    assert question_of(transfer).person.login == "holder"


def test_department_administrators_pass_on_what_they_may_change(
    alice: Any, bob: Any, charlie: Any, wiki: Service, transfer: SeatTransfer
) -> None:
    assert list(SeatTransfer.objects.visible_to(bob)) == []
    wiki.change(by=alice, department_admins_change_licenses=True)
    assert list(SeatTransfer.objects.changeable_by(bob)) == [transfer]  # both are unaffiliated
    assert list(SeatTransfer.objects.visible_to(charlie)) == []
    assert list(SeatTransfer.objects.changeable_by(charlie)) == []


def test_where_the_license_is_removed_nobody_is_asked_and_nothing_waits_any_more(
    wiki: Service, transfer: SeatTransfer, alice: Any
) -> None:
    grants.revoke([transfer.license], by=alice, reason="left the team", on=ON)
    transfer.refresh_from_db()
    question = question_of(transfer)
    question.refresh_from_db()
    assert (transfer.state, transfer.cause, question.state) == ("cancelled", "license_changed", "withdrawn")
    assert tend(ON) == "seat requests: 1 offered a seat, 0 settled; 0 transfers ended"


def test_an_answer_is_not_taken_once_the_newcomer_holds_a_license(
    wiki: Service, transfer: SeatTransfer, newcomer: User, alice: Any
) -> None:
    contract_terms.add(service=wiki, seats=1, by=None, on=ON)
    grants.grant_one(service=wiki, user=newcomer, by=alice, reason="", on=ON)
    question = question_of(transfer)
    with pytest.raises(Refused, match="has ended, so there is nothing left to answer"):
        answers.reply(question, "give_back", by=question.person, via="link", on=ON)
    assert holders(wiki) == ["holder", "newcomer"]
    tend(ON)
    question.refresh_from_db()
    assert question.state == "withdrawn"


def test_a_seat_is_said_to_be_passed_on_only_once_both_halves_are_confirmed(
    alice: Any, wiki: Service, held: License, holder: User, newcomer: User, client: Any
) -> None:
    Service.objects.filter(pk=wiki.pk).update(how_removal_takes_effect=Service.Removal.VENDOR)
    effects.carry_out(wiki, Effect.objects.pending().values_list("pk", flat=True), evidence="", by=None, on=ON)
    held.refresh_from_db()
    transfer = transfer_steps.take(held, newcomer, reason="urgent", by=alice, on=ON)
    given = transfer.given
    assert given is not None
    effects.confirm(wiki, [newcomer.pk, holder.pk], as_of=ON, evidence="export.csv", by=None, on=ON, complete=False)
    assert [effect.what for effect in Effect.objects.pending()] == ["remove"]
    assert state_of_reassignment(given) == ChangeState.REQUESTED
    assert "once the change is confirmed" in reassigned_in_words(given, holder)
    assert "The service has not confirmed this yet" in text_of(holder, "seat_requests.left")
    effects.confirm(wiki, [newcomer.pk], as_of=ON, evidence="export.csv", by=None, on=ON)
    assert state_of_reassignment(given) == ChangeState.CONFIRMED
    assert "now belongs to Newcomer" in reassigned_in_words(given, holder)
    assert "This is now in effect." in text_of(holder, "seat_requests.left")
