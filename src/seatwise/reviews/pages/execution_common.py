"""What the pages of carrying out share: the review, and the list of what was decided and what became of it."""

from django.db.models import Case, When
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise.directory.models import User
from seatwise.directory.requests import person_of
from seatwise.reviews import in_words, reading_back
from seatwise.reviews.models import Item, Review
from seatwise.reviews.models.items import Decision, ItemQuerySet
from seatwise.site.lists import Column, List
from seatwise.site.search import SearchForm, choice, words


def review_of(request: HttpRequest, pk: int) -> Review:
    """A review that the person may see, with all that its pages show."""
    visible = Review.objects.visible_to(person_of(request)).select_related("service", "owner", "previous")
    return get_object_or_404(visible, pk=pk)


def decided_items(request: HttpRequest, review: Review) -> ItemQuerySet:
    """What was decided, in the order of the login names; what could not be carried out first."""
    visible = Item.objects.visible_to(person_of(request)).of(review).decided()
    first = Case(When(state=Item.State.FAILED, then=0), default=1)
    found = visible.select_related("user", "reassign_to", "decided_by", "review__service")
    return found.order_by(first, "user__folded", "pk")


def item_of(request: HttpRequest, review: Review, pk: int) -> Item:
    return get_object_or_404(decided_items(request, review), pk=pk)


DECIDED: List[Item] = List(
    heading=gettext_lazy("Carrying out"),
    about=gettext_lazy("What was decided, what became of it, and what was found afterwards."),
    nothing=gettext_lazy("No decision fits this."),
    none_yet=gettext_lazy("Nothing was decided yet."),
    template="reviews/closing.html",
    columns=[
        Column(gettext_lazy("Name"), lambda item: str(item.user)),
        Column(gettext_lazy("Login name"), lambda item: item.user.login),
        Column(gettext_lazy("Decision"), in_words.decision),
        Column(gettext_lazy("State"), lambda item: str(item.get_state_display())),
        Column(gettext_lazy("What is in the way"), lambda item: _(item.problem) if item.problem else ""),
        Column(gettext_lazy("Read back"), reading_back.in_words),
    ],
)


class ItemSearch(SearchForm):
    text = words(gettext_lazy("Name"), lambda rows, text: rows.filter(user__in=User.objects.search(text)))
    decision = choice(gettext_lazy("Decision"), Decision.choices, "decided")
    state = choice(gettext_lazy("State"), Item.State.choices)
