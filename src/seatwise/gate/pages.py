"""The gate's settings, below /administration/gate/."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.forms import TextSearch
from seatwise.directory.models import Service
from seatwise.directory.requests import person_of, refusals_on
from seatwise.gate.models import GateAddress
from seatwise.gate.models.addresses import origins_of
from seatwise.gate.origins import is_ours, origin_of
from seatwise.gate.setting_up import PROXIES, Setup, listening
from seatwise.site.access import administrators_and_auditors, administrators_only
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
