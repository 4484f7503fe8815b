"""What somebody holds in a service, gone through before their license is removed: its checklist, point by point.

The points are the lines of the service's policy, such as “owns apps?”. Each is ticked for one license by somebody, and
may name who took it over. Nothing here keeps a license from being removed; the preview of a removal leads here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Kind, Status, User
from seatwise.licenses.models import ChecklistTick, License, Policy
from seatwise.licenses.models.checklists import LONGEST


@dataclass(frozen=True)
class Point:
    """A point of a license's checklist; `tick`: that it was done."""

    text: str
    tick: ChecklistTick | None


def points(held: License) -> list[Point]:
    """The points of its service now, and those that were ticked before the checklist was another."""
    ticks = {each.point: each for each in _ticks([held])}
    asked = [text[:LONGEST] for text in Policy.of(held.service).questions]
    return [Point(text, ticks.get(text)) for text in [*asked, *(text for text in ticks if text not in asked)]]


def _ticks(licenses: Sequence[License]) -> list[ChecklistTick]:
    return list(ChecklistTick.objects.of(licenses).select_related("by", "successor").order_by("pk"))


@transaction.atomic
def tick(held: License, text: str, successor: User | None, *, by: User | None) -> ChecklistTick:
    """Raises Refused where it is no open point, or nobody who can take it over is named."""
    License.objects.select_for_update().get(pk=held.pk)
    if not any(each.text == text and each.tick is None for each in points(held)):
        raise Refused(_("This point was already checked off, or is no longer in the checklist. Check it again."))
    if successor is not None and successor.pk == held.user_id:
        raise Refused(_("Choose someone other than %(name)s to take it over.") % {"name": successor})
    if successor is not None and (successor.status != Status.ACTIVE or successor.kind == Kind.GUEST):
        raise Refused(_("%(name)s is inactive or a guest user, and cannot take it over.") % {"name": successor})
    made = ChecklistTick.objects.create(license=held, point=text, by=by, at=timezone.now(), successor=successor)
    audit.record(by=by, verb="checklist.tick", subject=held, before={}, after=made.described())
    return made


@transaction.atomic
def untick(held: License, text: str, *, by: User | None) -> None:
    """Raises Refused where it is not ticked."""
    License.objects.select_for_update().get(pk=held.pk)
    found = ChecklistTick.objects.of([held]).filter(point=text).select_related("successor").first()
    if found is None:
        raise Refused(_("This point is no longer checked off. Check it again."))
    audit.record(by=by, verb="checklist.untick", subject=held, before=found.described(), after={})
    found.delete()
