"""Whether a question reached whoever is asked: what is known of its letters, and whether they saw it signed in."""

import datetime
from collections.abc import Sequence

from django.db.models import DateField, Value
from django.db.models.functions import Coalesce

from seatwise import configuration
from seatwise.directory.models import User
from seatwise.enquiries import hooks, mails
from seatwise.enquiries.models import Enquiry, State
from seatwise.letters.models import Letter

TOLD = (State.OPEN, State.LAPSED)


def letter_delivered(letter: Letter) -> None:
    """A mail server took a letter that puts a question."""
    if letter.kind not in mails.ASKING:
        return
    enquiry = _still_told(letter)
    if enquiry is not None and enquiry.reached_on is None:
        Enquiry.objects.filter(pk=enquiry.pk).update(reached_on=day_of(letter), undeliverable=False)


def letter_undeliverable(letter: Letter) -> None:
    """A letter that puts a question did not arrive: unless another did, the question reached nobody."""
    if letter.kind not in mails.ASKING:
        return
    enquiry = _still_told(letter)
    if enquiry is None:
        return
    enquiry.undeliverable, enquiry.reached_on = True, _reached_on(enquiry)
    enquiry.save(update_fields=["undeliverable", "reached_on"])
    if enquiry.reached_on is None and enquiry.state in TOLD:
        hooks.tell(hooks.undeliverable, enquiry, configuration.today())


def _still_told(letter: Letter) -> Enquiry | None:
    """The question of a letter; None where it was withdrawn, or has ended with what it was asked for: reviews are
    counted, and sealed, by what was known then.
    """
    enquiry = Enquiry.objects.for_reading().filter(pk=letter.subject_id).first()
    if enquiry is None or enquiry.state == State.WITHDRAWN:
        return None
    return enquiry if enquiry.is_open or not enquiry.for_purpose.is_over(enquiry) else None


def _reached_on(enquiry: Enquiry) -> datetime.date | None:
    """The first day on which it reached somebody, as far as is known now."""
    letters = Letter.objects.about(enquiry).filter(kind__in=mails.ASKING)
    arrived = [day_of(letter) for letter in letters.delivered()]
    return min([*arrived, *([enquiry.seen_on] if enquiry.seen_on else [])], default=None)


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
