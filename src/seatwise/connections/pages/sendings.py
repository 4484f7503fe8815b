"""Carrying pending changes out: a rehearsal, what it would send, sending it, what was found; and the file by hand."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from seatwise.configuration import today
from seatwise.connections import by_hand, sendings, tasks
from seatwise.connections.forms import SentSearch
from seatwise.connections.kinds import CYBOZU
from seatwise.connections.models import Connection, Sending, SentUser
from seatwise.directory.requests import person_of, refusals_on
from seatwise.site.access import administrators_and_auditors, administrators_only, asks_before_changes
from seatwise.site.lists import Column, List

NOTHING = "–"


def _joined(codes: list[str] | None) -> str:
    return ", ".join(codes) if codes else NOTHING if codes is not None else ""


SENT: List[SentUser] = List(
    nothing=gettext_lazy("No user matches these filters."),
    none_yet=gettext_lazy("There is nothing to send: no pending change is for cybozu.com."),
    icon="circle-check",
    template="connections/sending.html",
    columns=[
        Column(gettext_lazy("Login name"), lambda row: row.login),
        Column(gettext_lazy("User"), lambda row: str(row.user)),
        Column(gettext_lazy("Services before"), lambda row: _joined(row.before)),
        Column(gettext_lazy("All services afterwards"), lambda row: _joined(row.wanted)),
        Column(gettext_lazy("Read back"), lambda row: _joined(row.found)),
        Column(gettext_lazy("Changed there since, and kept"), lambda row: ", ".join(row.changed_since)),
        Column(
            gettext_lazy("State"),
            lambda row: row.get_state_display(),
            small=lambda row: row.problem,
            small_title=gettext_lazy("Problem"),
        ),
    ],
)


@administrators_only.action
def rehearse(request: HttpRequest) -> HttpResponse:
    """Have it found out what would be sent."""
    with refusals_on(request):
        made = sendings.ask(Connection.needed(CYBOZU), by=person_of(request), rehearsal=True)
        tasks.send.enqueue(made.pk)
        return redirect("connections:sending", made.pk)
    return redirect("connections:connection", CYBOZU)


def _found(request: HttpRequest, pk: int) -> Sending:
    every = Sending.objects.visible_to(person_of(request)).select_related("connection", "by")
    found: Sending = get_object_or_404(every, pk=pk)
    return found


@administrators_and_auditors.page
def sending(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What would be sent, or what was sent and found."""
    found = _found(request, pk)
    form = SentSearch(request.GET)
    rows = form.narrow(found.users.select_related("user")).order_by("pk")
    changes = found.users.filter(state__in=[SentUser.State.PLANNED, SentUser.State.ALREADY]).count()
    may_follow = found.rehearsal and found.state == Sending.State.DONE and changes
    return SENT.answer(request, form, rows, {"sending": found, "may_follow": may_follow, "changes": changes})


@administrators_only
@asks_before_changes
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send what was pending at a rehearsal."""
    rehearsal = _found(request, pk)
    with refusals_on(request):
        made = sendings.follow(rehearsal, by=person_of(request))
        tasks.send.enqueue(made.pk)
        return redirect("connections:sending", made.pk)
    return redirect("connections:sending", pk)


@administrators_only.page
def file(request: HttpRequest) -> HttpResponse:
    """The file to upload at cybozu.com by hand, by the latest reading."""
    with refusals_on(request):
        leave_out = request.GET.get("leave_out") == "on"
        data = by_hand.file_by_reading(Connection.needed(CYBOZU), leave_out=leave_out)
        answer = HttpResponse(data, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="userServices-{today().isoformat()}.csv"'
        return answer
    return redirect("connections:connection", CYBOZU)
