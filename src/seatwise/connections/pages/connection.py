"""Connections: what each does and did, setting it up, trying it; readings, and what differs there."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from seatwise.connections import reading_files, readings, tasks, vendor_reports
from seatwise.connections.forms import ConnectionForm, DriftSearch
from seatwise.connections.kinds import KINDS, Kind
from seatwise.connections.models import Connection, Drift, Reading, Sending
from seatwise.connections.wanted import pending
from seatwise.directory.models import Upload
from seatwise.directory.requests import person_of, refusals_on, say_saved
from seatwise.site.access import administrators_and_auditors, administrators_only, asks_before_secrets, back_to
from seatwise.site.edit_conflicts import saves_in_one_transaction
from seatwise.site.lists import Column, List
from seatwise.site.words import minute

SHOWN = 10


def since(drift: Drift) -> str:
    """Between which readings it became so."""
    if drift.not_before is None:
        return _("before %(end)s") % {"end": minute(drift.found_at)}
    return _("between %(start)s and %(end)s") % {"start": minute(drift.not_before), "end": minute(drift.found_at)}


DRIFTS: List[Drift] = List(
    heading=gettext_lazy("What differs at cybozu.com"),
    about=gettext_lazy(
        "What the latest reading found to be different at cybozu.com although no change is pending. "
        "Accept it as it is there, or change the license here and send the change."
    ),
    nothing=gettext_lazy("No difference matches these filters."),
    none_yet=gettext_lazy("Nothing differs."),
    icon="circle-check",
    back=("connections:connections", gettext_lazy("Connections")),
    columns=[
        Column(gettext_lazy("Login name"), lambda drift: drift.login),
        Column(gettext_lazy("User"), lambda drift: str(drift.user) if drift.user else None),
        Column(gettext_lazy("Service"), lambda drift: str(drift.service)),
        Column(gettext_lazy("Action"), lambda drift: drift.get_what_display()),
        Column(gettext_lazy("Changed"), since),
    ],
)


@administrators_and_auditors.page
def connections(request: HttpRequest) -> HttpResponse:
    """All that can be connected, and how each is."""
    there = {each.kind: each for each in Connection.objects.visible_to(person_of(request))}
    return render(request, "connections/connections.html", {"kinds": [(k, there.get(k.code)) for k in KINDS.values()]})


@administrators_and_auditors.page
def connection(request: HttpRequest, kind: Kind) -> HttpResponse:
    """A connection as it is, the latest readings and sendings, and what can be done."""
    found, person = Connection.current(kind), person_of(request)
    context: dict[str, Any] = {"kind": kind, "connection": found}
    if found is not None:
        readings_of_it = Reading.objects.visible_to(person).filter(connection=found).without_content().newest_first()
        context |= {
            "services": [(kind.services[code], service) for code, service in found.services().items()],
            "readings": readings_of_it[:SHOWN],
            "last": readings_of_it.done().first(),
        }
    if found is not None and kind.sends:
        context |= {
            "sendings": Sending.objects.visible_to(person).newest_first()[:SHOWN],
            "differs": Drift.objects.visible_to(person).current().count(),
            "pending": pending(found).count(),
        }
    return render(request, "connections/cybozu.html" if kind.sends else "connections/connection.html", context)


@administrators_only
@asks_before_secrets
@sensitive_post_parameters("read_token", "write_token")
@require_http_methods(["GET", "HEAD", "POST"])
@saves_in_one_transaction
def setting_up(request: HttpRequest, kind: Kind) -> HttpResponse:
    form = ConnectionForm(request.POST or None, kind, Connection.current(kind))
    if request.method == "POST" and form.is_valid():
        say_saved(request, form.save(by=person_of(request)))
        return redirect("connections:connection", kind)
    return render(request, "connections/setting_up.html", {"form": form, "kind": kind})


@administrators_only.action
def testing(request: HttpRequest, kind: Kind) -> HttpResponse:
    """Ask for little, and change nothing."""
    with refusals_on(request):
        messages.success(request, readings.test(Connection.needed(kind)))
    return redirect("connections:connection", kind)


@administrators_only.action
def ask(request: HttpRequest, kind: Kind) -> HttpResponse:
    with refusals_on(request):
        connection = Connection.needed(kind)
        connection.token()
        made = readings.ask(connection, by=person_of(request))
        tasks.read.enqueue(made.pk)
        messages.success(request, _("%(name)s is being read.") % {"name": connection})
        return back_to(request, "connections:reading", kind, made.pk)
    return back_to(request, "connections:connection", kind)


def _reading(request: HttpRequest, kind: Kind, pk: int) -> Reading:
    every = Reading.objects.visible_to(person_of(request)).filter(connection__kind=kind.code)
    found: Reading = get_object_or_404(every.select_related("connection"), pk=pk)
    return found


@administrators_and_auditors.page
def reading(request: HttpRequest, kind: Kind, pk: int) -> HttpResponse:
    """What was read, and the ways to look at what it would change."""
    found = _reading(request, kind, pk)
    context: dict[str, Any] = {"reading": found, "kind": kind}
    if kind.gives_reports:
        services, kept = found.connection.services(), found.content.get("reports", {})
        context["reports"] = [
            {"code": code, "service": services[code], **each, "imported": vendor_reports.imported(found, code)}
            for code, each in kept.items()
            if code in services
        ]
    else:
        context["differs"] = Drift.objects.visible_to(person_of(request)).current().count()
    return render(request, "connections/reading.html", context)


@administrators_only.action
def look(request: HttpRequest, kind: Kind, pk: int, what: str) -> HttpResponse:
    """What it would change, as a file that waits to be confirmed: of people, of licenses, or a report on a service."""
    found, by = _reading(request, kind, pk), person_of(request)
    with refusals_on(request):
        if kind.gives_reports:
            return redirect("ledger:snapshot_draft", vendor_reports.keep_report(found, what, by=by).pk)
        if what == Upload.Kind.PEOPLE:
            return redirect("directory:import", reading_files.keep_people(found, by=by).pk)
        if what == Upload.Kind.LICENSES:
            return redirect("licenses:file_upload", reading_files.keep_licenses(found, by=by).pk)
        raise Http404
    return redirect("connections:reading", kind, pk)


@administrators_and_auditors.page
def drift(request: HttpRequest) -> HttpResponseBase:
    form = DriftSearch(request.GET)
    found = form.narrow(Drift.objects.visible_to(person_of(request)).current())
    return DRIFTS.answer(request, form, found.select_related("user", "service").order_by("-found_at", "pk"))
