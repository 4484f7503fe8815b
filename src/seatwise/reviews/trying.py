"""What a rule would do now, before anybody is asked: who would be named, who is left out and why, and what it saves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import cached_property

from seatwise.configuration import today
from seatwise.directory.models import Service
from seatwise.lib import days
from seatwise.licenses import costs, judging
from seatwise.licenses.judging import Why
from seatwise.licenses.models import Contract, License
from seatwise.reviews.backtest import DAYS_AGO, HORIZON, Outcome, Point, back_test, curve, with_main
from seatwise.reviews.population import countable, ground_of, members
from seatwise.reviews.rules import Rule, holds, might_hold


@dataclass(frozen=True)
class Counts:
    """How many of the population: named, left out by each reason, looked at and not named."""

    named: int
    left_out: dict[str, int]
    not_named: int

    @property
    def left_out_in_words(self) -> list[tuple[str, int]]:
        """The reasons with their numbers."""
        return [(str(Why(why).label), number) for why, number in self.left_out.items()]


class Trial:
    """A rule tried on a service. Everything is worked out where it is used."""

    def __init__(self, service: Service, rule: Rule) -> None:
        self.service, self.rule = service, rule
        self.as_of = countable(service)
        self.days_ago, self.horizon = DAYS_AGO, HORIZON

    @cached_property
    def counts(self) -> Counts:
        """How many would be named, and who is left out."""
        on = today()
        ground = ground_of(self.service, self.as_of if self.as_of is not None else days.day_of(on))
        population = list(members(License.objects.of(self.service).held(), self.service, ground, self.rule))
        reasons = judging.not_judged(self.service, [each.license.user_id for each in population], on)
        named, left_out = 0, Counter[str]()
        for each in population:
            if holds(self.rule, each.holder, ground):
                theirs = reasons.get(each.license.user_id, [])
                named += not theirs
                left_out.update([theirs[0].why] if theirs else [])
            elif might_hold(self.rule, each.holder, ground):
                left_out[Why.UNKNOWN] += 1
        return Counts(named, dict(left_out), len(population) - named - sum(left_out.values()))

    @cached_property
    def savings(self) -> list[costs.Saving]:
        """From which day a smaller contract would save something, for each contract in force."""
        return [costs.saving(contract, today()) for contract in self.contracts]

    @cached_property
    def contracts(self) -> list[Contract]:
        """The contracts in force."""
        return list(Contract.objects.of(self.service).in_force(today()))

    @cached_property
    def cost(self) -> costs.Cost | None:
        """What the seats of those named cost."""
        price = costs.price_of(self.contracts)
        return costs.Cost(self.counts.named, price) if price else None

    @cached_property
    def points(self) -> list[Point]:
        """The curve: how many each cut-off would name now."""
        return curve(self.service, self.rule, self.as_of) if self.as_of is not None else []

    @cached_property
    def outcomes(self) -> list[Outcome]:
        """The back-test; empty where too little is recorded."""
        return back_test(self.service, self.rule, self.as_of) if self.as_of is not None else []

    @property
    def condition(self) -> str:
        """The condition whose number is the cut-off."""
        return with_main(self.rule).main

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
    def drawing(self) -> "Drawing | None":
        """The curves as a drawing."""
        return (
            Drawing(self.points, self.outcomes, getattr(self.rule, self.rule.main or "", None)) if self.points else None
        )


LEFT, TOP, WIDTH, HEIGHT = 44, 14, 540, 170


class Drawing:
    """Three curves against the cut-off, in the units of the drawing: named now, named then, came back."""

    def __init__(self, points: Sequence[Point], outcomes: Sequence[Outcome], own: int | None) -> None:
        self.own = own
        numbers = [point.named for point in points] + [outcome.named for outcome in outcomes]
        self.most = max([1, *numbers])
        self.farthest = max([1, *(point.cutoff for point in points)])
        self.now = self.path([(point.cutoff, point.named) for point in points])
        self.then = self.path([(outcome.cutoff, outcome.named) for outcome in outcomes])
        self.back = self.path([(outcome.cutoff, outcome.came_back) for outcome in outcomes])
        self.ticks = [(self.x(point.cutoff), point.cutoff) for point in points]
        self.levels = [(self.y(level), level) for level in sorted({0, self.most // 2, self.most})]
        self.own_x = self.x(own) if own is not None else None
        self.width, self.height, self.left, self.bottom = LEFT + WIDTH + 16, TOP + HEIGHT + 34, LEFT, TOP + HEIGHT

    def x(self, cutoff: int) -> int:
        """Where a cut-off is: spread out towards the small ones."""
        return LEFT + round(WIDTH * float((Decimal(cutoff) / self.farthest).sqrt()))

    def y(self, number: int) -> int:
        """How high a number is."""
        return TOP + HEIGHT - round(HEIGHT * number / self.most)

    def path(self, places: Sequence[tuple[int, int]]) -> str:
        """A line through some places."""
        return " ".join(
            f"{'L' if i else 'M'}{self.x(cutoff)} {self.y(number)}" for i, (cutoff, number) in enumerate(places)
        )


def context_of(trial: Trial) -> dict[str, Any]:
    """What a template is given."""
    return {"trial": trial, "drawing": trial.drawing}
