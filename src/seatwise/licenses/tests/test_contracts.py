"""Contracts: how many seats there are on a day, and what may be changed of them."""

import pytest

from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.licenses import contract_terms
from seatwise.licenses.models import Contract, FormerSeats
from seatwise.licenses.seats import seats_of
from seatwise.licenses.tests.world import DAY, TODAY, grant, service

pytestmark = pytest.mark.django_db


def test_contracts_of_a_day_count_together(db: None) -> None:
    wiki = service("gate", 3)
    contract_terms.add(service=wiki, seats=2, by=None, on=TODAY, starts=TODAY + DAY, ends=TODAY + 3 * DAY)
    assert [seats_of(wiki, TODAY + n * DAY).contracted for n in range(4)] == [3, 5, 5, 3]


def test_before_the_first_contract_begins_nothing_limits(charlie: User) -> None:
    wiki = service()
    grant(wiki, charlie)
    contract_terms.add(service=wiki, seats=0, by=None, on=TODAY, starts=TODAY + DAY)
    assert seats_of(wiki, TODAY).free is None
    assert seats_of(wiki, TODAY + DAY).too_many == 1


def test_after_a_contract_has_ended_its_other_terms_and_a_new_contract_can_be_entered(charlie: User, bob: User) -> None:
    wiki = service("gate", 2)
    for user in (charlie, bob):
        grant(wiki, user)
    old = Contract.objects.get()
    contract_terms.change(old, by=None, on=TODAY - DAY, ends=TODAY)
    assert seats_of(wiki, TODAY).too_many == 2
    assert contract_terms.change(old, by=None, on=TODAY, currency="EUR")
    contract_terms.add(service=wiki, seats=1, by=None, on=TODAY, starts=TODAY)
    assert seats_of(wiki, TODAY).too_many == 1
    with pytest.raises(Refused, match="2 licenses for Wiki are held, so 0 seats are not enough"):
        contract_terms.change(Contract.objects.latest("pk"), by=None, on=TODAY, seats=0)


def test_the_first_contract_covers_those_who_hold_licenses(charlie: User) -> None:
    wiki = service()
    grant(wiki, charlie)
    with pytest.raises(Refused, match="1 license for Wiki is held, so 0 seats are not enough"):
        contract_terms.add(service=wiki, seats=0, by=None, on=TODAY)
    assert not Contract.objects.exists()


def test_how_many_seats_there_were_is_kept(db: None) -> None:
    wiki = service("gate", 3)
    contract = Contract.objects.get()
    contract_terms.change(contract, by=None, on=TODAY, seats=5)
    contract_terms.change(contract, by=None, on=TODAY, price=1)
    assert list(FormerSeats.objects.values_list("seats", "until")) == [(3, TODAY)]
    assert seats_of(wiki, TODAY).contracted == 5
