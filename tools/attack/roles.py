"""Part `roles`: every address as everybody, and with every token, held against the table of rights.

The table stands in tests/rights.py for pages, and here for the API. A wrong answer is one that the table does
not allow; an error of the server is wrong wherever it comes from.
"""

from collections.abc import Iterator

from tests import rights
from tests.gate.conftest import Browser

from tools.attack.outcomes import Outcome
from tools.attack.sites import Site, cookies_of, served
from tools.attack.wires import Wire

PART = "roles"
PEOPLE = ("", "charlie", "gail", "bob", "audrey", "alice")  # gail is a guest, and stays outside
USUAL, OTHERS = ("GET", "POST"), ("HEAD", "PUT", "DELETE", "PATCH", "OPTIONS")
METHODS = (*USUAL, *OTHERS)
SCOPES = {  # what a token must be for, by the beginning of what it asks
    ("GET", "api/v1/services/wiki/usage"): "usage:read",
    ("GET", "api/v1/services/wiki/records"): "usage:read",
    ("GET", "api/v1/services/wiki/licenses"): "licenses:read",
    ("GET", "api/v1/services/wiki/contracts"): "licenses:read",
    ("PUT", "api/v1/services/wiki/licenses"): "licenses:change",
    ("DELETE", "api/v1/services/wiki/licenses"): "licenses:change",
    ("GET", "api/v1/reviews"): "reviews:read",
    ("GET", "api/v1/services/wiki/checklists"): "licenses:read",
    ("PUT", "api/v1/services/wiki/checklists"): "licenses:change",
    ("DELETE", "api/v1/services/wiki/checklists"): "licenses:change",
    ("GET", "api/v1/license-rules"): "licenses:read",
    ("POST", "api/v1/license-rules"): "licenses:change",
    ("DELETE", "api/v1/license-rules"): "licenses:change",
    ("GET", "api/v1/imports"): "files:import",
    ("POST", "api/v1/imports"): "files:import",
    ("PATCH", "api/v1/imports"): "files:import",
    ("DELETE", "api/v1/imports"): "files:import",
    ("GET", "api/v1/log-imports"): "logs:remove",
    ("DELETE", "api/v1/log-imports"): "logs:remove",
    ("GET", "api/v1/webhooks"): "webhooks:read",
    ("POST", "api/v1/webhooks"): "webhooks:change",
    ("PATCH", "api/v1/webhooks"): "webhooks:change",
    ("DELETE", "api/v1/webhooks"): "webhooks:change",
    ("GET", "metrics"): "metrics:read",
    ("GET", "ingest"): "logs:write",
}
FREE = ("api/v1/docs", "api/v1/openapi.json")  # for any token: what the API can do


def run(site: Site, seed: int, *, short: bool) -> list[Outcome]:
    """As people, then with tokens. Short: fewer methods, and every twelfth address."""
    every = [str(each) for each in site.populated["addresses"]]
    addresses = every[seed % 12 :: 12] if short else every
    rarely = [] if short else every[seed % 4 :: 4]
    with served(site):
        return [
            as_people(site, addresses, USUAL),
            *([as_people(site, rarely, OTHERS)] if rarely else []),
            with_tokens(site, addresses, USUAL if short else METHODS),
        ]


def headers_of(site: Site, who: str) -> dict[str, str]:
    """A session, and what proves that a form is one of ours, so that not that is what is refused."""
    if not who:
        return {}
    browser = Browser() if who == "gail" else site.signed_in(who)
    browser.open(f"{site.address}/account/password/")
    token = next((value for name, value in browser.jars["127.0.0.1"].items() if "csrf" in name), "")
    return {"Cookie": cookies_of(browser, site), "X-CSRFToken": token, "Origin": site.address}


def as_people(site: Site, addresses: list[str], methods: tuple[str, ...]) -> Outcome:
    """Everybody, everywhere. Alice asks last and only looks: whatever she sends may change what others see."""
    outcome = Outcome(PART, f"{len(addresses)} addresses × {len(PEOPLE)} people × {len(methods)} methods")
    for who in PEOPLE:
        wire = Wire(site.port, headers_of(site, who))
        for method in methods if who != "alice" else set(methods) & {"GET", "HEAD"}:
            for address in addresses:
                if address.startswith("account/logout"):
                    continue
                said = wire.ask(method, f"/{address}")
                status, location = said.status, said.location
                wanted = allowed(who, method, address)
                holds = 0 < status < 500 and (
                    wanted is None or status in wanted or (status == 503 and "gate/" in address)
                )
                outcome.expect(holds, f"{method} /{address} as {who or 'nobody'}: {status} {location}")
                if wanted and not who and status == 302:
                    outcome.expect(location.startswith("/account/login/"), f"/{address} sends strangers to {location}")
    return outcome


def allowed(who: str, method: str, address: str) -> set[int] | None:
    """The table for every method: what only looks is a GET, whatever else may change something a POST."""
    as_if = "GET" if method in ("HEAD", "OPTIONS") else "POST"
    wanted = rights.allowed("" if who == "gail" else who, method if method == "GET" else as_if, address)
    if wanted is None:
        return None
    if who in ("", "gail") and method not in ("GET", "HEAD", "OPTIONS"):
        wanted = wanted | {403, 405}  # nothing proves that the form is ours, or there is none
    return wanted | ({405} if method not in ("GET", "POST") else set()) | ({200} if method == "OPTIONS" else set())


def with_tokens(site: Site, addresses: list[str], methods: tuple[str, ...]) -> Outcome:
    """Each token at each address: it opens what it is for, and nothing else."""
    tokens = [("nobody", "", ""), ("nobody", "", "seatwise_" + "x" * 43), *site.populated["tokens"]]
    outcome = Outcome(PART, f"{len(addresses)} addresses × {len(tokens)} tokens × {len(methods)} methods")
    for owner, scope, secret in tokens:
        wire = Wire(site.port, {"Authorization": f"Bearer {secret}"} if secret else {})
        for method, address in _asked(addresses, methods):
            answer = wire.ask(method, f"/{address}")
            may = opens(method, address, scope, known=owner != "nobody")
            holds = 0 < answer.status < 500 and (may or not 200 <= answer.status < 300)
            said = f"{method} /{address} with {scope or 'no scope'} of {owner}: {answer.status} {answer.location}"
            outcome.expect(holds, said)
    return outcome


def _asked(addresses: list[str], methods: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The API with all methods, and all else once: a token opens no page."""
    api = [each for each in addresses if each.startswith("api/")]
    more = ["api/v1/services/wiki/licenses/charlie", "api/v1/reviews?limit=1000", "api/v1/services/crm/usage"]
    for address in [*api, *more]:
        for method in methods if len(methods) > 2 else (*methods, "PUT"):
            yield method, address
    for address in addresses:
        if not address.startswith("api/") and not rights.is_for_everybody(address):
            yield "GET", address


def opens(method: str, address: str, scope: str, *, known: bool) -> bool:
    """Whether a token may be answered 2xx."""
    if method == "OPTIONS":
        return True
    if known and address.rstrip("/").startswith(FREE):
        return True
    look = "GET" if method == "HEAD" else method
    return known and any(
        look == asked and address.replace("crm", "wiki").startswith(start) and scope == wanted
        for (asked, start), wanted in SCOPES.items()
    )
