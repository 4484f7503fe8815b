"""People, services and reviews, for the search above every page."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Service, User, sees_all
from seatwise.directory.requests import person_of
from seatwise.licenses import selection
from seatwise.reviews.models import Review
from seatwise.site.find import SHOWN, Found, Kind


def people(request: HttpRequest, text: str) -> Kind:
    """For administrators and auditors everybody; for department administrators whose licenses they may change."""
    person = person_of(request)
    shown: Any = selection.people_for(person) if selection.changes_something(request) else None
    rows = shown.search(text).order_by("name", "pk")[:SHOWN] if shown is not None else ()
    found = [Found(str(each), reverse("person", args=[each.pk]), each.login) for each in rows]
    return Kind(gettext_lazy("People"), "users", found)


def services(request: HttpRequest, text: str) -> Kind:
    rows = Service.objects.visible_to(person_of(request)).search(text).order_by("name", "pk")[:SHOWN]
    found = [Found(each.name, reverse("monitoring:usage", args=[each.code]), each.code) for each in rows]
    return Kind(gettext_lazy("Services"), "activity", found)


def address_of(review: Review, person: User) -> str:
    """The page of a review that somebody looks at: its story, or its working list."""
    page = "reviews:review" if sees_all(person) or review.owner_id == person.pk else "reviews:deciding"
    return reverse(page, args=[review.pk])


def reviews(request: HttpRequest, text: str) -> Kind:
    """Those that somebody owns or decides in."""
    person = person_of(request)
    rows = Review.objects.visible_to(person).named(text).select_related("service").order_by("-pk")[:SHOWN]
    found = []
    for each in rows:
        about = f"{each.service}, {each.get_state_display()}"
        found.append(Found(each.name, address_of(each, person), about))
    return Kind(gettext_lazy("Reviews"), "clipboard-check", found)
