"""What is still to be done in a service itself, and ticking it off."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.directory.columns import user_column
from seatwise.directory.models import Service
from seatwise.directory.requests import person_of, refusals_on
from seatwise.licenses import change_state, effects, own_licenses, use_after_removal
from seatwise.licenses.change_state import ChangeState
from seatwise.licenses.forms_services import CarriedOutForm, PendingSearch
from seatwise.licenses.models import Effect, License
from seatwise.site.access import administrators_and_auditors, back_to
from seatwise.site.lists import Column, List


def reason_of(effect: Effect) -> str:
    """Why it is to be done."""
    license: License = effect.license  # noqa: A001 - the field's term
    return {Effect.What.ADD: license.add_reason, Effect.What.REMOVE: license.remove_reason}.get(
        Effect.What(effect.what), ""
    )


NAMED = 10
PENDING: List[Effect] = List(
    nothing=gettext_lazy("No pending change matches these filters."),
    none_yet=gettext_lazy("Nothing is pending: the service matches Seatwise."),
    icon="circle-check",
    template="licenses/pending.html",
    counts_all=True,
    columns=[
        user_column(lambda effect: effect.license.user, "who"),
        Column(gettext_lazy("Action"), lambda effect: effect.get_what_display()),
        Column(gettext_lazy("State"), lambda effect: str(change_state.of_effect(effect).label)),
        Column(gettext_lazy("E-mail address"), lambda effect: effect.license.user.email),
        Column(gettext_lazy("Since"), lambda effect: effect.since, "when"),
        Column(gettext_lazy("Reason"), reason_of),
        Column(gettext_lazy("Last access after the removal"), lambda effect: effect.license.used_until, "when"),
    ],
)


@administrators_and_auditors.form
def pending(request: HttpRequest, code: str) -> HttpResponseBase:
    """The list of what is to be done; administrators tick off what was."""
    service = get_object_or_404(Service, code=code)
    search = PendingSearch(request.GET)
    waiting = Effect.objects.visible_to(person_of(request)).of(service).pending()
    found = search.narrow(waiting).select_related("license__user", "license__service").in_order()
    needs_note = service.how_removal_takes_effect == Service.Removal.VENDOR
    form = CarriedOutForm(request.POST if request.method == "POST" else None, effects=found, needs_note=needs_note)
    if request.method == "POST" and form.is_valid() and tick_off(request, service, form):
        return back_to(request, request.get_full_path())
    context: dict[str, Any] = {"service": service, "form": form, "needs_note": needs_note}
    return PENDING.answer(request, search, found, context, prepare=use_after_removal.mark_of)


def tick_off(request: HttpRequest, service: Service, form: CarriedOutForm) -> bool:
    """Keep what was carried out; False where nothing was chosen or it is refused, which is said."""
    ids = form.ids()
    by, evidence = person_of(request), form.cleaned_data["evidence"] or _("marked as done")
    confirmed = form.cleaned_data["state"] != ChangeState.CARRIED_OUT
    with refusals_on(request):
        if not ids:
            raise Refused(_("Nothing is selected. Select what was carried out first."))
        count, left = effects.carry_out(service, ids, evidence=evidence, by=by, on=today(), confirmed=confirmed)
        say_carried_out(request, count, left, confirmed)
        return True
    return False


def say_carried_out(request: HttpRequest, count: int, left: list[Effect], confirmed: bool) -> None:
    if confirmed:
        told = ngettext("%(count)s change is confirmed.", "%(count)s changes are confirmed.", count)
    else:
        told = ngettext(
            "%(count)s change was carried out and waits for confirmation.",
            "%(count)s changes were carried out and wait for confirmation.",
            count,
        )
    messages.success(request, told % {"count": count})
    if left:
        names = _(", ").join(str(each.license.user) for each in left[:NAMED]) + ("…" if len(left) > NAMED else "")
        text = _("Skipped, because someone else has to mark your own changes as done: %(names)s.")
        others = own_licenses.instead([each.license.user_id for each in left])
        messages.warning(request, f"{text % {'names': names}} {others}")
