"""The seats of a service by how they are used: the bar above the list, each part with what narrows to it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from seatwise.directory.models import User, sees_all
from seatwise.lib import days
from seatwise.lib.usage import Narrowing, Sorting
from seatwise.licenses.costs import When, price_of, saving
from seatwise.licenses.models import Contract
from seatwise.licenses.models.licenses import without_a_seat
from seatwise.licenses.overview import Part, Use, parts_of, use_of_everybody, use_of_rows
from seatwise.licenses.seats import Seats, seats_of
from seatwise.monitoring import listing
from seatwise.monitoring.figures import MonitoredRow
from seatwise.monitoring.listing import Basis, Counted


def number_of(use: Use, by: Narrowing) -> int | None:
    """How many a narrowed list has, where it is all of them or one of the parts; else None."""
    parts = (
        (Narrowing(), use.all),
        (Narrowing(use="used"), use.used),
        (Narrowing(use="unused"), use.unused),
        (Narrowing(never=True), use.never),
    )
    return next((count for part, count in parts if part == by), None)


def use_of(of: Basis, person: User) -> tuple[Use, Use]:
    """The use by all who are listed, and by those of them who take no seat.

    Counted in the database; as of another day than the current one, by counting the whole list.
    """
    shown = listing.listed(of.service, person)
    away = shown.filter(without_a_seat())
    rows = None if of.is_current else listing.selection(of, Narrowing(), Sorting(), person)
    if isinstance(rows, Counted):
        theirs = set(away.values_list("user", flat=True))
        return counted(rows.rows), counted([each for each in rows.rows if each.user in theirs])
    until, pk = {of.service.pk: of.as_of}, of.service.pk
    all_of_them = use_of_everybody([of.service], until) if sees_all(person) else use_of_rows(shown, until)
    return all_of_them.get(pk, Use()), use_of_rows(away, until).get(pk, Use())


def counted(rows: Sequence[MonitoredRow]) -> Use:
    """The use by those whose rows these are."""
    found = [(each.access_days > 0, each.last_access is None) for each in rows]
    return Use(found.count((True, False)), found.count((False, False)), found.count((False, True)))


@dataclass(frozen=True)
class Bar:
    """The bar above the list: use as of the list's day, seats and contracts of today, as far as they may be seen."""

    listed: Use
    use: Use
    seats: Seats
    parts: Sequence[Part]
    renews: datetime.date | None = None
    last_day_for_changes: datetime.date | None = None


def bar(of: Basis, person: User) -> Bar:
    """The seats of the list's service today. To whom contracts are not shown, nor are free seats."""
    listed, away = use_of(of, person)
    on = days.date_of(of.today)
    use, contracts = listed.less(away), list(Contract.objects.visible_to(person).of(of.service))
    in_force = [contract for contract in contracts if contract.state_on(on) == "in_force"]
    savings = [saving(contract, on) for contract in in_force]
    held = None if of.is_as_of_another else use.all  # of another day, others held one
    seats = seats_of(of.service, on, contracts, held) if sees_all(person) else Seats(None, use.all)
    return Bar(
        listed,
        use,
        seats,
        parts_of(seats, use, price_of(in_force), has_gaps=bool(of.unknown_days)),
        min((each.since for each in savings if each.since and each.when in (When.OPEN, When.LATE)), default=None),
        min((each.finish_by for each in savings if each.finish_by), default=None),
    )


def addresses(parts: Sequence[Part], asked: Any) -> list[tuple[Part, str, bool]]:
    """Each part with the address that narrows the list to it alone, or takes it off again, and whether it is chosen."""
    found = []
    for part in parts:
        query, own = asked.copy(), dict(parse_qsl(part.query))
        chosen = bool(own) and all(query.get(name) == value for name, value in own.items())
        for name in [name for name in query if name not in ("sort", "descending", "as_of")]:
            del query[name]
        query.update({} if chosen else own)
        found.append((part, f"?{query.urlencode()}" if part.query else "", chosen))
    return found
