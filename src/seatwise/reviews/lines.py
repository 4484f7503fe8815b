"""An item as the working list and its file show it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.columns import user_column
from seatwise.directory.models import User
from seatwise.reviews import item_decisions, recommendations, wording
from seatwise.reviews.models import Decision, Item
from seatwise.reviews.recommendations import Recommendation, recommend
from seatwise.site.lists import Column, List


@dataclass
class ItemLine:
    """An item as the list shows it; `tried` is what was typed and refused, `waiting` the logins that can be picked."""

    item: Item
    recommended: Recommendation
    may_answer: bool = False
    tried: dict[str, str] = field(default_factory=dict)
    candidates: Sequence[User] = ()  # to whom, where a name that was typed may mean several
    ticked: bool = False
    waiting: Collection[str] = ()

    @property
    def key(self) -> str:
        """What a form sends of it: its id and what was seen."""
        return f"{self.item.pk}:{item_decisions.seen(self.item)}"

    @property
    def shown(self) -> dict[str, str]:
        """What its form shows: what was refused, else the decision there is; of a suspension the recommended end."""
        if self.tried:
            return self.tried
        until = self.item.suspend_until or self.recommended.given.get("until") or ""
        to = self.item.reassign_to.login if self.item.reassign_to else ""
        found = {"decision": self.item.decision, "until": str(until), "reason": self.item.decision_reason}
        return {**found, ("to" if to in self.waiting else "login"): to}

    department = property(lambda self: wording.department_of(self.item))
    last_access = property(lambda self: wording.last_access(self.item))
    last_access_day = property(lambda self: wording.last_access_day(self.item))
    access_days = property(lambda self: wording.access_days(self.item))
    answer = property(lambda self: wording.answer(self.item))
    decision = property(lambda self: wording.decision(self.item))
    decided_by = property(lambda self: wording.decided_by(self.item))

    @property
    def recommendation(self) -> str:
        """What is recommended, in a word; empty where nothing is."""
        return recommended_in_words(self.recommended)

    @property
    def because(self) -> str:
        return recommendations.describe_recommendation(self.recommended.because, self.recommended.given)


def recommended_in_words(recommended: Recommendation) -> str:
    """What is recommended, in a word or two."""
    if recommended.decision == Decision.SUSPEND and "until" in recommended.given:
        return _("suspend until %(day)s") % {"day": wording.day(recommended.given["until"])}
    return str(Decision(recommended.decision).label) if recommended.decision else ""


def because(item: Item) -> str:
    recommended = recommend(item)
    return recommendations.describe_recommendation(recommended.because, recommended.given)


PERSON: Sequence[Column[Item]] = [
    user_column(lambda item: item.user),
    Column(gettext_lazy("Department"), wording.department_of),
    Column(gettext_lazy("Last Access Date"), wording.last_access_day),
    Column(gettext_lazy("Number of Access Days (in the last 30 days)"), wording.access_days),
]
DECIDING: List[Item] = List(
    template="reviews/deciding.html",
    counts_all=True,
    columns=[
        *PERSON,
        Column(gettext_lazy("Answer"), wording.answer),
        Column(gettext_lazy("Recommended"), lambda item: recommended_in_words(recommend(item))),
        Column(gettext_lazy("Why"), because),
        Column(gettext_lazy("Decision"), wording.decision),
        Column(gettext_lazy("Reason"), lambda item: item.decision_reason),
        Column(gettext_lazy("Decided by"), wording.decided_by),
    ],
)
