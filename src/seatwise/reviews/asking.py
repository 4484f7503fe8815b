"""The enquiries of a review: who is asked, and what is said to them."""

import datetime

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise.directory import rows
from seatwise.directory.models import User
from seatwise.enquiries import purposes
from seatwise.enquiries.asking import Draft, ask_many
from seatwise.enquiries.models import Enquiry
from seatwise.reviews.models import Item, Review

PURPOSE = "review"


def why(enquiry: Enquiry) -> str:
    """Why it is asked."""
    return _("The licenses of %(service)s are being reviewed.") % {"service": enquiry.license.service}


def silence(enquiry: Enquiry) -> str:
    """What follows from no answer."""
    return _("If you do not answer by %(due)s, your department decides without your answer.") % {
        "due": date_format(enquiry.due, _("j F Y"))
    }


def after_giving_back(enquiry: Enquiry) -> str:
    """What follows from giving it back."""
    return _("Your license stays until the review is closed; your department is told that you give it back.")


def register() -> None:
    """Make the purpose known."""
    purposes.register(
        purposes.Purpose(
            name=PURPOSE,
            label=gettext_lazy("review"),
            why=why,
            silence=silence,
            after_giving_back=after_giving_back,
            remind_after=(7, 14),
            for_department_administrators=True,
        )
    )


@transaction.atomic
def ask(review: Review, *, by: User | None, on: datetime.date, due: datetime.date | None = None) -> int:
    """Ask all who are named and have not been asked in this review; how many. Until the review's day, or an earlier."""
    waiting = Item.objects.of(review).named().filter(enquiry=None).select_related("license__user", "license__service")
    items = [item for item in waiting.order_by("pk") if not _is_asked_elsewhere(item)]
    drafts = [Draft(item.license, item, due or review.due, facts_of(review, item)) for item in items]
    asked = ask_many(drafts, purpose=PURPOSE, by=by, on=on) if drafts else []
    for item, enquiry in zip(items, asked, strict=True):
        item.enquiry = enquiry
    rows.update(Item, [(item, ["enquiry_id"]) for item in items])
    return len(items)


def _is_asked_elsewhere(item: Item) -> bool:
    return bool(Enquiry.objects.filter(license=item.license, state=Enquiry.State.OPEN).exists())


def facts_of(review: Review, item: Item) -> dict[str, object]:
    """What the question says is known, as it was frozen."""
    return {
        "as_of": str(review.as_of),
        "last_access": item.facts["last_access"],
        "access_days": item.facts["access_days"]["30"],
        "unknown_days": item.facts["unknown_days"]["30"],
        "window": 30,
        "recorded_since": review.coverage.get("recorded_since"),
        "license_since": item.facts["license_since"],
    }
