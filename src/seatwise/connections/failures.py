"""A daily reading that fails is told once, and once more when it works again: by mail to administrators, and on pages.

A reading that failed says nothing: nobody is idle, gone or without a license because of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.connections.models import Connection, Reading
from seatwise.directory import independence
from seatwise.directory.requests import person_of
from seatwise.letters import kinds
from seatwise.letters.composing import absolute
from seatwise.letters.models import Letter
from seatwise.letters.writing import Draft, write_many
from seatwise.site.home import QuickAction, Waiting

FAILS, WORKS = "connection.fails", "connection.works"


def register_kinds() -> None:
    fails, works = gettext_lazy("A daily reading failed"), gettext_lazy("A daily reading works again")
    kinds.register(kinds.Kind(FAILS, "mail/connection_fails", compose, fails))
    kinds.register(kinds.Kind(WORKS, "mail/connection_works", compose, works))


def note_failed(reading: Reading) -> None:
    """After a reading that nobody asked for failed; in its transaction."""
    daily = Connection.objects.filter(pk=reading.connection_id, reads_daily=True, fails_since=None)
    if reading.asked_by_id is None and daily.update(fails_since=reading.ended_at):
        _tell(FAILS, reading)


def note_read(reading: Reading) -> None:
    """After a reading, whoever asked for it; in its transaction."""
    failing = Connection.objects.filter(pk=reading.connection_id).exclude(fails_since=None)
    if failing.update(fails_since=None):
        _tell(WORKS, reading)


def _tell(kind: str, reading: Reading) -> None:
    write_many(Draft(each, kind, reading, f"{kind}:{reading.pk}:{each.pk}") for each in independence.administrators())


def compose(letter: Letter) -> Mapping[str, Any] | None:
    """What both letters are filled in with; None where it is otherwise meanwhile."""
    reading = Reading.objects.without_content().select_related("connection").filter(pk=letter.subject_id).first()
    if reading is None or (reading.connection.fails_since is None) == (letter.kind == FAILS):
        return None
    return {"reading": reading, "page": absolute(reverse("connections:connection", args=[reading.connection.kind]))}


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """For administrators and auditors: what cannot be read. One query."""
    person = person_of(request)
    for each in Connection.objects.visible_to(person).failing():
        told = {"connection": each, "since": date_format(each.fails_since, "SHORT_DATETIME_FORMAT")}
        text = _("The daily reading of %(connection)s has failed since %(since)s.") % told
        again = QuickAction(_("Try again"), reverse("connections:ask", args=[each.of]))
        url, does = reverse("connections:connection", args=[each.of]), [again] if person.changes_things else []
        yield Waiting(text, url, _("See why"), "circle-x", urgent=True, quick=does)
