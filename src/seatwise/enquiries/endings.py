"""Questions that end without an answer: withdrawn, or not answered in time."""

import datetime
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from django.db import transaction
from django.utils.translation import ngettext

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.enquiries import hooks
from seatwise.enquiries.models import Enquiry, State
from seatwise.enquiries.models.sets import EnquiryQuerySet
from seatwise.letters.models import Letter
from seatwise.lib.batches import among, batches
from seatwise.licenses.exclusions import Reason, Why
from seatwise.licenses.hooks import Warning  # noqa: A004 - what is shown before a change
from seatwise.licenses.models import License, Policy

logger = logging.getLogger(__name__)


@transaction.atomic
def withdraw(
    enquiries: EnquiryQuerySet, *, on: datetime.date, by: User | Mapping[int, User | None] | None = None,
    reason: str = "",
) -> int:  # fmt: skip
    """Ask no more, and send no more letters of it; how many of them waited for an answer. `by`: of all, or by license.

    Whoever ends what they are about calls this, under the lock of its service, which keeps answers out. Letters are
    locked before the questions they put, as where a letter is sent: else the two could wait for each other.
    Those of people who are inactive end as not reached, whether they return or not; the audit log keeps the day.
    """
    open_ones = list(enquiries.open().order_by("pk").values_list("pk", flat=True))
    for some in batches(open_ones):
        Letter.objects.about(*[Enquiry(pk=pk) for pk in some]).withdraw()
    waiting: list[Enquiry] = []
    for some in batches(open_ones):
        locked = Enquiry.objects.open().filter(pk__in=among(some)).select_for_update(of=("self",))
        waiting += locked.for_reading().order_by("pk")
    before = [each.described() | ({"reached_on": str(each.reached_on)} if each.is_inactive else {}) for each in waiting]
    for ended in batches(waiting):
        left = [each.pk for each in ended if each.is_inactive]
        Enquiry.objects.filter(pk__in=left).update(reached_on=None)
        Enquiry.objects.filter(pk__in=[each.pk for each in ended]).update(state=State.WITHDRAWN, ended_on=on)
    whose = by if isinstance(by, Mapping) else dict.fromkeys((each.license_id for each in waiting), by)
    audit.record_many(
        audit.entry(whose[enquiry.license_id], "enquiry.withdraw", enquiry, before=was, reason=reason)
        for enquiry, was in zip(waiting, before, strict=True)
    )
    return len(waiting)


def licenses_removed(licenses: Sequence[License], on: datetime.date) -> None:
    """Nobody is asked any more about licenses that are just being removed."""
    by = {each.pk: each.removed_by for each in licenses}
    for some in batches(by):
        withdraw(Enquiry.objects.about_licenses(among(some)), on=on, by=by)


@transaction.atomic
def lapse(enquiry: Enquiry, day: datetime.date) -> bool:
    """Count silence, if it may be counted by now; whether it was. Raises what a hook refuses."""
    enquiry.for_purpose.lock(enquiry)
    silent = Enquiry.objects.silent(day).filter(pk=enquiry.pk)
    if not silent.exists() or silent.update(state=State.LAPSED, ended_on=day) != 1:
        enquiry.refresh_from_db()
        return False
    enquiry.state, enquiry.ended_on = State.LAPSED, day
    after = {**enquiry.described(), "reached_on": str(enquiry.reached_on), "reminders": enquiry.reminders}
    audit.record(by=None, verb="enquiry.lapse", subject=enquiry, after=after)
    hooks.tell(hooks.lapsed, enquiry, day)
    return True


def lapse_due(day: datetime.date) -> str | None:
    """Count silence where its day has come. One that a later app refuses stays open, and is tried again each day."""
    lapsed = 0
    for enquiry in Enquiry.objects.silent(day).for_reading().order_by("pk"):
        try:
            lapsed += lapse(enquiry, day)
        except Refused as refusal:
            logger.warning("enquiry %s stays open: %s", enquiry.pk, refusal)
    return f"questions not answered in time: {lapsed}" if lapsed else None


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
