"""What low use does not show: people who left, accounts that are nobody's, changes outside of reviews."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.configuration import today
from seatwise.directory.models import Service
from seatwise.reviews import completeness
from seatwise.reviews.completeness import KINDS, Findings, kind_in_words, text_in_words
from seatwise.reviews.models import Finding, Review
from seatwise.reviews.pages.execution import review_of
from seatwise.site.access import administrators_and_auditors
from seatwise.site.lists import Column, List
from seatwise.site.search import SearchForm, choice


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
