"""What a rule would do now, before anybody is asked: who would be named, who is left out and why, and what it saves."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from seatwise.directory.models import Service
from seatwise.ledger import covered_days
from seatwise.ledger.covered_days import counted_until
from seatwise.lib import days
from seatwise.lib.axis import steps
from seatwise.licenses.exclusions import Reason, Why
from seatwise.licenses.models import License
from seatwise.reviews import backtest
from seatwise.reviews.backtest import DAYS_AGO, HORIZON, Outcome, Past, Point
from seatwise.reviews.numbers import Money, money_of
from seatwise.reviews.opening import judged, reasons_of
from seatwise.reviews.population import Bits, Held, Member, accesses_of, ground_in, held_among, members_of, told_of
from seatwise.reviews.rules import JudgementBasis, Rule, cutoff, holds, might_hold

LEFT, TOP, WIDTH, HEIGHT = 44, 30, 540, 170
APART = 26  # between two labels below


class Drawing:
    """Three curves against the cut-off, in the units of the drawing: named now, named then, came back."""

    def __init__(self, points: Sequence[Point], outcomes: Sequence[Outcome], own: int | None) -> None:
        self.own = own
        numbers = [point.named for point in points] + [outcome.named for outcome in outcomes]
        levels = steps(max(numbers, default=0))
        self.most = levels[-1]
        self.farthest = max([1, *(point.cutoff for point in points)])
        self.now = self.path([(point.cutoff, point.named) for point in points])
        self.then = self.path([(outcome.cutoff, outcome.named) for outcome in outcomes])
        self.back = self.path([(outcome.cutoff, outcome.came_back) for outcome in outcomes])
        self.ticks = self._ticks([point.cutoff for point in points])
        self.levels = [(self.y(level), level) for level in levels]
        self.stops = [(self.x(point.cutoff), point) for point in points]
        self.own_x = self.x(own) if own is not None else None
        self.width, self.height, self.left, self.bottom = LEFT + WIDTH + 16, TOP + HEIGHT + 42, LEFT, TOP + HEIGHT
        self.middle = LEFT + WIDTH // 2
        self.own_anchor = "end" if self.own_x is not None and self.own_x > self.middle else "start"

    def x(self, cutoff: int) -> int:
        """Where a cut-off is: spread out towards the small ones."""
        return LEFT + round(WIDTH * float((Decimal(cutoff) / self.farthest).sqrt()))

    def y(self, number: int) -> int:
        return TOP + HEIGHT - round(HEIGHT * number / self.most)

    def path(self, places: Sequence[tuple[int, int]]) -> str:
        """A line through some places; a short one for a single place."""
        found = [f"{'L' if i else 'M'}{self.x(cutoff)} {self.y(number)}" for i, (cutoff, number) in enumerate(places)]
        return " ".join(found) + ("h6" if len(found) == 1 else "")

    def _ticks(self, cutoffs: Sequence[int]) -> list[tuple[int, int]]:
        """Where cut-offs are written below: the chosen one first, and others as far as they do not touch."""
        kept: list[tuple[int, int]] = []
        for each in sorted(cutoffs, key=lambda one: (one != self.own, -one)):
            x = self.x(each)
            if all(abs(x - other) >= APART for other, _cutoff in kept):
                kept.append((x, each))
        return sorted(kept)


class Group(models.TextChoices):
    """What becomes of a license of the population."""

    NAMED = "named", gettext_lazy("Selected")
    LEFT_OUT = "left_out", gettext_lazy("Excluded")
    NOT_NAMED = "not_named", gettext_lazy("Not selected")


@dataclass(frozen=True)
class JudgedLicense:
    """One license, what the rule would make of it, and why it is left out if it is."""

    member: Member
    group: Group
    reasons: Sequence[Reason]


@dataclass(frozen=True)
class Counts:
    """How many of the population: named, left out by each reason, looked at and not named.

    Who is left out for several reasons is counted by the first.
    """

    named: int
    left_out: dict[str, int]
    not_named: int

    @property
    def all_left_out(self) -> int:
        return sum(self.left_out.values())

    @property
    def left_out_in_words(self) -> list[tuple[str, int]]:
        """The reasons with their numbers."""
        return [(str(Why(why).label), number) for why, number in self.left_out.items()]


@dataclass(frozen=True)
class CutOffRow:
    """One cut-off of the table: now, then, what its seats cost in a month, and whether it is the rule's own."""

    point: Point
    outcome: Outcome | None
    cost: str
    is_own: bool


