"""What the page of a review tells: the four steps and who can take the next, numbers, money, who is waited for."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.models import User, sees_all
from seatwise.reviews import deciders
from seatwise.reviews.approval import answered_afterwards, obstacle, steps_of, still_waiting
from seatwise.reviews.models import Decision, Item, Review, Step
from seatwise.reviews.numbers import Numbers, money_of, numbers_by_department, numbers_of
from seatwise.reviews.wording import rule_text

Kind, State = Step.Kind, Review.State


@dataclass(frozen=True)
class Shown:
    """A step as the page shows it."""

    kind: str
    label: str
    record: Step | None
    is_next: bool


@dataclass(frozen=True)
class Action:
    """A step that the person may take now: a small form with a remark or reason, or the page on which it is taken.

    `looked_at`: what has to be said first, by ticking a box of the name and label `tick`.
    """

    name: str
    label: str | Promise
    about: str | Promise
    url: str
    is_main: bool = True
    reason_required: bool = False
    is_page: bool = False
    looked_at: str = ""
    tick: tuple[str, str | Promise] = ("looked_again", gettext_lazy("I have checked them again"))


ACTIONS: dict[str, tuple[Any, Any]] = {
    Kind.PROPOSED: (
        gettext_lazy("Submit decisions"),
        gettext_lazy("Everything is decided. Someone else approves it next."),
    ),
    Kind.APPROVED: (
        gettext_lazy("Check and approve…"),
        gettext_lazy("Everything is decided and submitted. Check the outcome and the list first."),
    ),
    Kind.CARRIED_OUT: (
        gettext_lazy("Carry out…"),
        gettext_lazy(
            "Licenses are removed, suspended and reassigned as decided, and the people affected are notified."
        ),
    ),
    Kind.CONFIRMED: (
        gettext_lazy("Confirm the review"),
        gettext_lazy("I have compared the decisions with what was found afterwards, and they match."),
    ),
}
PAGES: dict[str, str] = {Kind.APPROVED: "reviews:approving", Kind.CARRIED_OUT: "reviews:closing"}


class Story:
    def __init__(self, review: Review, person: User, on: datetime.date) -> None:
        self.review, self.person, self.on = review, person, on
        self.taken = steps_of(review)
        self.numbers = numbers_of(review)
        self.carries = review.is_carried_by(person)

    @property
    def next_step(self) -> str | None:
        """The step that is next, once it can be taken."""
        return next((kind for kind in Kind.values if kind not in self.taken), None)

    def steps(self) -> list[Shown]:
        under_way = self.review.state in (State.OPEN, State.CLOSING, State.CLOSED)
        return [
            Shown(kind, str(Kind(kind).label), self.taken.get(kind), under_way and kind == self.next_step)
            for kind in Kind.values
        ]

    @property
    def stands_before(self) -> str | None:
        """The next step, if it can be taken by somebody now."""
        kind = self.next_step
        when = State.CLOSED if kind == Kind.CONFIRMED else State.OPEN
        if kind is None or self.review.state != when or (kind == Kind.PROPOSED and self.numbers.undecided):
            return None
        return kind

    def obstacle(self) -> str:
        """Why the person cannot take the step that stands before; empty where they can, or nobody can."""
        kind = self.stands_before
        if kind is None or not self.carries:
            return ""
        if kind == Kind.CARRIED_OUT and not self.person.changes_things:
            return _("Carried out by administrators.")
        return obstacle(self.review, kind, self.person)

    def actions(self) -> list[Action]:
        kind = self.stands_before
        if kind is None or not self.carries:
            return []
        found = [] if self.obstacle() else [self._action(kind)]
        if kind in (Kind.APPROVED, Kind.CARRIED_OUT):
            found.append(self._returning())
        return found

    def _action(self, kind: str) -> Action:
        label, about = ACTIONS[kind]
        if kind in PAGES:
            return Action(kind, label, about, reverse(PAGES[kind], args=[self.review.pk]), is_page=True)
        late = Item.objects.of(self.review).contradicted().select_related("user").order_by("pk")
        again = answered_afterwards(list(late)) if kind == Kind.PROPOSED and late else ""
        url = reverse("reviews:step", args=[self.review.pk, kind])
        if kind == Kind.CONFIRMED and self.numbers.pending:
            tick = ("although_waiting", _("Confirm although these are still pending"))
            said = still_waiting(self.numbers.pending)
            return Action(kind, label, about, url, reason_required=True, looked_at=said, tick=tick)
        return Action(kind, label, about, url, looked_at=again)

    def approval_forms(self) -> list[Action]:
        """Approving and returning, where the approval is next and the person may."""
        if self.stands_before != Kind.APPROVED or not self.carries:
            return []
        url = reverse("reviews:step", args=[self.review.pk, Kind.APPROVED])
        about = _("I have checked the decisions, and they can be carried out.")
        approves = [] if self.obstacle() else [Action(Kind.APPROVED, _("Approve"), about, url)]
        return [*approves, self._returning()]

    def _returning(self) -> Action:
        url = reverse("reviews:returning", args=[self.review.pk])
        about = _("Deciders can change the decisions.")
        return Action("return", _("Return the decisions"), about, url, is_main=False, reason_required=True)

    def numbers_in_words(self) -> list[tuple[str, int]]:
        """The numbers with what they count; those of later stages only once there is something."""
        n = self.numbers
        asked = [(_("Asked"), n.asked), (_("Answered"), n.answered), (_("Answered on their behalf"), n.on_behalf),
                 (_("No answer yet"), n.waiting), (_("No answer"), n.silent),
                 (_("Not delivered"), n.unreached)]  # fmt: skip
        done = [(_("Kept"), n.done["keep"]), (_("Removed"), n.done["remove"]), (_("Suspended"), n.done["suspend"]),
                (_("Reassigned"), n.done["reassign"]), (_("Not yet confirmed by the service"), n.pending),
                (_("Changed in the meantime"), n.changed), (_("Could not be carried out"), n.failed),
                (_("Undone"), n.undone)]  # fmt: skip
        done += [(_("Added again since"), n.given_again)] if n.given_again else []
        first = [(_("Holders"), n.held), (_("Selected"), n.named), (_("Excluded"), n.left_out),
                 (_("Not selected"), n.held - n.named - n.left_out)]  # fmt: skip
        added = [(_("Added by departments"), n.added)] if n.added else []
        after = done if self.review.state in (State.CLOSING, State.CLOSED) else []
        decided = [(_("Decided"), n.decided), (_("To do"), n.undecided)]
        return [*first, *added, *(asked if n.asked else []), *decided, *after]

    def money(self) -> dict[str, Any]:
        """Expected: what the seats to be freed cost. Realized: those that are, as is confirmed. And since when."""
        closed = self.review.state in (State.CLOSING, State.CLOSED)
        at = self.review.closed_at
        money = money_of(self.review.service, timezone.localtime(at).date() if at else self.on)
        expected, realized = self.numbers.by_decision["remove"], self.numbers.freed
        return {
            "expected": expected,
            "expected_cost": money.month(expected),
            "realized": realized if closed else None,
            "realized_cost": money.month(realized),
            "savings": money.savings if money.price and expected else [],
            "is_closed": at is not None,
            "so_far": money.so_far(realized, self.on) if closed else "",
        }

    def links(self) -> list[tuple[str, str]]:
        """Pages that belong to it and that the person may open."""
        wanted = [("reviews:people", _("Everyone checked"))]
        if Item.objects.of(self.review).under_way().to_decide_by(self.person).exists():
            wanted.append(("reviews:deciding", _("Your decisions")))
        if sees_all(self.person) and self.review.state != State.DRAFT:
            wanted += [("reviews:closing", _("Changes carried out"))] if Kind.APPROVED in self.taken else []
            wanted += [
                ("reviews:completeness", _("Completeness of the roster")),
                ("reviews:evidence", _("The evidence")),
            ]
        if self.review.state == State.OPEN and Kind.PROPOSED in self.taken:
            wanted.append(("reviews:approving", _("Decisions to approve")))
        if self.carries and self.review.state in (State.DRAFT, State.OPEN, State.CLOSING):
            wanted.append(("reviews:owner", _("Change owner")))
        return [(reverse(name, args=[self.review.pk]), label) for name, label in wanted]

    def context(self) -> dict[str, Any]:
        cancels = self.carries and self.review.state in (State.DRAFT, State.OPEN)
        waiting = self.review.state == State.OPEN and self.numbers.undecided
        return {
            "review": self.review,
            "numbers": self.numbers,
            "late": self.review.is_late(self.on),
            "rule_text": rule_text(self.review.judges_by),
            "recorded_since": self._recorded_since(),
            "carries": self.carries,
            "changes_things": self.person.changes_things,
            "steps": self.steps(),
            "returned": Step.objects.filter(review=self.review).exclude(returned_at=None).order_by("pk"),
            "what_next": self.actions(),
            "obstacle": self.obstacle(),
            "numbers_in_words": self.numbers_in_words(),
            "money": self.money(),
            "shares": shares_of(self.numbers),
            "departments": departments_of(self.review),
            "waits_for": deciders.left_with(self.review) if waiting else [],
            "links": self.links(),
            "cancel_url": reverse("reviews:cancelling", args=[self.review.pk]) if cancels else "",
        }

    def _recorded_since(self) -> datetime.date | None:
        since = self.review.coverage.get("recorded_since")
        return datetime.date.fromisoformat(since) if since else None


@dataclass(frozen=True)
class Share:
    """A part of a bar that shows how far a review is: of 1000 units in all."""

    look: str
    label: str
    count: int
    x: int
    width: int


LOOKS = {Decision.KEEP: "used", Decision.REMOVE: "rare", Decision.SUSPEND: "never", Decision.REASSIGN: "pending"}


def shares_of(numbers: Numbers) -> list[Share]:
    """What was decided of those who are selected, and what is to do."""
    counts = [(look, str(what.label), numbers.by_decision.get(what, 0)) for what, look in LOOKS.items()]
    found, before = [], 0
    for look, label, count in [*counts, ("free", _("To do"), numbers.undecided)]:
        x, end = (round(1000 * edge / max(numbers.named, 1)) for edge in (before, before + count))
        found.append(Share(look, label, count, x, end - x))
        before += count
    return found


def departments_of(review: Review) -> list[tuple[str, Numbers, list[Share]]]:
    """Progress by department: only those that have something to decide."""
    return [(name, each, shares_of(each)) for name, each in numbers_by_department(review) if each.named]
