"""Questions that end without an answer: withdrawn, or not answered in time."""

import datetime
import logging

from django.db import transaction

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.enquiries import hooks
from seatwise.enquiries.models import Enquiry, State
from seatwise.letters.models import Letter

logger = logging.getLogger(__name__)


@transaction.atomic
def withdraw(enquiry: Enquiry, *, on: datetime.date, by: User | None, reason: str) -> bool:
    """Ask no more, and send no more of its letters; False where it does not wait for an answer any more."""
    if Enquiry.objects.open().filter(pk=enquiry.pk).update(state=State.WITHDRAWN, ended_on=on) != 1:
        enquiry.refresh_from_db()
        return False
    enquiry.state, enquiry.ended_on = State.WITHDRAWN, on
    Letter.objects.about(enquiry).withdraw()
    audit.record(by=by, verb="enquiry.withdraw", subject=enquiry, before=enquiry.described(), reason=reason)
    return True


@transaction.atomic
def lapse(enquiry: Enquiry, day: datetime.date) -> bool:
    """Count silence, if it may be counted by now; whether it was."""
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
            lapsed += enquiry.lapse(day)
        except Refused as refusal:
            logger.warning("enquiry %s stays open: %s", enquiry.pk, refusal)
    return f"questions not answered in time: {lapsed}" if lapsed else None


def withdraw_moot(day: datetime.date) -> str | None:
    """Withdraw questions about licenses that were removed meanwhile."""
    withdrawn = sum(enquiry.withdraw(on=day) for enquiry in Enquiry.objects.moot().for_reading().order_by("pk"))
    return f"questions about removed licenses withdrawn: {withdrawn}" if withdrawn else None
