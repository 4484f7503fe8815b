"""Part `hostile_values`: what cannot be right, sent to every form and to the API of a real site. Never a 500."""

import random
import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import urlencode

from tools.attack.outcomes import Outcome
from tools.attack.roles import headers_of
from tools.attack.sites import Site, served
from tools.attack.wires import Wire

PART = "hostile_values"
VALUES = (
    *("", " ", "\x00", "a\x00b", "\ud800", "\udfff\udfff", "\u202e", "\ufeff", "x" * 70_000, "-1", "0", "9" * 5000),
    *("1e999", "NaN", "Infinity", "٣", "１", "2026-02-30", "9999-12-31", "0000-00-00", "2026-13-01", "%00", "%ff"),
    *(
        "' OR 1=1 --",
        '"><script>alert(1)</script>',
        "{{7*7}}",
        "{% debug %}",
        "${7*7}",
        "../../../etc/passwd",
        "=cmd|' /C x'!A0",
    ),
    *(
        "[]",
        "{}",
        "null",
        "true",
        "\r\nSet-Cookie: x=y",
        "\x1b[31m",
        "𝕒" * 300,
        "a,b;c\td",
        "\\",
        "%",
        "_",
        "*",
        "(?=",
        "9223372036854775808",
    ),
)
NAMES = (
    "page",
    "sort",
    "q",
    "department",
    "as_of",
    "limit",
    "offset",
    "next",
    "service",
    "user",
    "reason",
    "format",
    "csrfmiddlewaretoken",
)
BODIES = (
    *(
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"null",
        b'"x"',
        b"[1]",
        b'{"reason": 1e999}',
        b'{"reason": "\\ud800"}',
    ),
    *(
        b'{"reason": "\\u0000"}',
        b"\xff\xfe\x00",
        b"a=%00&a=%ED%A0%80",
        b"--x\r\n\r\n",
        b"--x\r\nContent-Disposition: form-data; name=\r\n\r\n",
    ),
)
KINDS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "x")
ROUNDS = (1, 6)  # of each address: short, whole


def run(site: Site, seed: int, *, short: bool) -> list[Outcome]:
    """As alice, by page; then by the API, with each kind of token."""
    dice, rounds = random.Random(seed), ROUNDS[0 if short else 1]
    addresses = [str(each) for each in site.populated["addresses"] if not str(each).startswith("account/logout")]
    asked = addresses[seed % 8 :: 8] if short else addresses
    with served(site):
        return [by_page(site, asked, dice, rounds), by_api(site, addresses, dice, rounds)]


def by_page(site: Site, addresses: list[str], dice: random.Random, rounds: int) -> Outcome:
    """The fields that a page has, and some that any may have, with hostile values in some of them."""
    outcome = Outcome(PART, f"forms and addresses of {len(addresses)} pages")
    wire = Wire(site.port, headers_of(site, "alice"))
    for address in addresses:
        page = wire.ask("GET", f"/{address}")
        fields = _fields(page.body)
        for _ in range(rounds):
            _sent(wire, outcome, "GET", f"/{address}?{_encoded(_filled(fields, dice))}", b"", {})
            form = {"Content-Type": KINDS[1]}
            _sent(wire, outcome, "POST", f"/{address}", _encoded(_filled(fields, dice)).encode(), form)
            _sent(wire, outcome, "POST", f"/{address}", dice.choice(BODIES), {"Content-Type": dice.choice(KINDS)})
    return outcome


def by_api(site: Site, addresses: list[str], dice: random.Random, rounds: int) -> Outcome:
    """Bodies that are no JSON, too deep, or of another kind; parameters as for pages."""
    outcome = Outcome(PART, "the API")
    api = [each for each in addresses if each.startswith("api/")] + [
        "api/v1/services/%00/usage",
        "api/v1/reviews/" + "9" * 40,
    ]
    for owner, _scope, secret in site.populated["tokens"]:
        if owner != "alice":
            continue
        wire = Wire(site.port, {"Authorization": f"Bearer {secret}", "Idempotency-Key": "k" * 20})
        for address in api:
            for _ in range(rounds):
                method = dice.choice(["PUT", "DELETE", "POST", "PATCH"])
                query = _encoded(_filled({}, dice))
                _sent(wire, outcome, "GET", f"/{address}?{query}", b"", {})
                _sent(wire, outcome, method, f"/{address}", dice.choice(BODIES), {"Content-Type": dice.choice(KINDS)})
    return outcome


def _sent(wire: Wire, outcome: Outcome, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> None:
    answer = wire.ask(method, target, body, headers)
    broken = answer.status >= 500 and not ("/gate/" in target and answer.status == 503)
    said = f"{method} {target[:160]} {body[:60]!r} {dict(headers)}: {answer.status}"
    outcome.expect(not broken and "Traceback" not in answer.body, said)


def _fields(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<(?:input|select|textarea|button)\b[^>]*>", page):
        name, value = re.search(r'\bname="([^"]+)"', tag), re.search(r'\bvalue="([^"]*)"', tag)
        if name:
            found.setdefault(name[1], []).append(unescape(value[1]) if value else "x")
    return found


def _filled(fields: Mapping[str, list[str]], dice: random.Random) -> dict[str, str]:
    some: dict[str, list[str]] = {name: [] for name in dice.sample(NAMES, 3)} | dict(fields)
    form = {}
    for name, offered in some.items():
        if dice.random() < 0.4:
            form[name] = dice.choice(VALUES)
        elif offered:
            form[name] = dice.choice(offered)
    return form


def _encoded(form: Mapping[str, str]) -> str:
    return urlencode({name: value[:3000] for name, value in form.items()}, errors="surrogatepass")
