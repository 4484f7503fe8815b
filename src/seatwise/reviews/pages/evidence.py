"""The evidence of a review: its sums, how it is checked, and the package."""

import io

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from seatwise.directory.refusals import refusals_on
from seatwise.directory.requests import person_of
from seatwise.reviews import evidence
from seatwise.reviews.models import Addendum
from seatwise.reviews.pages.execution import review_of
from seatwise.site.access import administrators_and_auditors

FILES = (  # of the package, as they are named there
    ("report.en.html, report.ja.html", gettext_lazy("The report to be printed: numbers, steps, decisions, execution.")),
    ("evidence.xlsx", gettext_lazy("All tables below as the sheets of one workbook.")),
    ("population.csv", gettext_lazy("Everybody who held a license at opening, as it was known then.")),
    ("enquiries.csv", gettext_lazy("Every question, whether it reached anybody, and the answer.")),
    ("letters.csv", gettext_lazy("Every letter, and what became of it.")),
    ("decisions.csv", gettext_lazy("What was decided about whom, by whom, when and why.")),
    ("execution.csv", gettext_lazy("What was carried out, and what was read back afterwards.")),
    ("exceptions.csv", gettext_lazy("Who was exempt or suspended, until when and by whom. Reasons are not in it.")),
    ("steps.csv", gettext_lazy("The four steps, also those that were returned.")),
    (
        "checklist.csv",
        gettext_lazy("What people hold in the service, gone through point by point, and who took it over."),
    ),
    ("handovers.csv", gettext_lazy("Each time somebody else had to decide, since the directory changed.")),
    ("attestations.csv", gettext_lazy("What departments confirmed of their holders who were not named.")),
    ("differences.csv", gettext_lazy("What is otherwise than in the review before.")),
    ("completeness.csv", gettext_lazy("What low use does not show: people who left, accounts that are nobody’s, …")),
    ("manifest.json", gettext_lazy("The SHA-256 sum of each file, what the review was, and what is not covered.")),
    ("manifest.sig, manifest.pub", gettext_lazy("The signature of the manifest (Ed25519) and the public key.")),
)


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
        "files": FILES,
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
