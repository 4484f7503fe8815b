"""From which day fewer seats save money, until when a review must be finished for that, and how much that is."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.directory.models import ApiToken, User
from seatwise.licenses import contract_terms
from seatwise.licenses.costs import Cost, When, price_of, saving
from seatwise.licenses.models import Contract
from seatwise.licenses.tests.world import TODAY, service
from seatwise.reviews.models import Schedule

pytestmark = pytest.mark.django_db
MONTHLY, MONTHS = {"shrinks": "month"}, {"notice_unit": "months"}


def contract(seats: int = 10, **terms: Any) -> Contract:
    return Contract(seats=seats, **{"price": Decimal(10), "currency": "EUR"} | terms)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(f"20{text}")


@pytest.mark.parametrize(
    ("terms", "on", "since", "finish"),
    [
        (MONTHLY, "26-11-24", "26-12-01", "26-11-30"),
        (MONTHLY, "26-11-30", "26-12-01", "26-11-30"),
        (MONTHLY, "26-12-31", "27-01-01", "26-12-31"),
        (MONTHLY | {"notice": 0}, "26-11-24", "26-12-01", "26-11-30"),
        (MONTHLY | {"notice": 7}, "26-11-24", "26-12-01", "26-11-24"),
        (MONTHLY | {"notice": 7}, "26-11-25", "27-01-01", "26-12-25"),
        (MONTHLY | {"notice": 1} | MONTHS, "26-11-24", "27-01-01", "26-12-01"),
        (MONTHLY | {"ends": day("26-12-01")}, "26-11-24", "26-12-01", "26-11-30"),
        ({"renews": day("27-03-31"), "notice": 1} | MONTHS, "26-11-24", "27-03-31", "27-02-28"),
        ({"renews": day("27-03-31"), "notice": 30}, "26-11-24", "27-03-31", "27-03-01"),
        ({"renews": day("27-03-31")}, "26-11-24", "27-03-31", "27-03-30"),
        ({"renews": day("27-03-31"), "notice": 30, "last_day_for_changes": day("27-02-10")}, "26-11-24", "27-03-31",
         "27-02-10"),
        ({"renews": day("26-12-01"), "renews_every": 12, "notice": 30}, "26-11-24", "27-12-01", "27-11-01"),
        ({"renews": day("24-02-29"), "renews_every": 12}, "26-11-24", "27-02-28", "27-02-27"),
        ({"renews": day("26-12-01"), "notice": 30}, "26-11-24", "26-12-01", None),  # too late, and no more is known
        ({"renews": day("26-01-01")}, "26-11-24", "26-01-01", None),
        ({}, "26-11-24", None, None),
        ({"ends": day("27-01-01"), "renews": day("27-03-31"), "notice": 10}, "26-11-24", "27-01-01", "26-12-22"),
    ],
)  # fmt: skip
def test_until_when_a_review_saves_money(terms: dict[str, Any], on: str, since: str | None, finish: str | None) -> None:
    found = saving(contract(**terms), day(on))
    assert (found.since, found.finish_by) == (since and day(since), finish and day(finish))


def test_a_renewal_that_is_missed_is_said() -> None:
    found = saving(contract(renews=day("26-12-01"), renews_every=12, notice=30), day("26-11-24"))
    assert (found.when, found.missed, found.order_by) == (When.OPEN, day("26-12-01"), day("27-11-01"))


def saves(seats: int, *contracts: Contract) -> tuple[Decimal, bool]:
    price = price_of(contracts)
    assert price is not None
    return Cost(seats, price).month, price.at_least


def test_packs_save_when_whole_and_a_flat_price_saves_nothing() -> None:
    packs = contract(50, price=Decimal(100), price_kind="pack", pack_seats=10)
    assert [saves(seats, packs)[0] for seats in (9, 10, 19, 20, 50, 60)] == [0, 100, 100, 200, 500, 500]
    odd = contract(45, price=Decimal(100), price_kind="pack", pack_seats=10)  # five packs
    assert [saves(seats, odd)[0] for seats in (4, 5, 14, 15)] == [0, 100, 100, 200]
    assert saves(20, contract(50, price=Decimal(900), price_kind="flat")) == (Decimal(0), False)
    assert saves(20, packs, contract(5)) == (Decimal(200), True)
    assert saves(2, contract(5, price_kind="flat"), contract(5)) == (Decimal(0), True)


def opened(client: Client, address: str) -> dict[str, str]:
    """What a form says of what it showed."""
    return {"opened": client.get(address).context["form"].version}


def test_terms_are_entered_shown_and_noted(client: Client, alice: User) -> None:
    service("gate", 50)
    client.force_login(alice)
    held = Contract.objects.get()
    address = f"/administration/services/wiki/contracts/{held.pk}/"
    terms = {"seats": 50, "price": "100", "currency": "eur", "price_kind": "pack", "period": "month"}
    page = client.post(address, terms).content.decode()
    assert "Enter the number of seats in a pack." in page
    wrong = client.post(address, terms | {"price_kind": "seat", "renews_every": 12}).content.decode()
    assert "Enter the first renewal date." in wrong
    more = {"pack_seats": 10, "shrinks": "month", "notice": 14, "notice_unit": "days"}
    assert client.post(address, terms | more | opened(client, address)).status_code == 302
    held.refresh_from_db()
    assert (held.price_kind, held.pack_seats, held.shrinks, held.notice) == ("pack", 10, "month", 14)
    after = Entry.objects.newest_first()[0].after
    assert (after["price_kind"], after["shrinks"], after["notice"]) == ("pack", "month", "14")
    due = saving(held, TODAY).finish_by
    for shown in (address, "/administration/services/wiki/"):
        page = client.get(shown).content.decode()
        assert f'data-fact="contract:{held.pk}:finish" data-value="{due}"' in page
        assert "Seats come in packs of 10: only whole packs save something." in page
        assert "Schedule a review in time" in page


def test_a_review_is_scheduled_with_one_press(client: Client, alice: User, charlie: User) -> None:
    service("gate", 5)
    held = Contract.objects.get()
    contract_terms.change(
        held, by=None, on=TODAY, renews=TODAY + datetime.timedelta(days=75), renews_every=12, notice=30
    )
    address = f"/administration/reviews/schedules/for/wiki/{held.pk}/"
    client.force_login(charlie)
    assert client.post(address).status_code == 403
    client.force_login(alice)
    assert client.get(address).status_code == 405
    page = client.post(address, follow=True).content.decode()
    made = Schedule.objects.get()
    finish = TODAY + datetime.timedelta(days=45)
    assert (made.first_on, made.due_days, made.every_months) == (finish - datetime.timedelta(days=30), 30, 12)
    assert (made.owner, made.service.code, made.rule) == (alice, "wiki", {"idle_days": 60, "window": 30})
    assert "it is due on" in page
    assert Entry.objects.newest_first()[0].verb == "schedule.add"
    assert "is already scheduled" in client.post(address, follow=True).content.decode()
    contract_terms.change(held, by=None, on=TODAY, renews=None, renews_every=None)
    assert "Enter its next renewal first" in client.post(address, follow=True).content.decode()
    assert Schedule.objects.count() == 1


def test_a_schedule_for_a_month_leaves_at_least_a_week(client: Client, alice: User) -> None:
    service("gate", 5)
    held = Contract.objects.get()
    contract_terms.change(held, by=None, on=TODAY, shrinks="month")
    client.force_login(alice)
    client.post(f"/administration/reviews/schedules/for/wiki/{held.pk}/")
    made = Schedule.objects.get()
    due = made.first_on + datetime.timedelta(days=made.due_days)
    assert due == saving(held, TODAY + datetime.timedelta(days=7)).finish_by
    assert (made.first_on > TODAY, made.every_months) == (True, 3)


def test_the_api_tells_contracts_to_those_who_see_them(client: Client, alice: User) -> None:
    service("gate", 5)
    contract_terms.change(
        Contract.objects.get(), by=None, on=TODAY, shrinks="month", price=Decimal("9.50"), currency="EUR"
    )
    _token, secret = ApiToken.objects.add(name="x", owner=alice, scopes=["licenses:read"], days=9, by=None, on=TODAY)
    answer = client.get("/api/v1/services/wiki/contracts", headers={"authorization": f"Bearer {secret}"}).json()
    [told] = answer["contracts"]
    assert (told["seats"], told["state"], told["shrinks"], float(told["price"])) == (5, "in_force", "month", 9.5)
    assert told["saving"]["when"] == "month"
    assert told["saving"]["finish_by"] == str(saving(Contract.objects.get(), TODAY).finish_by)
