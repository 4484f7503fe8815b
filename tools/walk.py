"""One page of each view of a site, found by following links: for tools that look at every page."""

import html
import re
from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')
ELSEWHERE = ("mailto:", "otpauth:", "http:", "https:", "#", "/static/")


def walk(opened: Callable[[str], str | None], start: str = "/") -> Iterator[str]:
    """The addresses of pages, each after `opened` answered its HTML (None: it is no page). Needs Django set up."""
    from django.urls import Resolver404, resolve

    waiting, views = [start], {resolve(start).view_name}
    while waiting:
        address = waiting.pop(0)
        page = opened(address)
        if page is None:
            continue
        yield address
        for link in LINK.findall(page):
            if link.startswith(ELSEWHERE):
                continue
            found = urljoin(address, html.unescape(link)).partition("#")[0]
            try:
                view = resolve(urlsplit(found).path).view_name
            except Resolver404:
                continue
            if view not in views:
                views.add(view)
                waiting.append(found)
