"""Icons, each drawn once: the library reads and writes XML for every one of the forty on a page."""

from functools import cache

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide as drawn

register = template.Library()


@register.simple_tag
@cache
def lucide(name: str, *, size: int = 24, **attributes: str) -> SafeString:
    """An icon of Lucide by its name, with attributes of its SVG. These stand in templates, so there are few."""
    return SafeString(drawn(Context(), name, size=size, **attributes))
