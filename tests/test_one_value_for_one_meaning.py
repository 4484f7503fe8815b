"""A walk over pages, files, API and commands: whatever stands for the same fact says the same.

Templates mark a number with `data-fact`, what it means, and `data-value`; files and the API have their columns and
fields. The office here has all that could be counted in two ways.
"""

import argparse
import csv
import datetime
import html
import io
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver
from tests.test_every_page import patterns

from seatwise.commands.service import list_services
from seatwise.directory import people
from seatwise.directory.models import ApiToken, Service, User
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.ledger.snapshot_file import ReportedRow
from seatwise.ledger.snapshots import import_snapshot
from seatwise.lib import days
from seatwise.licenses import contract_terms, grants, suspension_rules
from seatwise.licenses.models import Effect, License
from seatwise.logs.facts import Facts, LoginFacts, cover
from seatwise.logs.rules import Rules
from seatwise.seat_requests.models import SeatRequest

pytestmark = pytest.mark.django_db
ON = datetime.date(2026, 11, 24)
TODAY, AGO = days.day_of(ON), datetime.timedelta(days=400)
MARKED = re.compile(r'data-fact="([^"]+)" data-value="([^"]*)"')
ACCESSES = {
    "daily": range(60), "weekly": range(2, 60, 7), "rare": [45, 46], "kept": [3, 50], "freed": [50], "part": [5],
}  # fmt: skip
HOLDERS = ("daily", "weekly", "rare", "never", "kept", "freed", "part", "gone", "left", "late")
PARTS = ("used", "rare", "never", "later", "pending", "free")
Facts_ = dict[str, dict[str, set[str]]]


OFFICES = {"counted until today": (0, ()), "until yesterday": (1, ()), "with an old log": (20, ()),
           "with a log and reports": (20, (0, 7, 30)), "with reports alone": (None, (0, 7, 14, 30, 60))}  # fmt: skip
REPORTED = {"daily": (1, "30"), "weekly": (2, "4"), "rare": (45, "0"), "kept": (3, "12"), "part": (5, "9"),
            "late": (9, "3"), "never": (None, "0")}  # fmt: skip


