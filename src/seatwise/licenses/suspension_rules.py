"""Suspending accounts and licenses, waking them up, and what is due on a day."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.licenses import effects, own_licenses, seats, suspension_endings
from seatwise.licenses.models import License, Suspension
from seatwise.licenses.models.licenses import LicenseQuerySet
from seatwise.licenses.models.suspensions import SuspensionQuerySet

PLANNED, ASLEEP, ENDED = Suspension.State.PLANNED, Suspension.State.ASLEEP, Suspension.State.ENDED


@transaction.atomic
def suspend(
    user: User, service: Service | None, *, until: datetime.date, reason: str, by: User | None, on: datetime.date,
    begins: datetime.date | None = None, keeps_seat: bool = False, by_review: bool = False,
) -> Suspension:  # fmt: skip
    """Let an account (no service) or a license sleep until a day, on which it wakes up. Raises Refused.

    It begins today, or on a later day (`begins`); the seat is free for others meanwhile, unless it is kept.
    """
    begins = begins or on
    _refuse_days(begins, until, on)
    if not reason.strip():
        raise Refused(_("A suspension needs a reason."))
    seats.lock_people([user])
    touched = _lock_services(user, service)
    if service is not None and not License.objects.of(service).held().by([user]).exists():
        raise Refused(_("%(name)s holds no license of %(service)s.") % {"name": user, "service": service})
    if Suspension.objects.unended().by([user]).filter(service=service).exists():
        raise Refused(_("%(name)s is suspended already, or a suspension is planned. Change that one.") % {"name": user})
    mark = own_licenses.refuse_for_oneself(service, user, by, by_review=by_review)
    falling = list(_licenses(user, service).awake())
    suspension: Suspension = Suspension.objects.create(
        user=user,
        service=service,
        begins=begins,
        until=until,
        keeps_seat=keeps_seat,
        reason=reason,
        by=by,
        state=ASLEEP if begins <= on else PLANNED,
    )
    if suspension.state == ASLEEP:
        _put_to_sleep(falling, touched, on)
    audit.record(by=by, verb="suspension.add", subject=suspension, after=suspension.described() | mark, reason=reason)
    return suspension


def end(suspension: Suspension, *, by: User | None, reason: str, on: datetime.date, by_review: bool = False) -> None:
    """Wake it up, or give up a planned one. Raises Refused where a seat is needed and there is none."""
    _end(suspension, Suspension.objects.unended(), by=by, reason=reason, on=on, by_review=by_review)


@transaction.atomic
def _end(
    suspension: Suspension, among: SuspensionQuerySet, *, by: User | None, reason: str, on: datetime.date,
    by_review: bool = False,
) -> None:  # fmt: skip
    """End it if it still is among some, which is looked at once nobody else can change it."""
    seats.lock_people([suspension.user])
    touched = _lock_services(suspension.user, suspension.service)
    mark = own_licenses.refuse_for_oneself(suspension.service, suspension.user, by, by_review=by_review)
    before = Suspension.objects.get(pk=suspension.pk)
    asleep = list(_licenses(suspension.user, suspension.service).asleep().values_list("pk", flat=True))
    if among.filter(pk=suspension.pk).update(state=ENDED, ended_on=on, ended_by=by, obstacle="") != 1:
        raise Refused(_("This suspension has ended already, or its day was changed. Nothing was changed."))
    if before.state == ASLEEP:
        woken = list(License.objects.filter(pk__in=asleep).awake())
        for service in touched:
            theirs = [each for each in woken if each.service_id == service.pk]
            effects.woke(service, theirs, on)
            if License.objects.filter(pk__in=[each.pk for each in theirs]).taking_a_seat().exists():
                seats.refuse_without_seats(service, on)
    suspension.refresh_from_db()
    audit.record(
        by=by,
        verb="suspension.end",
        subject=suspension,
        before=before.described(),
        after=suspension.described() | mark,
        reason=reason,
    )


@transaction.atomic
def change_day(
    suspension: Suspension, until: datetime.date, *, by: User | None, reason: str, on: datetime.date
) -> bool:
    """Let it last until another day; False where it is that day already. Raises Refused."""
    seats.lock_people([suspension.user])
    before = Suspension.objects.get(pk=suspension.pk)
    if before.until == until:
        return False
    _refuse_days(before.begins, until, on)
    mark = own_licenses.refuse_for_oneself(suspension.service, suspension.user, by)
    changed = Suspension.objects.unended().filter(pk=suspension.pk)
    if changed.update(until=until, asked_on=None, obstacle="") != 1:
        raise Refused(_("This suspension has ended already, or its day was changed. Nothing was changed."))
    suspension.refresh_from_db()
    audit.record(
        by=by,
        verb="suspension.change",
        subject=suspension,
        before={"until": str(before.until)},
        after={"until": str(until)} | mark,
        reason=reason,
    )
    return True


def _refuse_days(begins: datetime.date, until: datetime.date, on: datetime.date) -> None:
    if until <= on or until <= begins:
        raise Refused(_("The day of the return has to come after today and after the first day."))


def _lock_services(user: User, service: Service | None) -> list[Service]:
    """Lock the services that are touched, in the order in which services are locked."""
    held = License.objects.held().by([user])
    wanted = [service.pk] if service else list(held.values_list("service", flat=True))
    return list(Service.objects.filter(pk__in=wanted).locked())


def _licenses(user: User, service: Service | None) -> LicenseQuerySet:
    held: LicenseQuerySet = License.objects.held().by([user])
    return held.of(service) if service else held


def _put_to_sleep(falling: Sequence[License], touched: Sequence[Service], on: datetime.date) -> None:
    for service in touched:
        effects.slept(service, [each for each in falling if each.service_id == service.pk], on)


def begin_and_end(day: datetime.date) -> str | None:
    """What is due on a day: planned suspensions begin, others end; one that finds no seat goes on and says why."""
    begun = sum(_begin(suspension, day) for suspension in Suspension.objects.to_begin(day).select_related("user"))
    due = list(Suspension.objects.to_end(day).select_related("user", "service"))
    ended = sum(_end_if_there_is_a_seat(each, day) for each in due)
    stuck = Suspension.objects.to_end(day).count()
    if not begun and not ended and not stuck:
        return None
    return f"suspensions begun: {begun}, ended: {ended}, without a seat: {stuck}"


@transaction.atomic
def _begin(suspension: Suspension, day: datetime.date) -> bool:
    seats.lock_people([suspension.user])
    touched = _lock_services(suspension.user, suspension.service)
    falling = list(_licenses(suspension.user, suspension.service).awake())
    before = suspension.described()
    if Suspension.objects.to_begin(day).filter(pk=suspension.pk).update(state=ASLEEP) != 1:
        return False
    suspension.refresh_from_db()
    _put_to_sleep(falling, touched, day)
    audit.record(by=None, verb="suspension.begin", subject=suspension, before=before, after=suspension.described())
    return True


def _end_if_there_is_a_seat(suspension: Suspension, day: datetime.date) -> bool:
    try:
        _end(suspension, Suspension.objects.to_end(day), by=None, reason="", on=day)
    except seats.NoSeat as refusal:
        suspension_endings.report_obstacle(suspension, refusal.service)
        return False
    except Refused:  # somebody ended it or changed its day just now
        return False
    return True
