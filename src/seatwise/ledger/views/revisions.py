"""Taking out what a revision of a source brought in: what will happen, and doing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from seatwise.directory.changes import Refused
from seatwise.directory.requests import person_of
from seatwise.ledger.fact_removal import forget
from seatwise.ledger.models import Coverage, LogImport, Snapshot
from seatwise.ledger.views.sources import found_source
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.site.access import administrators_only


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def forgetting(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Say what would be taken out; on POST, take it out."""
    source = found_source(request, pk)
    revision = get_object_or_404(source.revisions.filter(forgotten_on=None), number=number)
    if request.method == "POST":
        try:
            forget(revision, by=person_of(request), on=days.date_of(today()))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            said = _("The facts of revision %(number)s were taken out. Its logs can be read again.")
            messages.success(request, said % {"number": number})
        return redirect("ledger:source", pk)
    covered: dict[str, int] = {}
    for service, mask in Coverage.objects.filter(revision=revision).values_list("service__name", "days"):
        covered[service] = covered.get(service, 0) + mask.bit_count()
    context = {
        "source": source,
        "revision": revision,
        "is_in_force": source.revision == revision,
        "covered": sorted(covered.items()),
        "imports": LogImport.objects.filter(revision=revision).in_state(LogImport.State.DONE).count(),
        "running": LogImport.objects.filter(revision=revision).unfinished().count(),
        "snapshots": Snapshot.objects.filter(revision=revision).count(),
    }
    return render(request, "ledger/forgetting.html", context)
