"""Seats: how many there are, how many are taken, and never more taken than there are.

Whoever takes seats or changes who takes one locks first the people, then the services, each in the order of their ids,
and counts after writing. So two at once wait for each other, and the second sees what the first did.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from seatwise.directory.changes import PersonChange, Refused
from seatwise.directory.models import Service, User, takes_seats
from seatwise.lib.batches import among, batches
from seatwise.licenses.models import Contract, Effect, License, Suspension
from seatwise.licenses.models.contracts import contracted_on
from seatwise.licenses.models.licenses import seats_taken

GATE = Service.Removal.GATE


@dataclass(frozen=True)
class Seats:
    """Seats of a service on a day. `contracted` is None where no contract has begun yet: then nothing limits.

    `pending` of those held were removed, which is not confirmed: they are not free yet.
    """

    contracted: int | None
    held: int
    pending: int = 0

    @property
    def free(self) -> int | None:
        """How many can be given; None where nothing limits."""
        return None if self.contracted is None else max(self.contracted - self.held, 0)

    @property
    def too_many(self) -> int:
        return 0 if self.contracted is None else max(self.held - self.contracted, 0)


def find_a_seat(service: Service) -> tuple[str, str]:
    """The page on which a seat can be found, and what it is called."""
    return reverse("seat_requests:find", args=[service.code]), _("Find a seat")


class NoSeat(Refused):
    """There are not enough seats of a service."""

    def __init__(self, service: Service, message: str) -> None:
        super().__init__(message)
        self.service, self.way_out = service, find_a_seat(service)


def seats_of(
    service: Service, on: datetime.date, contracts: Iterable[Contract] | None = None, held: int | None = None
) -> Seats:
    """The seats of a service as contracted on a day from today on, and held now: by how many, if that is at hand."""
    return seats_of_all([service], on, contracts, held)[service.pk]


def seats_of_all(
    services: Sequence[Service],
    on: datetime.date,
    contracts: Iterable[Contract] | None = None,
    held: int | None = None,
) -> dict[int, Seats]:
    """The seats of several services by id: two queries, or one where all their contracts are at hand."""
    theirs: dict[int, list[Contract]] = defaultdict(list)
    for contract in Contract.objects.for_services(services) if contracts is None else contracts:
        theirs[contract.service_id].append(contract)
    taken = seats_taken(services, held)
    return {each.pk: Seats(contracted_on(theirs[each.pk], on), *taken.get(each.pk, (0, 0))) for each in services}


def refuse_who_takes_no_seat(*people: User) -> None:
    """Raise Refused for somebody inactive and for guests, as they are now: under lock_people() that stays so."""
    able = set(User.objects.take_seats().filter(pk__in=[person.pk for person in people]).values_list("pk", flat=True))
    for person in people:
        if person.pk not in able:
            raise Refused(_("%(name)s is inactive or a guest user, and cannot hold licenses.") % {"name": person})


def lock(*services: Service) -> None:
    """Let nobody else change the seats of services until the end of the transaction."""
    Service.objects.filter(pk__in=[service.pk for service in services]).lock()


def lock_people(people: Iterable[User]) -> dict[int, User]:
    """The people by id, unchanged by others until the end of the transaction, their status and kind read anew."""
    by_id = {person.pk: person for person in people}
    for pk, status, kind in hold_people(by_id):
        by_id[pk].status, by_id[pk].kind = status, kind
    return by_id


def hold_people(ids: Iterable[int]) -> list[tuple[int, str, str]]:
    """Let nobody else change some people, by their ids, until the end of the transaction; their status and kind."""
    found: list[tuple[int, str, str]] = []
    for some in batches(sorted(set(ids))):
        wanted = User.objects.filter(pk__in=among(some)).select_for_update(no_key=True).order_by("pk")
        found += wanted.values_list("pk", "status", "kind")
    return found


def refuse_without_seats(service: Service, on: datetime.date) -> None:
    """Raise Refused where more seats are held than there are. To be called after writing, under lock()."""
    seats = seats_of(service, on)
    if seats.too_many:
        raise NoSeat(
            service,
            _(
                "%(service)s has %(contracted)s seats, and %(held)s would be held: %(missing)s too few. "
                "Remove licenses or enter a larger contract first. Nothing was changed."
            )
            % {
                "service": service,
                "contracted": seats.contracted,
                "held": seats.held,
                "missing": seats.too_many,
            },
        )


def refuse_fewer_than_held(service: Service, on: datetime.date, *, before: Seats) -> None:
    """Raise Refused where contracts leave fewer seats than before, and fewer than are held.

    Where there were too few before, more of them are welcome even if they are still too few.
    """
    seats = seats_of(service, on)
    fewer = before.contracted is None or (seats.contracted or 0) < before.contracted
    if seats.too_many and fewer:
        message = ngettext(
            "%(held)s license for %(service)s is held, so %(contracted)s seats are not enough. Nothing was changed.",
            (
                "%(held)s licenses for %(service)s are held, so %(contracted)s seats are not enough. Nothing "
                "was changed."
            ),
            seats.held,
        )
        raise NoSeat(service, message % {"service": service, "contracted": seats.contracted, "held": seats.held})


def refuse_people_without_seats(changes: Sequence[PersonChange], on: datetime.date) -> None:
    """People who become active, or no guests any more, need seats for the licenses they hold."""
    returning = [change.user.pk for change in changes if not change.new and _takes_seat_newly(change)]
    if not returning:
        return
    held = License.objects.held().taking_a_seat().order_by()  # who sleeps needs a seat on waking up, not before
    wanted = {
        pk for some in batches(returning) for pk in held.by(among(some)).values_list("service", flat=True).distinct()
    }
    services = list(Service.objects.filter(pk__in=wanted))
    lock(*services)
    for service in services:
        refuse_without_seats(service, on)


def _takes_seat_newly(change: PersonChange) -> bool:
    user, before = change.user, change.before
    took = takes_seats(before.get("status", user.status), before.get("kind", user.kind))
    return takes_seats(user.status, user.kind) and not took


def after_adding(service: Service, before: Seats, people: Mapping[int, User]) -> Seats:
    """The seats once some people have got licenses. Removals of theirs that wait are withdrawn."""
    taking = [pk for pk, user in people.items() if takes_seats(user.status, user.kind)]
    held, pending = before.held, before.pending
    for some in batches(sorted(taking)):
        again = License.objects.of(service).by(among(some)).removed_and_taking_a_seat().count()
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
        held -= License.objects.filter(pk__in=among(some)).taking_a_seat().count()
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
    waiting = Effect.objects.pending().of_kind(Effect.What.REMOVE).filter(license=OuterRef("pk"))
    again = License.objects.by_people_who_take_seats().filter(Exists(waiting), replaced_by__in=licenses)
    return int(again.count())
