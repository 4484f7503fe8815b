"""Regular reviews: a schedule drafts one on its day and tells its owner, who looks at it and opens it."""

import datetime
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _, override

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.letters import writing
from seatwise.lib.days import months_later
from seatwise.licenses.costs import saving
from seatwise.licenses.models import Contract
from seatwise.reviews import notifications, opening
from seatwise.reviews.models import Review, Schedule, able_owners
from seatwise.reviews.rules import Rule

NAME = 200  # characters of a review's name
# Of a schedule that is added for a contract: days without access, days until the review is due, and at least so many.
IDLE_DAYS, DUE_DAYS, SHORTEST = 60, 30, 7
DAY = datetime.timedelta(days=1)


@transaction.atomic
def add(*, by: User | None, on: datetime.date, **terms: Any) -> Schedule:
    """Add a schedule. Raises Refused for a first day that has passed."""
    schedule = Schedule(next_on=terms["first_on"], **terms)
    _check(schedule, on)
    schedule.save(force_insert=True)
    audit.record(by=by, verb="schedule.add", subject=schedule, after=schedule.described())
    return schedule


def _check(schedule: Schedule, on: datetime.date) -> None:
    if schedule.next_on <= on:
        raise Refused(_("The first review must be drafted on a date in the future."))
    if not 1 <= schedule.every_months <= 36 or not 1 <= schedule.due_days <= 365:
        raise Refused(_("A schedule repeats every 1 to 36 months, and its reviews are due after 1 to 365 days."))


@transaction.atomic
def change(schedule: Schedule, *, by: User | None, on: datetime.date, **terms: Any) -> bool:
    """Change a schedule for the reviews that it has not drafted yet; False where nothing changed. Raises Refused for
    one that was ended, and for a first day that is another one and has passed.
    """
    found = Schedule.objects.select_for_update(of=("self",)).select_related("service", "owner").get(pk=schedule.pk)
    if found.ended_on is not None:
        raise Refused(_("This schedule has already ended."))
    was, days = found.described(), (found.first_on, found.every_months)
    for name, value in terms.items():
        setattr(found, name, value)
    if found.first_on != days[0]:
        found.next_on = found.first_on
    elif found.every_months != days[1]:
        found.next_on = day_after(found, on)
    _check(found, min(on, found.next_on - DAY) if found.described()["next_on"] == was["next_on"] else on)
    now = found.described()
    before = {name: was[name] for name in was if was[name] != now[name]}
    if before:
        found.save()
        after = {name: now[name] for name in before}
        audit.record(by=by, verb="schedule.change", subject=found, before=before, after=after)
    return bool(before)


@transaction.atomic
def add_for(contract: Contract, *, by: User, on: datetime.date) -> Schedule:
    """Add a schedule whose first review is finished in time to save money under a contract: 30 days before if there is
    time, and then before each renewal, or each quarter where it can be made smaller each month. It names those without
    access for 60 days. Raises Refused where there is no such day, or it is scheduled already.
    """
    finish = saving(contract, on + datetime.timedelta(days=SHORTEST)).finish_by
    if finish is None:
        raise Refused(
            _(
                "Seatwise cannot tell by when a review under this contract would save money. Enter its next "
                "renewal first."
            )
        )
    first = max(on + datetime.timedelta(days=1), finish - datetime.timedelta(days=DUE_DAYS))
    current = Schedule.objects.select_for_update().filter(service=contract.service, ended_on=None)
    if any(each.next_on + datetime.timedelta(days=each.due_days) == finish for each in current):
        raise Refused(_("A review due on %(day)s is already scheduled.") % {"day": date_format(finish, "DATE_FORMAT")})
    monthly = contract.shrinks == Contract.Shrinks.MONTH
    return add(
        by=by,
        on=on,
        name=_("Seats for %(service)s") % {"service": contract.service},
        service=contract.service,
        owner=by,
        rule=Rule(idle_days=IDLE_DAYS).as_json(),
        first_on=first,
        every_months=3 if monthly else min(contract.renews_every or 12, 36),
        due_days=(finish - first).days,
    )


@transaction.atomic
def end(schedule: Schedule, *, by: User | None, on: datetime.date) -> None:
    """Draft no more. Raises Refused where it was ended already."""
    if Schedule.objects.filter(pk=schedule.pk, ended_on=None).update(ended_on=on) != 1:
        raise Refused(_("This schedule has already ended."))
    audit.record(by=by, verb="schedule.end", subject=schedule, before=schedule.described())


def day_after(schedule: Schedule, day: datetime.date) -> datetime.date:
    """The first of a schedule's days that comes after another day. Counted from its first, so that the 31st stays."""
    number, following = 0, schedule.first_on
    while following <= day:
        number += schedule.every_months
        following = months_later(schedule.first_on, number)
    return following


def draft_due(day: datetime.date) -> str | None:
    """Each day: draft what is due, also after days on which the site was down; one draft for a schedule, not many."""
    due = Schedule.objects.filter(ended_on=None, next_on__lte=day).order_by("pk")
    drafted = sum(_draft(schedule.pk, day) for schedule in due)
    return f"reviews drafted by their schedules: {drafted}" if drafted else None


@transaction.atomic
def _draft(pk: int, day: datetime.date) -> bool:
    schedule = Schedule.objects.select_for_update().get(pk=pk)
    if schedule.ended_on is not None or schedule.next_on > day:
        return False
    Schedule.objects.filter(pk=pk).update(next_on=day_after(schedule, day))
    schedule = Schedule.objects.select_related("service", "owner").get(pk=pk)
    review = opening.draft(
        name=_name(schedule, day),
        service=schedule.service,
        owner=schedule.owner,
        rule=Review(rule=schedule.rule).judges_by,
        due=day + datetime.timedelta(days=schedule.due_days),
        by=None,
        on=day,
        asks_members=schedule.asks_members,
        asks_again=schedule.asks_again,
        one_person_two_steps=schedule.one_person_two_steps,
        schedule=schedule,
    )
    is_able = able_owners().filter(pk=schedule.owner_id).exists()
    for user in [schedule.owner] if is_able else notifications.administrators():
        writing.write(to=user, kind="review.drafted", about=review, key=f"review.drafted:{review.pk}:{user.pk}")
    return True


def _name(schedule: Schedule, day: datetime.date) -> str:
    """What a review is called: the schedule and the month it is of, in the owner's language."""
    with override(schedule.owner.language):
        month = date_format(day, "YEAR_MONTH_FORMAT")
        name = schedule.name[: NAME - len(month) - 2]
        return _("%(name)s, %(month)s") % {"name": name, "month": month}
