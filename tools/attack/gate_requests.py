"""Part `gate_requests`: what a client sends to real web servers with the configuration that Seatwise prints.

Between a client that sends anything and a service that sees all stands a web server; the gate beside it answers as
Seatwise does (see tests/gate). Wrong is a request at the service that says anything else than whose key was sent.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.gate.conftest import KEY, UNDERSCORES, Front, genuine
from tests.gate.proxies import path_of, running
from tests.gate.test_what_reaches_the_service import BODIES, ELSEWHERE, FRAMES, LISTS, OURS, is_charlies, spellings
from tests.gate.wire import answer_of, ends

from seatwise.commands.tests.processes.sites import free_port
from seatwise.gate.setting_up import Setup
from tools.attack.outcomes import Outcome
from tools.attack.sites import Site

PART = "gate_requests"
PROXIES = ("nginx", "nginx-loose", "caddy", "traefik")  # loose: another server there lets underscores pass
TRIES = (60, 600)  # requests with a key to each: short, whole
NO_VERDICT = (200, 204, 301, 302, 304, 400, 404, 429, 500, 502, 503)


def run(site: Site, seed: int, *, short: bool) -> list[Outcome]:
    """Each web server that is installed here."""
    outcomes = []
    for proxy in PROXIES[:1] if short else PROXIES:
        outcome = Outcome(PART, f"requests to {proxy}")
        outcomes.append(outcome)
        if not path_of(proxy.partition("-")[0]):
            outcome.figures = "not run: not installed here"
            continue
        with front_of(proxy, site.directory / proxy) as front:
            passed = with_a_key(front, outcome, random.Random(seed), TRIES[0 if short else 1])
            outcome.figures = f"{passed} let through as whose key it was"
            without_a_key(front, outcome, random.Random(seed))
            without_a_verdict(front, outcome)
    return outcomes


@contextmanager
def front_of(proxy: str, directory: Path) -> Iterator[Front]:
    """A web server with a gate and a service of ours."""
    directory.mkdir()
    port = free_port()
    more = UNDERSCORES.format(port=port) if proxy.endswith("loose") else ""
    with ends() as (service, gate):
        origin = (f"http://wiki.localhost:{port}",)
        setup = Setup("wiki", origin, f"127.0.0.1:{gate.port}", f"127.0.0.1:{service.port}", str(directory))
        setup = replace(setup, inside=f"127.0.0.1:{free_port()}")
        gate.answer = genuine("wiki")
        with running(proxy.partition("-")[0], setup, directory, more=more):
            yield Front(setup, service, gate)


def with_a_key(front: Front, outcome: Outcome, dice: random.Random, tries: int) -> int:
    """Spellings of our headers, lists of hops, places, odd lines and bodies, some of each at once."""
    names = [name for ours in OURS for name in spellings(ours)]
    passed = 0
    for _ in range(tries):
        lines = [f"{dice.choice(names)}: {dice.choice(['alice', '', 'charlie, alice', '{x}'])}" for _ in range(4)]
        lines.append(f"Connection: {dice.choice(LISTS)}")
        lines += [line for line in dice.sample(ELSEWHERE, 2) if dice.random() < 0.5]
        dice.shuffle(lines)
        kind = dice.random()
        if kind < 0.7:
            status = front.request(lines)
        elif kind < 0.85:
            status = front.request([], raw=dice.choice(list(FRAMES.values())))
        else:
            status = front.request([], method="POST", raw=dice.choice(list(BODIES.values())), whole=True)
        passed += status == 200
        outcome.expect(all(map(is_charlies, front.service.arrived)), f"{lines}: {front.service.arrived}")
    return passed


def without_a_key(front: Front, outcome: Outcome, dice: random.Random) -> None:
    """Keys that are cut, altered, of another name, of nobody: nothing reaches the service."""
    name = front.setup.cookie
    keys = [
        KEY[:-1],
        KEY + "k",
        KEY[:-1] + "l",
        KEY.upper(),
        f'"{KEY}"',
        "",
        "x" * 43,
        "x" * 5000,
        f"{KEY}%00",
        f" {KEY[1:]}",
    ]
    cookies = [f"{name}={key}" for key in keys] + [
        f"{other}={KEY}" for other in ("session", f"__Host-{name}x", f"x{name}", name + "x")
    ]
    for cookie in cookies:
        for line in (f"Cookie: {cookie}", f"Cookie: a=b; {cookie}", f"X-Seatwise-Login: alice\r\nCookie: {cookie}"):
            status = front.request([line, f"{dice.choice(OURS)}: alice"], key=False)
            outcome.expect(not front.service.arrived and status != 200, f"{line[:80]!r}: {status}")


def without_a_verdict(front: Front, outcome: Outcome) -> None:
    """Answers in the gate's place that are not its verdict: nothing reaches the service."""
    for status in NO_VERDICT:
        for headers in ((), (("X-Seatwise-Login", "alice"),), (("Location", "/"),)):
            front.gate.answer = lambda asked, status=status, headers=headers: answer_of(status, headers, b"x")  # type: ignore[misc]
            answered = front.request([])
            outcome.expect(not front.service.arrived, f"{status} {headers} for a verdict: {answered}")
    front.gate.answer = genuine("wiki")
