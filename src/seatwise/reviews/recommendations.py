"""What is recommended for an item, and why: from the answer to the enquiry, else from the frozen use."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_noop

from seatwise.enquiries.models import Enquiry
from seatwise.reviews.models import Decision, Item

WORDS = {
    "wants_to_keep": gettext_noop("The person wants to keep it: %(reason)s"),
    "gives_back": gettext_noop("The person gave it back."),
    "not_now": gettext_noop("The person does not need it before %(until)s: %(reason)s"),
    "silent": gettext_noop("The question was delivered, and there was no answer until %(due)s."),
    "waiting": gettext_noop("The person has until %(due)s to answer."),
    "unreached": gettext_noop(
        "The question was not delivered, so no reply does not count as an answer: answer on their behalf, or decide."
    ),
    "on_its_way": gettext_noop("The question has been sent; an answer is due by %(due)s."),
    "on_leave": gettext_noop("On leave until %(until)s: answer on their behalf, or decide."),
    "on_leave_lately": gettext_noop("On leave while the question was open: answer on their behalf, or decide."),
    "inactive": gettext_noop("The person asked is now inactive: decide without an answer."),
    "gone": gettext_noop("The license has since been removed."),
    "hardly_used": gettext_noop("Selected by the review’s rule; no one was asked."),
    "unused": gettext_noop("No access in the last 90 days."),
    "used": gettext_noop("Used on %(days)s of the last 90 days."),
    "unknown": gettext_noop("Not used on any recorded day; %(days)s of the last 90 days have no records."),
}

DAYS = ("due", "until")  # of what is filled in: ISO dates


@dataclass(frozen=True)
class Recommendation:
    """A decision, or "" where none is recommended, and why: a key of WORDS with what is filled in."""

    decision: str
    because: str
    given: dict[str, Any] = field(default_factory=dict)

    def stored(self) -> list[Any]:
        """As an item keeps it."""
        return [self.because, self.given]


def describe_recommendation(because: str, given: dict[str, Any]) -> str:
    """A reason as a sentence, in the language that is spoken now."""
    shown = {key: _day(value) if key in DAYS else value for key, value in given.items()}
    return _(WORDS[because]) % shown if because in WORDS else ""


def _day(value: Any) -> str:
    return date_format(datetime.date.fromisoformat(value), "DATE_FORMAT")


def recommend(item: Item) -> Recommendation:
    """What is recommended now. Reads nothing of items that come from `Item.objects.for_deciding()`."""
    enquiry = item.enquiry
    if item.license.removed_on is not None:
        return Recommendation(Decision.REMOVE, "gone")
    if enquiry is None or enquiry.state == Enquiry.State.WITHDRAWN:
        return _by_use(item)
    if enquiry.state == Enquiry.State.ANSWERED:
        return _by_answer(enquiry)
    return _by_silence(item, enquiry)


def _by_silence(item: Item, enquiry: Enquiry) -> Recommendation:
    """Silence counts only after a question that was delivered, to somebody neither on leave nor inactive."""
    due = {"due": str(enquiry.due)}
    if enquiry.is_on_leave:
        until = getattr(item, "away_until", None)
        return Recommendation("", "on_leave", {"until": str(until)}) if until else Recommendation("", "on_leave_lately")
    if enquiry.is_inactive:
        return Recommendation("", "inactive")
    if enquiry.undeliverable and not enquiry.is_delivered:
        return Recommendation("", "unreached")
    if enquiry.state == Enquiry.State.LAPSED:
        return Recommendation(Decision.REMOVE, "silent", due)
    return Recommendation("", "waiting" if enquiry.is_delivered else "on_its_way", due)


def _by_answer(enquiry: Enquiry) -> Recommendation:
    if enquiry.answer == Enquiry.Answer.GIVE_BACK:
        return Recommendation(Decision.REMOVE, "gives_back")
    if enquiry.answer == Enquiry.Answer.NOT_NOW:
        until: datetime.date | None = enquiry.not_now_until
        return Recommendation(Decision.SUSPEND, "not_now", {"until": str(until), "reason": enquiry.reason})
    return Recommendation(Decision.KEEP, "wants_to_keep", {"reason": enquiry.reason})


def _by_use(item: Item) -> Recommendation:
    if item.review.judges_by.judges_days:
        return Recommendation(Decision.REMOVE, "hardly_used")
    used, unknown = item.facts["access_days"]["90"], item.facts["unknown_days"]["90"]
    if used:
        return Recommendation(Decision.KEEP, "used", {"days": used})
    return Recommendation("", "unknown", {"days": unknown}) if unknown else Recommendation(Decision.REMOVE, "unused")


def plain_words(stored: list[Any]) -> str:
    """What an item keeps, in English, for the evidence."""
    if not stored:
        return ""
    because, given = stored
    return WORDS[because] % given if because in WORDS else str(because)
