"""Answering for somebody whom the question of a review did not reach (代理回答)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.directory.requests import person_of
from seatwise.enquiries import answers
from seatwise.enquiries.forms import AnswerForm
from seatwise.enquiries.models import Enquiry, Via
from seatwise.reviews import in_words
from seatwise.reviews.models import Item
from seatwise.reviews.pages.decider_common import for_deciders


@for_deciders
@require_http_methods(["GET", "HEAD", "POST"])
def answering(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """The question as it was put, and the answer in somebody's place."""
    person, on = person_of(request), today()
    mine = Item.objects.named().under_way().filter(review=pk).to_decide_by(person).for_listing()
    found = get_object_or_404(mine.exclude(enquiry=None), pk=item)
    answerable = Enquiry.objects.answerable_for_others_by(person).filter(pk=found.enquiry_id or 0)
    enquiry = answerable.for_reading().first()
    back = reverse("reviews:deciding", args=[pk])
    if enquiry is None:
        messages.error(request, _("%(name)s was answered for already, or can be asked.") % {"name": found.user})
        return redirect(back)
    form = AnswerForm(request.POST or None, enquiry=enquiry, on=on, via=Via.ON_BEHALF)
    if request.method == "POST" and form.is_valid():
        given = form.given
        try:
            answers.reply(
                enquiry, given.answer, reason=given.reason, until=given.until, by=person, via=Via.ON_BEHALF, on=on
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("You answered for %(name)s, who is told.") % {"name": found.user})
        return redirect(f"{back}#item-{found.pk}")
    words = {
        "last_access": in_words.last_access(found),
        "access_days": in_words.access_days(found),
        "answer": in_words.answer(found),
    }
    context = {"item": found, "review": found.review, "form": form, "words": words, "back": back}
    return render(request, "reviews/decide_for.html", context, status=400 if form.errors else 200)
