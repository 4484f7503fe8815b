"""Part `hostile_values`: what cannot be right, sent to every form and to the API of a real site. Never a 500."""

import random
from collections.abc import Mapping

from tests.hostile import BODIES, FORM, KINDS, encoded, fields_of, hostile_form

from tools.attack.outcomes import Outcome
from tools.attack.roles import headers_of
from tools.attack.sites import Site, served
from tools.attack.wires import Wire

PART = "hostile_values"
ROUNDS = (1, 3)  # of each address: short, whole


def run(site: Site, seed: int, *, short: bool) -> list[Outcome]:
    """As alice, by page; then by the API, with each kind of token."""
    dice, rounds = random.Random(seed), ROUNDS[0 if short else 1]
    addresses = [str(each) for each in site.populated["addresses"] if not str(each).startswith("account/logout")]
    asked = addresses[seed % 16 :: 16] if short else addresses
    with served(site):
        return [by_page(site, asked, dice, rounds), by_api(site, addresses, dice, rounds)]


def by_page(site: Site, addresses: list[str], dice: random.Random, rounds: int) -> Outcome:
    """The fields that a page has, and some that any may have, with hostile values in some of them."""
    outcome = Outcome(PART, f"forms and addresses of {len(addresses)} pages")
    wire = Wire(site.port, headers_of(site, "alice"))
    for address in addresses:
        page = wire.ask("GET", f"/{address}")
        fields = fields_of(page.body)
        for _ in range(rounds):
            _sent(wire, outcome, "GET", f"/{address}?{encoded(hostile_form(fields, dice))}", b"", {})
            form = {"Content-Type": FORM}
            _sent(wire, outcome, "POST", f"/{address}", encoded(hostile_form(fields, dice)).encode(), form)
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
                query = encoded(hostile_form({}, dice))
                _sent(wire, outcome, "GET", f"/{address}?{query}", b"", {})
                _sent(wire, outcome, method, f"/{address}", dice.choice(BODIES), {"Content-Type": dice.choice(KINDS)})
    return outcome


def _sent(wire: Wire, outcome: Outcome, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> None:
    answer = wire.ask(method, target, body, headers)
    broken = answer.status >= 500 and not ("/gate/" in target and answer.status == 503)
    said = f"{method} {target[:160]} {body[:60]!r} {dict(headers)}: {answer.status}"
    outcome.expect(not broken and "Traceback" not in answer.body, said)
