"""What waits for administrators where use comes from: failed imports, silent sources, unknown logins."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _, ngettext

from seatwise.directory.models import Login
from seatwise.ledger.source_health import every_source
from seatwise.site.access import ADMINISTRATOR, role_of
from seatwise.site.home import Waiting

MOST = 1000  # unknown logins that are counted


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Two queries."""
    if role_of(request) != ADMINISTRATOR:
        return
    for each in every_source():
        if each.failed_import is not None:
            text = _("The last import of %(source)s failed.") % {"source": each.source}
            yield Waiting(
                text, reverse("ledger:import", args=[each.failed_import]), _("See why"), "circle-x", urgent=True
            )
        if each.silent_since:
            told = {"source": each.source, "when": date_format(localtime(each.silent_since), "SHORT_DATETIME_FORMAT")}
            text = _("%(source)s has been silent since %(when)s, which is unusual.") % told
            yield Waiting(text, reverse("ledger:source", args=[each.source.pk]), _("Open"), "database", urgent=True)
        elif each.is_silent and each.last_date:
            told = {"source": each.source, "day": date_format(each.last_date, "DATE_FORMAT")}
            text = _("%(source)s has recorded nothing since %(day)s.") % told
            yield Waiting(text, reverse("ledger:source", args=[each.source.pk]), _("Open"), "database", urgent=True)
    unknown = Login.objects.unknown()[: MOST + 1].count()
    if unknown:
        count = str(unknown) if unknown <= MOST else f"> {MOST}"
        text = ngettext(
            "%(count)s login in the logs has no user.", "%(count)s logins in the logs have no user.", unknown
        )
        yield Waiting(text % {"count": count}, reverse("directory:logins"), _("Assign to users"), "key-round")
