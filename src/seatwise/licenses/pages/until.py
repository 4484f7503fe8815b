"""What the pages of exemptions and of suspensions do alike: another day, and an end before it."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.directory.pages import person_of
from seatwise.licenses.forms_leave import DayForm
from seatwise.licenses.models import Exemption, Suspension


def changed(request: HttpRequest, found: Exemption | Suspension, form: DayForm) -> bool:
    """Whether the day could be changed; what refuses it is said on the form."""
    asked = form.cleaned_data
    try:
        other = found.change(until=asked["until"], by=person_of(request), reason=asked["reason"], on=today())
    except Refused as refusal:
        form.add_error("until", str(refusal))
        return False
    messages.success(request, _("The changes were saved.") if other else _("Nothing was changed."))
    return True


def ended(request: HttpRequest, found: Exemption | Suspension, said: str) -> None:
    """End it now, and say so, or what refuses it."""
    try:
        found.end(by=person_of(request), reason=request.POST.get("reason", "")[:2000], on=today())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