@pytest.fixture(params=list(OFFICES.values()), ids=list(OFFICES))
def office(request: Any, alice: User, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A vendor's service: of ten holders one left, one was removed and waits, two are away, with and without a seat.

    Its log was read until so many days ago, and the vendor reported so many days ago.
    """
    monkeypatch.setattr("seatwise.commands.django_setup.setup", lambda **_: None)
    since, (back, reports) = ON - AGO, request.param
    service = Service.objects.add(code="kintone", name="kintone", by=None)
    service.change(by=None, how_removal_takes_effect=Service.Removal.VENDOR)
    contract_terms.add(service=service, seats=12, by=None, on=since)
    contract_terms.add(service=service, seats=5, by=None, on=since, starts=ON + AGO)
    who = {login: people.add({"login": login, "name": login.title()}, by=None, on=since) for login in HOLDERS}
    grants.grant(service=service, users=[who[e] for e in HOLDERS[:-1]], by=None, reason="", on=since)
    grants.grant_one(service=service, user=who["late"], by=None, reason="", on=ON - datetime.timedelta(days=25))
    Effect.objects.update(confirmed_on=since)
    if back is not None:
        facts = Facts()
        for login, ago in ACCESSES.items():
            facts.logins[login] = LoginFacts(login, 0, days.masks_of(TODAY - n for n in ago if n >= back))
        cover(facts, [(TODAY - 380, TODAY - 60), (TODAY - 55, TODAY - back)])
        source = Source.objects.add(code="log", name="Log", rules=ReadingRules(services={"kintone": Rules()}), by=None)
        merge(source.revision, service, facts, zone="Asia/Tokyo", today=TODAY)
    for ago in reports:
        rows = [
            ReportedRow(line, login, "", None if last is None else days.date_of(TODAY - ago - last), number)
            for line, (login, (last, number)) in enumerate(REPORTED.items(), 2)
        ]
        import_snapshot(service, rows, file=f"{ago}.csv", as_of=days.date_of(TODAY - ago), by=None)
    for login, keeps in (("kept", True), ("freed", False)):
        until = ON + datetime.timedelta(days=30)
        suspension_rules.suspend(who[login], service, until=until, reason="leave", by=alice, on=ON, keeps_seat=keeps)
    Effect.objects.filter(confirmed_on=None).update(confirmed_on=ON)
    grants.revoke([License.objects.get(user=who["gone"])], by=alice, reason="left", on=ON)
    people.change(who["left"], {"status": "inactive"}, by=None, on=ON)
    return service


def collected(client: Any, service: Service, alice: User, capsys: Any) -> Facts_:
    """Each fact with its values, and where each of these stands."""
    found: Facts_ = defaultdict(lambda: defaultdict(set))

    def note(fact: str, value: object, where: str) -> None:
        found[fact][str(value)].add(where)

    code = service.code
    SeatRequest.objects.create(service=service, person=alice, reason="x", asked_on=ON)
    for page in pages_about(code):
        response = client.get(page, follow=True)
        if response.streaming:
            list(response.streaming_content)  # which closes it
        if response.status_code != 200 or response.streaming:
            continue
        for fact, value in MARKED.findall(response.content.decode()):
            first, *more = html.unescape(value).split("/")
            note(fact, first, page)
            if more:
                note(f"{fact} in all windows", html.unescape(value), page)
    for row in read(client.get("/administration/services/?format=csv")):
        for column, part in (("Contracted", "contracted"), ("Held", "held"), ("Free", "free")):
            note(f"service:{code}:{part}", row[column], "services.csv")
        note(f"service:{code}:used", row["Used in the last 30 days"], "services.csv")
        note(f"service:{code}:never", row["No access since recording began"], "services.csv")
    for row in read(client.get(f"/administration/access/{code}/?format=csv")):
        least = "≥ " if int(row["Days Without Records (in the last 30 days)"]) else ""
        number = row["Number of Access Days (in the last 30 days)"]
        note(f"user:{row['Login']}:{code}:days", f"{least}{number}", "usage.csv")
    _token, secret = ApiToken.objects.add(name="x", owner=alice, scopes=["usage:read"], days=9, by=None, on=ON)
    answer = client.get(f"/api/v1/services/{code}/usage", headers={"authorization": f"Bearer {secret}"}).json()
    for user in answer["users"]:
        least = "≥ " if user["at_least"] else ""
        note(f"user:{user['login']}:{code}:days", f"{least}{user['access_days']}", "API")
    capsys.readouterr()
    list_services(argparse.Namespace())
    _code, _name, held, contracted = capsys.readouterr().out.strip().split("\t")
    note(f"service:{code}:held", held, "seatwise service list")
    note(f"service:{code}:contracted", contracted, "seatwise service list")
    return found


def pages_about(code: str) -> Iterator[str]:
    """Every address of the site that is of nothing, of the service, of a user, or of the first of something."""
    ids = {"pk": ["1"], "number": ["1"], "code": [code], "login": HOLDERS}
    people_by_id = [str(pk) for pk in User.objects.filter(login__in=HOLDERS).values_list("pk", flat=True)]
    for address, _converters in patterns(get_resolver()):
        names = re.findall(r"<(?:\w+:)?(\w+)>", address)
        of_users = "users/<int:pk>" in address
        values = [people_by_id if name == "pk" and of_users else ids.get(name, []) for name in names]
        for chosen in itertools.product(*values):
            given = iter(chosen)
            yield "/" + "".join(
                next(given) if part.startswith("<") else part for part in re.split(r"(<[^>]+>)", address)
            )


def read(response: Any) -> list[dict[str, str]]:
    data = b"".join(response.streaming_content) if response.streaming else response.content
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_no_fact_has_two_values(client: Any, office: Service, alice: User, capsys: Any) -> None:
    client.force_login(alice)
    found = collected(client, office, alice, capsys)
    assert {fact: dict(values) for fact, values in found.items() if len(values) > 1} == {}
    places = {fact: len(set().union(*values.values())) for fact, values in found.items()}
    assert places["service:kintone:free"] >= 5
    assert places["service:kintone:held"] >= 3
    assert places["user:never:kintone:days"] >= 5
    assert places["user:never:kintone:days in all windows"] >= 2
    value = {fact.rpartition(":")[2]: int(next(iter(values))) for fact, values in found.items() if fact[:3] == "ser"}
    assert (value["contracted"], value["away"], value["pending"]) == (12, 1, 1)
    assert value["free"] == value["contracted"] - value["held"]
    assert sum(value.get(part, 0) for part in PARTS) == max(value["contracted"], value["held"])


def test_the_parts_add_up_as_of_an_earlier_day_too(client: Any, office: Service, alice: User) -> None:
    client.force_login(alice)
    page = client.get(f"/administration/access/kintone/?as_of={ON - datetime.timedelta(days=30)}").content.decode()
    value = {fact.rpartition(":")[2]: number for fact, number in MARKED.findall(page) if fact.startswith("service")}
    assert value["later"] == "1"
    assert sum(int(value.get(part, 0)) for part in PARTS) == int(value["contracted"]) == 12
