"""Finding anything by its name: pages here, and what later apps add to FINDERS in AppConfig.ready."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from seatwise.site.menu import menu_for

SHOWN = 10  # of each kind
LONGEST = 200  # characters


@dataclass(frozen=True)
class Found:
    """Something that was found, and where it is."""

    name: str
    url: str
    about: str = ""


@dataclass(frozen=True)
class Kind:
    """What was found of one kind."""

    label: str | Promise
    icon: str
    found: list[Found] = field(default_factory=list)


# What somebody may see of a kind that a text names, SHOWN at most. Permission is part of each query.
FINDERS: list[Callable[[HttpRequest, str], Kind]] = []


def pages(request: HttpRequest, text: str) -> Kind:
    """The pages of somebody's menu."""
    links = [link for part in menu_for(request) for link in part.links]
    words = text.casefold().split()
    named = [each for each in links if all(word in str(each.item.label).casefold() for word in words)]
    found = [Found(str(each.item.label), each.url, str(each.item.about)) for each in named[:SHOWN]]
    return Kind(gettext_lazy("Pages"), "panels-top-left", found)


def find(request: HttpRequest, text: str) -> Iterable[Kind]:
    """What a text names, by kind; kinds of which there is nothing are left out. A query or two for each kind."""
    return [kind for function in (*FINDERS, pages) if (kind := function(request, text)).found] if text else []


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """The search of the bar above every page."""
    text = " ".join(request.GET.get("q", "")[:LONGEST].split())
    return render(request, "site/find.html", {"text": text, "kinds": find(request, text)})
