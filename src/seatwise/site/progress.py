"""The page of work that a worker does: a part that asks how far it is, and the page in its place once it has ended."""

from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponseBase
from django_htmx.http import reselect, reswap, retarget

R = TypeVar("R", bound=HttpResponseBase)


def asks_how_far(request: HttpRequest) -> bool:
    """Whether it is the part `#progress` that asks, not somebody who opens the page."""
    return str(cast(Any, request).htmx.target) == "progress"


def in_place(request: HttpRequest, page: R) -> R:
    """A page, of which the part that asks gets the main part: nothing is loaded anew."""
    if not asks_how_far(request):
        return page
    changed: Any = reswap(reselect(retarget(cast(Any, page), "#main"), "#main"), "outerHTML")
    return cast(R, changed)
