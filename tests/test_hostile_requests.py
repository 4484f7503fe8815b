"""Every address of the site and of the API with values that no screen sends: never a breakdown, always an answer in
words. A seeded sample on each run; all of it where EVERY_HOSTILE_VALUE is set.
"""

import datetime
import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from tests.hostile import BODIES, FORM, KINDS, NAMES, encoded, fields_of, hostile_form
from tests.test_every_page import addresses, status_of

from seatwise.directory.models import ApiToken, Scope

ALL = bool(os.environ.get("EVERY_HOSTILE_VALUE"))
SHARE = 1.0 if ALL else 0.01  # of addresses and people
ROLES = ("", "alice", "audrey", "bob", "charlie")
__all__ = ["addresses"]  # the fixture


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
        walk.ask("get", f"{address}?{encoded(hostile_form(fields, chance))}")
        walk.ask("post", address, encoded(hostile_form(fields, chance)), content_type=FORM)
    walk.ask("post", address)
    written = {name: value.encode("utf-8", "replace").decode() for name, value in hostile_form(fields, chance).items()}
    walk.ask("post", address, written | {"file": SimpleUploadedFile("x", b"\0\xff" * 50)})
    walk.ask("post", address, chance.choice(BODIES), content_type=chance.choice(KINDS))


def test_the_api_breaks_at_no_body_and_at_no_parameter(walk: Walk, cast: dict[str, Any], addresses: list[str]) -> None:
    terms = {"owner": cast["alice"], "by": cast["alice"], "scopes": list(Scope.values), "days": 30}
    _token, secret = ApiToken.objects.add(name="x", on=datetime.date(2026, 11, 24), **terms)
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": "k"}
    offered: dict[str, list[str]] = {name: [] for name in NAMES}
    for address in (each for each in addresses if each.startswith("api/")):
        for method in ("get", "post", "put", "patch", "delete"):
            chance = random.Random(f"{method} {address}")
            for body in () if method == "get" else BODIES if ALL else chance.sample(BODIES, 1):
                walk.ask(method, address, body, content_type=chance.choice(KINDS), headers=headers)
            if method == "get":
                walk.ask(method, f"{address}?{encoded(hostile_form(offered, chance))}", headers=headers)


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
