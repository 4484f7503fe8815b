"""One service at a glance: its seats as a bar, its contracts, what idle seats cost and when they could be given up."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Service, User
from seatwise.licenses.costs import Cost, Price, Saving, price_of, saving
from seatwise.licenses.lines import Recorded
from seatwise.licenses.models import Contract, Effect
from seatwise.licenses.models.contracts import contracted_on
from seatwise.licenses.seats import Seats, seats_of
from seatwise.licenses.use import Use, use_of_all


def places_of(counts: Sequence[int], whole: int = 1000, apart: int = 3, least: int = 4) -> list[tuple[int, int]]:
    """(x, width) of each part in a bar `whole` units wide.

    A part of nothing has no width; one of something is at least `least` wide, and they are `apart` from each other.
    """
    shown = sum(1 for count in counts if count)
    room, total = whole - apart * (shown - 1), sum(counts)
    widths = [max(least, round(count * room / total)) if count else 0 for count in counts]
    if shown:
        widths[widths.index(max(widths))] += room - sum(widths)
    places, x = [], 0
    for width in widths:
        places.append((x, width))
        x += width + apart if width else 0
    return places


@dataclass(frozen=True)
class Part:
    """A part of the bar: its class in the style sheet, what it is, how many, and where it is drawn.

    `query` narrows User Access Monitoring to it. `bound` says that days without records could change the number.
    """

    name: str
    label: str | Promise
    count: int
    query: str = ""
    bound: str = ""
    cost: Cost | None = None
    x: int = 0
    width: int = 0


@dataclass(frozen=True)
class Fewer:
    """From a day on, fewer seats are contracted than are held now."""

    day: datetime.date
    seats: int
    held: int


@dataclass(frozen=True)
class Overview:
    """A service on a day."""

    seats: Seats
    use: Use
    recorded: Recorded
    parts: Sequence[Part]
    contracts: Sequence[tuple[Contract, str]]  # each with where it stands: planned, in_force or ended
    savings: Sequence[Saving]  # of the contracts in force
    price: Price | None
    fewer: Fewer | None
    pending: int

    @property
    def free_cost(self) -> Cost | None:
        return Cost(self.seats.free, self.price) if self.price and self.seats.free else None

    @property
    def idle_cost(self) -> Cost | None:
        """What those seats cost that are held and were not used in the last 30 days."""
        return Cost(self.use.idle, self.price) if self.price and self.use.idle else None

    @property
    def has_ended(self) -> bool:
        """Whether all contracts have ended while seats are held."""
        return self.seats.contracted == 0 and self.seats.held > 0 and not self.savings


def overview_of(service: Service, person: User, on: datetime.date) -> Overview:
    """A service on a day, as far as somebody sees it. A fixed number of queries."""
    contracts = list(Contract.objects.visible_to(person).of(service).prefetch_related("former_seats"))
    in_force = [contract for contract in contracts if contract.state_on(on) == "in_force"]
    seats, use, recorded = seats_of(service, on), use_of_all([service], person)[service.pk], Recorded.of(service)
    price = price_of(in_force)
    return Overview(
        seats,
        use,
        recorded,
        parts_of(seats, use, price, has_gaps=recorded.unknown > 0),
        [(contract, contract.state_on(on)) for contract in reversed(contracts)],
        [saving(contract, on) for contract in in_force],
        price,
        fewer_than_held(contracts, seats, on),
        Effect.objects.pending().of(service).count(),
    )


def parts_of(seats: Seats, use: Use, price: Price | None, *, has_gaps: bool) -> list[Part]:
    """The parts of the bar: together the seats that are contracted, or that are held where these are more."""
    more, less = ("≥", "≤") if has_gaps else ("", "")

    def cost(count: int) -> Cost | None:
        return Cost(count, price) if price and count else None

    parts = [
        Part("used", gettext_lazy("Used in the last 30 days"), use.used, "use=used", more),
        Part("rare", gettext_lazy("Not used in the last 30 days"), use.unused, "use=unused", less, cost(use.unused)),
        Part("never", gettext_lazy("No access since recording began"), use.never, "never=on", less, cost(use.never)),
    ]
    if later := seats.held - seats.pending - use.all:
        parts.append(Part("later", gettext_lazy("License given later"), later))
    if seats.pending:
        parts.append(Part("pending", gettext_lazy("Removed, not confirmed yet"), seats.pending))
    if seats.free is not None:
        parts.append(Part("free", gettext_lazy("Free"), seats.free, cost=cost(seats.free)))
    places = places_of([part.count for part in parts])
    return [Part(**(vars(part) | {"x": x, "width": w})) for part, (x, w) in zip(parts, places, strict=True)]


def fewer_than_held(contracts: Sequence[Contract], seats: Seats, on: datetime.date) -> Fewer | None:
    """The first day to come on which fewer seats are contracted than are held now, where today's suffice."""
    if seats.contracted is None or seats.too_many:
        return None
    days = {day for each in contracts for day in (each.starts, each.ends) if day and day > on}
    for day in sorted(days):
        then = Seats(contracted_on(contracts, day), seats.held)
        if then.too_many:
            return Fewer(day, then.contracted or 0, seats.held)
    return None
