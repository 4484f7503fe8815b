"""Who stands in for whom, and whose review it is."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from seatwise.configuration import today
from seatwise.directory.requests import person_of, refusals_on, say_saved
from seatwise.reviews import deputies
from seatwise.reviews.decision_forms import DelegationForm, OwnerForm
from seatwise.reviews.models import OWNING, Delegation, Review
from seatwise.reviews.pages.decider_common import for_deciders
from seatwise.site.lists import asked_page_alone


@for_deciders.form
def delegations(request: HttpRequest) -> HttpResponse:
    """Those of today and to come, those that are over, and a new one."""
    person, on = person_of(request), today()
    may_add = person.role in OWNING
    if request.method == "POST" and not may_add:
        raise PermissionDenied
    form = DelegationForm(request.POST or None, person=person, on=on)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        days = (asked["begins"], asked["until"])
        with refusals_on(form):
            made = deputies.delegate(asked["of"], asked["to"], days=days, by=person, reason=asked["reason"], on=on)
            messages.success(request, _("%(to)s acts for %(of)s.") % {"to": made.to, "of": made.of})
            return redirect("reviews:delegations")
    visible = Delegation.objects.visible_to(person).select_related("of", "to", "by")
    given = {
        "form": form if may_add else None,
        "current": [(each, _endable(each, request)) for each in visible.not_over(on).order_by("begins", "pk")],
        "over": asked_page_alone(request, visible.over(on).order_by("-pk")),
        "on": on,
    }
    return render(request, "reviews/delegations.html", given, status=400 if form.errors else 200)


def _endable(delegation: Delegation, request: HttpRequest) -> bool:
    person = person_of(request)
    return person.changes_things or delegation.of_id == person.pk


@for_deciders.action
def ending(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_of(request)
    found = get_object_or_404(Delegation.objects.visible_to(person).select_related("of", "to"), pk=pk)
    if not _endable(found, request):
        raise PermissionDenied
    with refusals_on(request):
        deputies.end(found, by=person, on=today())
        messages.success(request, _("%(to)s no longer acts for %(of)s.") % {"to": found.to, "of": found.of})
    return redirect("reviews:delegations")


@for_deciders.form
def owner(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_of(request)
    review = get_object_or_404(Review.objects.owned_by(person).select_related("owner", "service"), pk=pk)
    form = OwnerForm(request.POST or None, review=review)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        with refusals_on(form):
            changed = deputies.change_owner(review, asked["owner"], by=person, reason=asked["reason"])
            say_saved(request, changed)
            return redirect("reviews:review", pk) if person.changes_things else redirect("reviews:mine")
    return render(
        request, "reviews/decide_owner.html", {"review": review, "form": form}, status=400 if form.errors else 200
    )
