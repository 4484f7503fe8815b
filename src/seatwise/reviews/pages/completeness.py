"""What low use does not show: people who left, accounts that are nobody's, changes outside of reviews."""

import datetime
from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from seatwise.configuration import today
from seatwise.directory.listing import SearchForm
from seatwise.directory.models import Service
from seatwise.lib.tables import BYTE_ORDER_MARK, csv_line
from seatwise.reviews import completeness
from seatwise.reviews.completeness import KINDS, Findings, kind_in_words, text_in_words
from seatwise.reviews.models import Review
from seatwise.reviews.pages.executing import review_of
from seatwise.site.access import administrators_and_auditors
from seatwise.site.paging import asked_page


class FindingSearch(SearchForm):
    """Narrows the findings."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Finding"), choices=[("", gettext_lazy("all")), *KINDS.items()], required=False
    )


@administrators_and_auditors
@require_safe
def of_review(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What was found when a review was closed; until then, what is found now."""
    review = review_of(request, pk)
    found = completeness.findings_of(review, today())
    since = completeness.since_last(review, today())
    context = {"review": review, "service": review.service, "is_kept": review.state == Review.State.CLOSED}
    return _page(request, found, since, context)


@administrators_and_auditors
@require_safe
def of_service(request: HttpRequest, code: str) -> HttpResponseBase:
    """What is found now of a service."""
    service = get_object_or_404(Service, code=code)
    since = completeness.since_last_of(service, today())
    return _page(request, completeness.now(service, since, today()), since, {"service": service})


def _page(request: HttpRequest, every: Findings, since: datetime.date, context: dict[str, Any]) -> HttpResponseBase:
    form = FindingSearch(request.GET)
    kind = form.cleaned_data["kind"] if form.is_valid() else ""
    found = every.of_kind(kind) if kind else every
    if request.GET.get("format") == "csv" and form.is_valid():
        return _file(found, context["service"])
    page = asked_page(request, found)
    counts = [(key, kind_in_words(key), count) for key, count in every.counts.items() if count]
    shown = [(kind_in_words(each.kind), each, text_in_words(each)) for each in page]
    context |= {"form": form, "page": page, "shown": shown, "counts": counts, "kind": kind, "since": since}
    return render(request, "reviews/completeness.html", context, status=200 if form.is_valid() else 400)


def _file(found: Findings, service: Service) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_lines(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="completeness-{service.code}.csv"'
    return response


def _lines(found: Findings) -> Iterator[str]:
    yield BYTE_ORDER_MARK + csv_line([_("Finding"), _("Login name"), _("Name"), _("Since"), _("Remark")])
    for each in found:
        yield csv_line([kind_in_words(each.kind), each.login, each.name, each.since, text_in_words(each)])
