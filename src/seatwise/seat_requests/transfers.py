"""Passing a seat on: asking its holder, taking it at once, the second person, and what becomes of the answer.

Locks are taken in the order that `request_steps` tells.
"""

import datetime
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.independence import Why as Tie
from seatwise.directory.models import User
from seatwise.directory.models.people import Kind
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.questions import Draft, ask_many, due_day
from seatwise.licenses import grants, own_licenses
from seatwise.licenses.exclusions import Reason, Why, not_judged
from seatwise.licenses.models import Change, License
from seatwise.seat_requests import notifications, request_steps, second_person
from seatwise.seat_requests.models import Passing, SeatRequest
from seatwise.seat_requests.models.passings import FREED, State
from seatwise.seat_requests.transfer_endings import claim, end, refuse_what_is_moot
from seatwise.seat_requests.wording import left_out

PURPOSE = "passing"
NOT_ASKED = (Why.EXEMPT, Why.ASKED, Why.IN_REVIEW, Why.KEPT, Why.SUSPENDED, Why.SYSTEM)


@transaction.atomic
def ask(held: License, for_user: User, *, by: User | None, on: datetime.date) -> Passing:
    """Ask the holder. The seat passes on when they agree, or when time has passed after a question that arrived."""
    _begin(held, for_user, by)
    _refuse_who_is_not_asked(held, on)
    passing = _new(held, for_user, state=State.ASKED, by=by, on=on)
    draft = Draft(held, passing, due_day(held.service, on))
    (passing.enquiry,) = ask_many([draft], purpose=PURPOSE, by=by, on=on)
    passing.save(update_fields=["enquiry"])
    audit.record(by=by, verb="passing.ask", subject=passing, after=passing.described())
    return passing


@transaction.atomic
def take(held: License, for_user: User, *, reason: str, by: User | None, on: datetime.date) -> Passing:
    """Pass it on at once; with a second person, once they say so. Whoever takes it for themselves always needs one."""
    reason = request_steps.with_reason(reason, _("Taking a seat at once needs a reason: its holder reads it."))
    _begin(held, for_user, by)
    state = State.AWAITING_SECOND
    passing = _new(held, for_user, state=state, by=by, on=on, reason=reason)
    audit.record(by=by, verb="passing.take", subject=passing, after=passing.described(), reason=reason)
    if second_person.is_needed(held, for_user, by):
        notifications.of_the_second(passing)
    else:
        _pass(passing, [state], by=by, on=on)
    return passing


def confirm(passing: Passing, *, by: User, on: datetime.date) -> None:
    """As the second person, have it passed on."""
    refuse_what_is_moot(passing, on)
    with transaction.atomic():
        request_steps.lock(passing.license.service, passing.license.user, passing.for_user)
        _refuse_who_is_not_independent(passing, by)
        _pass(passing, [State.AWAITING_SECOND], by=by, on=on, why=second_person.why_not(passing, by))


@transaction.atomic
def refuse(passing: Passing, *, by: User, reason: str, on: datetime.date) -> None:
    """As the second person, say no."""
    reason = request_steps.with_reason(reason, _("Say why: whoever wanted the seat reads it."))
    if second_person.why_not(passing, by) in (Tie.SELF, Tie.SHARED):
        _refuse_who_is_not_independent(passing, by)
    end(passing, State.REFUSED, [State.AWAITING_SECOND], by=by, on=on, end_reason=reason)
    notifications.of_trouble(passing)


def pass_on(passing: Passing, *, by: User | None, on: datetime.date) -> None:
    """Try again after the holder agreed, or was silent."""
    refuse_what_is_moot(passing, on)
    with transaction.atomic():
        request_steps.lock(passing.license.service, passing.license.user, passing.for_user)
        _pass(passing, FREED, by=by, on=on)


def is_over(enquiry: Enquiry) -> bool:
    """Whether no seat is passed on any more by an answer."""
    return not Passing.objects.open().filter(pk=enquiry.about_id).exclude(pk__in=Passing.objects.moot()).exists()


def answered(enquiry: Enquiry, on: datetime.date) -> None:
    """The holder answered."""
    passing = _of(enquiry)
    if passing is None:
        return
    if enquiry.is_given_back:
        _pass_if_possible(passing, State.AGREED, enquiry.answered_by, on)
    else:
        end(passing, State.KEPT, [State.ASKED], by=enquiry.answered_by, on=on, end_reason=enquiry.reason)
        notifications.of_trouble(passing)


def lapsed(enquiry: Enquiry, on: datetime.date) -> None:
    """Time has passed after a question that arrived."""
    passing = _of(enquiry)
    if passing is not None:
        _pass_if_possible(passing, State.LAPSED, passing.asked_by, on)


def taken_back(enquiry: Enquiry, on: datetime.date) -> None:
    """The holder keeps it after all, while it has not been passed on."""
    passing = _of(enquiry)
    if passing is None:
        return
    if passing.is_open:
        end(passing, State.KEPT, FREED, by=enquiry.answered_by, on=on, end_reason=enquiry.reason)
        notifications.of_trouble(passing)


