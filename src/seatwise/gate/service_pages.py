"""Pages that people see at a service's address, where nothing of ours but these pages can be had."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from seatwise import configuration
from seatwise.directory.models import Service, User
from seatwise.gate.origins import is_ours
from seatwise.gate.verdicts import Verdict
from seatwise.site.language import spoken

View = Callable[..., HttpResponse]


def home() -> str:
    """How Seatwise's own address begins."""
    return configuration.ORIGIN.value().geturl()


def at_service(view: View) -> View:
    """A page at a service's address: nobody keeps it, and only its style comes from Seatwise."""

    @csrf_exempt
    @never_cache
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response._csp_config = _policy()  # type: ignore[attr-defined]  # as csp.decorators.csp does
        response["Referrer-Policy"] = "no-referrer"
        return response

    return shown


def _policy() -> dict[str, list[str]]:
    nothing = ["'none'"]
    names = ("default-src", "base-uri", "form-action", "frame-ancestors")
    return dict.fromkeys(names, nothing) | {"style-src": [home()], "img-src": [home()]}


def refusal(request: HttpRequest, code: str, verdict: Verdict) -> HttpResponse:
    """Somebody is signed in and holds no license."""
    service = Service.objects.filter(code=code).first()
    login = unquote(verdict.login)
    about = about_asking(service) | {"login": login, "home": home()}
    known = User.objects.filter(login=login).first()  # the request has no session of Seatwise's own
    language = (known and spoken(known.language)) or translation.get_language()
    with translation.override(language):
        response = render(request, "gate/refused.html", about, status=403)
    response["Content-Language"] = language
    return response


def about_asking(service: Service | None) -> dict[str, Any]:
    """Where somebody asks for a license, and where they sign out to be somebody else."""
    try:
        asking = reverse("seat_requests:ask", args=[service.code if service else ""])
    except NoReverseMatch:
        asking = reverse("home")
    return {"service": service, "ask": home() + asking, "leave": home() + reverse("account_logout")}


def problem(request: HttpRequest, service: Service | None, origin: str) -> HttpResponse:
    """The gate is not set up for this service, or not at this address."""
    about = {"service": service, "origin": origin, "ours": is_ours(origin), "home": home()}
    return render(request, "gate/problem.html", about, status=403)


def stale(request: HttpRequest, service: Service, again: str) -> HttpResponse:
    """A code that is good for nothing. `again`: where to begin anew."""
    return render(request, "gate/stale.html", {"service": service, "again": again, "home": home()}, status=403)
