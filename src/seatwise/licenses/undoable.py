"""Whether a change can be undone: by whom, until when, and while nothing else changed."""

import datetime

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.licenses.models import Change, License, Policy
from seatwise.licenses.undo import undo as undo_change


def undo(change: Change, *, by: User, reason: str, on: datetime.date) -> Change:
    """Undo it as somebody who may. Raises Refused."""
    obstacle = why_not_undone(change, by, on)
    if obstacle:
        raise Refused(obstacle)
    if not reason.strip():
        raise Refused(_("Say why this is undone."))
    return undo_change(change, by=by, reason=reason.strip(), on=on)


def day_of(change: Change) -> datetime.date | None:
    """The day on which licenses were added or removed in it; None where none were."""
    added = change.added.order_by("pk").values_list("added_on", flat=True).first()
    return added or change.removed.order_by("pk").values_list("removed_on", flat=True).first()


def last_day(service: Service, day: datetime.date) -> datetime.date:
    """The last day on which a change of a day can be undone."""
    return day + datetime.timedelta(days=Policy.of(service).undo_days)


def undo_until(change: Change) -> datetime.date | None:
    """The last day on which its removals can be undone; None where it has none."""
    day = day_of(change)
    services = change.removed.order_by().values("service")
    ends = [last_day(service, day) for service in Service.objects.filter(pk__in=services)] if day else []
    return min(ends, default=None)


def why_not_undone(change: Change, person: User, on: datetime.date) -> str:
    """Why somebody cannot undo it now, in a sentence; empty where they can."""
    touched = License.objects.touched_by(change)
    if not touched.exists():
        return _("Nothing was changed in this step, so there is nothing to undo.")
    if change.was_undone:
        return _("This was undone already.")
    if touched.count() != touched.changeable_by(person).count():
        return _("You may not change all of these licenses, so you cannot undo this.")
    until = undo_until(change)
    if until is not None and on > until:
        return _("The days during which this could be undone are over.")
    if change.added.exclude(removed_on=None).exists() or _added_since(change):
        return _("Some of these licenses were changed since, so this cannot be undone any more.")
    return ""


def _added_since(change: Change) -> bool:
    later = License.objects.filter(service=OuterRef("service"), user=OuterRef("user"), pk__gt=OuterRef("pk"))
    return bool(change.removed.filter(Exists(later)).exists())
