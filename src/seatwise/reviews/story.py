"""What the page of a review tells: its rule in words, the four steps and who can take the next, numbers, money."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from seatwise.directory.models import Department, User
from seatwise.directory.models.people import Employment
from seatwise.lib import days
from seatwise.licenses import costs
from seatwise.licenses.models import Contract
from seatwise.reviews.models import Review, Step
from seatwise.reviews.numbers import Numbers, numbers_by_department, numbers_of
from seatwise.reviews.rules import Rule
from seatwise.reviews.steps import steps_of

Kind, State = Step.Kind, Review.State


def rule_in_words(rule: Rule) -> list[str]:
    """Each condition as a sentence's part; one line for a rule without any."""
    found = [*_about_days(rule), *_about_people(rule)]
    return found or [_("all who hold a license")]


def _about_days(rule: Rule) -> list[str]:
    found = []
    if rule.idle_days is not None:
        text = ngettext("no access for at least %(count)d day", "no access for at least %(count)d days", rule.idle_days)
        found.append(text % {"count": rule.idle_days})
    named = {"window": rule.window, "count": rule.at_most, "share": rule.share}
    if rule.at_most is not None:
        found.append(_("at most %(count)s access days in the last %(window)s days") % named)
    if rule.share is not None:
        found.append(_("at most %(share)s %% of the expected days in the last %(window)s days") % named)
    if rule.never:
        found.append(_("no access since recording began"))
    if rule.last_access_by is not None:
        month = date_format(days.date_of(days.first_day_of(rule.last_access_by)), "YEAR_MONTH_FORMAT")
        found.append(_("last access in or before %(month)s") % {"month": month})
    if rule.held_at_least is not None:
        found.append(_("license held for at least %(count)s days") % {"count": rule.held_at_least})
    return found


def _about_people(rule: Rule) -> list[str]:
    found = []
    if rule.department is not None:
        department = Department.objects.filter(code=rule.department).first()
        found.append(_("department %(name)s") % {"name": department or rule.department})
    if rule.employment:
        found.append(str(Employment(rule.employment).label))
    if rule.text:
        found.append(_("name or login “%(text)s”") % {"text": rule.text})
    return found


@dataclass(frozen=True)
class Shown:
    """A step as the page shows it."""

    kind: str
    label: str
    record: Step | None
    is_next: bool


@dataclass(frozen=True)
class Action:
    """Something that somebody may do next, as a small form with a remark or reason."""

    name: str
    label: str | Promise
    about: str | Promise
    url: str
    is_main: bool = True
    reason_required: bool = False


ACTIONS: dict[str, tuple[Any, Any]] = {
    Kind.PROPOSED: (
        gettext_lazy("Propose the decisions"),
        gettext_lazy("All is decided. Somebody else approves it next."),
    ),
    Kind.APPROVED: (
        gettext_lazy("Approve"),
        gettext_lazy("You have looked at the decisions, and they may be carried out."),
    ),
    Kind.CARRIED_OUT: (
        gettext_lazy("Carry out"),
        gettext_lazy("Licenses are removed, suspended and reassigned as decided, and those concerned are told."),
    ),
    Kind.CONFIRMED: (
        gettext_lazy("Confirm"),
        gettext_lazy("You have compared what was decided with what was found afterwards, and it is so."),
    ),
}


