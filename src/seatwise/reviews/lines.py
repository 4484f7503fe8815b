"""An item as the working list and its file show it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise.reviews import in_words, item_decisions, recommendations
from seatwise.reviews.models import Item
from seatwise.reviews.models.items import Decision
from seatwise.reviews.recommendations import Recommendation, recommend
from seatwise.site.lists import Column, List


@dataclass
class Line:
    """An item as the list shows it; `tried` is what was typed and refused."""

    item: Item
    recommended: Recommendation
    may_answer: bool = False
    tried: dict[str, str] = field(default_factory=dict)
    ticked: bool = False

    @property
    def key(self) -> str:
        """What a form sends of it: its id and what was seen."""
        return f"{self.item.pk}:{item_decisions.seen(self.item)}"

    department = property(lambda self: in_words.department_of(self.item))
    last_access = property(lambda self: in_words.last_access(self.item))
    access_days = property(lambda self: in_words.access_days(self.item))
    answer = property(lambda self: in_words.answer(self.item))
    decision = property(lambda self: in_words.decision(self.item))
    decided_by = property(lambda self: in_words.decided_by(self.item))

    @property
    def recommendation(self) -> str:
        """What is recommended, in a word; empty where nothing is."""
        return recommended_in_words(self.recommended)

    @property
    def because(self) -> str:
        return recommendations.in_words(self.recommended.because, self.recommended.given)


def recommended_in_words(recommended: Recommendation) -> str:
    """What is recommended, in a word or two."""
    if recommended.decision == Decision.SUSPEND and "until" in recommended.given:
        return _("suspend until %(day)s") % {"day": in_words.day(recommended.given["until"])}
    return str(Decision(recommended.decision).label) if recommended.decision else ""


def because(item: Item) -> str:
    recommended = recommend(item)
    return recommendations.in_words(recommended.because, recommended.given)


PERSON: Sequence[Column[Item]] = [
    Column(gettext_lazy("User"), lambda item: str(item.user)),
    Column(gettext_lazy("Login"), lambda item: item.user.login),
    Column(gettext_lazy("Department"), in_words.department_of),
    Column(gettext_lazy("Last Access Date"), in_words.last_access),
    Column(gettext_lazy("Number of Access Days (in the last 30 days)"), in_words.access_days),
]
DECIDING: List[Item] = List(
    template="reviews/deciding.html",
    columns=[
        *PERSON,
        Column(gettext_lazy("Answer"), in_words.answer),
        Column(gettext_lazy("Recommended"), lambda item: recommended_in_words(recommend(item))),
        Column(gettext_lazy("Why"), because),
        Column(gettext_lazy("Decision"), in_words.decision),
        Column(gettext_lazy("Reason"), lambda item: item.decision_reason),
        Column(gettext_lazy("Decided by"), in_words.decided_by),
    ],
)
