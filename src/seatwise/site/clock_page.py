"""The page on which an administrator says that the day is right, and the notice that leads there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from seatwise import configuration
from seatwise.site import clock
from seatwise.site.access import ADMINISTRATOR, AUDITOR, administrators_and_auditors, asks_before_changes, role_of


@administrators_and_auditors
@asks_before_changes
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What jumped, and what waits. Only the day that was shown is confirmed."""
    if request.method == "POST" and request.POST.get("day") == str(configuration.today()):
        if clock.accept(configuration.today(), by=request.user):
            messages.success(request, _("The date is confirmed. Paused work continues within a minute."))
        return redirect("clock")
    return render(request, "site/clock.html", {"jump": clock.held()}, status=409 if request.method == "POST" else 200)


def notice_for(request: HttpRequest) -> clock.Jump | None:
    """The jump, for those who administer or audit everything."""
    return clock.held() if hasattr(request, "user") and role_of(request) in (ADMINISTRATOR, AUDITOR) else None
