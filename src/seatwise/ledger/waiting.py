"""What waits for administrators where use comes from: failed imports, silent sources, unknown logins."""

from collections.abc import Iterator

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from seatwise.directory.models import Login
from seatwise.ledger.models import Coverage, LogImport, Source
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.site.access import ADMINISTRATOR, role_of
from seatwise.site.home import Waiting

SILENT_AFTER = 7  # days without records
MOST = 1000  # unknown logins that are counted


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Four queries."""
    if role_of(request) != ADMINISTRATOR:
        return
    latest = LogImport.objects.filter(revision__source=OuterRef("pk")).order_by("-pk")
    covered = Coverage.objects.filter(revision__source=OuterRef("pk")).order_by("-month", "-days")
    sources = Source.objects.of_logs().filter(retired_on=None).annotate(
        last_state=Subquery(latest.values("state")[:1]),
        last_import=Subquery(latest.values("pk")[:1]),
        last_month=Subquery(covered.values("month")[:1]),
        last_mask=Subquery(covered.values("days")[:1]),
    )  # fmt: skip
    now = today()
    for source in sources.order_by("name", "code"):
        if source.last_state == LogImport.State.FAILED:
            text = _("The last import of %(source)s failed: nothing of it was counted.") % {"source": source}
            url = reverse("ledger:import", args=[source.last_import])
            yield Waiting(text, url, _("See why"), "circle-x", urgent=True)
        if source.last_month and source.last_mask:
            last = days.first_day_of(source.last_month) + source.last_mask.bit_length() - 1
            if now - last > SILENT_AFTER:
                told = {"source": source, "day": date_format(days.date_of(last), "DATE_FORMAT")}
                text = _("%(source)s has recorded nothing since %(day)s.") % told
                yield Waiting(text, reverse("ledger:source", args=[source.pk]), _("Open"), "database", urgent=True)
    unknown = Login.objects.unknown()[: MOST + 1].count()
    if unknown:
        count = str(unknown) if unknown <= MOST else f"> {MOST}"
        text = ngettext(
            "%(count)s login in the logs has no user.", "%(count)s logins in the logs have no user.", unknown
        )
        yield Waiting(text % {"count": count}, reverse("directory:logins"), _("Assign to users"), "key-round")
