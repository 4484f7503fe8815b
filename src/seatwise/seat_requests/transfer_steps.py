"""Passing a seat on: asking its holder, taking it at once, the second person, and what becomes of the answer.

Locks are taken in the order that `request_steps` tells.
"""

import datetime
from collections.abc import Collection

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.independence import Why as Tie
from seatwise.directory.models import User
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.purposes import Purpose, register
from seatwise.enquiries.questions import Draft, ask_many, due_day
from seatwise.licenses import grants, own_licenses, seats
from seatwise.licenses.exclusions import Reason, Why, not_judged
from seatwise.licenses.models import Change, License
from seatwise.seat_requests import notifications, request_steps, second_person
from seatwise.seat_requests.models import SeatRequest, SeatTransfer
from seatwise.seat_requests.models.transfers import FREED, State
from seatwise.seat_requests.transfer_endings import claim, end, end_if_moot, refuse_what_is_moot
from seatwise.seat_requests.wording import left_out

PURPOSE = "transfer"
NOT_ASKED = (Why.EXEMPT, Why.ASKED, Why.IN_REVIEW, Why.KEPT, Why.SUSPENDED, Why.SYSTEM)


@transaction.atomic
def ask(held: License, for_user: User, *, by: User | None, on: datetime.date) -> SeatTransfer:
    """Ask the holder. The seat passes on when they agree, or when time has passed after a question that arrived."""
    _begin(held, for_user, by)
    _refuse_who_is_not_asked(held, on)
    transfer = _new(held, for_user, state=State.ASKED, by=by, on=on)
    draft = Draft(held, transfer, due_day(held.service, on))
    (transfer.enquiry,) = ask_many([draft], purpose=PURPOSE, by=by, on=on)
    transfer.save(update_fields=["enquiry"])
    audit.record(by=by, verb="transfer.ask", subject=transfer, after=transfer.described())
    return transfer


@transaction.atomic
def take(held: License, for_user: User, *, reason: str, by: User | None, on: datetime.date) -> SeatTransfer:
    """Pass it on at once; with a second person, once they say so. Whoever takes it for themselves always needs one."""
    reason = request_steps.with_reason(reason, _("Taking a seat immediately needs a reason: its holder will read it."))
    _begin(held, for_user, by)
    state = State.AWAITING_SECOND
    transfer = _new(held, for_user, state=state, by=by, on=on, reason=reason)
    audit.record(by=by, verb="transfer.take", subject=transfer, after=transfer.described(), reason=reason)
    if second_person.is_needed(held, for_user, by):
        notifications.of_the_second(transfer)
    else:
        _pass(transfer, [state], by=by, on=on)
    return transfer


def confirm(transfer: SeatTransfer, *, by: User, on: datetime.date) -> None:
    """As the second person, have it passed on."""
    refuse_what_is_moot(transfer, on)
    with transaction.atomic():
        request_steps.lock(transfer.license.service, transfer.license.user, transfer.for_user)
        _refuse_who_is_not_independent(transfer, by)
        _pass(transfer, [State.AWAITING_SECOND], by=by, on=on, why=second_person.why_not(transfer, by))


@transaction.atomic
def refuse(transfer: SeatTransfer, *, by: User, reason: str, on: datetime.date) -> None:
    """As the second person, say no."""
    reason = request_steps.with_reason(reason, _("Give a reason: the person who asked for the seat will read it."))
    if second_person.why_not(transfer, by) in (Tie.SELF, Tie.SHARED):
        _refuse_who_is_not_independent(transfer, by)
    end(transfer, State.REFUSED, [State.AWAITING_SECOND], by=by, on=on, end_reason=reason)
    notifications.of_trouble(transfer)


def pass_on(transfer: SeatTransfer, *, by: User | None, on: datetime.date) -> None:
    """Try again after the holder agreed, or was silent."""
    refuse_what_is_moot(transfer, on)
    with transaction.atomic():
        request_steps.lock(transfer.license.service, transfer.license.user, transfer.for_user)
        _pass(transfer, FREED, by=by, on=on)


