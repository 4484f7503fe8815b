"""A daily reading that fails is told once, and once more when it works again: by mail to administrators, and on pages.

A reading that failed says nothing: nobody is idle, gone or without a license because of it.
"""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.connections.models import Connection, Reading
from seatwise.directory.requests import person_of
from seatwise.letters.composing import absolute
from seatwise.letters.failures import Failures, Told
from seatwise.site.home import QuickAction, Waiting


def note_failed(reading: Reading) -> None:
    """After a reading that nobody asked for failed; in its transaction."""
    if reading.asked_by_id is None:
        daily = Connection.objects.filter(pk=reading.connection_id, reads_daily=True)
        FAILURES.note(daily, reading, failed_at=reading.ended_at)


def note_read(reading: Reading) -> None:
    """After a reading, whoever asked for it; in its transaction."""
    FAILURES.note(Connection.objects.filter(pk=reading.connection_id), reading, failed_at=None)


def told(pk: str) -> Told | None:
    reading = Reading.objects.without_content().select_related("connection").filter(pk=pk).first()
    if reading is None:
        return None
    page = absolute(reverse("connections:connection", args=[reading.connection.kind]))
    return reading.connection.fails_since, {"reading": reading, "page": page}


FAILURES = Failures(
    "connection", gettext_lazy("A daily reading failed"), gettext_lazy("A daily reading works again"), told
)


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """For administrators and auditors: what cannot be read. One query."""
    person = person_of(request)
    for each in Connection.objects.visible_to(person).failing():
        told = {"connection": each, "since": date_format(each.fails_since, "SHORT_DATETIME_FORMAT")}
        text = _("The daily reading of %(connection)s has failed since %(since)s.") % told
        again = QuickAction(_("Try again"), reverse("connections:ask", args=[each.of]))
        url, does = reverse("connections:connection", args=[each.of]), [again] if person.changes_things else []
        yield Waiting(text, url, _("See why"), "circle-x", urgent=True, quick=does)
