"""One person, one page: who may open which of its tabs, and what stands above each of them.

The tabs are pages of later apps, at `person_…` (urls.py). What may be opened is part of the query.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from seatwise.directory.models import Kind, Service, Status, User, sees_all
from seatwise.directory.requests import person_of
from seatwise.site.access import those_who_see_usage

LABELS = {
    "access": gettext_lazy("Access"),
    "licenses": gettext_lazy("Licenses"),
    "reviews": gettext_lazy("Reviews and answers"),
    "directory": gettext_lazy("Directory"),
}
FIRST = ("directory", "licenses", "reviews", "access")  # which is opened by a name alone: a look at access is recorded


@dataclass(frozen=True)
class Tab:
    name: str
    label: str | Promise
    url: str


def people_of(tab: str, viewer: User) -> Any:
    """Whose page somebody may open, by its tab."""
    if sees_all(viewer):
        return User.objects.all()
    services = {"licenses": Service.objects.changeable_by, "access": Service.objects.visible_to}.get(tab)
    if tab == "directory" or (services is not None and not services(viewer).exists()):
        return User.objects.none()
    return User.objects.changeable_by(viewer) if tab == "licenses" else User.objects.visible_to(viewer)


def person_or_404(request: HttpRequest, tab: str, pk: int) -> User:
    people = people_of(tab, person_of(request)).select_related("manager", "responsible")
    found: User = get_object_or_404(people, pk=pk)
    return found


def tabs(viewer: User, person: User) -> list[Tab]:
    """The tabs that somebody may open."""
    everything = sees_all(viewer)
    return [
        Tab(name, label, reverse(f"person_{name}", args=[person.pk]))
        for name, label in LABELS.items()
        if everything or people_of(name, viewer).filter(pk=person.pk).exists()
    ]


def head(request: HttpRequest, person: User, tab: str) -> dict[str, Any]:
    """What the templates of all tabs are given: see directory/_person_head.html."""
    return {
        "person": person,
        "tab": tab,
        "tabs": tabs(person_of(request), person),
        "departments": person.departments_on(),
        "marks": [
            *([person.get_status_display()] if person.status != Status.ACTIVE else ()),
            *([person.get_kind_display()] if person.kind != Kind.USER else ()),
        ],
    }


@require_safe
@those_who_see_usage
def landing(request: HttpRequest, pk: int) -> HttpResponse:
    """The first tab of somebody that one may open."""
    viewer = person_of(request)
    name = next((name for name in FIRST if people_of(name, viewer).filter(pk=pk).exists()), "reviews")
    person_or_404(request, name, pk)
    return redirect(f"person_{name}", pk)


def moved(request: HttpRequest, tab: str, pk: int, *more: str) -> HttpResponseBase:
    """From an address that a tab had before; what it was asked with is kept."""
    asked = request.GET.urlencode()
    return redirect(reverse(f"person_{tab}", args=[pk, *more]) + (f"?{asked}" if asked else ""))