def is_over(enquiry: Enquiry) -> bool:
    """Whether no seat is passed on any more by an answer."""
    return (
        not SeatTransfer.objects.open().filter(pk=enquiry.about_id).exclude(pk__in=SeatTransfer.objects.moot()).exists()
    )


def answered(enquiry: Enquiry, on: datetime.date) -> None:
    transfer = _of(enquiry)
    if transfer is None:
        return
    if enquiry.is_given_back:
        _pass_if_possible(transfer, State.AGREED, enquiry.answered_by, on)
    else:
        end(transfer, State.KEPT, [State.ASKED], by=enquiry.answered_by, on=on, end_reason=enquiry.reason)
        notifications.of_trouble(transfer)


def lapsed(enquiry: Enquiry, on: datetime.date) -> None:
    """Time has passed after a question that arrived."""
    transfer = _of(enquiry)
    if transfer is not None:
        _pass_if_possible(transfer, State.LAPSED, transfer.asked_by, on)


def taken_back(enquiry: Enquiry, on: datetime.date) -> None:
    """The holder keeps it after all, while it has not been passed on."""
    transfer = _of(enquiry)
    if transfer is None:
        return
    if transfer.is_open:
        end(transfer, State.KEPT, FREED, by=enquiry.answered_by, on=on, end_reason=enquiry.reason)
        notifications.of_trouble(transfer)


def undeliverable(enquiry: Enquiry, on: datetime.date) -> None:
    """The question reached nobody: silence says nothing, and whoever asked is told."""
    transfer = _of(enquiry)
    if transfer is not None and transfer.is_open:
        notifications.of_trouble(transfer)


def lock_for(enquiry: Enquiry) -> None:
    """What the hooks of such a question need: people, the service, its as-of row, the request and the transfer."""
    transfer = _of(enquiry)
    people = [transfer.for_user] if transfer else []
    request_steps.lock(enquiry.license.service, enquiry.license.user, *people)
    if transfer is not None:
        if transfer.request_id:
            list(SeatRequest.objects.filter(pk=transfer.request_id).select_for_update().values_list("pk"))
        list(SeatTransfer.objects.filter(pk=transfer.pk).select_for_update().values_list("pk"))


def _of(enquiry: Enquiry) -> SeatTransfer | None:
    if enquiry.purpose != PURPOSE:
        return None
    found: SeatTransfer | None = SeatTransfer.objects.for_reading().filter(pk=enquiry.about_id).first()
    return found


def _begin(held: License, for_user: User, by: User | None) -> None:
    """Lock what is to be changed, and refuse what cannot be."""
    service = held.service
    request_steps.lock(service, held.user, for_user)
    own_licenses.refuse_giving(service, [(for_user, by)])
    if not License.objects.held().filter(pk=held.pk).exists():
        raise Refused(_("This license has since been removed. Find another seat."))
    seats.refuse_who_takes_no_seat(for_user)
    if License.objects.of(service).held().by([for_user]).exists():
        raise Refused(_("%(name)s already holds a license for %(service)s.") % {"name": for_user, "service": service})
    if SeatTransfer.objects.open().filter(license=held).exists():
        raise Refused(_("%(name)s’s seat is already being transferred.") % {"name": held.user})
    under_way = SeatTransfer.objects.open().of(service).towards(for_user).select_related("license__user").first()
    if under_way:
        raise Refused(
            _("A seat transfer for %(name)s is already in progress, from %(holder)s. Give that up first.")
            % {"name": for_user, "holder": under_way.license.user}
        )


def _refuse_who_is_not_asked(held: License, on: datetime.date) -> None:
    reasons: Collection[Reason] = not_judged(held.service, [held.user_id], on).get(held.user_id, ())
    hindering = [reason for reason in reasons if reason.why in NOT_ASKED]
    if hindering:
        raise Refused(
            _("%(name)s cannot be asked now: %(reason)s. Choose someone else.")
            % {"name": held.user, "reason": left_out(hindering[0])}
        )


