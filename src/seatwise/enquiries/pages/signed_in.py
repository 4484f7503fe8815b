"""Questions for whoever is signed in: their own, and those of others that reach nobody."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from seatwise.configuration import today
from seatwise.directory.models import User
from seatwise.directory.requests import person_of, refusals_on
from seatwise.enquiries import answers, delivery, questions
from seatwise.enquiries.card import is_looked_at
from seatwise.enquiries.facts import shown, what_became_of
from seatwise.enquiries.forms import AnswerForm, TakingBackForm
from seatwise.enquiries.models import Enquiry, Via
from seatwise.letters.models import Letter
from seatwise.site.access import administrators_only, back_to, everybody


def found(request: HttpRequest, pk: int) -> Enquiry:
    """An enquiry that the person may see."""
    visible = Enquiry.objects.visible_to(person_of(request)).with_leave().for_reading()
    enquiry: Enquiry = get_object_or_404(visible, pk=pk)
    return enquiry


def via_of(enquiry: Enquiry, person: User) -> str:
    """How somebody may answer: for themselves, in the place of another, or not (empty)."""
    if enquiry.person_id == person.pk:
        return Via.PAGE
    others = Enquiry.objects.answerable_for_others_by(person)
    return Via.ON_BEHALF if others.filter(pk=enquiry.pk).exists() else ""


@login_required
@never_cache
@require_safe
def enquiry(request: HttpRequest, pk: int) -> HttpResponse:
    enquiry = found(request, pk)
    if is_looked_at(request):
        delivery.see([enquiry], by=person_of(request), on=today())
    return _page(request, enquiry)


@everybody.action
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer it, oneself or in somebody's place."""
    enquiry = found(request, pk)
    person, on = person_of(request), today()
    via = via_of(enquiry, person)
    ended = what_became_of(enquiry)
    if ended:
        messages.error(request, ended)
        return redirect("enquiries:enquiry", pk=pk)
    if not via:
        raise PermissionDenied(_("This question was asked of someone else."))
    form = AnswerForm(request.POST, enquiry=enquiry, on=on, via=via)
    if not form.is_valid():
        return _page(request, enquiry, form)
    with refusals_on(request):
        given = form.given
        answers.reply(enquiry, given.answer, reason=given.reason, until=given.until, by=person, via=via, on=on)
        messages.success(request, _("Thank you. Your answer was recorded."))
    return back_to(request, "enquiries:enquiry", pk)


@everybody.action
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep after all what one gave back."""
    enquiry = get_object_or_404(Enquiry.objects.put_to(person_of(request)).for_reading(), pk=pk)
    form = TakingBackForm(request.POST)
    if not form.is_valid():
        obstacle = enquiry.why_not_taken_back
        if not obstacle:
            return _page(request, enquiry, form)
        messages.error(request, obstacle)
        return redirect("enquiries:enquiry", pk=pk)
    with refusals_on(request):
        answers.take_back(enquiry, reason=form.cleaned_data["reason"], by=person_of(request), via=Via.PAGE, on=today())
        messages.success(request, _("You keep the license. Your answer was changed."))
    return redirect("enquiries:enquiry", pk=pk)


@administrators_only.action
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it once more, such as after an address was corrected."""
    enquiry = found(request, pk)
    if questions.remind(enquiry, on=today(), by=person_of(request)):
        messages.success(request, _("The question will be sent again."))
    else:
        messages.error(request, what_became_of(enquiry) or _("Its last day has passed, so it was not sent again."))
    return redirect("enquiries:enquiry", pk=pk)


def _page(request: HttpRequest, enquiry: Enquiry, form: Form | None = None) -> HttpResponse:
    person = person_of(request)
    via = via_of(enquiry, person)
    own = via == Via.PAGE
    given = {
        **shown(enquiry, to_others=not own),
        "own": own,
        "may_answer": bool(via) and not what_became_of(enquiry),
        "may_take_back": enquiry.may_be_taken_back and own,
        "form": form if isinstance(form, AnswerForm) else AnswerForm(enquiry=enquiry, on=today(), via=via),
        "taking_back": form if isinstance(form, TakingBackForm) else TakingBackForm(),
        "letters": [] if own else list(Letter.objects.visible_to(person).about(enquiry).newest_first()),
        "reaches_nobody": enquiry.is_open and enquiry.reaches_nobody,
    }
    return render(request, "enquiries/enquiry.html", given, status=400 if form else 200)
