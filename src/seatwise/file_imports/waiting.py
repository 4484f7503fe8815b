"""Files of a watched folder or a mailbox that wait for somebody, on the first page of administrators and auditors."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from seatwise.directory.models import Upload
from seatwise.directory.requests import person_of
from seatwise.site.home import Waiting

SHOWN = 20
PAGES = {"people": "directory:import", "licenses": "licenses:file_upload", "report": "ledger:snapshot_draft"}


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """What waits, the latest first. One query."""
    found = Upload.objects.visible_to(person_of(request)).waiting().filter(uploaded_by=None).newest_first()
    for each in found[:SHOWN]:
        sender = each.options.get("sender")
        file = _("%(file)s (email from %(sender)s)") % {"file": each, "sender": sender} if sender else each
        text = _("%(file)s is waiting to be confirmed. Nothing in it has been imported yet.") % {"file": file}
        yield Waiting(text, reverse(PAGES[each.kind], args=[each.pk]), _("Check it"), "file-clock")
