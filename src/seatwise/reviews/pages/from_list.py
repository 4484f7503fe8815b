"""From a list of User Access Monitoring to the rule of a review: of those who are ticked, or of all whom it shows."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from seatwise.directory.models import Service, User
from seatwise.directory.requests import person_of
from seatwise.licenses.forms import ChosenForm
from seatwise.monitoring.filters import NarrowingForm
from seatwise.reviews.forms import of_list, query_of
from seatwise.reviews.rules import Rule
from seatwise.site.access import administrators_only


@administrators_only
@require_POST
def from_list(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a new review with its rule. Refused where the list shows what no rule of today could select."""
    person = person_of(request)
    service = get_object_or_404(Service.objects.visible_to(person), code=code)
    listed = QueryDict(request.POST.get("query", ""))
    form = ChosenForm(_with_what(request.POST))
    ticked = form.cleaned_data["user"] if form.is_valid() and not form.cleaned_data["everything"] else []
    if ticked:
        logins = User.objects.visible_to(person).filter(pk__in=ticked).values_list("folded", flat=True)
        query = query_of(Rule(logins=tuple(sorted(logins))), service)
    else:
        query = of_list(listed)
        query["service"] = code
        for name in ("page", "format"):
            query.pop(name, None)
        if problem := _why_not(NarrowingForm(listed, person, service), listed):
            messages.error(request, problem)
            return redirect(f"{reverse('monitoring:usage', args=[code])}?{listed.urlencode()}")
    return redirect(f"{reverse('reviews:add')}?{query.urlencode()}")


def _with_what(posted: QueryDict) -> QueryDict:
    """What was ticked, without a license change that somebody wants."""
    found = posted.copy()
    found["what"] = "remove"
    return found


def _why_not(form: NarrowingForm, listed: QueryDict) -> str:
    """Why the list cannot become a rule; empty where it can."""
    if not form.is_valid():
        return _("These filters are not valid, so nobody was selected.")
    if listed.get("as_of"):
        return _("The list shows another day, and a review looks at today. Clear “As of” first, or tick the people.")
    return ""
