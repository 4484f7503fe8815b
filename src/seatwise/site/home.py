"""What stands on the first page: what waits for whoever looks, and cards. Later apps add to both in AppConfig.ready."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

Card = tuple[str, dict[str, Any]]  # a template and what it is given

CARDS: list[Callable[[HttpRequest], Card | None]] = []


@dataclass(frozen=True)
class Waiting:
    """Something that waits for somebody, and the page on which it is done. What is `urgent` stands first."""

    text: str
    url: str
    action: str
    icon: str = "inbox"
    urgent: bool = False


WAITING: list[Callable[[HttpRequest], Iterable[Waiting]]] = []


def cards_for(request: HttpRequest) -> list[Card]:
    """The cards of whoever asks, in order; a function that has nothing to say gives None."""
    return [card for function in CARDS if (card := function(request))]


def waiting_for(request: HttpRequest) -> list[Waiting]:
    """All that waits for whoever asks. A fixed number of queries."""
    found = [each for function in WAITING for each in function(request)]
    return sorted(found, key=lambda each: not each.urgent)
