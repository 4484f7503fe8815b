"""Letters: the list, and a letter's page."""

import logging

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from seatwise.audit.models import Entry
from seatwise.directory.requests import person_of, refusals_on
from seatwise.letters import kinds, trial_letter
from seatwise.letters.backends import is_off
from seatwise.letters.composing import Composed, compose
from seatwise.letters.models import Letter, State, by_what
from seatwise.site import kept_settings
from seatwise.site.access import administrators_and_auditors, administrators_only, back_to
from seatwise.site.lists import Column, List, by_pk
from seatwise.site.search import SearchForm, choice, words
from seatwise.site.words import minute

logger = logging.getLogger(__name__)


LETTERS = List(
    heading=gettext_lazy("Email log"),
    about=gettext_lazy(
        "Every email to a person, every message to a channel, and what became of it. A question counts as asked only "
        "once its email was delivered."
    ),
    nothing=gettext_lazy("No email matches these filters."),
    none_yet=gettext_lazy("No emails yet."),
    icon="mail",
    link=by_pk("letters:letter"),
    template="letters/letters.html",
    columns=[
        Column(gettext_lazy("Email"), lambda letter: letter.kind_in_words),
        Column(
            gettext_lazy("Recipient"),
            lambda letter: str(letter.to or ""),
            small=lambda letter: letter.address,
            small_title=gettext_lazy("E-mail address"),
        ),
        Column(gettext_lazy("Channel"), lambda letter: str(letter.channel or _("email"))),
        Column(gettext_lazy("Written"), lambda letter: minute(letter.written_at), "when"),
        Column(gettext_lazy("State"), lambda letter: letter.get_state_display()),
        Column(gettext_lazy("Sent"), lambda letter: minute(letter.sent_at), "when"),
        Column(gettext_lazy("Problem"), lambda letter: letter.problem_in_words),
    ],
)


class LetterSearch(SearchForm):
    text = words(gettext_lazy("Name, login name or e-mail"))
    state = choice(gettext_lazy("State"), State.choices, "with_state")
    kind = choice(gettext_lazy("Kind"), kinds.choices, "of_kind")


class NotArrivedForm(forms.Form):
    """Why a letter is known not to have arrived."""

    use_required_attribute = False

    reason = forms.CharField(label=gettext_lazy("How do you know?"), max_length=500)


@administrators_and_auditors.page
def letters(request: HttpRequest) -> HttpResponseBase:
    form = LetterSearch(request.GET)
    found = form.narrow(Letter.every.visible_to(person_of(request))).select_related("to", "channel").newest_first()
    return LETTERS.answer(request, form, found, {"is_off": is_off(), "by_what": by_what()})


@administrators_and_auditors
@never_cache
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter: what became of it, and what it says."""
    return _page(request, _found(request, pk), NotArrivedForm())


@administrators_only.action
def send_test(request: HttpRequest) -> HttpResponse:
    """Send a letter to whoever asks, now, and say what came of it on the page that asked."""
    kept_settings.look(now=True)
    sent = trial_letter.send_test(person_of(request))
    told = {"address": sent.address or sent.to.login, "answer": sent.answer, "problem": sent.problem_in_words}
    if sent.is_delivered:
        messages.success(request, _("A test email was sent to %(address)s. %(answer)s") % told)
    else:
        messages.error(request, _("The test email to %(address)s was not sent: %(problem)s") % told)
    return back_to(request, "settings")


@administrators_only.action
def not_arrived(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _found(request, pk), NotArrivedForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    with refusals_on(request):
        found.not_arrived(by=person_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, _("The email is marked as not delivered."))
    return redirect("letters:letter", pk)


def _found(request: HttpRequest, pk: int) -> Letter:
    return get_object_or_404(Letter.every.visible_to(person_of(request)).select_related("to", "channel"), pk=pk)


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
        return None, _("The email cannot be created. The site’s output says why.")
    return composed, "" if composed else _("It would not be sent now: its subject is closed or was undone.")
