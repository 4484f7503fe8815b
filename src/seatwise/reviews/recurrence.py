"""Regular reviews: a schedule drafts one on its day and tells its owner, who looks at it and opens it."""

import calendar
import datetime
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.letters import writing
from seatwise.reviews import notifications, opening
from seatwise.reviews.models import Review, Schedule
from seatwise.reviews.models.deciders import able_owners

NAME = 200  # characters of a review's name


@transaction.atomic
def add(*, by: User | None, on: datetime.date, **terms: Any) -> Schedule:
    """Add a schedule. Raises Refused for a first day that has passed."""
    schedule = Schedule(next_on=terms["first_on"], **terms)
    if schedule.first_on <= on:
        raise Refused(_("The first review is drafted on a day that is still to come."))
    if not 1 <= schedule.every_months <= 36 or not 1 <= schedule.due_days <= 365:
        raise Refused(_("A schedule comes every 1 to 36 months, and its reviews are due after 1 to 365 days."))
    schedule.save(force_insert=True)
    audit.record(by=by, verb="schedule.add", subject=schedule, after=schedule.described())
    return schedule


@transaction.atomic
def end(schedule: Schedule, *, by: User | None, on: datetime.date) -> None:
    """Draft no more. Raises Refused where it was ended already."""
    if Schedule.objects.filter(pk=schedule.pk, ended_on=None).update(ended_on=on) != 1:
        raise Refused(_("This schedule was ended already."))
    audit.record(by=by, verb="schedule.end", subject=schedule, before=schedule.described())


def months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day of a later month, or its last day where it has no such day."""
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


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
