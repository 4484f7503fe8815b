"""What waits for administrators about seats: contracts whose deadline costs money, changes to make by hand, licenses
that are due by rule.
"""

from collections.abc import Iterable, Iterator

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from seatwise.configuration import today
from seatwise.directory.models import Service
from seatwise.directory.requests import person_of
from seatwise.licenses import license_rules
from seatwise.licenses.costs import When, saving
from seatwise.licenses.models import Contract, Effect
from seatwise.licenses.overview import use_of_all
from seatwise.site.access import ADMINISTRATOR, role_of
from seatwise.site.home import QuickAction, Waiting

SOON, VERY_SOON = 45, 14  # days
FEW = 5  # changes that are marked as done in place


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """A deadline that alarms when it passes is one before which seats are idle. Some queries, more
    for each rule, and one for each service with few changes to make.
    """
    if role_of(request) != ADMINISTRATOR:
        return
    on = today()
    contracts = Contract.objects.in_force(on).select_related("service").prefetch_related("former_seats").order_by("pk")
    found = [saving(contract, on) for contract in contracts]
    soon = [each for each in found if each.when is When.OPEN and each.finish_by and (each.finish_by - on).days <= SOON]
    use = use_of_all([each.contract.service for each in soon], person_of(request)) if soon else {}
    for each in soon:
        service, idle = each.contract.service, use[each.contract.service_id].idle
        if idle and each.finish_by:
            told = {"service": service, "day": date_format(each.finish_by, "DATE_FORMAT"), "count": idle}
            text = (
                ngettext(
                    "%(service)s: %(count)s seat is idle; fewer must be ordered by %(day)s.",
                    "%(service)s: %(count)s seats are idle; fewer must be ordered by %(day)s.",
                    idle,
                )
                % told
            )
            urgent = (each.finish_by - on).days <= VERY_SOON
            url = f"{reverse('reviews:add')}?service={service.code}&idle_days=60"
            yield Waiting(text, url, _("Review them"), "calendar-clock", urgent=urgent)
    by_hand = Effect.objects.requested().filter(license__service__how_removal_takes_effect=Service.Removal.BY_HAND)
    fields = ("license__service__code", "license__service__name")
    for code, name, count in by_hand.order_by(*fields).values_list(*fields).annotate(Count("pk")):
        text = ngettext(
            "%(service)s: %(count)s change has to be carried out by hand.",
            "%(service)s: %(count)s changes have to be carried out by hand.",
            count,
        ) % {"service": name, "count": count}
        few = by_hand.filter(license__service__code=code).select_related("license__user").in_order()
        url, does = reverse("licenses:pending", args=[code]), [done(code, few)] if count <= FEW else []
        yield Waiting(text, url, _("Open the list") if does else _("Mark as done"), "list-checks", quick=does)
    for due, count in license_rules.counts_due():
        text = ngettext(
            "%(service)s: %(count)s person is due a license by rule.",
            "%(service)s: %(count)s people are due a license by rule.",
            count,
        ) % {"service": due, "count": count}
        yield Waiting(text, reverse("licenses:rules"), _("See who"), "list-plus")


def done(code: str, changes: Iterable[Effect]) -> QuickAction:
    """Marking changes that were made by hand, which it names."""
    found = list(changes)
    says = "; ".join(f"{each.license.user}: {each.get_what_display()}" for each in found)
    fields = [("effect", str(each.pk)) for each in found]
    return QuickAction(_("Mark as done"), reverse("licenses:pending", args=[code]), fields, says=says)
