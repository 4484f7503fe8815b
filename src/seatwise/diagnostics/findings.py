"""What a check finds, and how many are looked at without one that fails hiding the others."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """A sentence, and what to do where it is not OK."""

    level: Level
    text: str
    remedy: str = ""


def ok(text: str) -> Finding:
    return Finding(Level.OK, text)


def warning(text: str, remedy: str) -> Finding:
    return Finding(Level.WARNING, text, remedy)


def error(text: str, remedy: str) -> Finding:
    return Finding(Level.ERROR, text, remedy)


Check = Callable[[], Iterable[Finding]]


def look(checks: Iterable[tuple[str, Check]]) -> Iterator[tuple[str, Finding]]:
    """What each check finds, with its name. One that fails is an error of its own."""
    for name, check in checks:
        try:
            for found in check():
                yield name, found
        except Exception as failure:
            said = str(failure).strip().partition("\n")[0] or type(failure).__name__
            yield name, error(f"This could not be checked: {said}", "Mend what is said first, then run it again.")
