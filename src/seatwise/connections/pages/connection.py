"""The connection: what it does and did, setting it up, trying it; readings, and what differs there."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seatwise.connections import reading_files, readings, sendings, tasks
from seatwise.connections.forms import NAMES, ConnectionForm, DriftSearch
from seatwise.connections.models import Connection, Drift, Reading, Sending
from seatwise.directory.models import Upload
from seatwise.directory.refusals import refusals_on, say_saved
from seatwise.directory.requests import person_of
from seatwise.site.access import administrators_and_auditors, administrators_only, asks_before_secrets
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
        "What the latest reading showed to be different there, though nothing of it is pending. Take it over as it is "
        "there, or change the license here and carry it out."
    ),
    nothing=gettext_lazy("Nothing that differs fits this."),
    none_yet=gettext_lazy("Nothing differs."),
    icon="circle-check",
    back=("connections:cybozu", "cybozu.com"),
    columns=[
        Column(gettext_lazy("Login name"), lambda drift: drift.login),
        Column(gettext_lazy("User"), lambda drift: str(drift.user) if drift.user else None),
        Column(gettext_lazy("Service"), lambda drift: str(drift.service)),
        Column(gettext_lazy("What"), lambda drift: drift.get_what_display()),
        Column(gettext_lazy("Changed"), since),
    ],
)


@administrators_and_auditors
@require_safe
def cybozu(request: HttpRequest) -> HttpResponse:
    """The connection as it is, the latest readings and sendings, and what can be done."""
    found, person = Connection.current(), person_of(request)
    context: dict[str, Any] = {"connection": found}
    if found is not None:
        last = Reading.objects.visible_to(person).done().without_content().newest_first().first()
        context |= {
            "services": [(NAMES[code], service) for code, service in found.services().items()],
            "readings": Reading.objects.visible_to(person).without_content().newest_first()[:SHOWN],
            "sendings": Sending.objects.visible_to(person).newest_first()[:SHOWN],
            "last": last,
            "differs": Drift.objects.visible_to(person).current().count(),
            "pending": sendings.pending(found).count(),
        }
    return render(request, "connections/cybozu.html", context)


@administrators_only
@asks_before_secrets
@sensitive_post_parameters("read_token", "write_token")
@require_http_methods(["GET", "HEAD", "POST"])
@saves_in_one_transaction
def setting_up(request: HttpRequest) -> HttpResponse:
    """Entering it, or changing it."""
    found = Connection.current()
    form = ConnectionForm(request.POST or None, found)
    if request.method == "POST" and form.is_valid():
        say_saved(request, form.save(found, by=person_of(request)))
        return redirect("connections:cybozu")
    return render(request, "connections/setting_up.html", {"form": form})


@administrators_only
@require_POST
def testing(request: HttpRequest) -> HttpResponse:
    """Ask cybozu.com for a page of users, and change nothing."""
    with refusals_on(request):
        count = readings.test(Connection.needed())
        text = ngettext(
            "cybozu.com answers: %(count)s user on the first page.",
            "cybozu.com answers: %(count)s users on the first page.",
            count,
        )
        messages.success(request, text % {"count": count})
    return redirect("connections:cybozu")


@administrators_only
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Have it read."""
    with refusals_on(request):
        connection = Connection.needed()
        connection.token()
        made = readings.ask(connection, by=person_of(request))
        tasks.read.enqueue(made.pk)
        return redirect("connections:reading", made.pk)
    return redirect("connections:cybozu")


def _reading(request: HttpRequest, pk: int) -> Reading:
    found: Reading = get_object_or_404(Reading.objects.visible_to(person_of(request)), pk=pk)
    return found


@administrators_and_auditors
@require_safe
def reading(request: HttpRequest, pk: int) -> HttpResponse:
    """What was read, and the ways to look at what it would change."""
    found = _reading(request, pk)
    context = {"reading": found, "differs": Drift.objects.visible_to(person_of(request)).current().count()}
    return render(request, "connections/reading.html", context)


@administrators_only
@require_POST
def look(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """What it would change of people or of licenses, as a file that waits to be confirmed."""
    found = _reading(request, pk)
    with refusals_on(request):
        if kind == Upload.Kind.PEOPLE:
            return redirect("directory:import", reading_files.keep_people(found, by=person_of(request)).pk)
        return redirect("licenses:file_upload", reading_files.keep_licenses(found, by=person_of(request)).pk)
    return redirect("connections:reading", pk)


@administrators_and_auditors
@require_safe
def drift(request: HttpRequest) -> HttpResponseBase:
    form = DriftSearch(request.GET)
    found = form.narrow(Drift.objects.visible_to(person_of(request)).current())
    return DRIFTS.answer(request, form, found.select_related("user", "service").order_by("-found_at", "pk"))
