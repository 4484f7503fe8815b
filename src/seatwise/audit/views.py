"""The audit log: a list, the same as a file, and whether it is intact."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from seatwise import configuration
from seatwise.audit.entry_list import ENTRIES, EntrySearch
from seatwise.audit.models import Entry
from seatwise.audit.verification import verify
from seatwise.site.access import administrators_and_auditors
from seatwise.site.chips import chips


@require_safe
@administrators_and_auditors
def entries(request: HttpRequest) -> HttpResponseBase:
    form = EntrySearch(request.GET)
    found = form.narrow(Entry.objects.visible_to(request.user))
    file = f"audit-log-{configuration.today().isoformat()}"
    return ENTRIES.answer(request, form, found, {"chips": chips(form, request.GET)}, file=file)


@require_safe
@administrators_and_auditors
def verification(request: HttpRequest) -> HttpResponse:
    """Whether all entries still are what was written."""
    return render(request, "audit/verification.html", {"verdict": verify()})
