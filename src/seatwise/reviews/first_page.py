"""What the first page says of reviews: one card a service for those who see everything, and what waits for somebody."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise.configuration import today
from seatwise.directory.models import Service, User, sees_all
from seatwise.ledger import covered_days
from seatwise.ledger.freshness import Freshness, freshness_of
from seatwise.ledger.source_health import SILENT_AFTER
from seatwise.lib import days
from seatwise.licenses.costs import Cost, price_of
from seatwise.licenses.models import Contract
from seatwise.licenses.overview import Part, Use, parts_of, use_of_all
from seatwise.licenses.seats import Seats, seats_of_all
from seatwise.reviews.models import Review, Step
from seatwise.reviews.pages import mine
from seatwise.site.home import Card, Waiting

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
    freshness: list[Freshness]


def service_cards(person: User, on: datetime.date) -> list[ServiceCard]:
    """A fixed number of queries."""
    services = list(Service.objects.order_by("name", "code")[:SHOWN])
    contracts = list(Contract.objects.for_services(services).prefetch_related("former_seats"))
    seats, use = seats_of_all(services, on, contracts), use_of_all(services, person)
    until = covered_days.counted_until_of(services)
    fresh = freshness_of(services)
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
                fresh[each.pk],
            )
        )
    return found


def card(request: HttpRequest) -> Card | None:
    """For administrators and auditors."""
    if not isinstance(request.user, User) or not sees_all(request.user):
        return None
    found = service_cards(request.user, today())
    return ("reviews/_service_cards.html", {"services": found}) if found else None


Kind, State = Step.Kind, Review.State
NEXT = {
    Kind.PROPOSED: (
        gettext_lazy("Everything in “%(review)s” is decided: submit the decisions."),
        gettext_lazy("Propose"),
    ),
    Kind.APPROVED: (gettext_lazy("“%(review)s” is waiting for approval."), gettext_lazy("Check and approve")),
    Kind.CARRIED_OUT: (gettext_lazy("“%(review)s” is approved: carry it out."), gettext_lazy("Carry out")),
    Kind.CONFIRMED: (gettext_lazy("“%(review)s” was carried out: confirm it."), gettext_lazy("Compare and confirm")),
}


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """A fixed number of queries."""
    person = request.user
    if not isinstance(person, User):
        return
    on = today()
    for each in mine.of(person, on):
        if each.to_do:
            day = date_format(each.review.due, "DATE_FORMAT")
            text = ngettext(
                "“%(review)s”: %(count)s license to decide, due on %(day)s.",
                "“%(review)s”: %(count)s licenses to decide, due on %(day)s.",
                each.to_do,
            ) % {"review": each.review, "count": each.to_do, "day": day}
            url = f"{reverse('reviews:deciding', args=[each.review.pk])}?show=to_do"
            yield Waiting(text, url, _("Decide"), "clipboard-check", urgent=each.late)
    for draft in Review.objects.in_state(State.DRAFT).filter(owner=person).order_by("due", "pk"):
        text = _("“%(review)s” is your draft: check it and open it.") % {"review": draft}
        yield Waiting(text, reverse("reviews:review", args=[draft.pk]), _("Open it"), "clipboard-check")
    yield from next_steps(person)


def next_steps(person: User) -> Iterator[Waiting]:
    """The steps that somebody may be the one to take: nobody holds two, unless the review allows it."""
    steps = Prefetch("steps", Step.objects.filter(returned_at=None), to_attr="taken")
    found = Review.objects.owned_by(person).in_state(State.OPEN, State.CLOSED).with_progress().prefetch_related(steps)
    confirmed = Step.objects.filter(kind=Kind.CONFIRMED, returned_at=None).values("review")
    review: Any
    for review in found.exclude(pk__in=confirmed).order_by("due", "pk"):
        taken = {step.kind for step in review.taken}
        kind = next(kind for kind in Kind if kind not in taken)
        undecided = review.named_count - review.decided_count
        is_now = review.state == (State.CLOSED if kind == Kind.CONFIRMED else State.OPEN)
        took = any(step.by_id == person.pk for step in review.taken) and not review.one_person_two_steps
        if not is_now or took or (kind == Kind.PROPOSED and undecided):
            continue
        if kind == Kind.CARRIED_OUT and not person.changes_things:
            continue
        text, action = NEXT[kind]
        url = reverse("reviews:review", args=[review.pk])
        yield Waiting(str(text) % {"review": review}, url, str(action), "clipboard-check")
