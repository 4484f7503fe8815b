"""What stands on the first page: what waits for whoever looks, and cards. Later apps add to both in AppConfig.ready."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

Card = tuple[str, dict[str, Any]]  # a template and what it is given

CARDS: list[Callable[[HttpRequest], Card | None]] = []


@dataclass(frozen=True)
class QuickAction:
    """A button that is pressed on the first page itself: it posts `fields` to a page whose view ends by `back_to`.

    Where it `asks` for a reason (its label) or `says` what happens, that is unfolded first.
    """

    label: str
    url: str
    fields: Sequence[tuple[str, str]] = ()
    asks: str = ""
    says: str = ""


@dataclass(frozen=True)
class Waiting:
    """Something that waits for somebody: what can be done in place, and the page on which it is done otherwise.

    What is `urgent` stands first.
    """

    text: str
    url: str
    action: str
    icon: str = "inbox"
    urgent: bool = False
    quick: Sequence[QuickAction] = ()


WAITING: list[Callable[[HttpRequest], Iterable[Waiting]]] = []


def cards_for(request: HttpRequest) -> list[Card]:
    """The cards of whoever asks, in order; a function that has nothing to say gives None."""
    return [card for function in CARDS if (card := function(request))]


def waiting_for(request: HttpRequest) -> list[Waiting]:
    """All that waits for whoever asks. A fixed number of queries."""
    found = [each for function in WAITING for each in function(request)]
    return sorted(found, key=lambda each: not each.urgent)
