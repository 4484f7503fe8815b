"""Suspending accounts and licenses, waking them up, and what is due on a day."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.lib.batches import batches, in_halves
from seatwise.licenses import effects, own_licenses, seats, suspension_endings
from seatwise.licenses.models import License, Suspension
from seatwise.licenses.models.licenses import LicenseQuerySet
from seatwise.licenses.models.suspensions import SuspensionQuerySet

AT_ONCE = 200  # suspensions that end together: as long as it takes, others wait for the service
PLANNED, ASLEEP, ENDED = Suspension.State.PLANNED, Suspension.State.ASLEEP, Suspension.State.ENDED


@dataclass(frozen=True)
class Leave:
    """Who is to be suspended until which day, on which they wake up, why and by whom."""

    user: User
    until: datetime.date
    reason: str
    by: User | None


@transaction.atomic
def suspend(
    user: User, service: Service | None, *, until: datetime.date, reason: str, by: User | None, on: datetime.date,
    begins: datetime.date | None = None, keeps_seat: bool = False,
) -> Suspension:  # fmt: skip
    """Let an account (no service) or a license sleep until a day, on which it wakes up. Raises Refused.

    It begins today, or on a later day (`begins`); the seat is free for others meanwhile, unless it is kept.
    """
    wanted = Leave(user, until, reason, by)
    return suspend_each(service, [wanted], on=on, begins=begins, keeps_seat=keeps_seat)[0]


@transaction.atomic
def suspend_each(
    service: Service | None, wanted: Sequence[Leave], *, on: datetime.date, begins: datetime.date | None = None,
    keeps_seat: bool = False, by_review: bool = False,
) -> list[Suspension]:  # fmt: skip
    """The same of some, all or none, in their order; nobody twice."""
    begins = begins or on
    for each in wanted:
        _refuse_days(begins, each.until, on)
        if not each.reason.strip():
            raise Refused(_("A suspension needs a reason."))
    users = [each.user for each in wanted]
    seats.lock_people(users)
    touched = _lock_services(users, service)
    _refuse_leaves(service, users)
    marks = _marks(service, [(each.user, each.by) for each in wanted], by_review=by_review)
    falling = list(_licenses(users, service).awake())
    state = ASLEEP if begins <= on else PLANNED
    made = [
        Suspension(
            user=each.user,
            service=service,
            begins=begins,
            until=each.until,
            keeps_seat=keeps_seat,
            reason=each.reason,
            by=each.by,
            state=state,
        )
        for each in wanted
    ]
    Suspension.objects.bulk_create(made)
    if state == ASLEEP:
        _put_to_sleep(falling, touched, on)
    audit.record_many(
        audit.entry(each.by, "suspension.add", each, after=each.described() | mark, reason=each.reason)
        for each, mark in zip(made, marks, strict=True)
    )
    return made


def _refuse_leaves(service: Service | None, users: Sequence[User]) -> None:
    """Raise Refused for who holds no license of the service, and for who is suspended there already."""
    held = set[int]() if service is None else set(_licenses(users, service).values_list("user", flat=True))
    unended = Suspension.objects.unended().by(users).filter(service=service)
    already = set(unended.values_list("user", flat=True))
    for user in users:
        if service is not None and user.pk not in held:
            raise Refused(_("%(name)s has no license for %(service)s.") % {"name": user, "service": service})
        if user.pk in already:
            raise Refused(
                _("%(name)s is already suspended, or a suspension is planned. Change that one.") % {"name": user}
            )


def _marks(
    service: Service | None, steps: Sequence[tuple[User, User | None]], *, by_review: bool
) -> list[dict[str, str]]:
    """How suspending or waking people (whom, by whom) is about the actors' own. Raises OwnLicense, unless a review
    does it."""
    return own_licenses.marks_of(steps) if by_review else own_licenses.refuse_for_oneself_each(service, steps)


def end(suspension: Suspension, *, by: User | None, reason: str, on: datetime.date, by_review: bool = False) -> None:
    """Wake it up, or give up a planned one. Raises Refused where a seat is needed and there is none."""
    end_each([suspension], Suspension.objects.unended(), by=by, reason=reason, on=on, by_review=by_review)


@transaction.atomic
def end_each(
    suspensions: Sequence[Suspension], among: SuspensionQuerySet, *, by: User | None, reason: str, on: datetime.date,
    by_review: bool = False,
) -> None:  # fmt: skip
    """The same of some of one service, or of accounts, if they still are among some, which is looked at once nobody
    else can change them; all or none."""
    service, users, ids = suspensions[0].service, [each.user for each in suspensions], [each.pk for each in suspensions]
    seats.lock_people(users)
    touched = _lock_services(users, service)
    marks = _marks(service, [(user, by) for user in users], by_review=by_review)
    before = {each.pk: each for each in Suspension.objects.filter(pk__in=ids).select_related("user", "service")}
    slept = [each.user for each in before.values() if each.state == ASLEEP]
    asleep = list(_licenses(slept, service).asleep().values_list("pk", flat=True))
    if among.filter(pk__in=ids).update(state=ENDED, ended_on=on, ended_by=by, obstacle="") != len(ids):
        raise Refused(_("This suspension has already ended, or its date was changed. Nothing was changed."))
    woken = list(License.objects.filter(pk__in=asleep).awake())
    for each_service in touched if woken else ():
        theirs = [each for each in woken if each.service_id == each_service.pk]
        effects.woke(each_service, theirs, on)
        if License.objects.filter(pk__in=[each.pk for each in theirs]).taking_a_seat().exists():
            seats.refuse_without_seats(each_service, on)
    was = [before[each.pk].described() for each in suspensions]
    for each in suspensions:
        each.until, each.state, each.ended_on, each.ended_by = before[each.pk].until, ENDED, on, by
        each.obstacle = ""
    audit.record_many(
        audit.entry(by, "suspension.end", each, before=described, after=each.described() | mark, reason=reason)
        for each, described, mark in zip(suspensions, was, marks, strict=True)
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
        raise Refused(_("This suspension has already ended, or its date was changed. Nothing was changed."))
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
        raise Refused(_("The return date must be after today and after the first day."))


def _lock_services(users: Sequence[User], service: Service | None) -> list[Service]:
    """Lock the services that are touched, in the order in which services are locked."""
    held = License.objects.held().by(users)
    wanted = [service.pk] if service else list(held.values_list("service", flat=True))
    return list(Service.objects.filter(pk__in=wanted).locked())


def _licenses(users: Sequence[User], service: Service | None) -> LicenseQuerySet:
    held: LicenseQuerySet = License.objects.held().by(users)
    return held.of(service) if service else held


def _put_to_sleep(falling: Sequence[License], touched: Sequence[Service], on: datetime.date) -> None:
    for service in touched:
        effects.slept(service, [each for each in falling if each.service_id == service.pk], on)


def begin_and_end(day: datetime.date) -> str | None:
    """What is due on a day: planned suspensions begin, others end; one that finds no seat goes on and says why."""
    begun = sum(_begin(suspension, day) for suspension in Suspension.objects.to_begin(day).select_related("user"))
    due = list(Suspension.objects.to_end(day).select_related("user", "service"))
    runs = (list(some) for _service, some in groupby(due, key=lambda each: each.service_id))  # in their order
    ended = sum(_end_as_seats_allow(some, day) for run in runs for some in batches(run, AT_ONCE))
    stuck = Suspension.objects.to_end(day).count()
    if not begun and not ended and not stuck:
        return None
    return f"suspensions begun: {begun}, ended: {ended}, without a seat: {stuck}"


@transaction.atomic
def _begin(suspension: Suspension, day: datetime.date) -> bool:
    seats.lock_people([suspension.user])
    touched = _lock_services([suspension.user], suspension.service)
    falling = list(_licenses([suspension.user], suspension.service).awake())
    before = suspension.described()
    if Suspension.objects.to_begin(day).filter(pk=suspension.pk).update(state=ASLEEP) != 1:
        return False
    suspension.refresh_from_db()
    _put_to_sleep(falling, touched, day)
    audit.record(by=None, verb="suspension.begin", subject=suspension, before=before, after=suspension.described())
    return True


def _end_as_seats_allow(suspensions: Sequence[Suspension], day: datetime.date) -> int:
    """End some of one service, or of accounts, whose day has come; how many. The first of them get the seats."""

    def end_some(some: Sequence[Suspension]) -> None:
        end_each(some, Suspension.objects.to_end(day), by=None, reason="", on=day)

    failed = in_halves(suspensions, end_some, lambda error: isinstance(error, Refused))
    for suspension, refusal in failed:
        if isinstance(refusal, seats.NoSeat):  # else somebody ended it or changed its day just now
            suspension_endings.report_obstacle(suspension, refusal.service)
    return len(suspensions) - len(failed)
