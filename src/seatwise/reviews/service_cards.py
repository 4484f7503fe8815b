"""One card a service on the first page of those who see everything: seats, idle cost, freshness, reviews."""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.http import HttpRequest

from seatwise.configuration import today
from seatwise.directory.models import Service, User, sees_all
from seatwise.ledger import covered_days
from seatwise.ledger.source_health import SILENT_AFTER
from seatwise.lib import days
from seatwise.licenses.costs import Cost, price_of
from seatwise.licenses.models import Contract
from seatwise.licenses.overview import Part, Use, parts_of, use_of_all
from seatwise.licenses.seats import Seats, seats_of_all
from seatwise.reviews.models import Review
from seatwise.site.home import Card

SHOWN = 12  # services


@dataclass(frozen=True)
class ServiceCard:
    """A service on a day. `until`: the day up to which use is counted."""

    service: Service
    seats: Seats
    use: Use
    parts: list[Part]
    idle_cost: Cost | None
    until: datetime.date | None
    is_stale: bool
    reviews: list[Review]


def service_cards(person: User, on: datetime.date) -> list[ServiceCard]:
    """A fixed number of queries."""
    services = list(Service.objects.order_by("name", "code")[:SHOWN])
    contracts = list(Contract.objects.for_services(services).prefetch_related("former_seats"))
    seats, use = seats_of_all(services, on, contracts), use_of_all(services, person)
    until = covered_days.counted_until_of(services)
    reviews: dict[int, list[Review]] = defaultdict(list)
    for review in Review.objects.open().filter(service__in=services).with_progress().order_by("due", "pk"):
        reviews[review.service_id].append(review)
    found = []
    for each in services:
        price = price_of([one for one in contracts if one.service_id == each.pk and one.state_on(on) == "in_force"])
        day, used = until.get(each.pk), use[each.pk]
        found.append(
            ServiceCard(
                each,
                seats[each.pk],
                used,
                parts_of(seats[each.pk], used, price, has_gaps=False),
                Cost(used.idle, price) if price and used.idle else None,
                None if day is None else days.date_of(day),
                day is not None and days.day_of(on) - day > SILENT_AFTER,
                reviews[each.pk],
            )
        )
    return found


def card(request: HttpRequest) -> Card | None:
    """For administrators and auditors."""
    if not isinstance(request.user, User) or not sees_all(request.user):
        return None
    found = service_cards(request.user, today())
    return ("reviews/_service_cards.html", {"services": found}) if found else None
