"""What is due without anybody pressing: requests that are offered a seat, and what has become needless."""

import datetime
from collections import defaultdict

from django.db import transaction

from seatwise import configuration
from seatwise.directory.models import Service
from seatwise.licenses.seats import seats_of
from seatwise.seat_requests import notifications, request_steps
from seatwise.seat_requests.models import SeatRequest, SeatTransfer
from seatwise.seat_requests.transfer_endings import end_if_moot


def every_minute() -> str | None:
    """All of it, as of today."""
    return tend(configuration.today())


def tend(on: datetime.date) -> str | None:
    """End what is needless, settle requests that wait for nothing, offer free seats. Quick where nothing waits."""
    ended = sum(end_if_moot(transfer, on) for transfer in SeatTransfer.objects.moot().for_reading())
    for transfer in SeatTransfer.objects.asking_who_left().for_reading():
        notifications.of_trouble(transfer)
    settled = sum(request_steps.settle(request, on) for request in SeatRequest.objects.to_settle().for_reading())
    offered = offer_free_seats(on)
    if not (ended or settled or offered):
        return None
    return f"seat requests: {offered} offered a seat, {settled} settled; {ended} transfers ended"


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
