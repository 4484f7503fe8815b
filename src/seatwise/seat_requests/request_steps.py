"""Asking for a seat, granting, refusing and withdrawing: the request, the license, letters and the audit entry at once.

Locks are taken in this order: people, the service, its as-of row, requests, transfers, enquiries, the end of the audit
log.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _, ngettext

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Kind, Service, Status, User
from seatwise.ledger import locking
from seatwise.licenses import grants, own_licenses, seats
from seatwise.licenses.models import Change, License
from seatwise.seat_requests import notifications
from seatwise.seat_requests.models import SeatRequest, SeatTransfer
from seatwise.seat_requests.models.requests import State
from seatwise.seat_requests.transfer_endings import end_if_moot

LONGEST_REASON = 2000  # characters


def lock(service: Service, *people: User) -> None:
    """What is locked before any row of this app."""
    seats.lock_people(people)
    seats.lock(service)
    locking.lock(service)


def with_reason(reason: str, message: str) -> str:
    """The reason without blanks around it. Raises Refused where there is none, or too much."""
    if not reason.strip():
        raise Refused(message)
    if len(reason) > LONGEST_REASON:
        raise Refused(_("A reason has at most %(most)d characters.") % {"most": LONGEST_REASON})
    return reason.strip()


@transaction.atomic
def ask(service: Service, person: User, *, reason: str, on: datetime.date) -> SeatRequest:
    reason = with_reason(reason, _("Say briefly what you need it for."))
    lock(service, person)
    if not person.is_active or person.kind == Kind.GUEST:
        raise Refused(_("%(name)s cannot hold licenses.") % {"name": person})
    if License.objects.of(service).held().by([person]).exists():
        raise Refused(_("You already hold a license for %(service)s.") % {"service": service})
    if SeatRequest.objects.of(service).by(person).waiting().exists():
        raise Refused(
            _("You have already requested a seat for %(service)s. Your request is open.") % {"service": service}
        )
    free = seats.seats_of(service, on).free
    offered_on = on if free is None or free > SeatRequest.objects.of(service).waiting().offered().count() else None
    request: SeatRequest = SeatRequest.objects.create(
        service=service, person=person, reason=reason, asked_on=on, offered_on=offered_on
    )
    notifications.of_a_request(request)
    audit.record(by=person, verb="seat_request.ask", subject=request, after=request.described(), reason=reason)
    return request


def grant(request: SeatRequest, *, by: User | None, on: datetime.date) -> License:
    """Give a free seat. Without one nothing is granted: the request goes on waiting."""
    license = _grant(request, by=by, on=on)  # noqa: A001 - the field's term
    end_transfers(request, on)
    return license


def end_transfers(request: SeatRequest, on: datetime.date) -> None:
    """Nobody needs to give up a seat for it any more. In transactions of their own: the tick does what is left over."""
    for transfer in SeatTransfer.objects.open().filter(request=request).for_reading():
        end_if_moot(transfer, on)


@transaction.atomic
def _grant(request: SeatRequest, *, by: User | None, on: datetime.date) -> License:
    lock(request.service, request.person)
    if not SeatRequest.objects.waiting().filter(pk=request.pk).exists():
        raise Refused(what_became_of(request))
    mark = own_licenses.refuse_for_oneself(request.service, request.person, by)
    _refuse_without_a_free_seat(request.service, request.person, on)
    change = Change.objects.begin(by=by, how=Change.How.REQUEST, reason=request.reason)
    license, *_others = grants.grant(  # noqa: A001 - the field's term
        request.service, [request.person], by=by, reason=request.reason, on=on, change=change
    )
    granted(request, license, by=by, on=on, mark=mark)
    return license


def granted(
    request: SeatRequest, license: License, *, by: User | None, on: datetime.date,  # noqa: A002
    mark: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """A license was given for it. Under lock(), in the transaction in which it was given. Raises Refused.

    `mark`: how it is the own of whoever gave it, for the audit log.
    """
    before = request.described()
    claim(request, State.GRANTED, by=by, on=on, license=license)
    notifications.of_an_answer(request)
    after = request.described() | dict(mark or {})
    audit.record(by=by, verb="seat_request.grant", subject=request, before=before, after=after)


def refuse(request: SeatRequest, *, by: User | None, reason: str, on: datetime.date) -> None:
    _refuse(request, by=by, reason=with_reason(reason, _("Give a reason: the person will read it.")), on=on)
    end_transfers(request, on)


@transaction.atomic
def _refuse(request: SeatRequest, *, by: User | None, reason: str, on: datetime.date) -> None:
    before = request.described()
    claim(request, State.REFUSED, by=by, on=on, answer=reason)
    notifications.of_an_answer(request)
    audit.record(
        by=by, verb="seat_request.refuse", subject=request, before=before, after=request.described(), reason=reason
    )


def withdraw(request: SeatRequest, *, by: User, on: datetime.date) -> None:
    if by.pk != request.person_id:
        raise Refused(_("Only the person who made a request can withdraw it."))
    _withdraw(request, by=by, on=on)
    end_transfers(request, on)


@transaction.atomic
def _withdraw(request: SeatRequest, *, by: User | None, on: datetime.date) -> None:
    before = request.described()
    claim(request, State.WITHDRAWN, by=by, on=on)
    audit.record(by=by, verb="seat_request.withdraw", subject=request, before=before, after=request.described())


@transaction.atomic
def settle(request: SeatRequest, on: datetime.date) -> bool:
    """It is granted where the person got a license by another way, and withdrawn where they left; whether it was."""
    lock(request.service, request.person)
    held = License.objects.of(request.service).held().by([request.person]).select_related("added_by").first()
    try:
        if held is not None:
            granted(request, held, by=held.added_by, on=on)
            return True
        if User.objects.take_seats().filter(pk=request.person_id).exists():
            return False
        _withdraw(request, by=None, on=on)
    except Refused:
        return False
    if request.person.status == Status.ACTIVE:
        notifications.of_an_answer(request)
    return True


def claim(request: SeatRequest, state: str, *, by: User | None, on: datetime.date, **written: Any) -> None:
    """Answer it, unless somebody else has. Raises Refused."""
    written |= {"state": state, "handled_by": by, "handled_on": on}
    if SeatRequest.objects.waiting().filter(pk=request.pk).update(**written) != 1:
        raise Refused(what_became_of(request))
    for name, value in written.items():
        setattr(request, name, value)


def what_became_of(request: SeatRequest) -> str:
    """Why nothing is left to be answered."""
    request.refresh_from_db()
    return _("This request has already been answered: %(state)s. Nothing was changed.") % {
        "state": request.get_state_display()
    }


def _refuse_without_a_free_seat(service: Service, person: User, on: datetime.date) -> None:
    """Raise Refused where none is free, and for those who cannot take one. Under lock()."""
    seats.refuse_who_takes_no_seat(person)
    found = seats.seats_of(service, on)
    if found.free is None or found.free > 0:
        return
    if found.pending:
        raise Refused(
            ngettext(
                (
                    "No seat for %(service)s is free: the removal of %(count)d license is not confirmed yet. The "
                    "request stays open and can be granted here as soon as it is."
                ),
                (
                    "No seat for %(service)s is free: the removal of %(count)d licenses is not confirmed yet. The"
                    " request stays open and can be granted here as soon as one is."
                ),
                found.pending,
            )
            % {"service": service, "count": found.pending}
        )
    text = _("No seat for %(service)s is free, so nothing was granted. Find a seat first, or enter a larger contract.")
    raise seats.NoSeat(service, text % {"service": service})


def give(service: Service, person: User, *, by: User | None, on: datetime.date) -> License:
    """Give somebody a free seat, and grant their request if they made one. Raises Refused."""
    request = SeatRequest.objects.of(service).by(person).waiting().for_reading().first()
    return grant(request, by=by, on=on) if request is not None else _give(service, person, by=by, on=on)


@transaction.atomic
def _give(service: Service, person: User, *, by: User | None, on: datetime.date) -> License:
    lock(service, person)
    _refuse_without_a_free_seat(service, person, on)
    change = Change.objects.begin(by=by, how=Change.How.SCREEN)
    license, *_others = grants.grant(service, [person], by=by, reason="", on=on, change=change)  # noqa: A001
    notifications.of_a_license(license)
    return license
