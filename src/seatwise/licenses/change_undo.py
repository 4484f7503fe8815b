"""Undoing a change of licenses: by whom, until when, and while nothing else changed."""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _, ngettext

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.ledger import locking
from seatwise.lib.batches import among
from seatwise.licenses import hooks, seats, unmanaged_services
from seatwise.licenses.grants import Addition, add, remove
from seatwise.licenses.models import Change, License, Policy


def undo_change(change: Change, *, by: User | None, reason: str, on: datetime.date) -> Change:
    """Remove what was added in it and add what was removed, in a change of its own. Raises Refused; then nothing is.

    What was removed is added anew, with the first day it had: history is kept as it was.
    """
    return undo_changes([change], by=by, reason=reason, on=on)[0]


@transaction.atomic
def undo_changes(changes: Sequence[Change], *, by: User | None, reason: str, on: datetime.date) -> list[Change]:
    """The same of some, all or none, each in a change of its own, in their order."""
    added = _by_service(License.objects.filter(added_in__in=changes))
    removed = _by_service(License.objects.filter(removed_in__in=changes))
    touched = _touched(changes, added, removed)
    seats.lock_people([each.user for each in touched])
    ordered: list[Service] = list(Service.objects.filter(pk__in={each.service_id for each in touched}).locked())
    for service in ordered:
        locking.lock(service)
    if Change.objects.filter(undoes__in=changes).exists():
        raise Refused(_("This was already undone."))
    _refuse_what_changed_since(changes, touched)
    for service in ordered:
        _refuse_what_is_long_ago(service, removed[service.pk], on)
    how = Change.How.UNDO
    begun = Change.objects.begin_each(Change(by=by, how=how, reason=reason, undoes=each) for each in changes)
    pairs = list(zip(changes, begun, strict=True))
    entries = [entry for tell in hooks.being_undone for entry in tell(pairs)]
    undoing = {change.pk: each for change, each in pairs}
    for service in ordered:
        if added[service.pk]:
            remove([(each, undoing[each.added_in_id or 0]) for each in added[service.pk]], on=on)
    for service in ordered:
        if removed[service.pk]:
            _give_back(removed[service.pk], added[service.pk], undoing, on)
    unmanaged_services.undo(pairs)
    audit.record_many(entries)
    return begun


def _touched(
    changes: Sequence[Change], added: Mapping[int, list[License]], removed: Mapping[int, list[License]]
) -> list[License]:
    """The licenses of changes. Raises Refused where one has none."""
    gained, lost = chain.from_iterable(added.values()), chain.from_iterable(removed.values())
    in_changes = [(each.added_in_id, each) for each in gained] + [(each.removed_in_id, each) for each in lost]
    if {pk for pk, _license in in_changes} != {change.pk for change in changes}:
        raise Refused(_("Nothing was changed in this step, so there is nothing to undo."))
    return [each for _pk, each in in_changes]


def _by_service(licenses: "QuerySet[License]") -> dict[int, list[License]]:
    found: dict[int, list[License]] = defaultdict(list)
    for each in licenses.select_related("user", "service").order_by("pk"):
        found[each.service_id].append(each)
    return found


def _give_back(
    removed: Sequence[License], added: Sequence[License], undoing: Mapping[int, Change], on: datetime.date
) -> None:
    """Add anew what was removed; to whom a seat was reassigned gives it back."""
    holders = {each.replaces_id: each for each in added if each.replaces_id}
    wanted = [
        Addition(each.user, undoing[each.removed_in_id or 0], replaces=holders.get(each.pk), gives_back=each)
        for each in removed
    ]
    add(removed[0].service, wanted, on=on)


def _refuse_what_changed_since(changes: Sequence[Change], touched: Sequence[License]) -> None:
    """Under the locks, so what is read now stays."""
    later = License.objects.filter(user=OuterRef("user"), service=OuterRef("service"), pk__gt=OuterRef("pk"))
    removed_since = Q(added_in__in=changes, removed_on__isnull=False)
    added_since = Q(removed_in__in=changes) & Q(Exists(later))
    theirs = License.objects.filter(removed_since | added_since, pk__in=among(each.pk for each in touched))
    for each in theirs.select_related("user")[:1]:  # in no order: SQLite would go through all there are in it
        raise Refused(
            _("%(name)s’s license has changed since, so this cannot be undone. Nothing was changed.")
            % {"name": each.user}
        )


def _refuse_what_is_long_ago(service: Service, removed: Sequence[License], on: datetime.date) -> None:
    days = Policy.of(service).undo_days if removed else 0
    if any(each.removed_on and each.removed_on + datetime.timedelta(days=days) < on for each in removed):
        raise Refused(
            ngettext(
                "A removal for %(service)s can be undone for %(days)s day only. Add the licenses again.",
                "A removal for %(service)s can be undone for %(days)s days only. Add the licenses again.",
                days,
            )
            % {"service": service, "days": days}
        )


def undo(change: Change, *, by: User, reason: str, on: datetime.date) -> Change:
    """Undo it as somebody who may. Raises Refused."""
    obstacle = why_not_undone(change, by, on)
    if obstacle:
        raise Refused(obstacle)
    if not reason.strip():
        raise Refused(_("Give a reason for undoing this."))
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
        return _("This was already undone.")
    if touched.count() != touched.changeable_by(person).count():
        return _("You may not change all of these licenses, so you cannot undo this.")
    until = undo_until(change)
    if until is not None and on > until:
        return _("The time to undo this is over.")
    if change.added.exclude(removed_on=None).exists() or _added_since(change):
        return _("Some of these licenses have changed since, so this can no longer be undone.")
    return ""


def _added_since(change: Change) -> bool:
    later = License.objects.filter(service=OuterRef("service"), user=OuterRef("user"), pk__gt=OuterRef("pk"))
    return bool(change.removed.filter(Exists(later)).exists())
