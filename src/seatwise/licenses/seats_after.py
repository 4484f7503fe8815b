"""How many seats will be taken after a change that was not made yet."""

from collections.abc import Collection, Mapping, Sequence

from seatwise.directory.models import Service, User
from seatwise.directory.models.people import Kind, Status
from seatwise.lib.batches import batches
from seatwise.licenses.models import Effect, License, Suspension
from seatwise.licenses.seats import Seats

GATE = Service.Removal.GATE


def after_adding(service: Service, before: Seats, people: Mapping[int, User]) -> Seats:
    """The seats once some people have got licenses. Removals of theirs that wait are withdrawn."""
    taking = [pk for pk, user in people.items() if user.status == Status.ACTIVE and user.kind != Kind.GUEST]
    held, pending = before.held, before.pending
    for some in batches(sorted(taking)):
        again = License.objects.of(service).by(some).removed_and_taking_a_seat().count()
        held += len(some) - again - _sleeping_with_a_free_seat(service, some)
        pending -= again
    return Seats(before.contracted, held, pending)


def _sleeping_with_a_free_seat(service: Service, users: Sequence[int]) -> int:
    """How many of some users would take no seat, since they are suspended; elsewhere they are to be stopped first."""
    if service.how_removal_takes_effect != GATE:
        return 0
    asleep = Suspension.objects.asleep().of(service).by(users)
    free = set(asleep.values_list("user", flat=True)) - set(asleep.keeping_seats().values_list("user", flat=True))
    return len(free)


def after_removing(service: Service, before: Seats, licenses: Collection[int]) -> Seats:
    """The seats once some licenses were removed. They are pending first, unless they were never there."""
    held, pending = before.held, before.pending
    for some in batches(sorted(licenses)):
        held -= License.objects.filter(pk__in=some).taking_a_seat().count()
        if service.how_removal_takes_effect != GATE:
            staying = _to_be_confirmed(some) + _promised_and_not_confirmed(some)
            held, pending = held + staying, pending + staying
    return Seats(before.contracted, held, pending)


def _to_be_confirmed(licenses: Sequence[int]) -> int:
    """How many of some licenses take a seat until their removal is confirmed."""
    effects = Effect.objects.for_licenses(licenses)
    never_there = effects.requested().of_kind(Effect.What.ADD).values("license")
    stopped = effects.confirmed().of_kind(Effect.What.SLEEP).values("license")
    chosen = License.objects.filter(pk__in=licenses)
    free_already = chosen.asleep(freeing_seats=True).filter(pk__in=stopped)
    there = chosen.by_people_who_take_seats().exclude(pk__in=never_there).exclude(pk__in=free_already.values("pk"))
    return int(there.count())


def _promised_and_not_confirmed(licenses: Sequence[int]) -> int:
    """How many removals wait whose seats were given to some licenses: they would take seats again."""
    waiting = Effect.objects.pending().of_kind(Effect.What.REMOVE).values("license")
    again = License.objects.by_people_who_take_seats().filter(replaced_by__in=licenses, pk__in=waiting)
    return int(again.count())
