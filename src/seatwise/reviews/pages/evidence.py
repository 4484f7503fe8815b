"""The evidence of a review: its sums, how it is checked, the package; and what low use does not show (completeness)."""

import datetime
import io
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from seatwise.configuration import today
from seatwise.directory.models import Service
from seatwise.directory.requests import person_of, refusals_on
from seatwise.reviews import completeness, evidence
from seatwise.reviews.completeness import KINDS, Findings, kind_in_words, text_in_words
from seatwise.reviews.models import Addendum, Finding, Review
from seatwise.reviews.pages.execution import review_of
from seatwise.site.access import administrators_and_auditors
from seatwise.site.lists import Column, List
from seatwise.site.search import SearchForm, choice

FILES = (  # of the package, as they are named there
    ("report.en.html, report.ja.html", gettext_lazy("The printable report: numbers, steps, decisions, execution.")),
    ("evidence.xlsx", gettext_lazy("All tables below as sheets of one workbook.")),
    ("population.csv", gettext_lazy("Everyone who held a license when the review was opened, as known then.")),
    ("enquiries.csv", gettext_lazy("Every question, whether it reached anybody, and the answer.")),
    ("letters.csv", gettext_lazy("Every email, and what became of it.")),
    ("decisions.csv", gettext_lazy("What was decided about each person, by whom, when and why.")),
    ("execution.csv", gettext_lazy("What was carried out, and what was found afterwards.")),
    ("exceptions.csv", gettext_lazy("Who was exempt or suspended, until when and by whom. Reasons are not included.")),
    ("steps.csv", gettext_lazy("The four steps, also those that were returned.")),
    (
        "checklist.csv",
        gettext_lazy("What people hold in the service, checked point by point, and who took it over."),
    ),
    ("handovers.csv", gettext_lazy("Every time the decider changed because the directory changed.")),
    ("attestations.csv", gettext_lazy("What departments confirmed about their holders not selected.")),
    ("differences.csv", gettext_lazy("Differences from the previous review.")),
    ("completeness.csv", gettext_lazy("What low use does not show: people who left, accounts without an owner, …")),
    (
        "manifest.json",
        gettext_lazy("The SHA-256 checksum of each file, the scope of the review, and what is not covered."),
    ),
    ("manifest.sig, manifest.pub", gettext_lazy("The signature of the manifest (Ed25519) and the public key.")),
)


@administrators_and_auditors.page
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


def _badge(each: Finding) -> str:
    return _("check first") if each.kind == "inactive" else ""


FINDINGS: List[Finding] = List(
    nothing=gettext_lazy("Nothing was found."),
    about=gettext_lazy(
        "What low use does not show: people who left and still hold a license, accounts without an "
        "owner, changes outside reviews."
    ),
    template="reviews/completeness.html",
    columns=[
        Column(gettext_lazy("Finding"), lambda each: kind_in_words(each.kind), badge=_badge),
        Column(gettext_lazy("Login name"), lambda each: each.login),
        Column(gettext_lazy("Name"), lambda each: each.name),
        Column(gettext_lazy("Since"), lambda each: each.since, "when"),
        Column(gettext_lazy("Remark"), text_in_words),
    ],
)


class FindingSearch(SearchForm):
    kind = choice(gettext_lazy("Finding"), KINDS.items(), "of_kind")


@administrators_and_auditors.page
def of_review(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What was found when a review was closed; until then, what is found now."""
    review = review_of(request, pk)
    found = completeness.findings_of(review, today())
    since = completeness.since_last(review, today())
    context = {"review": review, "service": review.service, "is_kept": review.state == Review.State.CLOSED}
    return _page(request, found, since, context)


@administrators_and_auditors.page
def of_service(request: HttpRequest, code: str) -> HttpResponseBase:
    """What is found now of a service."""
    service = get_object_or_404(Service, code=code)
    since = completeness.since_last_of(service, today())
    return _page(request, completeness.now(service, since, today()), since, {"service": service})


def _page(request: HttpRequest, every: Findings, since: datetime.date, context: dict[str, Any]) -> HttpResponseBase:
    form = FindingSearch(request.GET)
    kind = form.cleaned_data["kind"] if form.is_valid() else ""
    counts = [(key, kind_in_words(key), count) for key, count in every.counts.items() if count]
    context |= {"counts": counts, "kind": kind, "since": since}
    return FINDINGS.answer(request, form, form.narrow(every), context, file=f"completeness-{context['service'].code}")
