"""Undoing a change restores what it answered: the request waits again, and whoever was told of it is told."""

import datetime
from typing import Any

import pytest

from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.letters.models import Letter
from seatwise.licenses import contract_terms, grants, suspension_rules
from seatwise.licenses.change_undo import undo_change
from seatwise.licenses.models import Contract, License
from seatwise.licenses.tests.world import carry_out
from seatwise.seat_requests import request_steps, transfer_steps
from seatwise.seat_requests.housekeeping import tend
from seatwise.seat_requests.models import SeatRequest
from seatwise.seat_requests.request_steps import give
from seatwise.seat_requests.tests.world import LONG_AGO, ON, add_person, kinds_to, text_of, verbs

pytestmark = pytest.mark.django_db


def undo(given: License) -> None:
    assert given.added_in is not None
    undo_change(given.added_in, by=None, reason="a mistake", on=ON)


@pytest.fixture
def asked(wiki: Service, newcomer: User) -> SeatRequest:
    return request_steps.ask(service=wiki, person=newcomer, reason="for the project", on=ON)


def test_a_seat_that_was_passed_on_is_given_back_and_the_request_waits_again(
    alice: Any, wiki: Service, asked: SeatRequest, held: License, holder: User, newcomer: User
) -> None:
    transfer = transfer_steps.take(held, newcomer, reason="urgent", by=alice, on=ON)
    undo(License.objects.held().get(user=newcomer))
    asked.refresh_from_db()
    transfer.refresh_from_db()
    assert (asked.state, asked.license, asked.handled_by, asked.handled_on) == ("waiting", None, None, None)
    assert (transfer.state, transfer.is_open) == ("undone", False)
    assert License.objects.held().get().first_day == LONG_AGO
    assert kinds_to(newcomer) == ["seat_requests.answered", "seat_requests.undone"]
    assert kinds_to(holder) == ["seat_requests.left", "seat_requests.restored"]
    withdrawn = set(Letter.objects.with_state("withdrawn").values_list("kind", flat=True))
    assert withdrawn == {"seat_requests.answered", "seat_requests.left"}
    told = text_of(newcomer, "seat_requests.undone")
    assert "Holder gets the seat back" in told
    assert "Your request of 24 November 2026 is open again" in told
    assert "you have the seat back. It still has to be set up" in text_of(holder, "seat_requests.restored")
    assert verbs()[-2:] == ["seat_request.reopen", "transfer.undo"]


def test_a_request_that_waits_again_is_offered_and_granted_and_answered_once_more(
    alice: Any, wiki: Service, asked: SeatRequest, held: License, newcomer: User
) -> None:
    transfer_steps.take(held, newcomer, reason="urgent", by=alice, on=ON)
    undo(License.objects.held().get(user=newcomer))
    asked.refresh_from_db()
    assert asked.offered_on is None
    contract_terms.add(service=wiki, seats=1, by=None, on=ON)
    tend(ON)
    assert kinds_to(alice)[-1] == "seat_requests.free"
    asked.refresh_from_db()
    request_steps.grant(asked, by=alice, on=ON)
    answers = Letter.objects.filter(to=newcomer, kind="seat_requests.answered").order_by("pk")
    assert [letter.state for letter in answers] == ["withdrawn", "waiting"]


def test_who_was_given_a_license_without_asking_is_told_and_can_ask(alice: Any, wiki: Service) -> None:
    contract_terms.add(service=wiki, seats=1, by=None, on=ON)
    other = add_person("other")
    undo(give(wiki, other, by=alice, on=ON))
    assert kinds_to(other) == ["seat_requests.received", "seat_requests.undone"]
    assert "/ask/wiki/" in text_of(other, "seat_requests.undone")


def test_who_was_never_told_of_a_license_is_not_told_of_its_end(wiki: Service, held: License, holder: User) -> None:
    undo(held)
    assert not Letter.objects.filter(to=holder).exists()


def test_whose_seat_is_given_back_is_told_once_it_can_be_used(
    alice: Any, wiki: Service, held: License, holder: User, newcomer: User
) -> None:
    transfer_steps.take(held, newcomer, reason="urgent", by=alice, on=ON)
    undo(License.objects.held().get(user=newcomer))
    carry_out(wiki)
    assert kinds_to(holder) == ["seat_requests.left", "seat_requests.restored", "seat_requests.ready"]
    assert kinds_to(newcomer) == ["seat_requests.received", "seat_requests.undone"]
    assert "you can use it now" in text_of(holder, "seat_requests.ready")


def test_who_gets_a_license_during_a_leave_is_told_that_it_can_be_used_when_they_are_back(
    alice: Any, wiki: Service, held: License, newcomer: User
) -> None:
    until = ON + datetime.timedelta(days=60)
    asleep = suspension_rules.suspend(newcomer, None, until=until, reason="leave", by=None, on=ON)
    transfer_steps.take(held, newcomer, reason="urgent", by=alice, on=ON)
    carry_out(wiki)
    assert kinds_to(newcomer) == ["seat_requests.received"]
    suspension_rules.end(asleep, by=None, reason="back early", on=ON)
    carry_out(wiki)
    assert kinds_to(newcomer) == ["seat_requests.received", "seat_requests.ready"]


def test_who_was_never_told_that_a_license_is_given_back_is_not_told_that_it_can_be_used(
    wiki: Service, held: License, holder: User
) -> None:
    grants.revoke([held], by=None, reason="", on=ON)
    assert held.removed_in is not None
    undo_change(held.removed_in, by=None, reason="a mistake", on=ON)
    carry_out(wiki)
    assert kinds_to(holder) == []


def test_a_transfer_stays_confirmed_when_the_license_is_removed_later(
    client: Any, alice: Any, wiki: Service, held: License, newcomer: User
) -> None:
    transfer = transfer_steps.take(held, newcomer, reason="urgent", by=alice, on=ON)
    carry_out(wiki)
    grants.revoke([License.objects.held().get(user=newcomer)], by=alice, reason="", on=ON)
    client.force_login(alice)
    page = client.get(f"/administration/seat-requests/transfers/{transfer.pk}/")
    assert page.context["how_far"] == "confirmed"


def test_what_changed_since_is_refused_before_a_request_waits_twice(alice: Any, wiki: Service, newcomer: User) -> None:
    Contract.objects.all().delete()
    first = request_steps.ask(service=wiki, person=newcomer, reason="a project", on=ON)
    given = request_steps.grant(first, by=alice, on=ON)
    grants.revoke([given], by=alice, reason="", on=ON)
    request_steps.ask(service=wiki, person=newcomer, reason="another", on=ON)
    with pytest.raises(Refused, match="has changed since"):
        undo(given)
    assert [each.state for each in SeatRequest.objects.order_by("pk")] == ["granted", "waiting"]
