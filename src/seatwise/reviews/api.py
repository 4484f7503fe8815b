"""Reviews for programs: what there is, the numbers, and each license with what was asked, decided and done."""

import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_noop
from ninja import Field, Router, Schema

from seatwise.directory.models import Scope
from seatwise.licenses import api_requests, use_after_removal
from seatwise.reviews.models import Item, Review
from seatwise.reviews.numbers import numbers_of
from seatwise.reviews.pages.people import ItemForm
from seatwise.reviews.pages.reviews import ReviewSearch
from seatwise.site.api_lists import PartForm, RowsOut, checked, documented, part_of
from seatwise.site.problems import Problem, ProblemOut


class ReviewsForm(PartForm, ReviewSearch):
    """The form of the list of reviews."""


class ItemsForm(PartForm, ItemForm):
    """The form of the list of everybody in a review."""


router = Router(tags=["reviews"])
PROBLEMS = frozenset({401, 403, 404, 422})


class ReviewOut(Schema):
    """One review."""

    number: int
    name: str
    service: str = Field(description=gettext_noop("The code of the service."))
    state: str = Field(description=gettext_noop("One of draft, open, closing, closed, cancelled."))
    owner: str
    due: datetime.date = Field(description=gettext_noop("The last day, inclusive."))
    as_of: datetime.date | None = Field(description=gettext_noop("The as-of day of the usage; null for a draft."))
    rule: dict[str, Any]
    asks_again: bool = Field(
        description=gettext_noop("Whether it includes people who recently kept the seat with a reason.")
    )
    population_sha256: str
    evidence: dict[str, Any] | None = Field(
        description=gettext_noop("Manifest checksum and key fingerprint; null before the review is closed.")
    )


class ReviewsOut(RowsOut):
    """A part of the reviews, the latest first."""

    reviews: list[ReviewOut]


class OneReviewOut(ReviewOut):
    """One review with its numbers."""

    numbers: dict[str, Any] | None = Field(
        description=gettext_noop(
            "How many were selected, asked, answered, decided and done; null for people who only decide in it."
        )
    )


class ItemOut(Schema):
    """One license in a review."""

    login: str
    name: str
    named: bool = Field(
        description=gettext_noop("Whether it has to be decided: selected by the rule, or added by its department.")
    )
    added: bool
    left_out: list[dict[str, str]]
    last_access: datetime.date | None
    access_days: dict[str, int]
    unknown_days: dict[str, int]
    license_since: datetime.date
    answer: str
    decision: str
    decided_by: str | None
    state: str
    used_after_removal: datetime.date | None = Field(
        description=gettext_noop("The last access after the day this license was removed; null if none.")
    )


class ItemsOut(RowsOut):
    """A part of the licenses of a review, by login."""

    items: list[ItemOut]


@router.get(
    "/reviews",
    response={200: ReviewsOut, PROBLEMS: ProblemOut},
    summary="The reviews",
    operation_id="reviews",
    openapi_extra={"parameters": documented(ReviewsForm)},
)
def reviews(request: HttpRequest) -> dict[str, Any]:
    """The reviews that the owner of the token may see."""
    token = api_requests.token_for(request, Scope.READ_REVIEWS)
    form = checked(ReviewsForm(request.GET))
    found = form.narrow(Review.objects.visible_to(token.owner)).select_related("service", "owner")
    part, rows = part_of(request, form, found.newest_first())
    return part | {"reviews": [described(review) for review in rows]}


@router.get(
    "/reviews/{int:number}",
    response={200: OneReviewOut, PROBLEMS: ProblemOut},
    summary="One review with its numbers",
    operation_id="review",
)
def review(request: HttpRequest, number: int) -> dict[str, Any]:
    """One review."""
    token, found = api_requests.token_for(request, Scope.READ_REVIEWS), review_of(request, number)
    api_requests.refuse_unknown(request)
    told = Review.objects.told_to(token.owner).filter(pk=found.pk).exists()
    return described(found) | {"numbers": vars(numbers_of(found)) if told else None}


@router.get(
    "/reviews/{int:number}/items",
    response={200: ItemsOut, PROBLEMS: ProblemOut},
    summary="The licenses of a review",
    operation_id="review_items",
    openapi_extra={"parameters": documented(ItemsForm)},
)
def items(request: HttpRequest, number: int) -> dict[str, Any]:
    """All licenses that were held when it was opened, as far as the owner of the token may see them."""
    found = review_of(request, number)
    token = api_requests.token_for(request, Scope.READ_REVIEWS)
    form = checked(ItemsForm(request.GET))
    wanted = form.narrow(Item.objects.of(found).visible_to(token.owner)).order_by("user__folded", "pk")
    part, shown = part_of(request, form, wanted.select_related("license__service", "enquiry", "decided_by"))
    use_after_removal.mark_for(token.owner, [item.license for item in shown])
    return part | {"items": [item_out(item) for item in shown]}


def review_of(request: HttpRequest, number: int) -> Review:
    """A review that the owner of the token may see. Raises Problem."""
    token = api_requests.token_for(request, Scope.READ_REVIEWS)
    found: Review | None = (
        Review.objects.visible_to(token.owner).select_related("service", "owner").filter(pk=number).first()
    )
    if found is None:
        text = _("There is no review number %(number)s that this token can read.") % {"number": number}
        raise Problem.of(404, text, "number", _("Use the number of a review, as /api/v1/reviews has it."))
    return found


def described(found: Review) -> dict[str, Any]:
    """A review as JSON has it."""
    seal = found.money.get("seal")
    return {
        "number": found.pk,
        "name": found.name,
        "service": found.service.code,
        "state": str(found.state),
        "owner": found.owner.login,
        "due": found.due,
        "as_of": found.as_of,
        "rule": found.rule,
        "asks_again": found.asks_again,
        "population_sha256": found.checksum,
        "evidence": {"manifest_sha256": seal["manifest"], "key_sha256": seal["key"]} if seal else None,
    }


def item_out(item: Item) -> dict[str, Any]:
    """A license of a review as JSON has it."""
    facts = item.facts
    return {
        "login": facts["login"],
        "name": facts["name"],
        "named": item.is_named,
        "added": item.is_named and not item.named,
        "left_out": item.left_out,
        "last_access": facts["last_access"],
        "access_days": facts["access_days"],
        "unknown_days": facts["unknown_days"],
        "license_since": facts["license_since"],
        "answer": str(item.enquiry.answer) if item.enquiry else "",
        "decision": str(item.decision),
        "decided_by": item.decided_by.login if item.decided_by else None,
        "state": str(item.state),
        "used_after_removal": item.license.used_until,
    }
