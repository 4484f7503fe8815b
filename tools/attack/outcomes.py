"""What came of an attack, and the table of it."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SHOWN = 20  # wrong answers that are named


@dataclass
class Outcome:
    """Of one line of the table: how many tries there were, which went wrong, and what else was measured."""

    part: str
    what: str
    tries: int = 0
    wrong: list[str] = field(default_factory=list)
    figures: str = ""

    def expect(self, holds: bool, otherwise: str) -> bool:
        """Count a try; if it does not hold, it is wrong."""
        self.tries += 1
        if not holds:
            self.wrong.append(otherwise)
        return holds


def percentiles(times: Iterable[float]) -> tuple[float, float]:
    """Half and 99 of 100 took no longer than this."""
    ordered = sorted(times) or [0.0]
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]


def table(outcomes: Sequence[Outcome]) -> str:
    """As Markdown, so that it can stand in docs/security.md."""
    lines = ["| part | attack | tries | wrong | measured |", "|---|---|---:|---:|---|"]
    for each in outcomes:
        lines.append(f"| {each.part} | {each.what} | {each.tries:,} | {len(each.wrong):,} | {each.figures} |")
    return "\n".join(lines)


def name_what_is_wrong(outcomes: Sequence[Outcome]) -> None:
    """On the standard error, in so many words."""
    for each in outcomes:
        for wrong in each.wrong[:SHOWN]:
            print(f"wrong: {each.part}: {wrong}", file=sys.stderr)
        if len(each.wrong) > SHOWN:
            print(f"wrong: {each.part}: {len(each.wrong) - SHOWN} more", file=sys.stderr)
