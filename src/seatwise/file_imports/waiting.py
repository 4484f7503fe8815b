"""Files of watched folders that wait for somebody, on the first page of administrators and auditors."""

from django.http import HttpRequest

from seatwise.directory.models import Upload
from seatwise.directory.requests import person_of
from seatwise.site.home import Card

SHOWN = 20
PAGES = {"people": "directory:import", "licenses": "licenses:file_upload", "report": "ledger:snapshot_draft"}


def card(request: HttpRequest) -> Card | None:
    """What waits, the latest first."""
    found = Upload.objects.visible_to(person_of(request)).waiting().filter(uploaded_by=None).newest_first()
    waiting = [{"upload": each, "page": PAGES[each.kind]} for each in found[: SHOWN + 1]]
    if not waiting:
        return None
    return ("file_imports/_waiting.html", {"waiting": waiting[:SHOWN], "more": len(waiting) > SHOWN})
