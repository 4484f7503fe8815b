"""What waits for administrators where use comes from: failed imports, silent sources, unknown logins."""

import datetime
from collections.abc import Iterator, Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _, ngettext

from seatwise.directory.login_suggestions import clear_ones
from seatwise.directory.models import Login, Service, User
from seatwise.directory.person_field import shown
from seatwise.ledger.source_health import every_source, gap_of
from seatwise.site.access import ADMINISTRATOR, role_of
from seatwise.site.home import QuickAction, Waiting

MOST = 1000  # unknown logins that are counted
LOOKED_AT, OFFERED = 50, 3  # of them for suggestions
FEW_PEOPLE = 1000  # active people up to whom suggestions are made on the first page: they are compared with all


def _moment(at: datetime.datetime) -> str:
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Some queries, whatever there is; more where a source is silent."""
    if role_of(request) != ADMINISTRATOR:
        return
    for each in every_source():
        if each.failed_import is not None:
            text = _("The last import of %(source)s failed.") % {"source": each.source}
            yield Waiting(
                text, reverse("ledger:import", args=[each.failed_import]), _("See why"), "circle-x", urgent=True
            )
        if each.malformed_since:
            told = {"source": each.source, "when": _moment(each.malformed_since)}
            text = _("Since %(when)s, nearly all lines of %(source)s are not in its format.") % told
            yield Waiting(text, reverse("ledger:source", args=[each.source.pk]), _("Open"), "circle-x", urgent=True)
        if each.silent_since:
            told = {"source": each.source, "when": _moment(each.silent_since)}
            text = _("%(source)s has been silent since %(when)s, which is unusual.") % told
            yield Waiting(text, reverse("ledger:source", args=[each.source.pk]), _("Open"), "database", urgent=True)
        elif each.is_silent and each.last_date:
            told = {"source": each.source, "day": date_format(each.last_date, "DATE_FORMAT")}
            text = _("%(source)s has recorded nothing since %(day)s.") % told
            url, does = reverse("ledger:source", args=[each.source.pk]), list(closing(each.serves))
            yield Waiting(text, url, _("Open"), "database", urgent=True, quick=does)
    unknown = Login.objects.unknown()[: MOST + 1].count()
    if unknown:
        yield from assigning()
        count = str(unknown) if unknown <= MOST else f"> {MOST}"
        text = ngettext(
            "%(count)s login in the logs has no user.", "%(count)s logins in the logs have no user.", unknown
        )
        yield Waiting(text % {"count": count}, reverse("directory:logins"), _("Assign to users"), "key-round")


def closing(services: Sequence[Service]) -> Iterator[QuickAction]:
    """Confirming that the one service of a silent source was closed meanwhile."""
    gap = gap_of(services[0]) if len(services) == 1 else None
    if gap is not None:
        told = {"service": services[0], "first": date_format(gap[0]), "last": date_format(gap[1])}
        said = _("%(service)s was closed from %(first)s to %(last)s: no one could use it on these days.") % told
        url, fields = (
            reverse("ledger:coverage", args=[services[0].code]),
            [("first", str(gap[0])), ("last", str(gap[1]))],
        )
        yield QuickAction(_("It was closed"), url, fields, asks=_("Reason"), says=said)


def assigning() -> Iterator[Waiting]:
    """The first unknown logins for which one person is suggested; where there are many people, none."""
    if User.objects.active()[: FEW_PEOPLE + 1].count() > FEW_PEOPLE:
        return
    unknown = Login.objects.unknown().order_by("folded")[:LOOKED_AT]
    for each in clear_ones(list(unknown), OFFERED):
        if each.clear is not None:
            text = _("“%(login)s” in the logs may be %(name)s.") % {"login": each.login, "name": shown(each.clear)}
            url, fields = reverse("directory:login_owner", args=[each.pk]), [("person", each.clear.login)]
            does = [QuickAction(_("Assign"), url, fields)]
            yield Waiting(text, reverse("directory:login", args=[each.pk]), _("Open"), "key-round", quick=does)
