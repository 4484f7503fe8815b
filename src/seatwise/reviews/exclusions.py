"""What reviews have to say when licenses are judged or removed elsewhere: who is in one that is under way."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import ngettext

from seatwise.directory.models import Service
from seatwise.lib.batches import among, batches, unindexed
from seatwise.licenses import hooks
from seatwise.licenses.exclusions import Reason, Why
from seatwise.licenses.models import License
from seatwise.reviews.models import Item

if TYPE_CHECKING:
    from django.db.models import QuerySet


def not_judged(service: Service, users: Collection[int], on: datetime.date) -> Iterable[tuple[int, Reason]]:
    """Of some users of a service, those in an open review, until its day."""
    found = Item.objects.under_way().filter(unindexed("review__service_id", service.pk), user__in=among(users))
    return [(user, Reason(Why.IN_REVIEW, due)) for user, due in found.values_list("user", "review__due")]


def undone_suspensions() -> "QuerySet[Item, int | None]":
    """Those of decisions that were undone."""
    found = Item.objects.in_state(Item.State.UNDONE).exclude(suspension=None)
    return found.values_list("suspension", flat=True)


def removal_warnings(service: Service, licenses: Sequence[License], on: datetime.date) -> Iterable[hooks.Warning]:
    """Say who of those whose licenses are about to be removed is in an open review."""
    ids = [each.pk for each in licenses]
    logins: list[str] = []
    for some in batches(ids):
        found = Item.objects.under_way().filter(license__in=among(some))
        logins += found.order_by("user__login").values_list("user__login", flat=True)
    if logins:
        text = ngettext("%(count)d is in an open review.", "%(count)d are in an open review.", len(logins))
        yield hooks.Warning("in_review", text % {"count": len(logins)}, tuple(logins))
