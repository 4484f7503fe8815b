"""What seats cost that nobody uses, and from which day a smaller contract would really save it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.utils.translation import gettext_lazy

from seatwise.licenses.models import Contract

MONTHS = {Contract.Period.MONTH: 1, Contract.Period.YEAR: 12}
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Price:
    """What one seat costs in a year. `at_least`: contracts in force differ, and this is the cheapest of them."""

    year: Decimal
    currency: str
    at_least: bool = False


@dataclass(frozen=True)
class Cost:
    seats: int
    price: Price

    @property
    def year(self) -> Decimal:
        return rounded(self.price.year * self.seats)

    @property
    def month(self) -> Decimal:
        """In a month: a twelfth of a year."""
        return rounded(self.price.year * self.seats / 12)


def rounded(amount: Decimal) -> Decimal:
    """To a hundredth."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def price_of(contracts: Sequence[Contract]) -> Price | None:
    """The price of a seat under some contracts; None where none is known, or one is not, or currencies differ.

    Where they differ, the dearer seats might be given up first, but nobody knows: the cheapest is what is sure.
    """
    prices = [(year_of(contract), contract.currency) for contract in contracts]
    known = [(price, currency) for price, currency in prices if price is not None]
    if not known or len(known) < len(prices) or len({currency for _price, currency in known}) > 1:
        return None
    least = min(price for price, _currency in known)
    return Price(least, known[0][1], any(price != least for price, _currency in known))


def year_of(contract: Contract) -> Decimal | None:
    """What a seat of a contract costs in a year."""
    if contract.price is None:
        return None
    return contract.price * (12 // MONTHS[Contract.Period(contract.period)])


class When(models.TextChoices):
    """When a contract can be made smaller."""

    OPEN = "open", gettext_lazy("at the renewal")
    LATE = "late", gettext_lazy("too late for the renewal")
    ENDS = "ends", gettext_lazy("at its end")
    PASSED = "passed", gettext_lazy("the renewal has passed")
    UNKNOWN = "unknown", gettext_lazy("no renewal was entered")


@dataclass(frozen=True)
class Saving:
    """When fewer seats of a contract would save something: from which day, and by when they must be ordered."""

    contract: Contract
    when: When
    since: datetime.date | None = None
    order_by: datetime.date | None = None
    days_left: int | None = None  # to order it


def saving(contract: Contract, on: datetime.date) -> Saving:
    """When a contract can be made smaller, as of a day.

    At its renewal, if the last day for changes has not passed; at its end, if it does not renew. What comes after a
    renewal is not guessed.
    """
    renews, last, ends = contract.renews, contract.last_day_for_changes, contract.ends
    if renews and renews > on:
        if last and last < on:
            return Saving(contract, When.LATE, renews, last)
        return Saving(contract, When.OPEN, renews, last, (last - on).days if last else None)
    if ends and ends > on:
        return Saving(contract, When.ENDS, ends)
    return Saving(contract, When.PASSED, renews) if renews else Saving(contract, When.UNKNOWN)
