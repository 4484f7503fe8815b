"""Who held which license of a service when, who added and removed it, and why."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from seatwise.directory.models import Service, User
from seatwise.directory.requests import person_of
from seatwise.licenses import use_after_removal
from seatwise.licenses.forms_services import HistorySearch
from seatwise.licenses.models import License
from seatwise.site.access import administrators_and_auditors
from seatwise.site.lists import Column, List


def by_whom(person: User | None) -> str:
    return str(person) if person else _("by a command")


HISTORY: List[License] = List(
    nothing=gettext_lazy("No license fits this."),
    none_yet=gettext_lazy("Nobody has held a license of this service yet."),
    about=gettext_lazy("Who held a license when, who added and removed it, and why. Nothing of it is ever rewritten."),
    icon="history",
    link=lambda each: reverse("monitoring:person", args=[each.service.code, each.user.login]),
    template="licenses/history.html",
    columns=[
        Column(gettext_lazy("User"), lambda each: str(each.user)),
        Column(gettext_lazy("Login"), lambda each: each.user.login),
        Column(gettext_lazy("Added on"), lambda each: each.added_on),
        Column(gettext_lazy("Added by"), lambda each: by_whom(each.added_by)),
        Column(gettext_lazy("Why"), lambda each: each.add_reason, "said"),
        Column(gettext_lazy("Removed on"), lambda each: each.removed_on, nothing=gettext_lazy("still held")),
        Column(gettext_lazy("Removed by"), lambda each: by_whom(each.removed_by) if each.removed_on else ""),
        Column(gettext_lazy("Why it was removed"), lambda each: each.remove_reason, "said"),
        Column(gettext_lazy("Last access after the removal"), lambda each: each.used_until),
    ],
)


@administrators_and_auditors
@require_safe
def history(request: HttpRequest, code: str) -> HttpResponseBase:
    """All periods of licenses of a service, the latest first."""
    service = get_object_or_404(Service, code=code)
    form = HistorySearch(request.GET)
    found = form.narrow(License.objects.visible_to(person_of(request)).of(service))
    found = found.select_related("user", "service", "added_by", "removed_by").order_by("-added_on", "-pk")
    return HISTORY.answer(request, form, found, {"service": service}, prepare=use_after_removal.mark)