def _new(
    held: License, for_user: User, *, state: str, by: User | None, on: datetime.date, reason: str = ""
) -> SeatTransfer:
    request = SeatRequest.objects.of(held.service).by(for_user).waiting().select_for_update().first()
    transfer: SeatTransfer = SeatTransfer.objects.create(
        license=held, for_user=for_user, request=request, asked_by=by, asked_on=on, reason=reason, state=state
    )
    return transfer


def _refuse_who_is_not_independent(transfer: SeatTransfer, by: User) -> None:
    obstacle = second_person.obstacle(transfer, by)
    if obstacle:
        raise Refused(obstacle)


def _pass_if_possible(transfer: SeatTransfer, freed: str, by: User | None, on: datetime.date) -> None:
    """Pass it on; where the new holder cannot have it, remember that it is free to be passed on."""
    if end_if_moot(transfer, on):
        return
    try:
        with transaction.atomic():
            _pass(transfer, [State.ASKED], by=by, on=on)
    except Refused:
        transfer.refresh_from_db()
        claim(transfer, [State.ASKED], state=freed)
        notifications.of_trouble(transfer)


def _pass(
    transfer: SeatTransfer, states: Collection[str], *, by: User | None, on: datetime.date, why: Tie | None = None
) -> None:
    """Remove and add in one step. Under lock(); the request is claimed before the license, as everywhere.

    Raises Refused where it is for whoever does it. `why`: how the second person is not independent.
    """
    mark = own_licenses.refuse_for_oneself(transfer.license.service, transfer.for_user, by)
    mark |= {own_licenses.MARK: str(why)} if why else {}
    seats.refuse_who_takes_no_seat(transfer.for_user)
    before = transfer.described()
    request = transfer.request
    if request is not None:
        list(SeatRequest.objects.filter(pk=request.pk).select_for_update().values_list("pk"))
        request.refresh_from_db()
    claim(transfer, states, state=State.PASSED, ended_on=on, ended_by=by)
    reason = transfer.reason or (transfer.enquiry.reason if transfer.enquiry else "")
    change = Change.objects.begin(by=by, how=Change.How.TRANSFER, reason=reason)
    new = grants.reassign(transfer.license, transfer.for_user, by=by, reason=reason, on=on, change=change)
    transfer.change = change
    transfer.save(update_fields=["change"])
    if request is not None and request.is_waiting:
        request_steps.granted(request, new, by=by, on=on)
    else:
        notifications.of_a_license(new)
    notifications.of_a_loss(transfer)
    after = transfer.described() | mark
    audit.record(by=by, verb="transfer.pass", subject=transfer, before=before, after=after, reason=reason)


def why(enquiry: Enquiry) -> str:
    """Why it is asked. Who is to have the seat is not said: the answer is to be about the holder's own work."""
    return _("A colleague needs a seat for %(service)s, and none is free.") % {"service": enquiry.license.service}


def question(enquiry: Enquiry) -> str:
    return _("Do you still need it, or can your seat be given to them?")


def silence(enquiry: Enquiry) -> str:
    """What happens without an answer."""
    return _("Without an answer by %(day)s the seat is transferred. You can request a seat again at any time.") % {
        "day": date_format(enquiry.due, "DATE_FORMAT")
    }


def after_giving_back(enquiry: Enquiry) -> str:
    """What follows from giving it back."""
    return _("The seat is transferred immediately. If you need one again, request it on your home page.")


def register_purpose() -> None:
    register(
        Purpose(
            PURPOSE,
            gettext_lazy("a seat for someone else"),
            why,
            silence,
            question=question,
            after_giving_back=after_giving_back,
            lock=lock_for,
            is_over=is_over,
        )
    )
