"""How fresh the numbers of a service are, on every page that shows some."""

from typing import Any

from django import template

from seatwise.directory.models import Service
from seatwise.directory.models.people import sees_all
from seatwise.ledger.freshness import Freshness, freshness

register = template.Library()


@register.inclusion_tag("ledger/_freshness.html", takes_context=True)
def freshness_of(context: Any, of: Service | list[Freshness], is_open: bool = False) -> dict[str, Any]:
    """Of a service, or what was found of it already. Six queries for a service."""
    return {
        "sources": freshness(of) if isinstance(of, Service) else of,
        "open": is_open,
        "links": sees_all(context["request"].user),
    }
