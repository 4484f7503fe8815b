"""Every address of the site and of the API with values that no screen sends: never a breakdown, always an answer in
words. A seeded sample on each run; all of it where EVERY_HOSTILE_VALUE is set.
"""

import datetime
import json
import os
import random
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from tests.test_every_page import addresses, status_of

from seatwise.directory.models import ApiToken
from seatwise.directory.models.tokens import Scope

ALL = bool(os.environ.get("EVERY_HOSTILE_VALUE"))
SHARE = 1.0 if ALL else 0.04 if connection.vendor == "sqlite" else 0.02
ROLES = ("", "alice", "audrey", "bob", "charlie")
HOSTILE = (
    "",
    "\0",
    "a\0b",
    "\ufffe\U0001f600",
    "-1",
    "0",
    "9" * 20,
    "-" + "9" * 20,
    "9" * 5000,
    "1e999",
    "NaN",
    "2026-13-45",
    "0000-00-00",
    "99999-01",
    "9999-12-31",
    "0001-01-01",
    "é" * 300,
    "x" * 3000,
    "[" * 2000,
    "%s%(x)s{}",
    "'\";--",
    "../../etc/passwd",
)
NAMES = ("page", "format", "as_of", "window", "limit", "offset", "sort", "q", "day", "next", "unknown", "from", "ids")
BODIES = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'{"reason": "a\\u0000b"}',
    b'{"reason": "\\ud800"}',
    b'{"reason": ' + b"9" * 5000 + b"}",
    b'{"reason": 1e999}',
    b'{"reason": NaN}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"reason": "' + b"x" * 3_000_000 + b'"}',
    b"\xff\xfe\x00",
)
KINDS = ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x")
__all__ = ["addresses"]  # the fixture


def fields_of(html: str) -> dict[str, list[str]]:
    """The names that a page asks for, with the values that it offers."""
    found: dict[str, list[str]] = {name: [] for name in NAMES}
    for tag in re.findall(r"<(?:input|select|textarea|button)\b[^>]*>", html):
        name = re.search(r'\bname="([^"]+)"', tag)
        if name and name[1] != "csrfmiddlewaretoken":
            value = re.search(r'\bvalue="([^"]*)"', tag)
            found.setdefault(name[1], []).append(unescape(value[1]) if value else "x")
    for name_of_link in re.findall(r'href="[^"]*[?&;]([a-z_]+)=', html):
        found.setdefault(name_of_link, [])
    return found


def hostile_form(fields: dict[str, list[str]], chance: random.Random) -> dict[str, str]:
    """Some fields as they were offered, some with what they cannot be, some left out."""
    form = {}
    for name, offered in fields.items():
        kind = chance.random()
        if kind < 0.4:
            form[name] = chance.choice(HOSTILE)
        elif kind < 0.8 and offered:
            form[name] = chance.choice(offered)
    return form


def is_in_words(response: Any) -> bool:
    """Whether an answer is a page, a file, an answer of the API, or a way to another page."""
    if response.status_code in (204, 301, 302, 304) or response.streaming:
        return True
    kind, text = response["Content-Type"], response.content.decode("utf-8", "replace")
    if kind.startswith("application/json"):
        return response.status_code < 400 or bool(json.loads(text)["errors"][0]["what"])
    return "Seatwise" in text or response.status_code < 400 or (not text.strip() and response.status_code in (401, 403))


class Walk:
    """Asks, undoes what was done, and notes what broke."""

    def __init__(self, client: Client) -> None:
        self.client, self.asked = client, 0
        self.broken: list[tuple[Any, ...]] = []
        client.raise_request_exception = False

    def ask(self, method: str, address: str, *args: Any, **kwargs: Any) -> Any:
        """One request."""
        with transaction.atomic():
            response = getattr(self.client, method)(f"/{address}", *args, **kwargs)
            content = "" if response.streaming else response.content.decode("utf-8", "replace")
            status = status_of(response)
            transaction.set_rollback(True)
        self.asked += 1
        if status >= 500 or not (address.startswith("gate/") or is_in_words(response)):
            self.broken.append(
                (status, method, address, str(args)[:300], str(kwargs)[:300], getattr(response, "exc_info", None))
            )
        return content


@pytest.fixture
def walk(client: Client) -> Iterator[Walk]:
    found = Walk(client)
    yield found
    assert found.asked
    assert not found.broken, "\n".join(map(str, found.broken[:20]))


def test_no_page_breaks_whatever_is_sent_to_it(walk: Walk, cast: dict[str, Any], addresses: list[str]) -> None:
    for who in ROLES:
        walk.client.logout()
        if who:
            walk.client.force_login(cast[who])
        for address in addresses:
            chance = random.Random(f"{who} {address}")
            if chance.random() < SHARE * (2 if who == "alice" else 1):
                send_everything(walk, address, chance)


def send_everything(walk: Walk, address: str, chance: random.Random) -> None:
    """What the page asks for and what it does not, in forms of every kind, and a file."""
    fields = fields_of(walk.ask("get", address))
    for _ in range(10 if ALL else 2):
        walk.ask("get", address, hostile_form(fields, chance))
        walk.ask("post", address, hostile_form(fields, chance))
    walk.ask("post", address)
    walk.ask("post", address, {**hostile_form(fields, chance), "file": SimpleUploadedFile("x", b"\0\xff" * 50)})
    walk.ask("post", address, chance.choice(BODIES), content_type=chance.choice(KINDS))


def test_the_api_breaks_at_no_body_and_at_no_parameter(walk: Walk, cast: dict[str, Any], addresses: list[str]) -> None:
    terms = {"owner": cast["alice"], "by": cast["alice"], "scopes": list(Scope.values), "days": 30}
    _token, secret = ApiToken.objects.add(name="x", on=datetime.date(2026, 11, 24), **terms)
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": "k"}
    offered: dict[str, list[str]] = {name: [] for name in (*NAMES, "department", "reason")}
    for address in (each for each in addresses if each.startswith("api/")):
        for method in ("get", "post", "put", "patch", "delete"):
            chance = random.Random(f"{method} {address}")
            for body in () if method == "get" else BODIES if ALL else chance.sample(BODIES, 1):
                walk.ask(method, address, body, content_type=chance.choice(KINDS), headers=headers)
            if method == "get":
                walk.ask(method, address, hostile_form(offered, chance), headers=headers)


def test_a_number_or_a_name_that_cannot_be_in_an_address_is_not_there(
    walk: Walk, alice: Any, addresses: list[str]
) -> None:
    walk.client.force_login(alice)
    for value in ("9" * 19, "9" * 25, "9" * 5000, "-1", "0", "a%00b", "%ED%A0%80", "%FF", "x" * 3000):
        for address in addresses:
            chance = random.Random(f"{value} {address}")
            parts = address.split("/")
            places = [at for at, part in enumerate(parts) if part.isdecimal() or part in {"wiki", "charlie", "none"}]
            for at in places:
                if chance.random() < (1 if ALL else 0.04):
                    walk.ask(chance.choice(["get", "post"]), "/".join([*parts[:at], value, *parts[at + 1 :]]))


def test_headers_and_cookies_with_odd_values_break_nothing(walk: Walk, alice: Any) -> None:
    odd = ("\xff\xfe", "9" * 3000, 'session="a\\000b"; language="\\000"', "Bearer \xff", "Bearer " + "x" * 3000)
    for name in ("accept-language", "cookie", "referer", "x-forwarded-for", "authorization", "hx-request"):
        for value in odd:
            walk.ask("get", "", headers={name: value})
            walk.ask("get", "api/v1/services/wiki/usage", headers={name: value})
