"""The evidence of a review: its sums, how it is checked, and the package."""

import io

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from seatwise.directory.refusals import refusals_on
from seatwise.directory.requests import person_of
from seatwise.reviews import evidence
from seatwise.reviews.evidence_tables import ABOUT
from seatwise.reviews.models import Addendum
from seatwise.reviews.pages.execution import review_of
from seatwise.site.access import administrators_and_auditors


@administrators_and_auditors
@require_safe
@never_cache
def evidence_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What was sealed, and how to check it. Before closing there is none."""
    review = review_of(request, pk)
    context = {
        "review": review,
        "sealed": evidence.sealed_package(review),
        "seal": review.money.get("seal", {}),
        "file_name": file_name(review.pk, review.service.code),
        "addenda": Addendum.objects.filter(review=review).select_related("item__user").order_by("-pk")[:50],
        "addenda_count": Addendum.objects.filter(review=review).count(),
        "files": ABOUT,
    }
    return render(request, "reviews/evidence.html", context)


@administrators_and_auditors
@require_GET
def package(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The package, with what happened since around it. That it was given out is noted."""
    review = review_of(request, pk)
    with refusals_on(request):
        content = io.BytesIO(bytes(evidence.give_out(review, by=person_of(request)).content))
        name = file_name(review.pk, review.service.code)
        response = FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")
        response["Cache-Control"] = "no-store"
        return response
    return redirect("reviews:evidence", pk)


def file_name(number: int, code: str) -> str:
    return f"evidence-{number}-{code}.zip"
