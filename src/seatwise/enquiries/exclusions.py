"""What enquiries have to say when licenses are judged or removed: see licenses/hooks.py."""

import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.utils.translation import ngettext

from seatwise.directory.models import Service
from seatwise.enquiries.models import Enquiry
from seatwise.lib.batches import among, batches
from seatwise.licenses.exclusions import Reason, Why
from seatwise.licenses.hooks import Warning  # noqa: A004 - what is shown before a change
from seatwise.licenses.models import License, Policy

ONE = datetime.timedelta(days=1)


def not_judged(service: Service, users: Collection[int], on: datetime.date) -> Iterator[tuple[int, Reason]]:
    """Those who are being asked, kept it with a reason lately, or said “not now”."""
    theirs = Enquiry.objects.of(service).held_by(among(users))
    for user, due in theirs.open().values_list("license__user", "due"):
        yield user, Reason(Why.ASKED, due)
    kept_days = datetime.timedelta(days=Policy.of(service).kept_days)
    for user, answered, back in theirs.kept().values_list("license__user", "answered_on", "taken_back_on"):
        since = back or answered
        if since is not None and since + kept_days > on:
            yield user, Reason(Why.KEPT, since + kept_days - ONE)
    for user, until in theirs.put_off(on).values_list("license__user", "not_now_until"):
        yield user, Reason(Why.KEPT, until and until - ONE)


def removal_warnings(service: Service, licenses: Sequence[License], on: datetime.date) -> Iterable[Warning]:
    """That some whose licenses are about to be removed are being asked just now."""
    asked: list[str] = []
    for some in batches([each.pk for each in licenses]):
        open_ones = Enquiry.objects.open().about_licenses(among(some))
        asked += open_ones.order_by("license__user__login").values_list("license__user__login", flat=True)
    if asked:
        text = ngettext(
            "%(count)d of these is being asked and has not answered yet.",
            "%(count)d of these are being asked and have not answered yet.",
            len(asked),
        )
        yield Warning("asked", text % {"count": len(asked)}, asked)
