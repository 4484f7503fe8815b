"""How a seat's transfer ends without a new holder: given up, moot since something changed meanwhile, or undone.

When a change of licenses is undone, requests wait again, too, and whoever was told of it is told.
"""

import datetime
from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.enquiries import endings
from seatwise.enquiries.models import Enquiry
from seatwise.letters.models import Letter
from seatwise.lib.batches import among, batches
from seatwise.licenses import seats
from seatwise.licenses.models import Change, License
from seatwise.seat_requests import notifications
from seatwise.seat_requests.models import SeatRequest, SeatTransfer, requests, transfers
from seatwise.seat_requests.models.transfers import OPEN, Cause, State


@transaction.atomic
def cancel(
    transfer: SeatTransfer, *, by: User | None, reason: str, on: datetime.date, cause: str = Cause.BY_HAND
) -> None:
    """Give it up, and ask no more."""
    seats.lock(transfer.license.service)
    list(SeatTransfer.objects.filter(pk=transfer.pk).select_for_update().values_list("pk"))
    question = Enquiry.objects.filter(pk=transfer.enquiry_id or 0)
    end(transfer, State.CANCELLED, OPEN, by=by, on=on, cause=cause, end_reason=reason.strip())
    endings.withdraw(question, on=on, by=by, reason=reason.strip())


def licenses_removed(licenses: Sequence[License], on: datetime.date) -> None:
    """Nobody gets a seat that is just being removed in another way."""
    by = {each.pk: each.removed_by for each in licenses}
    for some in batches(by):
        for transfer in SeatTransfer.objects.open().filter(license__in=among(some)).for_reading().order_by("pk"):
            cancel(transfer, by=by[transfer.license_id], reason="", on=on, cause=Cause.LICENSE_CHANGED)


def end_if_moot(transfer: SeatTransfer, on: datetime.date) -> bool:
    """Give it up where the license, one of the two or the request changed meanwhile; whether it was.

    Where one of them takes no seat any more, whoever wanted the seat is told.
    """
    if not SeatTransfer.objects.moot().filter(pk=transfer.pk).exists():
        return False
    if License.objects.held().filter(pk=transfer.license_id).exists():
        service = transfer.license.service
        holds = License.objects.of(service).held().by([transfer.for_user]).exists()
        waits = transfer.request_id is None or SeatRequest.objects.waiting().filter(pk=transfer.request_id).exists()
        cause = Cause.HOLDS_ALREADY if holds else Cause.LEFT if waits else Cause.REQUEST_CLOSED
    else:
        cause = Cause.LICENSE_CHANGED
    try:
        with transaction.atomic():
            cancel(transfer, by=None, reason="", on=on, cause=cause)
            if cause == Cause.LEFT:
                notifications.of_trouble(transfer)
    except Refused:
        return False
    return True


def refuse_what_is_moot(transfer: SeatTransfer, on: datetime.date) -> None:
    """End it and raise Refused where something changed meanwhile. Outside of a transaction, so that the end stays."""
    if end_if_moot(transfer, on):
        raise Refused(
            _("Nothing was transferred, and this has ended: %(cause)s.") % {"cause": transfer.get_cause_display()}
        )


def end(
    transfer: SeatTransfer, state: str, states: Collection[str], *, by: User | None, on: datetime.date, **more: Any
) -> None:
    """Move it from one of some states to its last one, and record that. Raises Refused where it is in no such state."""
    before = transfer.described()
    claim(transfer, states, state=state, ended_on=on, ended_by=by, **more)
    audit.record(
        by=by,
        verb=f"transfer.{'keep' if state == State.KEPT else 'refuse' if state == State.REFUSED else 'cancel'}",
        subject=transfer,
        before=before,
        after={**transfer.described(), **({"cause": str(transfer.cause)} if transfer.cause else {})},
        reason=transfer.end_reason,
    )


def claim(transfer: SeatTransfer, states: Collection[str], **written: Any) -> None:
    """Move it on from one of some states, unless somebody else did. Raises Refused."""
    if SeatTransfer.objects.filter(pk=transfer.pk, state__in=states).update(**written) != 1:
        transfer.refresh_from_db()
        state = transfer.get_cause_display() if transfer.cause else transfer.get_state_display()
        raise Refused(_("This is no longer open: %(state)s. Nothing was changed.") % {"state": state})
    for name, value in written.items():
        setattr(transfer, name, value)


def changes_undone(pairs: Sequence[tuple[Change, Change]]) -> list[dict[str, Any]]:
    """In the transaction of undoing them; people, services and as-of rows are locked. What is to be audited."""
    undoing = {change.pk: each for change, each in pairs}
    given = list(License.objects.filter(added_in__in=undoing).select_related("user", "service").order_by("pk"))
    change_of = {each.pk: undoing[each.added_in_id or 0] for each in given}
    answered = SeatRequest.objects.filter(license__added_in__in=undoing).select_for_update(of=("self",)).order_by("pk")
    reopened = {each.license_id: each for each in answered.for_reading()}
    passed = SeatTransfer.objects.filter(change__in=undoing, state=transfers.State.PASSED).order_by("pk")
    locked = list(passed.select_for_update(of=("self",)).select_related("license__user", "license__service"))
    told = {*reopened, *_told_they_received(given)}
    notifications.of_licenses_undone([each for each in given if each.pk in told])
    entries = [(change_of[pk or 0], _reopen(request)) for pk, request in reopened.items()]
    entries += [(undoing[transfer.change_id or 0], _give_back(transfer)) for transfer in locked]
    return [{"by": each.by, "reason": each.reason} | entry for each, entry in entries]


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
