"""Services: what there is that people hold licenses for."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.forms import ServiceForm, TextSearch
from seatwise.directory.models import Service
from seatwise.directory.requests import person_of, refusals_on, say_saved
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.edit_conflicts import locked_to_save, saves_in_one_transaction
from seatwise.site.lists import Column, List, by_code

SERVICES = List(
    heading=gettext_lazy("Services"),
    about=gettext_lazy("The services that people hold licenses for."),
    nothing=gettext_lazy("No service matches these filters."),
    actions="directory/_services_actions.html",
    link=by_code("directory:service"),
    columns=[
        Column(gettext_lazy("Service"), lambda service: service.name),
        Column(gettext_lazy("Code"), lambda service: service.code),
        Column(gettext_lazy("Removal takes effect"), lambda service: service.get_how_removal_takes_effect_display()),
        Column(
            gettext_lazy("Department administrators see usage"),
            lambda service: _("yes") if service.department_admins_see_usage else _("no"),
        ),
    ],
)


@administrators_and_auditors.page
def services(request: HttpRequest) -> HttpResponseBase:
    form = TextSearch(request.GET)
    found = form.narrow(Service.objects.visible_to(person_of(request)))
    return SERVICES.answer(request, form, found)


@administrators_only.form
def add(request: HttpRequest) -> HttpResponse:
    form = ServiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            service = Service.objects.add(by=person_of(request), **form.cleaned_data)
            messages.success(request, _("%(name)s was added.") % {"name": service})
            return redirect("directory:services")
    return render(request, "directory/service_form.html", {"form": form})


@administrators_and_auditors.form
@saves_in_one_transaction
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """A service; administrators change it."""
    service = get_object_or_404(locked_to_save(request, Service.objects.visible_to(person_of(request))), code=code)
    form = ServiceForm(request.POST or None, instance=Service.objects.get(pk=service.pk))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            changed = service.change(by=person_of(request), **form.cleaned_data)
            say_saved(request, changed)
            return redirect("directory:services")
    return render(request, "directory/service_form.html", {"form": form, "service": service})