def undeliverable(enquiry: Enquiry, on: datetime.date) -> None:
    """The question reached nobody: silence says nothing, and whoever asked is told."""
    passing = _of(enquiry)
    if passing is not None and passing.is_open:
        notifications.of_trouble(passing)


def lock_for(enquiry: Enquiry) -> None:
    """What the hooks of such a question need: people, the service, its as-of row, the request and the passing."""
    passing = _of(enquiry)
    people = [passing.for_user] if passing else []
    request_steps.lock(enquiry.license.service, enquiry.license.user, *people)
    if passing is not None:
        if passing.request_id:
            list(SeatRequest.objects.filter(pk=passing.request_id).select_for_update().values_list("pk"))
        list(Passing.objects.filter(pk=passing.pk).select_for_update().values_list("pk"))


def _of(enquiry: Enquiry) -> Passing | None:
    if enquiry.purpose != PURPOSE:
        return None
    found: Passing | None = Passing.objects.for_reading().filter(pk=enquiry.about_id).first()
    return found


def _begin(held: License, for_user: User, by: User | None) -> None:
    """Lock what is to be changed, and refuse what cannot be."""
    service = held.service
    request_steps.lock(service, held.user, for_user)
    own_licenses.refuse_giving(service, [for_user], by)
    if not License.objects.held().filter(pk=held.pk).exists():
        raise Refused(_("This license was removed meanwhile. Find another seat."))
    if for_user.kind == Kind.GUEST or for_user.status != "active":
        raise Refused(_("%(name)s cannot hold licenses.") % {"name": for_user})
    if License.objects.of(service).held().by([for_user]).exists():
        raise Refused(_("%(name)s holds a license of %(service)s already.") % {"name": for_user, "service": service})
    if Passing.objects.open().filter(license=held).exists():
        raise Refused(_("The seat of %(name)s is being passed on already.") % {"name": held.user})
    under_way = Passing.objects.open().of(service).towards(for_user).select_related("license__user").first()
    if under_way:
        raise Refused(
            _("A seat is being found for %(name)s already: that of %(holder)s. Give that up first.")
            % {"name": for_user, "holder": under_way.license.user}
        )


def _refuse_who_is_not_asked(held: License, on: datetime.date) -> None:
    reasons: Collection[Reason] = not_judged(held.service, [held.user_id], on).get(held.user_id, ())
    hindering = [reason for reason in reasons if reason.why in NOT_ASKED]
    if hindering:
        raise Refused(
            _("%(name)s is not asked now: %(reason)s. Choose somebody else.")
            % {"name": held.user, "reason": left_out(hindering[0])}
        )


def _new(held: License, for_user: User, *, state: str, by: User | None, on: datetime.date, reason: str = "") -> Passing:
    request = SeatRequest.objects.of(held.service).by(for_user).waiting().select_for_update().first()
    passing: Passing = Passing.objects.create(
        license=held, for_user=for_user, request=request, asked_by=by, asked_on=on, reason=reason, state=state
    )
    return passing


def _refuse_who_is_not_independent(passing: Passing, by: User) -> None:
    obstacle = second_person.obstacle(passing, by)
    if obstacle:
        raise Refused(obstacle)


def _pass_if_possible(passing: Passing, freed: str, by: User | None, on: datetime.date) -> None:
    """Pass it on; where the new holder cannot have it, remember that it is free to be passed on."""
    try:
        with transaction.atomic():
            _pass(passing, [State.ASKED], by=by, on=on)
    except Refused:
        passing.refresh_from_db()
        claim(passing, [State.ASKED], state=freed)
        notifications.of_trouble(passing)


def _pass(
    passing: Passing, states: Collection[str], *, by: User | None, on: datetime.date, why: Tie | None = None
) -> None:
    """Remove and add in one step. Under lock(); the request is claimed before the license, as everywhere.

    Raises Refused where it is for whoever does it. `why`: how the second person is not independent.
    """
    mark = own_licenses.refuse_for_oneself(passing.license.service, passing.for_user, by)
    mark |= {own_licenses.MARK: str(why)} if why else {}
    before = passing.described()
    request = passing.request
    if request is not None:
        list(SeatRequest.objects.filter(pk=request.pk).select_for_update().values_list("pk"))
        request.refresh_from_db()
    claim(passing, states, state=State.PASSED, ended_on=on, ended_by=by)
    reason = passing.reason or (passing.enquiry.reason if passing.enquiry else "")
    change = Change.objects.begin(by=by, how=Change.How.PASSING, reason=reason)
    new = grants.reassign(passing.license, passing.for_user, by=by, reason=reason, on=on, change=change)
    passing.change = change
    passing.save(update_fields=["change"])
    if request is not None and request.is_waiting:
        request_steps.granted(request, new, by=by, on=on)
    else:
        notifications.of_a_license(new)
    notifications.of_a_loss(passing)
    after = passing.described() | mark
    audit.record(by=by, verb="passing.pass", subject=passing, before=before, after=after, reason=reason)
