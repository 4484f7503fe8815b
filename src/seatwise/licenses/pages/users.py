"""The users of a service: who holds a license, who does not, and choosing whom to add or remove."""

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, sees_all
from seatwise.directory.requests import person_of, refusals_on
from seatwise.licenses import selection
from seatwise.licenses.bulk_actions import ACTIONS
from seatwise.licenses.forms import ChosenForm, UsersForm
from seatwise.licenses.lines import Recorded, lines
from seatwise.licenses.models import Change, ChangeDraft
from seatwise.licenses.seats import seats_of
from seatwise.site.access import is_own_path, those_who_change_licenses
from seatwise.site.lists import asked_page
from seatwise.site.search import chips


@those_who_change_licenses.page
def start(request: HttpRequest) -> HttpResponseBase:
    """The users of the service that was chosen, or of the first whose licenses the person may change."""
    services = selection.services_for(person_of(request))
    code = request.GET.get("code")
    chosen = get_object_or_404(services, code=code) if code else services.first()
    if chosen is not None:
        return redirect("licenses:users", chosen.code)
    return render(request, "licenses/users_nothing.html")


@those_who_change_licenses.page
def users(request: HttpRequest, code: str) -> HttpResponse:
    """The list of a service: who holds a license, with their use of it, or who does not."""
    person = person_of(request)
    services = selection.services_for(person)
    service = get_object_or_404(services, code=code)
    form = UsersForm(request.GET, person)
    wanted = form.wanted()
    people = selection.chosen(service, person, wanted)
    page, recorded = asked_page(request, people), Recorded.of(service)
    context = {
        "service": service,
        "services": services,
        "form": form,
        "wanted": wanted,
        "chips": chips(form, request.GET),
        "sort": form.sorting,
        "page": page,
        "lines": lines(recorded, cast(Any, page.object_list), today()),
        "recorded": recorded,
        "seats": seats_of(service, today()),
        "sees_all": sees_all(person),
        "may_change": selection.may_change(service, person),
        "bulk_actions": ACTIONS.values(),
    }
    return render(request, "licenses/users.html", context, status=200 if form.is_valid() else 400)


@those_who_change_licenses.action
def change_users(request: HttpRequest, code: str) -> HttpResponse:
    """Keep what was chosen on a list, and show what it will do."""
    person = person_of(request)
    service = get_object_or_404(Service.objects.changeable_by(person), code=code)
    back = safe_path(request.POST.get("back", "")) or reverse("licenses:users", args=[code])
    form = ChosenForm(request.POST)
    with refusals_on(request):
        ids = form.ids(service, person) if form.is_valid() else []
        if not ids:
            raise Refused(_("No one is selected. Select at least one person first."))
        if form.cleaned_data["what"] in ACTIONS and not person.changes_things:
            raise PermissionDenied
        step = ChangeDraft.step(service.pk, form.cleaned_data["what"], ids)
        draft = ChangeDraft.objects.keep([step], by=person, how=Change.How.SCREEN, back=back)
        return redirect("licenses:draft", draft.pk)
    return redirect(back)


def safe_path(address: str) -> str:
    """An address of this site; empty for any other."""
    shown = address[:2000]
    return shown if is_own_path(shown) else ""
