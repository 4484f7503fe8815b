"""Several press at once. Real threads, each with a connection of its own; nothing passes twice."""

from typing import Any

import pytest
from django.db import connection

from seatwise.directory.models import Service, User
from seatwise.enquiries import answers
from seatwise.enquiries.models import Enquiry
from seatwise.licenses import contract_terms
from seatwise.licenses.models import License, Policy
from seatwise.licenses.tests.test_races import at_once
from seatwise.seat_requests import request_steps, transfer_endings, transfer_steps
from seatwise.seat_requests.models import SeatRequest, SeatTransfer
from seatwise.seat_requests.request_steps import give
from seatwise.seat_requests.tests.world import LONG_AGO, ON, add_person, add_service, hold

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def wiki(transactional_db: None) -> Service:
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("threads share no database in memory; settings: TEST NAME must be a file")
    service = add_service()
    contract_terms.add(service=service, seats=1, by=None, on=LONG_AGO)
    return service


@pytest.fixture
def administrators(wiki: Service) -> list[User]:
    return [add_person(f"admin{number}", role="administrator") for number in range(4)]


def holders(wiki: Service) -> list[str]:
    return list(License.objects.of(wiki).held().values_list("user__login", flat=True))


def test_two_second_persons_pass_a_seat_once(wiki: Service, administrators: list[User]) -> None:
    first, *others = administrators
    [held] = hold(wiki, add_person("holder"))
    Policy.of(wiki).change(by=first, second_person=True)
    request_steps.ask(service=wiki, person=(new := add_person("new")), reason="work", on=ON)
    transfer = transfer_steps.take(held, new, reason="urgent", by=first, on=ON)
    confirms = [
        lambda by=by: transfer_steps.confirm(SeatTransfer.objects.for_reading().get(pk=transfer.pk), by=by, on=ON)
        for by in others
    ]
    assert at_once(confirms * 2) == 1
    assert holders(wiki) == ["new"]
    assert SeatRequest.objects.get().state == "granted"


def test_one_seat_is_taken_once(wiki: Service, administrators: list[User]) -> None:
    [held] = hold(wiki, add_person("holder"))
    new = [add_person(f"new{number}") for number in range(6)]

    def taking(person: User, by: User) -> Any:
        return lambda: transfer_steps.take(License.objects.get(pk=held.pk), person, reason="urgent", by=by, on=ON)

    assert at_once([taking(person, administrators[number % 4]) for number, person in enumerate(new)]) == 1
    assert len(holders(wiki)) == 1
    assert SeatTransfer.objects.filter(state="passed").count() == 1


def test_an_answer_and_giving_up_do_not_both_happen(wiki: Service, administrators: list[User]) -> None:
    first = administrators[0]
    [held] = hold(wiki, holder := add_person("holder"))
    request_steps.ask(service=wiki, person=(new := add_person("new")), reason="work", on=ON)
    transfer = transfer_steps.ask(held, new, by=first, on=ON)
    done = at_once(
        [
            lambda: answers.reply(Enquiry.objects.for_reading().get(), "give_back", by=holder, via="page", on=ON),
            lambda: transfer_endings.cancel(SeatTransfer.objects.for_reading().get(), by=first, reason="", on=ON),
            lambda: request_steps.refuse(SeatRequest.objects.for_reading().get(), by=first, reason="no", on=ON),
            lambda: answers.reply(Enquiry.objects.for_reading().get(), "give_back", by=holder, via="page", on=ON),
        ]
    )
    assert done >= 1
    transfer.refresh_from_db()
    request = SeatRequest.objects.get()
    assert (transfer.state, holders(wiki)) in [("passed", ["new"]), ("cancelled", ["holder"])]
    if transfer.state == "passed":
        assert request.state in {"granted", "refused"}
    else:
        assert request.state in {"waiting", "refused"}


def test_requests_for_one_free_seat_are_granted_once(wiki: Service, administrators: list[User]) -> None:
    requests = [
        request_steps.ask(service=wiki, person=add_person(f"new{number}"), reason="work", on=ON) for number in range(6)
    ]
    grants = [
        lambda pk=each.pk: request_steps.grant(
            SeatRequest.objects.for_reading().get(pk=pk), by=administrators[0], on=ON
        )
        for each in requests
    ]
    plain = add_person("plain")
    assert at_once([*grants, lambda: give(wiki, plain, by=administrators[1], on=ON)]) == 1
    assert len(holders(wiki)) == 1
    granted = SeatRequest.objects.with_state("granted").count()
    assert granted == (0 if holders(wiki) == ["plain"] else 1)


def test_one_person_asks_once(wiki: Service) -> None:
    person = add_person("new")
    asking = [lambda: request_steps.ask(service=wiki, person=person, reason="work", on=ON)] * 6
    assert at_once(asking) == 1
    assert SeatRequest.objects.count() == 1


def test_one_holder_is_asked_once(wiki: Service, administrators: list[User]) -> None:
    [held] = hold(wiki, add_person("holder"))
    new = [add_person(f"new{number}") for number in range(5)]
    asking = [
        lambda person=person: transfer_steps.ask(License.objects.get(pk=held.pk), person, by=administrators[0], on=ON)
        for person in new
    ]
    assert at_once(asking) == 1
    assert Enquiry.objects.count() == SeatTransfer.objects.count() == 1