class Story:
    """One review for its page."""

    def __init__(self, review: Review, person: User, on: datetime.date) -> None:
        self.review, self.person, self.on = review, person, on
        self.taken = steps_of(review)
        self.numbers = numbers_of(review)
        self.carries = person.changes_things or person.pk == review.owner_id

    @property
    def next_step(self) -> str | None:
        """The step that is next, once it can be taken."""
        return next((kind for kind in Kind.values if kind not in self.taken), None)

    def steps(self) -> list[Shown]:
        """The four steps."""
        under_way = self.review.state in (State.OPEN, State.CLOSING, State.CLOSED)
        return [
            Shown(kind, str(Kind(kind).label), self.taken.get(kind), under_way and kind == self.next_step)
            for kind in Kind.values
        ]

    def actions(self) -> list[Action]:
        """What the person may do next. Whether they really may is the verb's to say."""
        kind = self.next_step
        state_of = {Kind.CONFIRMED: State.CLOSED}
        if kind is None or not self.carries or self.review.state != state_of.get(Kind(kind), State.OPEN):
            return []
        if kind == Kind.PROPOSED and self.numbers.undecided:
            return []
        if kind == Kind.CARRIED_OUT and not self.person.changes_things:
            return []
        label, about = ACTIONS[kind]
        step = reverse("reviews:step", args=[self.review.pk, kind])
        url = reverse("reviews:closing", args=[self.review.pk]) if kind == Kind.CARRIED_OUT else step
        found = [Action(kind, label, about, url)]
        if kind == Kind.APPROVED:
            url, again = (
                reverse("reviews:returning", args=[self.review.pk]),
                _("Whoever decides may change the decisions."),
            )
            found.append(Action("return", _("Return the decisions"), again, url, is_main=False, reason_required=True))
        return found

    def numbers_in_words(self) -> list[tuple[str, int]]:
        """The numbers with what they count; those of later stages only once there is something."""
        n = self.numbers
        asked = [(_("Asked"), n.asked), (_("Answered"), n.answered), (_("Answered for them"), n.on_behalf),
                 (_("No answer"), n.silent), (_("Unreached"), n.unreached)]  # fmt: skip
        done = [(_("Kept"), n.done["keep"]), (_("Removed"), n.done["remove"]), (_("Suspended"), n.done["suspend"]),
                (_("Reassigned"), n.done["reassign"]), (_("Not confirmed by the service yet"), n.pending),
                (_("Changed meanwhile"), n.changed), (_("Could not be carried out"), n.failed),
                (_("Undone"), n.undone)]  # fmt: skip
        first = [(_("Holders"), n.held), (_("Named"), n.named), (_("Left out"), n.left_out)]
        after = done if self.review.state in (State.CLOSING, State.CLOSED) else []
        decided = [(_("Decided"), n.decided), (_("To do"), n.undecided)]
        return [*first, *(asked if n.asked else []), *decided, *after]

    def money(self) -> list[str]:
        """What the seats cost that are to be freed, or were, and from which day a smaller contract saves that."""
        contracts = list(Contract.objects.of(self.review.service).in_force(self.on))
        price = costs.price_of(contracts)
        if price is None:
            return []
        expected, realized = self.numbers.by_decision["remove"], self.numbers.seats_freed
        closed = self.review.state in (State.CLOSING, State.CLOSED)
        seats = realized if closed else expected
        cost = costs.Cost(seats, price)
        told = {"seats": seats, "amount": amount(cost.month), "currency": price.currency}
        words = _("Seats that were freed: %(seats)s, which cost %(currency)s %(amount)s a month.") if closed else _(
            "Seats that would be freed: %(seats)s, which cost %(currency)s %(amount)s a month."
        )  # fmt: skip
        return [words % told, *(self._from_when(costs.saving(contract, self.on)) for contract in contracts)]

    def _from_when(self, saving: costs.Saving) -> str:
        if saving.since is None:
            return _("No renewal was entered, so nobody can tell from which day a smaller contract saves something.")
        since = date_format(saving.since, "DATE_FORMAT")
        if saving.order_by is None:
            return _("A smaller contract saves that from %(day)s.") % {"day": since}
        last = date_format(saving.order_by, "DATE_FORMAT")
        return _("A smaller contract saves that from %(day)s, if it is ordered by %(last)s.") % {
            "day": since,
            "last": last,
        }

    def links(self) -> list[tuple[str, str]]:
        """Pages that belong to it, as far as there are such pages."""
        wanted = [
            ("reviews:deciding", _("The decisions, one by one")),
            ("reviews:not_named", _("Holders who were not named")),
            ("reviews:closing", _("What was carried out")),
            ("reviews:completeness", _("Completeness of the roster")),
            ("reviews:evidence", _("The evidence")),
            ("reviews:edit", ""),
        ]
        found = []
        for name, label in wanted:
            try:
                url = reverse(name, args=[self.review.pk])
            except NoReverseMatch:
                continue
            if label:
                found.append((url, label))
        return found

    def context(self) -> dict[str, Any]:
        """What the template is given."""
        cancels = self.carries and self.review.state == State.OPEN
        return {
            "review": self.review,
            "late": self.review.is_late(self.on),
            "rule_in_words": rule_in_words(self.review.judges_by),
            "may_change": self.person.changes_things,
            "steps": self.steps(),
            "returned": Step.objects.filter(review=self.review).exclude(returned_at=None).order_by("pk"),
            "actions": self.actions(),
            "numbers_in_words": self.numbers_in_words(),
            "money": self.money(),
            "departments": departments_of(self.review),
            "links": self.links(),
            "cancel_url": reverse("reviews:cancelling", args=[self.review.pk]) if cancels else "",
        }


def departments_of(review: Review) -> list[tuple[str, Numbers]]:
    """Progress by department: only those that have something to decide."""
    return [(name, numbers) for name, numbers in numbers_by_department(review) if numbers.named]


def amount(value: Decimal) -> str:
    """An amount of money, as it is written here."""
    from django.utils.formats import number_format

    whole = value == value.to_integral_value()
    return str(number_format(value, decimal_pos=0 if whole else 2, force_grouping=True))
