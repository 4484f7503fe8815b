"""Part `slow`: what everybody else waits for while slow clients hold all they can."""

from dataclasses import dataclass

from tools.attack.outcomes import Outcome
from tools.attack.sites import Site, cookies_of, served
from tools.attack.slow_clients import KINDS, SlowClients, Waits, get, waits

PART = "slow"
LATE = 1000.0  # milliseconds of p99 beyond which somebody else was kept waiting: this machine has two busy cores


@dataclass(frozen=True)
class Size:
    """How many at once, and for how long."""

    counts: tuple[int, ...]
    seconds: float


SHORT, WHOLE = Size((50,), 0.8), Size((200, 1000), 5.0)


def run(site: Site, seed: int, *, short: bool) -> list[Outcome]:
    """Each kind and number of slow clients in turn."""
    size = SHORT if short else WHOLE
    probes = {"gate": get("/gate/wiki/", Cookie=site.populated["gate_cookie"]), "sign-in page": get("/account/login/")}
    outcomes = []
    with served(site):
        idle = waits(site.port, probes, size.seconds)
        outcomes.append(Outcome(PART, "nobody is slow", asked(idle), p99=p99(idle)))
        session = {"Cookie": cookies_of(site.signed_in("alice"), site)}
        for kind in KINDS:
            for count in size.counts:
                with SlowClients(site.port, kind, count, headers=session) as slow:
                    found = waits(site.port, probes, size.seconds)
                    held = slow.connected
                outcome = Outcome(PART, f"{count:,} slow {kind}", asked(found), p99=p99(found))
                outcome.figures = f"{held:,} held, {slow.closed:,} closed by the server"
                for name, each in found.items():
                    if each.failed or each.most > LATE:
                        outcome.wrong.append(
                            f"{count} slow {kind}: {name}: {each.failed} of {each.asked} unanswered, "
                            f"99 % after {each.most:.0f} ms (idle {idle[name].most:.0f} ms)"
                        )
                outcomes.append(outcome)
    return outcomes


def asked(found: dict[str, Waits]) -> int:
    """How many everybody else asked."""
    return sum(each.asked for each in found.values())


def p99(found: dict[str, Waits]) -> dict[str, float]:
    """What 99 of 100 of each waited."""
    return {name: each.most for name, each in found.items()}
