"""Whether a question reached whoever is asked: what is known of its letters, and whether they saw it signed in."""

import datetime
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import DateField, Value
from django.db.models.functions import Coalesce

from seatwise import configuration
from seatwise.directory import rows
from seatwise.directory.models import User
from seatwise.enquiries import hooks, mails
from seatwise.enquiries.models import Enquiry, State
from seatwise.letters.models import Letter
from seatwise.lib.batches import among, batches

TOLD = (State.OPEN, State.LAPSED)


def letter_delivered(letter: Letter) -> None:
    """A mail server took a letter that puts a question."""
    if letter.kind not in mails.ASKING:
        return
    for enquiry in _still_told([letter]):
        if enquiry.reached_on is None:
            Enquiry.objects.filter(pk=enquiry.pk).update(reached_on=day_of(letter), undeliverable=False)


def letters_undeliverable(letters: Sequence[Letter]) -> None:
    """Letters that put questions did not arrive: unless others did, the questions reached nobody."""
    told = _still_told([letter for letter in letters if letter.kind in mails.ASKING])
    arrived = _arrived(told)
    for enquiry in told:
        known = [*arrived[str(enquiry.pk)], *([enquiry.seen_on] if enquiry.seen_on else [])]
        enquiry.undeliverable, enquiry.reached_on = True, min(known, default=None)
    rows.update(Enquiry, [(enquiry, ["undeliverable", "reached_on"]) for enquiry in told])
    for enquiry in told:
        if enquiry.reached_on is None and enquiry.state in TOLD:
            hooks.tell(hooks.undeliverable, enquiry, configuration.today())


def _still_told(letters: Sequence[Letter]) -> list[Enquiry]:
    """The questions of letters; not where one was withdrawn, or has ended with what it was asked for: reviews are
    counted, and sealed, by what was known then.
    """
    asked = {int(letter.subject_id) for letter in letters}
    found = Enquiry.objects.for_reading().filter(pk__in=among(asked)).exclude(state=State.WITHDRAWN).order_by("pk")
    return [enquiry for enquiry in found if enquiry.is_open or not enquiry.for_purpose.is_over(enquiry)]


def _arrived(enquiries: Sequence[Enquiry]) -> dict[str, list[datetime.date]]:
    """The days on which letters of questions arrived, as far as is known now, by the ids of these."""
    found: dict[str, list[datetime.date]] = defaultdict(list)
    for some in batches(enquiries):
        for letter in Letter.objects.about(*some).filter(kind__in=mails.ASKING).delivered():
            found[letter.subject_id].append(day_of(letter))
    return found


def day_of(letter: Letter) -> datetime.date:
    """The day on which a letter was sent, or the one that is taken for today."""
    sent = letter.sent_at.astimezone(configuration.zone()).date() if letter.sent_at else configuration.today()
    return configuration.TODAY.value() or sent


def see(enquiries: Sequence[Enquiry], *, by: User, on: datetime.date) -> None:
    """Whoever is asked sees open questions, signed in. Others who look change nothing. One query."""
    new = [each for each in enquiries if each.person_id == by.pk and each.is_open and each.seen_on is None]
    if not new:
        return
    unseen = Enquiry.objects.open().filter(pk__in=[each.pk for each in new], seen_on=None)
    unseen.update(seen_on=on, reached_on=Coalesce("reached_on", Value(on, DateField())))
    for each in new:
        each.seen_on, each.reached_on = on, each.reached_on or on
