"""Licenses by rule and checklists by the API: by the screens' verbs, once for each key, and only by who may."""

import datetime
import json
from typing import Any

import pytest
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.cast import EARLIER
from seatwise.directory import people
from seatwise.directory.models import ApiToken, Department, Service, User
from seatwise.licenses import grants
from seatwise.licenses.models import ChecklistTick, LicenseRule, Policy

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 24)
LATER = datetime.date(2026, 2, 1)
RULES = "/api/v1/license-rules"
CHECKLIST = "/api/v1/services/wiki/checklists/charlie"


@pytest.fixture
def wiki(cast: dict[str, User]) -> Service:
    return Service.objects.add(code="wiki", name="Wiki", by=None)


def ask(client: Any, owner: User, method: str, address: str, body: Any = None, key: str = "") -> Any:
    scopes = ("licenses:read",) if method == "GET" else ("licenses:change",)
    secret = ApiToken.objects.add(name="HR", owner=owner, scopes=scopes, days=30, by=owner, on=TODAY)[1]
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": key or secret[-20:]}
    return client.generic(method, address, json.dumps(body) if body else "", "application/json", headers=headers)


def wheres(answer: Any) -> list[str]:
    return [one["where"] for one in answer.json()["errors"]]


def test_rules_are_added_listed_and_removed(
    client: Client, wiki: Service, sales: Department, alice: User, bob: User
) -> None:
    asked = {"department": sales.code, "service": "wiki", "since": "2026-01-05"}
    made = ask(client, alice, "POST", RULES, asked)
    rule = LicenseRule.objects.get()
    assert (made.status_code, made.json()) == (201, {"id": rule.pk, "automatic": False, **asked})
    people.add({"login": "new", "departments": [sales.code]}, by=None, on=LATER)
    listed = ask(client, alice, "GET", f"{RULES}?service=wiki").json()
    assert (listed["count"], listed["rules"]) == (1, [made.json()])
    assert listed["due"] == [{"service": "wiki", "count": 1}]
    assert ask(client, alice, "POST", RULES, asked).status_code == 409
    assert ask(client, alice, "DELETE", f"{RULES}/{rule.pk}").json() == made.json()
    assert ask(client, alice, "DELETE", f"{RULES}/{rule.pk}").status_code == 404
    verbs = list(Entry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs.count("token.change") == 2
    assert {"license_rule.add", "license_rule.remove"} <= {*verbs}
    assert ask(client, bob, "GET", RULES).json()["rules"] == []
    assert ask(client, bob, "POST", RULES, asked).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"since": "tomorrow"}, "since"),
        ({"service": "none"}, "service"),
        ({"department": "none"}, "department"),
        ({"automatic": "yes"}, "automatic"),
        ({"autmatic": True}, "autmatic"),
    ],
)
def test_a_wrong_rule_is_refused_by_its_part(
    client: Client, wiki: Service, sales: Department, alice: User, wrong: dict[str, Any], where: str
) -> None:
    asked = {"department": sales.code, "service": "wiki", "since": "2026-01-05"} | wrong
    answer = ask(client, alice, "POST", RULES, asked)
    assert (answer.status_code, wheres(answer)) == (422, [where])
    assert not LicenseRule.objects.exists()


def test_a_checklist_is_gone_through(client: Client, wiki: Service, alice: User, audrey: User, charlie: User) -> None:
    assert ask(client, alice, "GET", CHECKLIST).status_code == 404  # holds none
    grants.grant_one(service=wiki, user=charlie, by=None, reason="", on=EARLIER)
    Policy.objects.update_or_create(service=wiki, defaults={"checklist": "owns apps?\nrights?"})
    before = ask(client, audrey, "GET", CHECKLIST).json()
    assert (before["left"], [each["point"] for each in before["points"]]) == (2, ["owns apps?", "rights?"])
    done = {"point": "owns apps?", "successor": "alice"}
    after = ask(client, alice, "PUT", CHECKLIST, done, key="one")
    assert (after.status_code, after.json()["left"]) == (200, 1)
    first = after.json()["points"][0]
    assert (first["done"], first["by"], first["successor"]) == (True, "alice", "alice")
    assert ask(client, alice, "PUT", CHECKLIST, done).status_code == 409
    assert wheres(ask(client, alice, "PUT", CHECKLIST, {"point": "rights?", "successor": "nobody"})) == ["successor"]
    assert ask(client, audrey, "PUT", CHECKLIST, {"point": "rights?"}).status_code == 404
    assert ask(client, alice, "DELETE", CHECKLIST, {"point": "owns apps?"}).json()["left"] == 2
    assert not ChecklistTick.objects.exists()
