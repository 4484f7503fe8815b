"""How many seats will be taken after a change that was not made yet, and those of many services at once."""

import datetime
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Count, QuerySet, Sum

from seatwise.directory.models import Service, User
from seatwise.directory.models.people import Kind, Status
from seatwise.licenses.models import Contract, Effect, License, Suspension
from seatwise.licenses.seats import Seats, in_batches

VENDOR = Service.Removal.VENDOR


def after_adding(service: Service, before: Seats, people: Mapping[int, User]) -> Seats:
    """The seats once some people have got licenses."""
    taking = [pk for pk, user in people.items() if user.status == Status.ACTIVE and user.kind != Kind.GUEST]
    held, pending = before.held, before.pending
    for some in in_batches(sorted(taking)):
        free = Suspension.objects.asleep().of(service).freeing_seats().by(some).values("user").distinct().count()
        again = License.objects.of(service).by(some).removed_and_taking_a_seat().count()  # their removal is withdrawn
        held += len(some) - free - again
        pending -= again
    return Seats(before.contracted, held, pending)


def after_removing(service: Service, before: Seats, licenses: Collection[int]) -> Seats:
    """The seats once some licenses were removed. A vendor's are pending first, unless they were never added there."""
    held, pending = before.held, before.pending
    at_vendor = service.how_removal_takes_effect == VENDOR
    for some in in_batches(sorted(licenses)):
        chosen = License.objects.filter(pk__in=some)
        held -= chosen.taking_a_seat().count()
        if at_vendor:
            never_there = Effect.objects.pending().of_kind(Effect.What.ADD).for_licenses(some).values("license")
            staying = chosen.by_people_who_take_seats().exclude(pk__in=never_there).count()
            staying += _promised_and_not_confirmed(some)
            held, pending = held + staying, pending + staying
    return Seats(before.contracted, held, pending)


def _promised_and_not_confirmed(licenses: Sequence[int]) -> int:
    """How many removals wait for the vendor whose seats were given to some licenses: they would take seats again."""
    waiting = Effect.objects.pending().of_kind(Effect.What.REMOVE).values("license")
    again = License.objects.by_people_who_take_seats().filter(replaced_by__in=licenses, pk__in=waiting)
    return int(again.count())


def seats_of_each(services: Collection[Service], on: datetime.date) -> dict[int, Seats]:
    """The seats of many services, by their ids. Four queries."""
    ids = [service.pk for service in services]
    contracts = Contract.objects.filter(service__in=ids)
    entered = set(contracts.values_list("service", flat=True))
    contracted = _by_service(contracts.in_force(on), Sum("seats"))
    taken = License.objects.filter(service__in=ids)
    held = _by_service(taken.taking_a_seat(), Count("pk"))
    pending = _by_service(taken.removed_and_taking_a_seat(), Count("pk"))
    return {
        pk: Seats(contracted.get(pk, 0) if pk in entered else None, held.get(pk, 0), pending.get(pk, 0)) for pk in ids
    }


def _by_service(rows: "QuerySet[Contract] | QuerySet[License]", number: "Count | Sum") -> dict[int, int]:
    return dict(rows.order_by().values("service").annotate(number=number).values_list("service", "number"))
