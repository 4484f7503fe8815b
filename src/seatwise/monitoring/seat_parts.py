"""The seats of a service by how they are used: the parts of the bar above the list, each with what narrows to it."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Service, User
from seatwise.directory.models.people import sees_all
from seatwise.ledger.models import Usage
from seatwise.lib.usage import Narrowing, Sorting
from seatwise.licenses.models import Contract
from seatwise.monitoring import listing
from seatwise.monitoring.listing import Basis, Counted
from seatwise.monitoring.narrowing import USES

WIDTH = 1000  # of the bar, in its own units
APART = 3


IN_DATABASE = {"used": Q(days_30__gt=0), "unused": Q(days_30=0, last_day__gt=0), "never": Q(days_30=0, last_day=0)}


@dataclass(frozen=True)
class Counts:
    """How many of those who hold a seat use it."""

    used: int
    unused: int
    never: int

    @property
    def all(self) -> int:
        """All who are listed."""
        return self.used + self.unused + self.never

    def of(self, by: Narrowing) -> int | None:
        """How many a narrowed list has, where it is all of them or one of the parts; else None."""
        parts = (
            (Narrowing(), self.all),
            (Narrowing(use="used"), self.used),
            (Narrowing(use="unused"), self.unused),
            (Narrowing(never=True), self.never),
        )
        return next((count for part, count in parts if part == by), None)


def counts(of: Basis, person: User) -> Counts:
    """Counted in the database; as of another day than the current one, by counting the whole list."""
    rows = None if of.is_current else listing.selection(of, Narrowing(), Sorting(), person)
    if not isinstance(rows, Counted) and sees_all(person):
        return counts_of_all(listing.listed(of.service, person))
    if not isinstance(rows, Counted):
        parts = {name: Count("pk", filter=condition) for name, condition in IN_DATABASE.items()}
        return Counts(**listing.listed(of.service, person).aggregate(**parts))
    used, unused, never = 0, 0, 0
    for row in rows.all():
        used += row.access_days > 0
        never += row.last_access is None
        unused += row.access_days == 0 and row.last_access is not None
    return Counts(used, unused, never)


def counts_of_all(rows: "QuerySet[Usage]") -> Counts:
    """Counted one by one: each number is found in an index alone, in a third of the time of all three in the table."""
    idle, never = rows.filter(days_30=0).count(), rows.filter(last_day=0).count()
    return Counts(rows.filter(days_30__gt=0).count(), idle - never, never)


@dataclass(frozen=True)
class Terms:
    """What is contracted, as far as the person may see it."""

    seats: int | None = None  # None: no contract was ever entered, or is not theirs to see
    price: Decimal | None = None  # of a seat, for a `period`; only where all contracts in force agree
    currency: str = ""
    period: str = ""
    renews: datetime.date | None = None
    last_day_for_changes: datetime.date | None = None


def terms(service: Service, person: User, on: datetime.date) -> Terms:
    """The contracts in force on a day, as one."""
    contracts = Contract.objects.visible_to(person).of(service)
    in_force = list(contracts.in_force(on))
    if not in_force and not contracts.exists():
        return Terms()
    prices = {(contract.price, contract.currency, contract.get_period_display()) for contract in in_force}
    price, currency, period = prices.pop() if len(prices) == 1 else (None, "", "")
    return Terms(
        sum(contract.seats for contract in in_force),
        price,
        currency,
        period,
        min((contract.renews for contract in in_force if contract.renews), default=None),
        min((contract.last_day_for_changes for contract in in_force if contract.last_day_for_changes), default=None),
    )


@dataclass(frozen=True)
class Part:
    """A part of the bar. `query` are the parameters that narrow the list to it; none for free seats."""

    name: str  # its class in the style sheet
    label: str | Promise
    count: int
    bound: str = ""  # ≥ or ≤, where days without records could change the number
    cost: Decimal | None = None
    query: dict[str, str] = field(default_factory=dict)
    x: int = 0
    width: int = 0


@dataclass(frozen=True)
class Bar:
    """The bar above the list."""

    counts: Counts
    terms: Terms
    parts: list[Part]

    @property
    def too_many(self) -> int:
        """How many seats are held beyond the contract."""
        return 0 if self.terms.seats is None else max(0, self.counts.all - self.terms.seats)


def bar(of: Basis, person: User, on: datetime.date) -> Bar:
    """The seats of the list's service. What is contracted is that of `on`."""
    found, contracted = counts(of, person), terms(of.service, person, on)
    more, less = ("≥", "≤") if of.unknown_days else ("", "")
    price = contracted.price or None
    labels = dict(USES)
    parts = [
        Part("used", labels["used"], found.used, more, None, {"use": "used"}),
        Part("rare", labels["unused"], found.unused, less, price and price * found.unused, {"use": "unused"}),
        Part(
            "never",
            gettext_lazy("No access since recording began"),
            found.never,
            less,
            price and price * found.never,
            {"never": "on"},
        ),
    ]
    if contracted.seats is not None:
        parts.append(Part("free", gettext_lazy("Free"), max(0, contracted.seats - found.all)))
    return Bar(found, contracted, list(drawn(parts)))


def drawn(parts: list[Part]) -> Iterator[Part]:
    """The parts with their places in the bar; one that has nobody has no width, and one that has somebody is seen."""
    whole = sum(part.count for part in parts)
    shown = [part for part in parts if part.count]
    room = WIDTH - APART * (len(shown) - 1)
    widths = {part.name: max(4, round(part.count * room / whole)) for part in shown}
    if widths:
        widths[max(widths, key=lambda name: widths[name])] += room - sum(widths.values())
    x = 0
    for part in parts:
        width = widths.get(part.name, 0)
        yield Part(**(vars(part) | {"x": x, "width": width}))
        x += width + APART if width else 0


def addresses(parts: list[Part], asked: Any) -> list[tuple[Part, str, bool]]:
    """Each part with the address that narrows the list to it alone, or takes it off again, and whether it is chosen."""
    found = []
    for part in parts:
        query = asked.copy()
        chosen = bool(part.query) and all(query.get(name) == value for name, value in part.query.items())
        for name in [name for name in query if name not in ("sort", "descending", "as_of")]:
            del query[name]
        query.update({} if chosen else part.query)
        found.append((part, f"?{query.urlencode()}" if part.query else "", chosen))
    return found
