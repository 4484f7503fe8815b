"""How fresh the numbers of a service are, on every page that shows some."""

import datetime
from typing import Any

from django import template

from seatwise.directory.models import Service
from seatwise.directory.models.people import sees_all
from seatwise.ledger.freshness import Freshness, freshness
from seatwise.lib import days

register = template.Library()


@register.inclusion_tag("ledger/_freshness.html", takes_context=True)
def freshness_of(
    context: Any,
    of: Service | list[Freshness],
    is_open: bool = False,
    until: datetime.date | None = None,
    window: Any = "",
) -> dict[str, Any]:
    """Of a service, with the silences of a window, or what was found of it already. Seven queries for a service."""
    last = None if until is None else days.day_of(until)
    return {
        "sources": freshness(of, last, int(window or days.WINDOW)) if isinstance(of, Service) else of,
        "open": is_open,
        "service": of if isinstance(of, Service) else None,
        "links": sees_all(context["request"].user),
    }