class Trial:
    """A rule tried on a service, as of today. All days that any part of it looks at are read once."""

    def __init__(self, service: Service, rule: Rule, on: datetime.date, *, asks_again: bool = False) -> None:
        self.service, self.rule, self.on, self.asks_again = service, rule, on, asks_again
        self.as_of = counted_until(service)
        self.days_ago, self.horizon = DAYS_AGO, HORIZON

    @cached_property
    def ground(self) -> JudgementBasis:
        """What the judgements of today rest on."""
        as_of = self.as_of if self.as_of is not None else days.day_of(self.on)
        return ground_in(covered_days.covered(self.service), self.service, as_of, backtest.reach_of(self.rule, as_of))

    @cached_property
    def past(self) -> Past | None:
        """What the back-test looks at."""
        return backtest.past_of(self.service, self.rule, self.as_of) if self.as_of is not None else None

    @cached_property
    def first(self) -> int:
        """The first day that is read."""
        return min(self.ground.first, self.past.ground.first) if self.past else self.ground.first

    @cached_property
    def accesses(self) -> Bits:
        """The access days of all, as bits from the first day on."""
        users = {one.user for one in self.held} | (self.past.users if self.past else set())
        return accesses_of(self.service, sorted(users), self.first, self.ground.as_of)

    @cached_property
    def held(self) -> list[Held]:
        """The licenses that are held now."""
        return held_among(License.objects.of(self.service).held(), self.rule)

    @cached_property
    def population(self) -> list[Member]:
        """Who is judged now."""
        ground = self.ground
        told = told_of(self.service, [one.user for one in self.held], ground, sorted({self.rule.window, days.WINDOW}))
        shift, length = ground.first - self.first, ground.as_of - ground.first + 1
        return members_of(self.held, self.accesses, told, shift=shift, length=length)

    @cached_property
    def justs(self) -> list[int | None]:
        """The number of the main condition at which each of the population is just named."""
        rule = backtest.with_main(self.rule)
        return [cutoff(rule, each.holder, self.ground) for each in self.population]

    @cached_property
    def reasons(self) -> dict[int, list[Reason]]:
        """Who is not judged now, and why: of those whom any cut-off would name, or would but for unknown days."""
        rule, widest = backtest.with_main(self.rule), backtest.widest_of(self.rule)
        users = [
            each.user
            for each, just in zip(self.population, self.justs, strict=True)
            if backtest.is_named(rule, widest, just)
            or holds(self.rule, each.holder, self.ground)
            or might_hold(self.rule, each.holder, self.ground)
        ]
        return reasons_of(self.service, users, self.on, self.rule, asks_again=self.asks_again)

    @cached_property
    def verdicts(self) -> list[JudgedLicense]:
        """What the rule would make of each license, by login."""
        return [self._verdict(each) for each in self.population]

    def _verdict(self, member: Member) -> JudgedLicense:
        named, left_out = judged(self.rule, member, self.ground, self.reasons.get(member.user, []))
        group = Group.NAMED if named else Group.LEFT_OUT if left_out else Group.NOT_NAMED
        return JudgedLicense(member, group, left_out)

    @cached_property
    def counts(self) -> Counts:
        """How many would be named, and who is left out."""
        groups = Counter(each.group for each in self.verdicts)
        first = Counter(str(each.reasons[0].why) for each in self.verdicts if each.reasons)
        return Counts(groups[Group.NAMED], dict(first.most_common()), groups[Group.NOT_NAMED])

    @cached_property
    def points(self) -> list[Point]:
        """The curve: how many each cut-off would name now."""
        if self.as_of is None:
            return []
        judged_ones = [
            just for each, just in zip(self.population, self.justs, strict=True) if not self.reasons.get(each.user)
        ]
        return backtest.curve(self.rule, judged_ones)

    @cached_property
    def outcomes(self) -> list[Outcome]:
        """The back-test; empty where nothing was recorded then."""
        return backtest.back_test(self.past, self.accesses, self.first) if self.past else []

    @property
    def condition(self) -> str:
        """The condition whose number is the cut-off."""
        return backtest.with_main(self.rule).main

    @property
    def own(self) -> Outcome | None:
        """The rule's own outcome, if it has a cut-off and there is history enough."""
        number = getattr(self.rule, self.rule.main) if self.rule.main else None
        return next((each for each in self.outcomes if each.cutoff == number), None)

    @cached_property
    def rows(self) -> list[tuple[Point, Outcome | None]]:
        """The curve beside the back-test, a row for each cut-off."""
        by_cutoff = {outcome.cutoff: outcome for outcome in self.outcomes}
        return [(point, by_cutoff.get(point.cutoff)) for point in self.points]

    @cached_property
    def money(self) -> Money:
        """What seats cost, and from which day a smaller contract would save it."""
        return money_of(self.service, self.on)

    @property
    def cost(self) -> str:
        """What the seats of those named cost in a month; empty where nobody knows."""
        return self.money.month(self.counts.named)

    @cached_property
    def lines(self) -> list[CutOffRow]:
        """The curve as a table: what each cut-off frees now, and what it would have done."""
        own = getattr(self.rule, self.rule.main) if self.rule.main else None
        return [
            CutOffRow(point, outcome, self.money.month(point.named), point.cutoff == own)
            for point, outcome in self.rows
        ]

    @cached_property
    def drawing(self) -> Drawing | None:
        own = getattr(self.rule, self.rule.main) if self.rule.main else None
        return Drawing(self.points, self.outcomes, own) if self.points else None

    @property
    def day(self) -> datetime.date:
        return days.date_of(self.ground.as_of)
