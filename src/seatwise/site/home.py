"""What stands on the first page. Later apps add to it in AppConfig.ready."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

Card = tuple[str, dict[str, Any]]  # a template and what it is given

CARDS: list[Callable[[HttpRequest], Card | None]] = []


def cards_for(request: HttpRequest) -> list[Card]:
    """The cards of whoever asks, in order; a function that has nothing to say gives None."""
    return [card for function in CARDS if (card := function(request))]
