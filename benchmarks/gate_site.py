"""A site with people who are signed in at the gate, for gate.py. Runs in the site's own environment.

`python gate_site.py make PEOPLE` prints the Cookie header of each. `python gate_site.py alone ROUNDS` asks the gate
that often within this process, in front of Django and by way of Django, and prints microseconds: mean, half, 99 %.
"""

import datetime
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from wsgiref.util import setup_testing_defaults

import django

django.setup()

from django.contrib.sessions.models import Session  # noqa: E402 - needs Django's settings
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.utils import timezone  # noqa: E402

from seatwise.configuration import today  # noqa: E402
from seatwise.directory import people_file_import  # noqa: E402
from seatwise.directory.models import Service, User  # noqa: E402
from seatwise.gate.cookies import KEY, hashed, name, new_secret  # noqa: E402
from seatwise.gate.front import Gate  # noqa: E402
from seatwise.gate.memory import Memory  # noqa: E402
from seatwise.gate.models import GateSession  # noqa: E402
from seatwise.gate.verdicts import look_up_patiently  # noqa: E402
from seatwise.lib.people_file import parse  # noqa: E402


def make(count: int, address: str) -> None:
    """People with licenses, signed in at a service."""
    service = Service.objects.add(code="wiki", name="Wiki", by=None, address=address, how_removal_takes_effect="gate")
    file = "\n".join(["login,services", *(f"person{number},wiki" for number in range(count))])
    plan = people_file_import.plan(parse(file.encode(), name="people.csv"))
    people_file_import.commit(plan.looked(), by=None, on=today())
    now = timezone.now()
    ends = now + datetime.timedelta(days=1)
    secrets = {user: new_secret() for user in User.objects.filter(login__startswith="person")}
    Session.objects.bulk_create(
        Session(session_key=f"session{user.pk}", session_data="", expire_date=ends) for user in secrets
    )
    GateSession.objects.bulk_create(
        GateSession(
            service=service,
            user=user,
            site_session=f"session{user.pk}",
            auth_hash=user.get_session_auth_hash(),
            address=f"{address}/",
            state="",
            secret=hashed(secret),
            created_at=now,
            ends_at=ends,
        )
        for user, secret in secrets.items()
    )
    for secret in secrets.values():
        print(f"{name(KEY, 'wiki', https=False)}={secret}")


def alone(rounds: int, cookies: list[str]) -> None:
    """The gate's own time for a request: from the server's call to the last byte."""
    gate = Gate(Memory(look_up_patiently, 60, clock=lambda: 0.0))  # nothing ages: a loop that never rests asks it
    site = WSGIHandler()
    for cookie in cookies:
        gate.memory.verdict(hashed(cookie.partition("=")[2]))
    for way, ask, times in (
        ("memory", partial(ask_gate, gate), rounds),
        ("django", partial(ask_site, site), rounds // 50),
    ):
        print(way, *timed(ask, cookies, times))


def ask_gate(gate: Gate, cookie: str) -> None:
    """One question. What is known already is answered without waiting, so no event loop is needed."""
    said = 0
    try:
        gate(_environ(cookie)).send(None)
    except StopIteration as answered:
        said = answered.value.status
    assert said == 204, said


def ask_site(site: Any, cookie: str) -> None:
    """One question, as a WSGI server puts it."""
    said: list[str] = []
    body = site(_environ(cookie), lambda status, headers, *_: said.append(status))
    for _part in body:
        pass
    body.close()
    assert said[0].startswith("204"), said


def _environ(cookie: str) -> dict[str, Any]:
    environ: dict[str, Any] = {"PATH_INFO": "/gate/wiki/", "HTTP_COOKIE": cookie, "HTTP_HOST": "127.0.0.1"}
    setup_testing_defaults(environ)
    return environ


def timed(ask_once: Callable[[str], None], cookies: list[str], times: int) -> tuple[str, ...]:
    """Microseconds: mean, half of the requests, 99 % of them; the harness's own environ is part of it."""
    for cookie in cookies:
        ask_once(cookie)
    taken = []
    for number in range(times):
        cookie = cookies[number % len(cookies)]
        began = time.perf_counter_ns()
        ask_once(cookie)
        taken.append(time.perf_counter_ns() - began)
    taken.sort()
    mean = sum(taken) / len(taken)
    return tuple(f"{each / 1000:.1f}" for each in (mean, taken[len(taken) // 2], taken[len(taken) * 99 // 100]))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(int(sys.argv[2]), sys.argv[3])
    else:
        alone(int(sys.argv[2]), sys.stdin.read().split())
