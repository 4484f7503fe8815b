"""Those who were not named: looking at them, adding some, confirming the others."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.directory.requests import person_of, refusals_on
from seatwise.reviews import approval, holder_confirmation, wording
from seatwise.reviews.decision_forms import NamingForm, PeopleSearch
from seatwise.reviews.lines import PERSON
from seatwise.reviews.models import Item, Review, Step
from seatwise.reviews.pages.decider_common import for_deciders, own_item, review_of
from seatwise.site.lists import Column, List

NOT_NAMED: List[Item] = List(
    heading=gettext_lazy("Not selected"),
    nothing=gettext_lazy("No one matches these filters."),
    icon="search-x",
    template="reviews/not_named.html",
    columns=[*PERSON, Column(gettext_lazy("Excluded because"), wording.left_out)],
)


class ConfirmForm(forms.Form):
    remark = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=2000)


@for_deciders.form
def not_named(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The holders who were not named, and what was confirmed of them."""
    review, person = review_of(request, pk), person_of(request)
    if request.method == "POST":
        return _confirm(request, review)
    search = PeopleSearch(request.GET, Item.objects.of(review).not_named().to_decide_by(person))
    rows = search.narrowed().for_deciding().by_name()
    taken = approval.steps_of(review)
    given = {
        "review": review,
        "parts": holder_confirmation.parts_of(review, person),
        "may_change": review.state == Review.State.OPEN and not taken,
        "may_confirm": review.state == Review.State.OPEN and Step.Kind.APPROVED not in taken,
        "own": own_item(review, person),
    }
    return NOT_NAMED.answer(request, search, rows, given)


def _confirm(request: HttpRequest, review: Review) -> HttpResponse:
    parts = []
    for key in request.POST.getlist("part"):
        department, _colon, checksum = key.partition(":")
        parts.append((int(department) if department.isascii() and department.isdigit() else None, checksum))
    form = ConfirmForm(request.POST)
    with refusals_on(request):
        if not form.is_valid():
            raise Refused(_("A remark has at most %(most)d characters.") % {"most": 2000})
        made = holder_confirmation.confirm(review, parts, by=person_of(request), remark=form.cleaned_data["remark"])
        count = sum(each.count for each in made)
        said = ngettext("You confirmed %(count)d holder.", "You confirmed %(count)d holders.", count)
        messages.success(request, said % {"count": count})
    return redirect("reviews:not_named", review.pk)


@for_deciders.action
def naming(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Add somebody to those who are named."""
    review, person = review_of(request, pk), person_of(request)
    mine = Item.objects.of(review).not_named().to_decide_by(person).select_related("review__service", "user")
    found = get_object_or_404(mine, pk=item)
    form = NamingForm(request.POST)
    with refusals_on(request):
        if not form.is_valid():
            raise Refused(_("Give a reason for reviewing this license."))
        holder_confirmation.name(found, by=person, reason=form.cleaned_data["reason"], on=today())
        messages.success(request, _("%(name)s was added to the list to decide.") % {"name": found.user})
    query = request.GET.urlencode()
    response = redirect("reviews:not_named", review.pk)
    if query:
        response["Location"] += f"?{query}"
    return response
