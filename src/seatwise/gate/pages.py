"""The gate's settings, below /administration/gate/."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from seatwise import configuration
from seatwise.directory.forms import TextSearch
from seatwise.directory.models import Service, User
from seatwise.directory.requests import person_of, refusals_on
from seatwise.gate.models import GateAddress
from seatwise.gate.models.addresses import origins_of
from seatwise.gate.origins import is_ours, origin_of
from seatwise.gate.setting_up import PROXIES, Setup, listening
from seatwise.gate.verdicts import Verdict
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.language import spoken
from seatwise.site.lists import Column, List, by_code


class AddressForm(forms.Form):
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=255,
        help_text=gettext_lazy("For example https://wiki.example.com"),
    )


SERVICES = List(
    heading=gettext_lazy("Gate"),
    about=gettext_lazy("The services where Seatwise checks each request and blocks users without a license."),
    nothing=gettext_lazy("No service matches these filters."),
    link=by_code("gate:settings"),
    columns=[
        Column(gettext_lazy("Service"), lambda service: service.name),
        Column(gettext_lazy("Code"), lambda service: service.code),
        Column(gettext_lazy("Address"), lambda service: service.address),
        Column(gettext_lazy("Removal takes effect"), lambda service: service.get_how_removal_takes_effect_display()),
    ],
)


@administrators_and_auditors.page
def services(request: HttpRequest) -> HttpResponseBase:
    """All services, each with a way to its gate."""
    form = TextSearch(request.GET)
    found = form.narrow(Service.objects.visible_to(person_of(request))).order_by("name", "code")
    return SERVICES.answer(request, form, found)


@administrators_and_auditors.page
def settings(request: HttpRequest, code: str) -> HttpResponse:
    """The addresses of a service, and the configuration of the proxy before it."""
    return _page(request, _service(request, code), AddressForm())


@administrators_only.action
def add_address(request: HttpRequest, code: str) -> HttpResponse:
    service, form = _service(request, code), AddressForm(request.POST)
    if form.is_valid():
        with refusals_on(form, "address"):
            added = GateAddress.objects.add(
                service=service, address=form.cleaned_data["address"], by=person_of(request)
            )
            messages.success(request, _("%(address)s was added.") % {"address": added})
            return redirect("gate:settings", code)
    return _page(request, service, form)


@administrators_only.action
def remove_address(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """An address less; who is signed in there is not any more."""
    address = get_object_or_404(GateAddress.objects.of(_service(request, code)), pk=pk)
    with refusals_on(request):
        address.remove(by=person_of(request))
        messages.success(request, _("%(address)s was removed.") % {"address": address})
    return redirect("gate:settings", code)


def _service(request: HttpRequest, code: str) -> Service:
    service: Service = get_object_or_404(Service.objects.visible_to(person_of(request)), code=code)
    return service


def _page(request: HttpRequest, service: Service, form: AddressForm) -> HttpResponse:
    origins = origins_of(service)
    further = list(GateAddress.objects.of(service))
    own = [origin for origin in origins if origin not in {each.origin for each in further}]
    proxy = request.GET.get("proxy", "nginx")
    about: dict[str, Any] = {
        "service": service,
        "takes_effect": service.how_removal_takes_effect == Service.Removal.GATE,
        "own": own[0] if own else "",
        "further": further,
        "ours": [each for each in (origin_of(service.address), *(each.origin for each in further)) if is_ours(each)],
        "form": form,
        "proxies": list(PROXIES),
        "proxy": proxy if proxy in PROXIES else "nginx",
    }
    if origins:
        about |= _configuration(about["proxy"], Setup(service.code, tuple(origins), listening()))
    return render(request, "gate/settings.html", about)


def _configuration(proxy: str, setup: Setup) -> dict[str, str]:
    return {"snippet": setup.render(proxy), "commands": setup.commands(proxy)}


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
