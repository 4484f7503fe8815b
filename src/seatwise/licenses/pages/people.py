"""The licenses of one person: a box for each service."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from seatwise.configuration import today
from seatwise.directory import person_page
from seatwise.directory.models import Kind, Service, User
from seatwise.directory.requests import person_of
from seatwise.ledger.models import Usage
from seatwise.lib import days
from seatwise.licenses import selection, use_after_removal
from seatwise.licenses.checklist_page import checklist_page
from seatwise.licenses.lines import Recorded, marks_in_services
from seatwise.licenses.models import Change, ChangeDraft, Exemption, License, Policy, Suspension
from seatwise.licenses.pages.users import safe_path
from seatwise.licenses.seats import Seats, seats_of_all
from seatwise.site.access import those_who_change_licenses

SHOWN = 10  # suspensions, and exemptions


@dataclass(frozen=True)
class Box:
    """A service on a person's page. `held` is the license they hold."""

    service: Service
    seats: Seats
    held: License | None
    usage: Usage | None
    at_least: bool  # the number
    marks: list[str]
    has_checklist: bool = False
    used_until: datetime.date | None = None  # the last access after the removal of their last license

    @property
    def last_access(self) -> object:
        return days.date_of(self.usage.last_day) if self.usage and self.usage.last_day else None


@those_who_change_licenses.page
def moved(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Where the licenses of a person were."""
    return person_page.moved(request, "licenses", pk)


@those_who_change_licenses.form
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """The services of one person; a POST keeps what is to be changed, and shows what it will do."""
    viewer = person_of(request)
    found = person_page.person_or_404(request, "licenses", pk)
    services = selection.services_for(viewer)
    if request.method == "POST":
        return chosen(request, found)
    context = {
        **person_page.head(request, found, "licenses"),
        "boxes": boxes(found, list(services), viewer),
        "suspensions": of_person(Suspension, viewer, found),
        "exemptions": of_person(Exemption, viewer, found),
        "may_change": selection.changes_any(viewer) and found.kind != Kind.GUEST,
        "back": safe_path(request.GET.get("back", "")),
    }
    return render(request, "licenses/person.html", context)


def of_person(kind: type[Exemption] | type[Suspension], viewer: User, found: User) -> "QuerySet[Any]":
    """The latest exemptions or suspensions of somebody that the viewer may see."""
    return kind.objects.visible_to(viewer).by([found]).select_related("service").order_by("-pk")[:SHOWN]


@those_who_change_licenses.form
def checklist(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """What they hold in a service: of the license that they hold, or held last."""
    viewer = person_of(request)
    theirs = License.objects.filter(user__in=selection.people_for(viewer), service__in=selection.services_for(viewer))
    last = theirs.filter(user=pk, service__code=code).select_related("user", "service").order_by("-pk").first()
    if last is None:
        raise Http404
    back = safe_path(request.GET.get("back", "")) or reverse("person_licenses", args=[pk])
    return checklist_page(request, last, may_tick=selection.may_change(last.service, viewer), back=back)


def boxes(found: User, services: list[Service], viewer: User) -> list[Box]:
    """A box for each service. The same number of queries for any number of services of which none was removed."""
    last = {each.service_id: each for each in License.objects.by([found]).order_by("pk")}
    held = {service: each for service, each in last.items() if each.removed_on is None}
    use_after_removal.mark_for(viewer, list(last.values()))
    usage = {row.service_id: row for row in Usage.objects.filter(user=found)}
    seats, marks = seats_of_all(services, today()), marks_in_services(found, today())
    recorded = Recorded.of_all(services)
    with_checklist = set(Policy.objects.exclude(checklist="").values_list("service", flat=True))
    at_least = {each.pk: bool(recorded[each.pk].at_least([found.pk])) for each in services}
    return [
        Box(
            each,
            seats[each.pk],
            held.get(each.pk),
            usage.get(each.pk),
            at_least[each.pk],
            marks[each.pk] + marks[None],
            each.pk in with_checklist,
            last[each.pk].used_until if each.pk in last else None,
        )
        for each in services
    ]


def chosen(request: HttpRequest, found: User) -> HttpResponse:
    """Keep what differs from what the page showed: what others changed meanwhile is not taken back."""
    viewer = person_of(request)
    wanted, was = set(request.POST.getlist("service")), set(request.POST.getlist("was"))
    services = {service.code: service.pk for service in Service.objects.changeable_by(viewer)}
    steps = [
        ChangeDraft.step(services[code], what, [found.pk])
        for what, codes in ((ChangeDraft.What.REMOVE, was - wanted), (ChangeDraft.What.ADD, wanted - was))
        for code in sorted(codes & services.keys())
    ]
    if not steps:
        messages.info(request, _("Nothing was changed."))
        return redirect("person_licenses", found.pk)
    back = request.get_full_path()
    draft = ChangeDraft.objects.keep(steps, by=viewer, how=Change.How.PERSON, back=back)
    return redirect("licenses:draft", draft.pk)
