"""Licenses by the API: through the screens' verbs, in the owner's name, and once for each key."""

import datetime
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.models import ApiToken, Department, KeptAnswer, Service, User
from seatwise.directory.once import forget_old_answers
from seatwise.licenses import contract_terms, grants
from seatwise.licenses.models import Change, Contract, License

TODAY = datetime.date(2026, 11, 24)
SCOPES = ("licenses:read", "licenses:change")


def service(**fields: Any) -> Service:
    return Service.objects.add(code="wiki", name="Wiki", by=None, **fields)


@pytest.fixture
def wiki(cast: dict[str, User]) -> Service:
    return service()


def secret_for(owner: User, *scopes: str) -> str:
    scope = scopes or SCOPES
    return ApiToken.objects.add(name="HR", owner=owner, scopes=scope, days=30, by=owner, on=TODAY)[1]


@pytest.fixture
def secret(alice: User) -> str:
    return secret_for(alice)


def ask(client: Any, method: str, login: str, secret: str, key: str = "k1", body: Any = None, query: str = "") -> Any:
    headers = {"authorization": f"Bearer {secret}"} | ({"idempotency-key": key} if key else {})
    address = f"/api/v1/services/wiki/licenses/{login}{query}"
    return client.generic(method, address, body or "", "application/json", headers=headers)


def wheres(answer: Any) -> list[str]:
    return [one["where"] for one in answer.json()["errors"]]


pytestmark = pytest.mark.django_db


def test_a_license_is_given_and_removed(client: Any, wiki: Service, secret: str) -> None:
    given = ask(client, "PUT", "Charlie", secret, body='{"reason": "new here"}')
    assert given.status_code == 201
    assert given.json() == {
        "login": "charlie",
        "name": "Charlie",
        "added_on": "2026-11-24",
        "first_day": "2026-11-24",
        "removed_on": None,
        "pending": ["add"],
        "state": "requested",
    }
    again = ask(client, "PUT", "charlie", secret, key="k2")
    assert (again.status_code, again.json()) == (200, given.json())
    removed = ask(client, "DELETE", "charlie", secret, key="k3", query="?reason=left")
    assert (removed.status_code, removed.json()["removed_on"]) == (200, "2026-11-24")
    assert not License.objects.held().exists()
    assert [change.how for change in Change.objects.order_by("pk")] == ["api", "api"]


def test_the_audit_log_says_by_whom_and_by_which_token(client: Any, wiki: Service, secret: str) -> None:
    ask(client, "PUT", "charlie", secret, body='{"reason": "new here"}')
    given = Entry.objects.get(verb="license.add")
    by_token = Entry.objects.get(verb="token.license")
    assert (given.by_login, given.reason) == (by_token.by_login, by_token.reason) == ("alice", "new here")
    assert by_token.subject_text.startswith("HR (seatwise_")
    assert by_token.after == {"change": Change.objects.get().pk, "what": "add", "service": "wiki", "user": "charlie"}


def test_the_same_key_and_request_are_answered_again_and_nothing_is_done(
    client: Any, wiki: Service, secret: str
) -> None:
    first = ask(client, "PUT", "charlie", secret)
    grants.revoke([License.objects.get()], by=None, reason="", on=TODAY)
    entries = Entry.objects.count()
    second = ask(client, "PUT", "charlie", secret)
    assert (second.status_code, second.json()) == (201, first.json())
    assert Entry.objects.count() == entries
    assert not License.objects.held().exists()


def test_the_same_key_with_another_request_is_refused(client: Any, wiki: Service, secret: str) -> None:
    ask(client, "PUT", "charlie", secret)
    for method, login, body in (("PUT", "bob", ""), ("DELETE", "charlie", '{"reason": "x"}'), ("PUT", "charlie", "{}")):
        answer = ask(client, method, login, secret, body=body)
        assert (answer.status_code, wheres(answer)) == (422, ["Idempotency-Key"])
    assert License.objects.held().get().user.login == "charlie"


def test_a_key_is_a_tokens_own_and_is_kept_for_a_day(client: Any, wiki: Service, secret: str, alice: User) -> None:
    ask(client, "PUT", "charlie", secret)
    assert ask(client, "PUT", "bob", secret_for(alice)).status_code == 201
    KeptAnswer.objects.update(at=timezone.now() - datetime.timedelta(hours=25))
    assert ask(client, "PUT", "audrey", secret).status_code == 201
    assert KeptAnswer.objects.count() == 2
    forget_old_answers(TODAY)
    assert KeptAnswer.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "é"])
