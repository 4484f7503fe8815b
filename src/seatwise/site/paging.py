"""Lists in pages: which one an address asks for."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _

from seatwise.site.refused_request import RefusedRequest

ON_A_PAGE = 50


def asked_page(request: HttpRequest, rows: Any, size: int = ON_A_PAGE) -> Page[Any]:
    """The page that `?page=` asks for; RefusedRequest for what is not a whole number from 1 on.

    Beyond the end it is the last page: a list becomes shorter while somebody works on it.
    """
    asked = request.GET.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and asked.strip("0")):
        raise RefusedRequest(
            400,
            _("“%(page)s” is not a page of this list") % {"page": asked},
            _("Pages are counted from 1. Take “page” out of the address to see the first."),
        )
    return Paginator(rows, size).get_page(asked[:9])
