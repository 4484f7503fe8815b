"""What follows here when a change of licenses is undone: requests wait again, and whoever was told of it is told."""

from collections.abc import Sequence
from typing import Any

from seatwise.letters.models import Letter
from seatwise.lib.batches import batches
from seatwise.licenses.models import Change, License
from seatwise.seat_requests import notifications
from seatwise.seat_requests.models import SeatRequest, SeatTransfer, requests, transfers


def change_undone(change: Change, undoing: Change) -> list[dict[str, Any]]:
    """In the transaction of undoing it; people, services and as-of rows are locked. What is to be audited."""
    given = list(License.objects.filter(added_in=change).select_related("user", "service").order_by("pk"))
    answered = SeatRequest.objects.filter(license__added_in=change).select_for_update(of=("self",)).order_by("pk")
    reopened = {each.license_id: each for each in answered.for_reading()}
    passed = SeatTransfer.objects.filter(change=change, state=transfers.State.PASSED)
    transfer = passed.select_for_update(of=("self",)).select_related("license__user", "license__service").first()
    told = {*reopened, *_told_they_received(given)}
    notifications.of_licenses_undone([each for each in given if each.pk in told])
    entries = [_reopen(request) for request in reopened.values()]
    if transfer is not None:
        entries.append(_give_back(transfer))
    return [{"by": undoing.by, "reason": undoing.reason} | entry for entry in entries]


def _told_they_received(given: Sequence[License]) -> set[int]:
    """The ids of the licenses of which their holders were told, or were to be told as the next thing."""
    found: set[int] = set()
    for some in batches(given):
        received = Letter.objects.about(*some).of_kind(notifications.RECEIVED)
        found.update(int(pk) for pk in received.values_list("subject_id", flat=True))
        received.withdraw()
    return found


def _reopen(request: SeatRequest) -> dict[str, Any]:
    """It waits for an answer again, and is offered a seat as soon as there is one."""
    before = request.described()
    Letter.objects.about(request).of_kind(notifications.ANSWERED).withdraw()
    request.state, request.license, request.handled_by = requests.State.WAITING, None, None
    request.handled_on = request.offered_on = None
    request.save(update_fields=["state", "license", "handled_by", "handled_on", "offered_on"])
    return {"verb": "seat_request.reopen", "subject": request, "before": before, "after": request.described()}


def _give_back(transfer: SeatTransfer) -> dict[str, Any]:
    before = transfer.described()
    Letter.objects.about(transfer).of_kind(notifications.LEFT).withdraw()
    transfer.state = transfers.State.UNDONE
    transfer.save(update_fields=["state"])
    notifications.of_a_seat_given_back(transfer)
    return {"verb": "transfer.undo", "subject": transfer, "before": before, "after": transfer.described()}
