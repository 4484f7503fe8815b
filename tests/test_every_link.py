"""Every link of the site, followed by an administrator, a department administrator and a member, in both languages.

What a link leads to answers 200, or leads on; a page is no larger than `LARGEST`, and asks the database no more than
`QUERIES` times. Of what one view answers, one page is opened; each other address exists.
"""

import html
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve
from tests.test_every_page import populated, status_of

LARGEST = 200_000  # bytes of a page
QUERIES = 60
LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')
ELSEWHERE = ("mailto:", "otpauth:", "http:", "https:", "#", "/static/")


def links(page: str, path: str) -> list[str]:
    """The addresses of the site that a page links to, without what only scrolls."""
    found = [html.unescape(link) for link in LINK.findall(page)]
    return [urljoin(path, link).partition("#")[0] for link in found if not link.startswith(ELSEWHERE)]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(("who", "least"), [("alice", 80), ("bob", 20), ("charlie", 8)])
def test_each_link_leads_to_a_page(
    client: Any, cast: dict[str, Any], sales: Any, who: str, least: int, language: str
) -> None:
    populated(cast, sales)
    cast[who].language = language
    cast[who].save(update_fields=["language"])
    client.force_login(cast[who])
    waiting, opened, wrong = ["/"], set(), []
    while waiting:
        address = waiting.pop()
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
            status = status_of(response)
        if status not in (200, 302):
            wrong.append(f"{address}: {status}")
        if status != 200 or not response["Content-Type"].startswith("text/html"):
            continue
        page = response.content.decode()
        if len(response.content) > LARGEST:
            wrong.append(f"{address}: {len(response.content)} bytes")
        if len(captured) > QUERIES:
            wrong.append(f"{address}: {len(captured)} queries")
        assert f'<html lang="{language}"' in page, address
        for link in links(page, address):
            try:
                view = resolve(urlsplit(link).path).view_name
            except Resolver404:
                wrong.append(f"{address} links to {link}")
                continue
            if view not in opened:
                opened.add(view)
                waiting.append(link)
    assert wrong == [], "\n".join(wrong)
    assert len(opened) >= least
