"""The letters of enquiries: the question, the question once more, and what was answered by link or by somebody else."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy

from seatwise.enquiries.facts import shown, what_became_of
from seatwise.enquiries.links import TAKE_BACK, address_for, last_day_to_take_back
from seatwise.enquiries.models import Enquiry
from seatwise.letters.composing import Composed, Personal, absolute, filled_in, hidden
from seatwise.letters.kinds import Kind, register
from seatwise.letters.models import Letter
from seatwise.letters.writing import Draft

QUESTION, REMINDER, CONFIRMATION = "enquiries.question", "enquiries.reminder", "enquiries.confirmation"
ASKING = (QUESTION, REMINDER)


def register_kinds() -> None:
    register(Kind(QUESTION, "mail/enquiry_question", compose_question, gettext_lazy("Question about a license")))
    register(Kind(REMINDER, "mail/enquiry_reminder", compose_question, gettext_lazy("Reminder about a license")))
    register(Kind(CONFIRMATION, "mail/enquiry_answered", compose_confirmation, gettext_lazy("Answer about a license")))


def question_of(enquiry: Enquiry) -> Draft:
    """The letter that puts a question."""
    return Draft(enquiry.person, QUESTION, enquiry, f"enquiry:{enquiry.pk}:question")


def reminder_of(enquiry: Enquiry) -> Draft:
    return Draft(enquiry.person, REMINDER, enquiry, f"enquiry:{enquiry.pk}:reminder:{enquiry.reminders}")


def confirmation_of(enquiry: Enquiry) -> Draft:
    return Draft(enquiry.person, CONFIRMATION, enquiry, f"enquiry:{enquiry.pk}:answered")


def _enquiry_of(letter: Letter) -> Enquiry | None:
    found: Enquiry | None = Enquiry.objects.for_reading().filter(pk=letter.subject_id).first()
    return found


def compose_question(letter: Letter) -> Mapping[str, Any] | None:
    """The question with what is known; nothing where it does not wait for an answer any more."""
    enquiry = _enquiry_of(letter)
    sent = letter.sent_at is not None
    if enquiry is None or not (sent or not what_became_of(enquiry)):
        return None
    return _asked(enquiry) | {"link": Personal(absolute(address_for(enquiry)))}


def preview_of_question(enquiry: Enquiry) -> Composed:
    """What the letter of an enquiry that is not stored yet would say, without its links."""
    letter = Letter(to=enquiry.person, kind=QUESTION, language=enquiry.person.language)
    with translation.override(letter.language):
        return filled_in(letter, hidden(shown(enquiry) | {"link": Personal(), "page": Personal()}))


def compose_confirmation(letter: Letter) -> Mapping[str, Any] | None:
    """What was answered, by whom, and how to take it back; nothing where it was taken back meanwhile."""
    enquiry = _enquiry_of(letter)
    if enquiry is None or enquiry.answered_on is None or (enquiry.taken_back_on and letter.sent_at is None):
        return None
    return _asked(enquiry) | {
        "link": Personal(absolute(address_for(enquiry, TAKE_BACK))) if enquiry.may_be_taken_back else "",
        "last_day": last_day_to_take_back(enquiry),
    }


def _asked(enquiry: Enquiry) -> dict[str, Any]:
    return shown(enquiry) | {"page": absolute(f"/enquiries/{enquiry.pk}/")}
