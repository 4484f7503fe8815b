"""What is due without anybody pressing: requests that are offered a seat, and what has become needless."""

import datetime
from collections import defaultdict

from django.db import transaction

from seatwise import configuration
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service
from seatwise.licenses.models import License
from seatwise.licenses.seats import seats_of
from seatwise.seat_requests import notifications, request_steps
from seatwise.seat_requests.models import SeatRequest, SeatTransfer
from seatwise.seat_requests.transfer_endings import end_if_moot


def every_minute() -> str | None:
    """All of it, as of today."""
    return tend(configuration.today())


def tend(on: datetime.date) -> str | None:
    """End what is needless, take requests of holders as granted, offer free seats. Quick where nothing waits."""
    ended = sum(end_if_moot(transfer, on) for transfer in SeatTransfer.objects.moot().for_reading())
    settled = sum(settle(request, on) for request in SeatRequest.objects.waiting().of_holders().for_reading())
    offered = offer_free_seats(on)
    if not (ended or settled or offered):
        return None
    return f"requests for seats: {offered} offered a seat, {settled} settled; {ended} transfers ended"


@transaction.atomic
def settle(request: SeatRequest, on: datetime.date) -> bool:
    """The person got a license by another way: the request is granted. Whether it still waited."""
    request_steps.lock(request.service, request.person)
    held = License.objects.of(request.service).held().by([request.person]).select_related("added_by").first()
    if held is None:
        return False
    try:
        request_steps.granted(request, held, by=held.added_by, on=on)
    except Refused:
        return False
    return True


def offer_free_seats(on: datetime.date) -> int:
    """Tell administrators of requests for which there is a seat now; forget it where there is none any more."""
    waiting: dict[Service, list[SeatRequest]] = defaultdict(list)
    for request in SeatRequest.objects.waiting().for_reading().oldest_first():
        waiting[request.service].append(request)
    return sum(_offer(service, requests, on) for service, requests in waiting.items())


def _offer(service: Service, requests: list[SeatRequest], on: datetime.date) -> int:
    free = seats_of(service, on).free
    chosen, others = (requests, []) if free is None else (requests[:free], requests[free:])
    withdrawn = [each.pk for each in others if each.offered_on]
    if withdrawn:
        SeatRequest.objects.waiting().filter(pk__in=withdrawn).update(offered_on=None)
    return sum(_tell(request, on) for request in chosen if not request.offered_on)


@transaction.atomic
def _tell(request: SeatRequest, on: datetime.date) -> bool:
    if SeatRequest.objects.waiting().not_offered().filter(pk=request.pk).update(offered_on=on) != 1:
        return False
    notifications.of_a_free_seat(request)
    return True
