"""What is about to be approved: the outcome first, then each decision with what it rests on."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from seatwise.configuration import today
from seatwise.directory.requests import person_of
from seatwise.reviews.lines import DECIDING
from seatwise.reviews.models import Decision, Item, Review
from seatwise.reviews.review_page import Story
from seatwise.site.access import those_who_carry_reviews
from seatwise.site.lists import List
from seatwise.site.search import SearchForm, choice, shows, words

APPROVING: List[Item] = List(
    heading=gettext_lazy("Decisions to approve"),
    about=gettext_lazy("Nothing is carried out before it is approved."),
    nothing=gettext_lazy("No decision matches these filters."),
    look="people",
    template="reviews/approving.html",
    columns=DECIDING.columns,
)


class DecisionSearch(SearchForm):
    text = words(gettext_lazy("Name or login"))
    decision = choice(gettext_lazy("Decision"), Decision.choices, "decided")
    show = shows(
        gettext_lazy("Show"),
        ("", gettext_lazy("all"), ""),
        ("against", gettext_lazy("other than recommended"), "against_recommendation"),
    )


@those_who_carry_reviews.page
@never_cache
def approving_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The outcome and the list of what was decided, with the forms to approve or return it for who may."""
    person = person_of(request)
    opened = Review.objects.told_to(person).exclude(state=Review.State.DRAFT)
    review = get_object_or_404(opened.select_related("service", "owner"), pk=pk)
    decided = Item.objects.of(review).decided()
    story = Story(review, person, today())
    context: dict[str, Any] = {
        "review": review,
        "outcome": [(label, value, story.numbers.by_decision[value]) for value, label in Decision.choices],
        "against": decided.against_recommendation().count(),
        "money": story.money(),
        "obstacle": story.obstacle(),
        "forms": story.approval_forms(),
    }
    form = DecisionSearch(request.GET)
    return APPROVING.answer(request, form, form.narrow(decided).for_listing().by_name(), context)
