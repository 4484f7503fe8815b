"""Asking for a seat, by whoever is signed in."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from seatwise.configuration import today
from seatwise.directory.models import Service
from seatwise.directory.refusals import refusals_on
from seatwise.directory.requests import person_of
from seatwise.licenses.models import License
from seatwise.seat_requests import request_steps
from seatwise.seat_requests.models import SeatRequest
from seatwise.seat_requests.request_steps import LONGEST_REASON


class AskForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("What do you need it for?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Administrators read it, and it stays with the license."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a seat of a service."""
    service, person = get_object_or_404(Service, code=code), person_of(request)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            request_steps.ask(service=service, person=person, reason=form.cleaned_data["reason"], on=today())
            messages.success(request, _("Your request was sent. You are told by mail, and here, what is answered."))
            return redirect("home")
    waiting = SeatRequest.objects.of(service).by(person).waiting().first()
    holds = License.objects.of(service).held().by([person]).first()
    given = {"form": form, "service": service, "waiting": waiting, "holds": holds}
    return render(request, "seat_requests/ask.html", given)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_of(request)
    found = get_object_or_404(SeatRequest.objects.by(person).for_reading(), pk=pk)
    with refusals_on(request):
        request_steps.withdraw(found, by=person, on=today())
        messages.success(request, _("Your request was withdrawn."))
    return redirect("home")
