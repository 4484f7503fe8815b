"""One service at a glance: its seats as a bar, its contracts, what idle seats cost and when they could be given up."""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Service, User, sees_all
from seatwise.ledger import covered_days
from seatwise.ledger.models import Usage
from seatwise.lib import days
from seatwise.licenses.costs import Cost, Price, Saving, price_of, saving
from seatwise.licenses.lines import Recorded
from seatwise.licenses.models import Contract, Effect
from seatwise.licenses.models.contracts import contracted_on
from seatwise.licenses.models.licenses import without_a_seat
from seatwise.licenses.seats import Seats, seats_of

ALL = Func(template="count(*)", output_field=IntegerField())


@dataclass(frozen=True)
class Use:
    """How many of those who take a seat use it: as of the day up to which usage is counted.

    `later` got their license after that day: nobody knows yet. `away` hold a license, too, but are on leave with their
    seat free: a list shows them, and no seat is theirs.
    """

    used: int = 0  # in the last 30 days
    unused: int = 0  # not in the last 30 days, but before
    never: int = 0  # no access since recording began
    later: int = 0
    away: int = 0

    @property
    def idle(self) -> int:
        """How many did not use it in the last 30 days."""
        return self.unused + self.never

    @property
    def all(self) -> int:
        """All who take a seat."""
        return self.used + self.idle + self.later

    def less(self, away: "Use") -> "Use":
        """Without those who are away."""
        less = (self.used - away.used, self.unused - away.unused, self.never - away.never, self.later - away.later)
        return Use(*less, away.all)


def use_of_all(services: Sequence[Service], person: User) -> dict[int, Use]:
    """The use of several services by those whom a person may see, by service. A fixed number of queries."""
    rows = Usage.objects.visible_to(person).shown().filter(service__in=services)
    until = covered_days.counted_until_of(services)
    counted = use_of_everybody(services, until) if sees_all(person) else use_of_rows(rows, until)
    away = use_of_rows(rows.filter(without_a_seat()), until)
    return {service.pk: counted.get(service.pk, Use()).less(away.get(service.pk, Use())) for service in services}


def use_of_rows(rows: "QuerySet[Usage]", until: Mapping[int, int | None]) -> dict[int, Use]:
    """The use of whom usage rows are about, by service; each is counted UNTIL its day. One query."""
    idle, later = Q(days_30=0), given_after(until)
    parts = {
        "used": Count("pk", filter=Q(days_30__gt=0)),
        "unused": Count("pk", filter=idle & Q(last_day__gt=0) & ~later),
        "never": Count("pk", filter=idle & Q(last_day=0) & ~later),
        "later": Count("pk", filter=idle & later),
    }
    counted = rows.order_by().values_list("service").annotate(**parts)
    return {service: Use(*counts) for service, *counts in counted}


def use_of_everybody(services: Sequence[Service], until: Mapping[int, int | None]) -> dict[int, Use]:
    """The same of all whom the lists show, for a tenth: counted in indexes alone. Two queries.

    Each number is a query within one, since grouping takes a database three times as long as counting. Only those are
    looked at who got their license later: they are few.
    """
    rows = Usage.objects.shown().order_by()

    def number(**wanted: int) -> Subquery:
        return Subquery(rows.filter(service=OuterRef("pk"), **wanted).values(number=ALL))

    numbers = (number(days_30__gt=0), number(days_30=0), number(last_day=0))
    counted = Service.objects.filter(pk__in=[each.pk for each in services]).order_by().values_list("pk", *numbers)
    found = {pk: Use(used, idle - never, never) for pk, used, idle, never in counted}
    parts = {"idle": Count("pk", filter=Q(days_30=0)), "never": Count("pk", filter=Q(last_day=0))}
    later = rows.filter(given_after(until), service__in=services).values_list("service").annotate(**parts)
    return found | {pk: _less_later(found[pk], idle, never) for pk, idle, never in later}


def _less_later(use: Use, idle: int, never: int) -> Use:
    """Licenses may be given between the two queries; then a difference is less than none."""
    return Use(use.used, max(0, use.unused - (idle - never)), max(0, use.never - never), idle)


def given_after(until: Mapping[int, int | None]) -> Q:
    """That a license was given after the day until which its service is counted, by which nobody can be idle."""
    services: dict[int, list[int]] = defaultdict(list)
    for service, day in until.items():
        if day is not None:
            services[day].append(service)
    found = Q(pk__in=())
    for day, of in services.items():
        found |= Q(service__in=of, license_since__gt=days.date_of(day))
    return found & Q(license_since__isnull=False)


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
    use, recorded = use_of_all([service], person)[service.pk], Recorded.of(service)
    seats = seats_of(service, on, held=use.all if sees_all(person) else None)
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
    if later := seats.held - seats.pending - use.all + use.later:
        parts.append(Part("later", gettext_lazy("License added later"), later))
    if seats.pending:
        parts.append(Part("pending", gettext_lazy("Removed, not yet confirmed"), seats.pending))
    if seats.free is not None:
        parts.append(Part("free", gettext_lazy("Free"), seats.free, cost=cost(seats.free)))
    places = places_of([part.count for part in parts])
    return [Part(**(vars(part) | {"x": x, "width": w})) for part, (x, w) in zip(parts, places, strict=True)]


def fewer_than_held(contracts: Sequence[Contract], seats: Seats, on: datetime.date) -> Fewer | None:
    """The first day to come on which fewer seats are contracted than are held now, where today's suffice."""
    if seats.contracted is None or seats.too_many:
        return None
    to_come = {day for each in contracts for day in (each.starts, each.ends) if day and day > on}
    for day in sorted(to_come):
        then = Seats(contracted_on(contracts, day), seats.held)
        if then.too_many:
            return Fewer(day, then.contracted or 0, seats.held)
    return None
