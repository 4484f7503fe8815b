"""What letters and pages show of a question: the same words everywhere, in the language that is active."""

from typing import Any

from seatwise.enquiries.facts import in_words
from seatwise.enquiries.models import Enquiry


def shown(enquiry: Enquiry, *, to_others: bool = False) -> dict[str, Any]:
    """A question with what was known when it was asked; said to whoever is asked, or about them."""
    purpose = enquiry.for_purpose
    return {
        "enquiry": enquiry,
        "service": str(enquiry.license.service),
        "account": enquiry.account,
        "facts": in_words(enquiry.facts, str(enquiry.license.user)) if to_others else enquiry.facts_in_words,
        "question": purpose.question(enquiry),
        "why": purpose.why(enquiry),
        "silence": purpose.silence(enquiry),
        "after_giving_back": purpose.after_giving_back(enquiry),
    }
