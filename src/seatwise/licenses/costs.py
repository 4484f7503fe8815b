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
    """What one seat costs in a year. `at_least`: contracts in force differ, and this is the cheapest of them.

    Of `seats` that are sold in packs of `pack`, only whole packs can be given back. A flat price is that of none.
    """

    year: Decimal
    currency: str
    at_least: bool = False
    pack: int = 1
    seats: int = 0

    def of(self, seats: int) -> Decimal:
        """What so many seats fewer save in a year."""
        if self.pack == 1:
            return self.year * seats
        packs, fewer = (-(-count // self.pack) for count in (self.seats, max(0, self.seats - seats)))
        return self.year * self.pack * (packs - fewer)


@dataclass(frozen=True)
class Cost:
    seats: int
    price: Price

    @property
    def year(self) -> Decimal:
        return rounded(self.price.of(self.seats))

    @property
    def month(self) -> Decimal:
        """In a month: a twelfth of a year."""
        return rounded(self.price.of(self.seats) / 12)


def rounded(amount: Decimal) -> Decimal:
    """To a hundredth."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def price_of(contracts: Sequence[Contract]) -> Price | None:
    """The price of a seat under some contracts; None where none is known, or one is not, or currencies differ.

    Where they differ, the dearer seats might be given up first, but nobody knows: the cheapest is what is sure.
    """
    years = [(year, contract) for contract in contracts if (year := year_of(contract)) is not None]
    if not years or len(years) < len(contracts) or len({contract.currency for _year, contract in years}) > 1:
        return None
    least, cheapest = min(years, key=lambda each: each[0])
    differ = any(year != least or contract.price_kind != cheapest.price_kind for year, contract in years)
    packed = cheapest.price_kind == Contract.PriceKind.PACK
    pack, seats = (cheapest.pack_seats or 1, cheapest.seats) if packed else (1, 0)
    return Price(least, cheapest.currency, differ, pack, seats)


def year_of(contract: Contract) -> Decimal | None:
    """What a seat fewer of a contract saves in a year, on the average; nothing, of a flat price."""
    if contract.price is None:
        return None
    if contract.price_kind == Contract.PriceKind.FLAT:
        return Decimal(0)
    packed = contract.price_kind == Contract.PriceKind.PACK
    year = contract.price * (12 // MONTHS[Contract.Period(contract.period)])
    return year / (contract.pack_seats or 1) if packed else year


class When(models.TextChoices):
    """When a contract can be made smaller."""

    OPEN = "open", gettext_lazy("at the renewal")
    MONTH = "month", gettext_lazy("on the first day of a month")
    LATE = "late", gettext_lazy("too late for the renewal")
    ENDS = "ends", gettext_lazy("at its end")
    PASSED = "passed", gettext_lazy("the renewal has passed")
    UNKNOWN = "unknown", gettext_lazy("no renewal date entered")


@dataclass(frozen=True)
class Saving:
    """When fewer seats of a contract would save something: from which day, and by when they must be ordered."""

    contract: Contract
    when: When
    since: datetime.date | None = None
    order_by: datetime.date | None = None
    days_left: int | None = None  # to order it
    missed: datetime.date | None = None  # the renewal for which it is too late, where a later one is meant

    @property
    def finish_by(self) -> datetime.date | None:
        """The last day to finish a review so that it saves money; None where nobody knows."""
        if self.since is None or self.when not in (When.OPEN, When.MONTH, When.ENDS):
            return None
        return self.order_by or self.contract.order_by(self.since) or self.since - datetime.timedelta(days=1)


def saving(contract: Contract, on: datetime.date) -> Saving:
    """When a contract can be made smaller, as of a day.

    On the first day of a month or at its renewal, for which it can still be ordered; at its end, if that is earlier.
    What comes after a renewal is not guessed, unless it renews by itself.
    """
    ends = contract.ends if contract.ends and contract.ends > on else None
    when = When.MONTH if contract.shrinks == Contract.Shrinks.MONTH else When.OPEN
    missed: list[tuple[datetime.date, datetime.date]] = []
    for day, last in contract.days_to_shrink(on):
        if ends and day >= ends:
            break
        if last is None or last >= on:
            late = missed[0][0] if missed and when == When.OPEN else None
            return Saving(contract, when, day, last, (last - on).days if last else None, late)
        missed.append((day, last))
    if ends:
        return Saving(contract, When.ENDS, ends)
    if missed:
        return Saving(contract, When.LATE, *missed[0])
    return Saving(contract, When.PASSED, contract.renews) if contract.renews else Saving(contract, When.UNKNOWN)
