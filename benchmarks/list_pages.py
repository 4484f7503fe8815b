"""`python -m benchmarks.list_pages USERS`: measure the pages of User Access Monitoring with so many license holders.

Prints JSON: for each page the milliseconds of its queries, their number, and the milliseconds of the whole answer.
"""

import datetime
import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.store_layouts import MONTHS, TODAY, month_rows, timed
from seatwise.lib import days

TOPS, BELOW = 20, 5  # departments: so many, with so many below each
RUNS = 5
FAMILY = ("Sato", "Suzuki", "Takahashi", "Tanaka", "Ito", "Watanabe", "Yamamoto", "Nakamura", "Kobayashi", "Kato")
ON = datetime.date(2026, 11, 24)


def pages(users: int) -> dict[str, str]:
    """What is asked for, with the query string that asks for it."""
    return {
        "first page, as it opens": "",
        "by last access, descending": "?sort=last-access&descending=on",
        "by days": "?sort=days",
        "by days, descending": "?sort=days&descending=on",
        "by login": "?sort=login",
        "by login, descending": "?sort=login&descending=on",
        "a page in the middle": f"?page={users // 100}",
        "a department with those below it": "?department=d07",
        "… and at most 3 days": "?department=d07&at_most=3&sort=days",
        "last access in or before August": "?last_access_by=2026-08",
        "no access": "?never=on",
        "by name, with hundreds found": "?text=kobayashi+12",
        "part time": "?employment=part_time",
        "license held for 200 days, at most 3 days": "?held_at_least=200&at_most=3",
    }


def add_people(users: int) -> list[Any]:
    """People in a tree of departments, some part time, some in two departments."""
    from seatwise.directory.models import Department, Login, Membership, User

    for top in range(TOPS):
        above = Department.objects.add(code=f"d{top:02d}", name=f"Division {top}", by=None)
        for part in range(BELOW):
            Department.objects.add(code=f"d{top:02d}-{part}", name=f"Part {part}", parent=above, by=None)
    departments = list(Department.objects.values_list("pk", flat=True))
    new = []
    for number in range(1, users + 1):
        login = f"user{number:06d}"
        employment = "part_time" if number % 10 == 3 else "full_time"
        new.append(User(login=login, folded=login, name=f"{FAMILY[number % 10]} {number}", employment=employment))
        new[-1].remember_search_text()
    User.objects.bulk_create(new, batch_size=5000)
    people = list(User.objects.exclude(login="alice").order_by("login"))
    Login.objects.bulk_create([Login(folded=p.login, written=p.login, user=p) for p in people], batch_size=5000)
    rnd = random.Random(7)
    members = [Membership(user=person, department_id=rnd.choice(departments), primary=True) for person in people]
    members += [Membership(user=m.user, department_id=departments[0]) for m in members[::10] if m.department_id > 1]
    Membership.objects.bulk_create(members, batch_size=5000, ignore_conflicts=True)
    return people


def populate(users: int) -> None:
    """Holders of a service and their access days of 13 months: a fifth never came, a fifth stayed away at some time."""
    from django.db import connection, transaction

    from seatwise.directory import people as directory
    from seatwise.directory.models import Service
    from seatwise.ledger.fact_merge import merge
    from seatwise.ledger.holders import licenses_added
    from seatwise.ledger.models import Source
    from seatwise.ledger.models.sources import ReadingRules
    from seatwise.licenses.models import License
    from seatwise.logs.facts import Facts, LoginFacts, cover
    from seatwise.logs.rules import Rules

    directory.add({"login": "alice", "name": "Alice", "role": "administrator"}, by=None, on=ON)
    service = Service.objects.add(code="bench", name="Bench", by=None)
    rules = ReadingRules(services={"bench": Rules()})
    revision = Source.objects.add(code="log", name="Log", rules=rules, by=None).revision
    holders = add_people(users)
    since = [ON - datetime.timedelta(7 * (number % 52)) for number in range(len(holders))]
    held = zip(holders, since, strict=True)
    licenses = [License(service=service, user=p, added_on=on, first_day=on) for p, on in held]
    License.objects.bulk_create(licenses, batch_size=5000)
    with transaction.atomic():
        licenses_added(service, holders)
    facts = Facts()
    for month in MONTHS:
        for number, mask in month_rows(month, users):
            stayed_away = number % 5 == 1 and month > MONTHS[number % len(MONTHS)]
            if mask and not stayed_away:
                login = f"user{number:06d}"
                facts.logins.setdefault(login, LoginFacts(login, 0)).add_month((month, mask))
        cover(facts, [(days.first_day_of(month), min(days.last_day_of(month), TODAY - 1))])
    merge(revision, service, facts, zone="UTC", today=TODAY)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def queries_of(job: Callable[[], Any]) -> list[tuple[str, Any]]:
    """The statements of a job, with their parameters."""
    from django.db import connection

    found: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        job()
    return found


def seconds_of(sql: str, params: Any) -> float:
    """The seconds a query takes until its last row is here, at best."""
    from django.db import connection

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            if cursor.description:
                cursor.fetchall()

    return min(timed(run) for _ in range(RUNS))


def measured(address: str, client: Any) -> dict[str, float]:
    """One page."""

    def job() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code

    job()
    statements = [each for each in queries_of(job) if each[0].startswith(("SELECT", "WITH"))]
    return {
        "queries": 1000 * sum(seconds_of(*each) for each in statements),
        "slowest": 1000 * max(seconds_of(*each) for each in statements),
        "number": len(statements),
        "whole": 1000 * min(timed(job) for _ in range(RUNS)),
    }


def main(users: int) -> None:
    """Measure."""
    from seatwise.commands.init import prepare_everything

    prepare_everything()
    start = time.perf_counter()
    populate(users)
    print(f"populated in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    from django.test import Client

    from seatwise.directory.models import User

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(login="alice"))
    address = "/administration/access/bench/"
    print(json.dumps({name: measured(address + query, client) for name, query in pages(users).items()}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
