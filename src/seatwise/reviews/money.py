"""What the seats of a review cost, and from which day a smaller contract would save it."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format

from seatwise.directory.models import Service
from seatwise.licenses import costs
from seatwise.licenses.models import Contract


@dataclass(frozen=True)
class Money:
    """The contracts in force, and the price of a seat if it is known."""

    price: costs.Price | None
    savings: list[costs.Saving]

    def month(self, seats: int) -> str:
        """What so many seats cost in a month; empty where nobody knows."""
        if self.price is None:
            return ""
        least = "≥ " if self.price.at_least else ""
        return f"{least}{self.price.currency} {amount(costs.Cost(seats, self.price).month)}"


def money_of(service: Service, on: datetime.date) -> Money:
    """Of the contracts in force on a day. One query."""
    contracts = list(Contract.objects.of(service).in_force(on))
    return Money(costs.price_of(contracts), [costs.saving(contract, on) for contract in contracts])


def amount(value: Decimal) -> str:
    """An amount of money, as it is written here."""
    whole = value == value.to_integral_value()
    return str(number_format(value, decimal_pos=0 if whole else 2, force_grouping=True))
