"""What idle seats cost, from when a smaller contract saves it, and thirteen months of a service."""

import datetime
import itertools
from decimal import Decimal
from typing import Any

import pytest

from seatwise.directory.models import User
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.tests.world import ZONE, add_source, facts_of
from seatwise.lib import days
from seatwise.licenses import contract_terms, grants
from seatwise.licenses.costs import Cost, Price, When, price_of, saving
from seatwise.licenses.history import Month, Picture, months_of
from seatwise.licenses.models import Contract, License
from seatwise.licenses.overview import fewer_than_held, overview_of, places_of
from seatwise.licenses.seats import Seats, seats_of
from seatwise.licenses.tests.world import DAY, TODAY, grant, person, service

pytestmark = pytest.mark.django_db


def contract(seats: int = 10, **terms: Any) -> Contract:
    return Contract(seats=seats, **{"price": Decimal(10), "currency": "EUR"} | terms)


def test_a_seat_costs_as_much_in_a_year_whatever_its_price_is_for() -> None:
    assert price_of([contract(), contract(price=Decimal(120), period="year")]) == Price(Decimal(120), "EUR")
    cost = Cost(3, Price(Decimal("100"), "EUR"))
    assert (cost.month, cost.year) == (Decimal("25.00"), Decimal("300.00"))


def test_where_prices_differ_the_least_is_sure_and_without_one_nothing() -> None:
    assert price_of([contract(), contract(price=Decimal(7))]) == Price(Decimal(84), "EUR", at_least=True)
    assert price_of([contract(), contract(price=None)]) is None
    assert price_of([contract(), contract(currency="USD")]) is None
    assert price_of([]) is None


@pytest.mark.parametrize(
    ("terms", "when", "since", "order_by", "left"),
    [
        ({"renews": TODAY + 9 * DAY, "last_day_for_changes": TODAY}, When.OPEN, 9, 0, 0),
        ({"renews": TODAY + 9 * DAY, "last_day_for_changes": TODAY - DAY}, When.LATE, 9, -1, None),
        ({"renews": TODAY + 9 * DAY}, When.OPEN, 9, None, None),
        ({"renews": TODAY}, When.PASSED, 0, None, None),
        ({"renews": TODAY, "ends": TODAY + 5 * DAY}, When.ENDS, 5, None, None),
        ({"ends": TODAY + 5 * DAY}, When.ENDS, 5, None, None),
        ({}, When.UNKNOWN, None, None, None),
    ],
)
def test_from_which_day_a_smaller_contract_saves(
    terms: dict[str, Any], when: str, since: int | None, order_by: int | None, left: int | None
) -> None:
    def day(number: int | None) -> datetime.date | None:
        return None if number is None else TODAY + number * DAY

    found = saving(contract(**terms), TODAY)
    assert (found.when, found.since, found.order_by, found.days_left) == (when, day(since), day(order_by), left)


def test_a_day_to_come_with_fewer_seats_than_are_held_is_seen() -> None:
    old, new = contract(10, ends=TODAY + 5 * DAY), contract(4, starts=TODAY + 5 * DAY, ends=TODAY + 9 * DAY)
    found = fewer_than_held([old, new], Seats(10, 6), TODAY)
    assert found is not None
    assert (found.day, found.seats, found.held) == (TODAY + 5 * DAY, 4, 6)
    assert fewer_than_held([old, new], Seats(10, 11), TODAY) is None  # too many already
    assert fewer_than_held([contract()], Seats(10, 6), TODAY) is None


def test_a_contract_that_has_ended_is_said(alice: User, charlie: User) -> None:
    wiki = service("gate", 1)
    grant(wiki, charlie)
    assert not overview_of(wiki, alice, TODAY).has_ended
    contract_terms.change(Contract.objects.get(), by=None, on=TODAY - DAY, ends=TODAY)
    assert overview_of(wiki, alice, TODAY).has_ended


def test_thirteen_months_of_contracted_held_and_used(charlie: User, alice: User) -> None:
    wiki = service("gate", 5)
    gone = person("gone")
    for user in (charlie, alice, gone):
        grant(wiki, user, datetime.date(2026, 9, 10))
    grants.revoke([License.objects.held().get(user=gone)], by=None, reason="", on=datetime.date(2026, 10, 20))
    contract_terms.change(Contract.objects.get(), by=None, on=datetime.date(2026, 9, 15), seats=7)
    source = add_source("log", wiki)
    first = days.day_of(datetime.date(2026, 9, 20))
    covered = set(range(first, days.day_of(datetime.date(2026, 11, 22)) + 1))
    access = {"charlie": [first, first + 40], "gone": [first, first + 45], "stranger": [first]}
    merge(source.revision, wiki, facts_of(access, covered), zone=ZONE, today=days.day_of(TODAY))
    found = {month.first.month: month for month in months_of(wiki, TODAY) if month.first.year == 2026}
    assert len(months_of(wiki, TODAY)) == 13
    assert found[8] == Month(datetime.date(2026, 8, 1), 5, 0, None)
    assert found[9] == Month(datetime.date(2026, 9, 1), 7, 3, 2, gaps=True)
    assert found[10] == Month(datetime.date(2026, 10, 1), 7, 2, 1)  # “gone” used it after the license was removed
    assert found[11] == Month(datetime.date(2026, 11, 1), 7, 2, 0)


def test_the_months_take_as_many_queries_for_many_licenses(django_assert_num_queries: Any) -> None:
    wiki = service("gate", 50)
    users = [person(f"p{number}") for number in range(10)]
    grants.grant(service=wiki, users=users, by=None, reason="", on=TODAY)
    with django_assert_num_queries(8):
        months_of(wiki, TODAY)


def test_the_last_month_has_as_many_held_seats_as_every_other_page() -> None:
    wiki = service("gate", 5)
    for login in ("ann", "ben"):
        grant(wiki, person(login), datetime.date(2026, 9, 10))
    User.objects.filter(login="ben").update(status="inactive")
    assert [month.held for month in months_of(wiki, TODAY)[-3:]] == [2, 2, 1]
    assert seats_of(wiki, TODAY).held == 1


@pytest.mark.parametrize(("most", "top"), [(0, 1), (1, 1), (7, 8), (12, 15), (300, 300), (340, 400), (1001, 1500)])
def test_the_axis_ends_with_a_round_number(most: int, top: int) -> None:
    picture = Picture([Month(TODAY, None, most, None)])
    numbers = [number for number, _, _ in picture.axis]
    assert (numbers[0], numbers[-1]) == (0, top)
    assert len({after - before for before, after in itertools.pairwise(numbers)}) == 1
    assert len(numbers) <= 6


def test_parts_of_a_bar_fill_it_and_one_of_something_is_seen() -> None:
    assert places_of([0, 0]) == [(0, 0), (0, 0)]
    assert places_of([5]) == [(0, 1000)]
    found = places_of([1, 0, 9999])
    assert found[0] == (0, 4)
    assert found[1][1] == 0
    assert found[2] == (7, 993)
