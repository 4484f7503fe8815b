"""Webhooks over the API: as on their pages, with the secret in one answer and nowhere else."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from seatwise.audit.models import Entry
from seatwise.configuration import today
from seatwise.directory.models import ApiToken, KeptAnswer, User
from seatwise.webhooks.delivering import deliver_due
from seatwise.webhooks.events import TEST
from seatwise.webhooks.models import Webhook
from seatwise.webhooks.tests.conftest import Receiver

pytestmark = pytest.mark.django_db
BOTH = ("webhooks:read", "webhooks:change")
SAID = {"name": "HR", "address": "https://hr.example.com/hook/t0ken", "events": ["person.added"]}


class Program:
    """What asks, with a token; each request has a key of its own, unless one is given."""

    def __init__(self, client: Client, owner: User, *scopes: str) -> None:
        made = ApiToken.objects.add(name="x", owner=owner, scopes=scopes or BOTH, days=30, by=owner, on=today())
        self.client, self.keys, self.secret = client, 0, made[1]

    def ask(self, method: str, path: str = "", body: Any = None, key: str = "") -> Any:
        self.keys += 1
        headers = {"authorization": f"Bearer {self.secret}", "idempotency-key": key or f"k{self.keys}"}
        sent = "" if body is None else json.dumps(body)
        return self.client.generic(method, f"/api/v1/webhooks{path}", sent, "application/json", headers=headers)


@pytest.fixture
def program(client: Client, alice: User) -> Program:
    return Program(client, alice)


def test_one_is_added_changed_switched_off_and_removed(program: Program, alice: User) -> None:
    made = program.ask("POST", "", SAID)
    assert made.status_code == 201, made.content
    found = made.json()
    webhook = Webhook.objects.get()
    assert (found["id"], found["host"], found["in_use"], webhook.url) == (
        webhook.pk,
        "hr.example.com",
        True,
        SAID["address"],
    )
    one = f"/{webhook.pk}"
    changed = program.ask("PATCH", one, {"name": "Payroll", "in_use": False}).json()
    assert (changed["name"], changed["in_use"], changed["events"]) == ("Payroll", False, ["person.added"])
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.url) == (False, SAID["address"])
    for path in ("", one):
        assert "t0ken" not in program.ask("GET", path).content.decode()
    assert program.ask("GET").json()["webhooks"] == [program.ask("GET", one).json()]
    assert program.ask("DELETE", one).status_code == 200
    assert program.ask("GET", one).status_code == 404
    assert program.ask("GET").json()["count"] == 0
    verbs = (
        Entry.objects.filter(by=alice, verb__startswith="webhook.").order_by("number").values_list("verb", flat=True)
    )
    assert list(verbs) == ["webhook.change", "webhook.change", "webhook.end"]
    assert Entry.objects.filter(verb="token.change", by=alice).count() == 3


def test_the_secret_is_in_one_answer_and_kept_nowhere(program: Program) -> None:
    for path in ("", "/{pk}/secret"):
        asked = path.format(pk=Webhook.objects.values_list("pk", flat=True).first())
        body = SAID if not path else None
        first, again = (program.ask("POST", asked, body, key=f"once{path}") for _twice in range(2))
        secret = Webhook.objects.get().secrets(timezone.now())[0]
        assert (first.json()["secret"], again.json()["secret"]) == (secret, None)
        assert "no-store" in first["Cache-Control"]
        assert secret not in program.ask("GET").content.decode()
        assert not any(secret in json.dumps(each.body) for each in KeptAnswer.objects.all())
    assert len(Webhook.objects.get().secrets(timezone.now())) == 2


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"address": "http://hr.example.com/"}, "address"),
        ({"address": "https://a:b@hr.example.com/"}, "address"),
        ({"address": None}, "address"),
        ({"events": ["person.eaten"]}, "events"),
        ({"events": []}, "events"),
        ({"name": ""}, "name"),
        ({"in_use": "yes"}, "in_use"),
        ({"secret": "x"}, "secret"),
    ],
)
def test_what_the_form_of_the_page_refuses_is_refused(program: Program, wrong: dict[str, Any], where: str) -> None:
    answer = program.ask("POST", "", SAID | wrong)
    assert answer.status_code == 422
    assert [each["where"] for each in answer.json()["errors"]] == [where]
    assert not Webhook.objects.exists()


def test_a_test_event_is_sent_and_its_outcome_listed(program: Program, webhook: Webhook, receiver: Receiver) -> None:
    sent = program.ask("POST", f"/{webhook.pk}/test")
    assert (sent.status_code, sent.json()["state"], sent.json()["event"]) == (201, "waiting", TEST)
    receiver.answers = [500]
    assert deliver_due() == 0
    path = f"/{webhook.pk}/deliveries"
    [failed] = program.ask("GET", path).json()["deliveries"]
    assert (failed["state"], failed["attempts"], failed["status"], failed["problem"]) == ("waiting", 1, 500, "HTTP 500")
    assert program.ask("GET", f"{path}?state=sent").json()["count"] == 0
    assert program.ask("GET", f"{path}?state=lost").status_code == 422


@pytest.mark.parametrize(
    ("who", "scopes", "reads", "changes"),
    [
        ("audrey", BOTH, 200, 403),
        ("bob", BOTH, 404, 403),
        ("alice", ("webhooks:read",), 200, 403),
        ("alice", ("webhooks:change",), 403, 200),
    ],
)
def test_rights_are_those_of_the_pages_and_of_the_token(
    client: Client, cast: dict[str, Any], webhook: Webhook, who: str, scopes: tuple[str, ...], reads: int, changes: int
) -> None:
    program, one = Program(client, cast[who], *scopes), f"/{webhook.pk}"
    assert [program.ask("GET", path).status_code for path in (one, f"{one}/deliveries")] == [reads] * 2
    asked = [("PATCH", one, {"name": "x"}), ("POST", f"{one}/secret", None), ("POST", f"{one}/test", None)]
    for method, path, body in [*asked, ("DELETE", one, None)]:
        status = program.ask(method, path, body).status_code
        assert status == changes or (status, changes) == (201, 200)
    assert program.ask("POST", "", SAID).status_code == (403 if changes == 403 else 201)
