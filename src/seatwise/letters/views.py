"""Letters: the list, and a letter's page."""

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from seatwise.audit.models import Entry
from seatwise.directory.changes import Refused
from seatwise.directory.requests import person_of
from seatwise.letters.backends import is_off
from seatwise.letters.composing import Composed, compose
from seatwise.letters.forms import LETTERS, LetterSearch, NotArrivedForm
from seatwise.letters.models import Letter
from seatwise.letters.states import by_what
from seatwise.site.access import administrators_and_auditors, administrators_only

logger = logging.getLogger(__name__)


@administrators_and_auditors
@require_safe
def letters(request: HttpRequest) -> HttpResponseBase:
    form = LetterSearch(request.GET)
    found = form.narrow(Letter.objects.visible_to(person_of(request))).select_related("to").newest_first()
    return LETTERS.answer(request, form, found, {"is_off": is_off(), "by_what": by_what()})


@administrators_and_auditors
@never_cache
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter: what became of it, and what it says."""
    return _page(request, _found(request, pk), NotArrivedForm())


@administrators_only
@require_POST
def not_arrived(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _found(request, pk), NotArrivedForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        found.not_arrived(by=person_of(request), reason=form.cleaned_data["reason"])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The letter is marked as not arrived."))
    return redirect("letters:letter", pk)


def _found(request: HttpRequest, pk: int) -> Letter:
    return get_object_or_404(Letter.objects.visible_to(person_of(request)).select_related("to"), pk=pk)


def _page(request: HttpRequest, found: Letter, form: NotArrivedForm) -> HttpResponse:
    composed, why_not = _composed(found)
    entries = Entry.objects.visible_to(person_of(request)).about(found).newest_first()[:20]
    context = {"letter": found, "form": form, "composed": composed, "why_not": why_not, "entries": entries}
    context["tries_again"] = found.state == Letter.State.WAITING
    return render(request, "letters/letter.html", context)


def _composed(found: Letter) -> tuple[Composed | None, str]:
    """What a letter says, or why that cannot be shown."""
    try:
        composed = compose(found, for_others=True)
    except Exception:
        logger.exception("letter %s (%s) could not be composed", found.pk, found.kind)
        return None, _("It cannot be composed. The site’s output says why.")
    return composed, "" if composed else _("It would not be sent now: what it is about is over or undone.")
