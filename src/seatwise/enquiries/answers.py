"""Answering a question, and taking back that something was given back."""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.enquiries import hooks, mails
from seatwise.enquiries.facts import what_became_of
from seatwise.enquiries.models import Answer, Enquiry, State, Via
from seatwise.letters import writing

LONGEST_NOT_NOW = 366  # days
LONGEST_REASON = 2000  # characters


@dataclass(frozen=True)
class Reply:
    """An answer: keep with a reason, give back, or not now until a day."""

    answer: str
    reason: str = ""
    until: datetime.date | None = None


def refuse_incomplete(given: Reply, via: str, on: datetime.date) -> None:
    """Raise Refused for an answer that lacks something."""
    if given.answer not in Answer.values:
        raise Refused(_("Choose one of the answers."))
    if given.answer == Answer.KEEP and not given.reason.strip():
        raise Refused(_("Say briefly what you need it for."))
    if via == Via.ON_BEHALF and not given.reason.strip():
        raise Refused(_("Give a reason when you answer for someone else."))
    if len(given.reason) > LONGEST_REASON:
        raise Refused(_("A reason has at most %(most)d characters.") % {"most": LONGEST_REASON})
    last = on + datetime.timedelta(days=LONGEST_NOT_NOW)
    if given.answer == Answer.NOT_NOW and (given.until is None or not on < given.until <= last):
        raise Refused(_("“Not now” needs a date after today and within a year."))


@transaction.atomic
def reply(
    enquiry: Enquiry, answer: str, *, by: User | None, via: str, on: datetime.date, reason: str = "",
    until: datetime.date | None = None,
) -> None:  # fmt: skip
    """Write an answer down and have later apps act on it.

    Raises Refused where it does not wait for an answer, or the answer lacks something.
    """
    given = Reply(answer, reason, until)
    refuse_incomplete(given, via, on)
    enquiry.for_purpose.lock(enquiry)
    _refuse_strangers(enquiry, by, via)
    _refuse_ended(enquiry)
    before = {"state": enquiry.state}
    written = {
        "state": State.ANSWERED,
        "answer": given.answer,
        "reason": given.reason.strip(),
        "not_now_until": given.until if given.answer == Answer.NOT_NOW else None,
        "answered_on": on,
        "answered_at": timezone.now(),
        "answered_by": by,
        "via": via,
    }
    if Enquiry.objects.open().filter(pk=enquiry.pk).update(**written) != 1:
        enquiry.refresh_from_db()
        raise Refused(what_became_of(enquiry))
    for name, value in written.items():
        setattr(enquiry, name, value)
    after = {**enquiry.described(), "state": str(State.ANSWERED), "answer": str(given.answer), "via": str(via)}
    if enquiry.not_now_until:
        after["not_now_until"] = str(enquiry.not_now_until)
    audit.record(by=by, verb="enquiry.answer", subject=enquiry, before=before, after=after, reason=enquiry.reason)
    hooks.tell(hooks.answered, enquiry, on)
    if (via == Via.LINK and given.answer == Answer.GIVE_BACK) or via == Via.ON_BEHALF:
        writing.write_many([mails.confirmation_of(enquiry)])


def _refuse_strangers(enquiry: Enquiry, by: User | None, via: str) -> None:
    """Only whoever is asked answers; in their place those who may, where the question reaches nobody."""
    if via != Via.ON_BEHALF:
        if by is None or by.pk != enquiry.person_id or not by.is_active:
            raise Refused(_("This question was asked of someone else."))
        return
    allowed = Enquiry.objects.answerable_for_others_by(by) if by is not None else Enquiry.objects.none()
    if enquiry.is_open and not allowed.filter(pk=enquiry.pk).exists():
        raise Refused(_("%(name)s can be asked, so no one else can answer for them.") % {"name": enquiry.person})


def _refuse_ended(enquiry: Enquiry) -> None:
    """Under the locks of its purpose, so what is read now stays."""
    enquiry.refresh_from_db(fields=["state", "answer", "answered_on"])
    enquiry.license.refresh_from_db(fields=["removed_on"])
    ended = what_became_of(enquiry)
    if ended:
        raise Refused(ended)


@transaction.atomic
def take_back(enquiry: Enquiry, *, reason: str, by: User | None, via: str, on: datetime.date) -> None:
    """Turn a give-back into a keep, unless something followed that a hook says cannot be undone. Raises Refused."""
    refuse_incomplete(Reply(Answer.KEEP, reason), via, on)
    enquiry.for_purpose.lock(enquiry)
    if by is None or by.pk != enquiry.person_id or not by.is_active:
        raise Refused(_("This question was asked of someone else."))
    _refuse_taking_back(enquiry)
    before = {"answer": str(Answer.GIVE_BACK), "via": enquiry.via, "answered_on": str(enquiry.answered_on)}
    written = {"answer": Answer.KEEP, "reason": reason.strip(), "via": via, "answered_by": by, "taken_back_on": on}
    if Enquiry.objects.given_back().filter(pk=enquiry.pk).update(**written) != 1:
        enquiry.refresh_from_db()
        raise Refused(enquiry.why_not_taken_back)
    for name, value in written.items():
        setattr(enquiry, name, value)
    after = {"answer": str(Answer.KEEP), "via": str(via)}
    audit.record(by=by, verb="enquiry.take_back", subject=enquiry, before=before, after=after, reason=enquiry.reason)
    hooks.tell(hooks.taken_back, enquiry, on)


def _refuse_taking_back(enquiry: Enquiry) -> None:
    enquiry.refresh_from_db(fields=["state", "answer"])
    enquiry.license.refresh_from_db(fields=["removed_on"])
    obstacle = enquiry.why_not_taken_back
    if obstacle:
        raise Refused(obstacle)