def test_without_a_key_nothing_is_done(client: Any, wiki: Service, secret: str, key: str) -> None:
    answer = ask(client, "PUT", "charlie", secret, key=key)
    assert (answer.status_code, wheres(answer)) == (400, ["Idempotency-Key"])
    assert not License.objects.exists()


def test_what_is_refused_is_an_answer_that_is_kept(client: Any, wiki: Service, secret: str, gail: User) -> None:
    contract_terms.add(service=wiki, seats=0, by=None, on=TODAY)
    for login in ("charlie", "gail"):
        answer = ask(client, "PUT", login, secret, key=login)
        assert (answer.status_code, wheres(answer)) == (409, ["request"])
    assert not Change.objects.exists()
    contract_terms.change(Contract.objects.get(), by=None, on=TODAY, seats=1)
    assert ask(client, "PUT", "charlie", secret, key="charlie").status_code == 409
    assert ask(client, "PUT", "charlie", secret, key="new").status_code == 201


@pytest.mark.parametrize(
    ("method", "login", "body", "status", "where"),
    [
        ("PUT", "nobody", "", 404, "login"),
        ("DELETE", "charlie", '{"reason": "x"}', 404, "login"),
        ("DELETE", "charlie", "", 422, "reason"),
        ("DELETE", "charlie", '{"reason": "  "}', 422, "reason"),
        ("PUT", "charlie", '{"reason": 3}', 422, "reason"),
        ("PUT", "charlie", '{"because": "x"}', 422, "body"),
        ("PUT", "charlie", "[]", 422, "body"),
        ("PUT", "charlie", "{", 422, "body"),
        ("PUT", "charlie?x=1", "", 422, "body"),
    ],
)
def test_what_cannot_be_is_said_and_uses_up_no_key(
    client: Any, wiki: Service, secret: str, method: str, login: str, body: str, status: int, where: str
) -> None:
    answer = ask(client, method, login, secret, body=body)
    assert (answer.status_code, wheres(answer)) == (status, [where])
    assert not KeptAnswer.objects.exists()
    assert not Change.objects.exists()


def test_who_may_change_what(client: Any, wiki: Service, cast: dict[str, User]) -> None:
    assert ask(client, "PUT", "charlie", "none").status_code == 401
    assert ask(client, "PUT", "charlie", secret_for(cast["alice"], "usage:read", "licenses:read")).status_code == 403
    assert ask(client, "PUT", "charlie", secret_for(cast["audrey"])).status_code == 404
    bob = secret_for(cast["bob"])
    assert wheres(ask(client, "PUT", "charlie", bob)) == ["code"]
    wiki.change(by=None, department_admins_change_licenses=True)
    assert ask(client, "PUT", "charlie", bob).status_code == 201
    assert not License.objects.exclude(user=cast["charlie"]).exists()


def test_a_department_administrator_changes_nobody_of_another_department(
    client: Any, wiki: Service, cast: dict[str, User]
) -> None:
    from seatwise.directory.models import Department

    Department.objects.add(code="legal", name="Legal", by=None)
    people.add({"login": "dora", "departments": ["legal"]}, by=None, on=TODAY)
    wiki.change(by=None, department_admins_change_licenses=True)
    answer = ask(client, "PUT", "dora", secret_for(cast["bob"]))
    assert (answer.status_code, wheres(answer)) == (404, ["login"])
    assert not License.objects.exists()


def test_who_holds_licenses_comes_in_parts(
    client: Any, wiki: Service, secret: str, cast: dict[str, User], django_assert_max_num_queries: Any
) -> None:
    holders = [cast[login] for login in ("charlie", "alice", "ivan")]
    grants.grant(service=wiki, users=holders, by=None, reason="", on=TODAY)
    address = "http://testserver/api/v1/services/wiki/licenses?limit=2"
    found = []
    with django_assert_max_num_queries(14):  # of two answers
        while address:
            answer = client.get(address, headers={"authorization": f"Bearer {secret}"}).json()
            found += [(each["login"], each["pending"]) for each in answer["licenses"]]
            address = answer["next"]
    assert found == [("alice", ["add"]), ("charlie", ["add"]), ("ivan", ["add"])]
    for query, where in (("limit=0", "limit"), ("offset=x", "offset"), ("page=2", "query")):
        wrong = client.get(f"/api/v1/services/wiki/licenses?{query}", headers={"authorization": f"Bearer {secret}"})
        assert (wrong.status_code, wheres(wrong)) == (422, [where])


