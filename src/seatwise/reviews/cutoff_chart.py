"""The curves of a trial as a drawing."""

from collections.abc import Sequence
from decimal import Decimal

from seatwise.reviews.backtest import Outcome, Point

LEFT, TOP, WIDTH, HEIGHT = 44, 30, 540, 170
APART = 26  # between two labels below


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
        self.ticks = self._ticks([point.cutoff for point in points])
        self.levels = [(self.y(level), level) for level in sorted({0, self.most // 2, self.most})]
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
        for cutoff in sorted(cutoffs, key=lambda each: (each != self.own, -each)):
            x = self.x(cutoff)
            if all(abs(x - other) >= APART for other, _cutoff in kept):
                kept.append((x, cutoff))
        return sorted(kept)
