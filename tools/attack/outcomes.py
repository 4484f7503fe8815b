"""What came of an attack, and the table of it."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SHOWN = 20  # wrong answers that are named


@dataclass
class Outcome:
    """A line of the table: how many tries there were, which went wrong, how long one waited, what else is known."""

    part: str
    what: str
    tries: int = 0
    wrong: list[str] = field(default_factory=list)
    p99: dict[str, float] = field(default_factory=dict)  # milliseconds, by what was asked
    figures: str = ""

    def expect(self, holds: bool, otherwise: str) -> bool:
        """Count a try; if it does not hold, it is wrong."""
        self.tries += 1
        if not holds:
            self.wrong.append(otherwise)
        return holds


def p99(times: Iterable[float]) -> float:
    """99 of 100 took no longer than this."""
    ordered = sorted(times) or [0.0]
    return ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]


def table(outcomes: Sequence[Outcome]) -> str:
    """As Markdown, so that it can stand in docs/security.md."""
    lines = ["| part | attack | tried | wrong | p99, ms | measured |", "|---|---|---:|---:|---|---|"]
    for each in outcomes:
        waited = ", ".join(f"{name} {most:.1f}" for name, most in each.p99.items())
        lines.append(
            f"| {each.part} | {each.what} | {each.tries:,} | {len(each.wrong):,} | {waited} | {each.figures} |"
        )
    tried, wrong = sum(each.tries for each in outcomes), sum(len(each.wrong) for each in outcomes)
    return "\n".join([*lines, f"| all | | {tried:,} | {wrong:,} | | |"])


def name_what_is_wrong(outcomes: Sequence[Outcome]) -> None:
    """On the standard error, in so many words."""
    for each in outcomes:
        for wrong in each.wrong[:SHOWN]:
            print(f"wrong: {each.part}: {wrong}", file=sys.stderr)
        if len(each.wrong) > SHOWN:
            print(f"wrong: {each.part}: {len(each.wrong) - SHOWN} more", file=sys.stderr)