def test_a_login_may_hold_anything(client: Any, wiki: Service, secret: str) -> None:
    people.add({"login": "corp\\d/ö@x"}, by=None, on=TODAY)
    assert ask(client, "PUT", "CORP%5Cd%2F%C3%B6%40x", secret).status_code == 201
    assert License.objects.get().user.login == "corp\\d/ö@x"


def test_it_is_documented(client: Any, alice: User) -> None:
    client.force_login(alice)
    operations = client.get("/api/v1/openapi.json").json()["paths"]
    put = operations["/api/v1/services/{code}/licenses/{login}"]["put"]
    assert [one["name"] for one in put["parameters"]] == ["code", "login", "Idempotency-Key"]
    assert set(put["responses"]) == {"200", "201", "400", "401", "403", "404", "409", "422"}
    page = client.get("/api/v1/docs").content.decode()
    assert "Idempotency-Key" in page
    assert "/api/v1/services/{code}/licenses/{login}" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("login", ["same", "own"])
def test_many_at_once_with_one_key_do_it_once(transactional_db: None, login: str) -> None:
    """The same request eight times at once: one license, eight same answers; others with the key are refused."""
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("threads share no database in memory; settings: TEST NAME must be a file")
    service()
    owner = people.add({"login": "boss", "role": "administrator"}, by=None, on=TODAY)
    logins = [people.add({"login": f"u{n}"}, by=None, on=TODAY).login for n in range(8)]
    secret = secret_for(owner)
    gate = threading.Barrier(8)
    answers: list[tuple[int, str]] = []

    def act(number: int) -> None:
        gate.wait()
        found = ask(Client(), "PUT", logins[0] if login == "same" else logins[number], secret)
        answers.append((found.status_code, found.content.decode()))
        connection.close()

    threads = [threading.Thread(target=act, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert License.objects.count() == 1
    assert Change.objects.count() == 1
    if login == "same":
        assert len(set(answers)) == 1
        assert answers[0][0] == 201
    else:
        assert sorted(status for status, _text in answers) == [201] + [422] * 7


def held(client: Any, secret: str, query: str) -> list[str]:
    answer = client.get(f"/api/v1/services/wiki/licenses?{query}", headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 200, answer.json()
    return [each["login"] for each in answer.json()["licenses"]]


@pytest.mark.parametrize(
    ("query", "logins"),
    [
        ("", ["alice", "bob", "charlie", "ivan", "tom"]),
        ("who=holders", ["alice", "bob", "charlie", "tom"]),
        ("who=inactive", ["ivan"]),
        ("who=holders&department=sales", ["bob", "charlie", "tom"]),
        ("who=holders&department=sales&only=true", ["bob", "charlie"]),
        ("who=holders&department=~unaffiliated~", ["alice"]),
        ("who=holders&text=CHAR", ["charlie"]),
        ("who=holders&text=", ["alice", "bob", "charlie", "tom"]),
        ("text=nobody", []),
    ],
)
def test_who_holds_licenses_is_narrowed_as_on_the_page(
    client: Any, wiki: Service, secret: str, cast: dict[str, User], sales: Any, query: str, logins: list[str]
) -> None:
    Department.objects.add(code="tokyo", name="Tokyo", parent=sales, by=None)
    tom = people.add({"login": "tom", "departments": ["tokyo"]}, by=None, on=TODAY)
    holders = [*(cast[login] for login in ("charlie", "alice", "ivan", "bob")), tom]
    grants.grant(service=wiki, users=holders, by=None, reason="", on=TODAY)
    assert held(client, secret, query) == logins
    if "who=" in query or "nobody" in query:
        client.force_login(cast["alice"])
        shown = client.get(f"/administration/services/wiki/users/?sort=name&{query.replace('who=holders', 'who=')}")
        assert sorted(line.user.login for line in shown.context["lines"]) == logins


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("who=others", "who"),
        ("department=nowhere", "department"),
        ("only=perhaps", "only"),
        ("sort=name", "query"),
        ("format=csv", "query"),
        ("offset=10000001", "offset"),
    ],
)
def test_a_wrong_filter_of_licenses_is_named(client: Any, wiki: Service, secret: str, query: str, where: str) -> None:
    wrong = client.get(f"/api/v1/services/wiki/licenses?{query}", headers={"authorization": f"Bearer {secret}"})
    assert (wrong.status_code, wheres(wrong)) == (422, [where])
