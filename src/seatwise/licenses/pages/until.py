"""What the pages of exemptions and of suspensions do alike: another day, and an end before it."""

from django.contrib import messages
from django.http import HttpRequest

from seatwise.configuration import today
from seatwise.directory.refusals import refusals_on, say_saved
from seatwise.directory.requests import person_of
from seatwise.licenses import exemption_rules, suspension_rules
from seatwise.licenses.forms_leave import DayForm
from seatwise.licenses.models import Exemption, Suspension


def changed(request: HttpRequest, found: Exemption | Suspension, form: DayForm) -> bool:
    """Whether the day could be changed; what refuses it is said on the form."""
    until, reason = form.cleaned_data["until"], form.cleaned_data["reason"]
    by, on = person_of(request), today()
    with refusals_on(form, "until"):
        if isinstance(found, Exemption):
            other = exemption_rules.change_day(found, until, by=by, reason=reason, on=on)
        else:
            other = suspension_rules.change_day(found, until, by=by, reason=reason, on=on)
        say_saved(request, other)
        return True
    return False


def ended(request: HttpRequest, found: Exemption | Suspension, said: str) -> None:
    """End it now, and say so, or what refuses it."""
    by, reason, on = person_of(request), request.POST.get("reason", "")[:2000], today()
    with refusals_on(request):
        if isinstance(found, Exemption):
            exemption_rules.end(found, by=by, reason=reason, on=on)
        else:
            suspension_rules.end(found, by=by, reason=reason, on=on)
        messages.success(request, said)
