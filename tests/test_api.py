"""The API: tokens, what it answers, what it refuses, and its documentation."""

import datetime
import json
import logging
from typing import Any

import pytest
from tools.attack import roles

from seatwise.api import api
from seatwise.audit.models import Entry
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import ApiToken, Service
from seatwise.ledger.fact_merge import merge
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib import days
from seatwise.licenses import grants
from seatwise.licenses.models import License
from seatwise.logs.facts import Facts, LoginFacts, cover
from seatwise.logs.rules import Rules

TODAY = datetime.date(2026, 11, 24)
DAY = days.day_of(TODAY)
ADDRESS = "/api/v1/services/wiki/usage"


@pytest.fixture
def wiki(cast: dict[str, Any]) -> Service:
    """A service with days without records in the window, and a source that checks nobody."""
    service: Service = Service.objects.add(code="wiki", name="Wiki", by=None)
    rules = ReadingRules(services={"wiki": Rules()})
    source = Source.objects.add(code="log", name="Log", rules=rules, by=None, verified=False)
    people = [cast[login] for login in ("alice", "bob")]
    grants.grant(service=service, users=people, by=None, reason="", on=datetime.date(2026, 1, 5))
    grants.grant_one(service=service, user=cast["charlie"], by=None, reason="", on=TODAY)
    facts = Facts()
    for login, ago in {"alice": [0, 1, 40], "bob": [3]}.items():
        facts.logins[login] = LoginFacts(login, 0, days.masks_of(DAY - n for n in ago))
    cover(facts, [(DAY - 60, DAY - 21), (DAY - 18, DAY)])
    merge(source.revision, service, facts, zone="Asia/Tokyo", today=DAY)
    return service


def token_for(owner: Any, days: int = 30, on: datetime.date = TODAY) -> tuple[ApiToken, str]:
    token, secret = ApiToken.objects.add(name="BI", owner=owner, scopes=["usage:read"], days=days, by=owner, on=on)
    return token, secret


def ask(client: Any, secret: str, address: str = ADDRESS, **query: Any) -> Any:
    return client.get(address, query, headers={"authorization": f"Bearer {secret}"})


def test_the_list_with_what_it_rests_on(client: Any, wiki: Service, alice: Any) -> None:
    answer = ask(client, token_for(alice)[1], sort="login").json()
    assert (answer["count"], answer["limit"], answer["offset"], answer["next"]) == (3, 100, 0, None)
    assert answer["service"] == {"code": "wiki", "name": "Wiki"}
    gap = {"first_day": "2026-11-04", "last_day": "2026-11-05"}
    assert answer["basis"] == {
        "as_of": "2026-11-24",
        "first_day": "2026-10-26",
        "window": 30,
        "is_current": True,
        "since": "2026-09-25",
        "gaps": [gap],
        "unknown_days": [gap],
        "time_zone": "Asia/Tokyo",
    }
    alice_row, bob_row, charlie_row = answer["users"]
    assert alice_row == {
        "login": "alice",
        "name": "Alice",
        "departments": [],
        "last_access": "2026-11-24",
        "access_days": 2,
        "at_least": True,
        "license_since": "2026-01-05",
        "marks": ["weak_evidence"],
        "on_leave_until": None,
        "expected_days": None,
        "strip": "000000000??00000000000000000" + "11",
    }
    assert bob_row["departments"] == ["Sales"]
    assert (charlie_row["last_access"], charlie_row["marks"]) == (None, ["new"])


def test_the_parts_of_a_list_follow_each_other(client: Any, wiki: Service, alice: Any) -> None:
    secret = token_for(alice)[1]
    found, address = [], f"http://testserver{ADDRESS}?limit=2&sort=login&descending=true"
    while address:
        answer = ask(client, secret, address).json()
        found += [user["login"] for user in answer["users"]]
        address = answer["next"]
    assert found == ["charlie", "bob", "alice"]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({"at_most": "x"}, "at_most"),
        ({"last_access_by": "2026-13"}, "last_access_by"),
        ({"last_access_by": "9999-12"}, "last_access_by"),
        ({"as_of": "0001-01-01"}, "as_of"),
        ({"as_of": "2026-11-25"}, "as_of"),
        ({"never": "perhaps"}, "never"),
        ({"employment": "king"}, "employment"),
        ({"held_at_least": "0"}, "held_at_least"),
        ({"department": "nowhere"}, "department"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"unheard": "1"}, "query"),
        ({"format": "csv"}, "query"),
        ({"page": "2"}, "query"),
    ],
)
def test_a_wrong_parameter_is_named(client: Any, wiki: Service, alice: Any, query: Any, where: str) -> None:
    answer = ask(client, token_for(alice)[1], **query)
    assert answer.status_code == 422
    [wrong] = answer.json()["errors"]
    assert wrong["where"] == where
    assert wrong["what"]
    assert wrong["next"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer seatwise_wrong"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": "Basic YTpi"},
        {"authorization": "seatwise_wrong"},
    ],
)
def test_without_a_token_there_is_nothing(client: Any, wiki: Service, alice: Any, headers: dict[str, str]) -> None:
    client.force_login(alice)  # being signed in is not enough
    answer = client.get(ADDRESS, headers=headers)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["errors"][0]["where"] == "Authorization"


def test_a_token_of_another_scope_is_refused(client: Any, wiki: Service, alice: Any) -> None:
    token, secret = token_for(alice)
    ApiToken.objects.filter(pk=token.pk).update(scopes=["seats:write"])
    answer = ask(client, secret)
    assert answer.status_code == 403
    assert "usage:read" in answer.json()["errors"][0]["next"]


def test_what_is_not_there_is_said_in_the_same_shape(client: Any, wiki: Service, alice: Any) -> None:
    secret = token_for(alice)[1]
    for address in ("/api/v1/services/shop/usage", "/api/v1/nothing/here", "/api/v1/"):
        answer = ask(client, secret, address)
        assert answer.status_code == 404
        assert answer.json()["errors"][0].keys() == {"what", "where", "next"}


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/nothing/here", "/api/v1/services/wiki/usage"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_method_that_there_is_not_is_said_in_the_same_shape(
    client: Any, wiki: Service, alice: Any, address: str, method: str
) -> None:
    headers = {"authorization": f"Bearer {token_for(alice)[1]}"}
    answer = getattr(client, method)(address, headers=headers)
    assert answer.status_code == (404 if address == "/api/v1/" else 405)
    [wrong] = answer.json()["errors"]
    assert wrong["where"] == ("path" if address == "/api/v1/" else "method")
    assert answer.status_code == 404 or (answer["Allow"] == "GET" and "GET" in wrong["next"])


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_without_a_token_nobody_is_told_which_methods_there_are(client: Any, wiki: Service, method: str) -> None:
    answer = getattr(client, method)("/api/v1/services/wiki/usage")
    assert (answer.status_code, answer.get("Allow")) == (401, None)
    [wrong] = answer.json()["errors"]
    assert wrong["where"] == "Authorization"
    assert "GET" not in answer.content.decode()


def test_what_breaks_is_said_in_the_same_shape_and_says_nothing_of_the_inside(
    client: Any, wiki: Service, alice: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("inside")

    secret = token_for(alice)[1]
    monkeypatch.setattr("seatwise.monitoring.listing.basis", broken)
    answer = ask(client, secret)
    assert answer.status_code == 500
    assert "inside" not in answer.content.decode()
    assert answer.json()["errors"][0]["where"] == "server"
    assert secret not in caplog.text


def test_a_token_sees_what_its_owner_sees(client: Any, wiki: Service, bob: Any, audrey: Any) -> None:
    assert ask(client, token_for(audrey)[1]).json()["count"] == 3
    secret = token_for(bob)[1]
    assert ask(client, secret).status_code == 404
    wiki.change(by=None, department_admins_see_usage=True)
    assert [user["login"] for user in ask(client, secret).json()["users"]] == ["charlie", "bob"]


def test_a_token_expires(client: Any, wiki: Service, alice: Any) -> None:
    assert ask(client, token_for(alice, 30, TODAY - datetime.timedelta(29))[1]).json()["count"] == 3
    over = ask(client, token_for(alice, 30, TODAY - datetime.timedelta(30))[1])
    assert over.status_code == 401
    assert [wrong["where"] for wrong in over.json()["errors"]] == ["Authorization"]


@pytest.mark.parametrize(
    "change", [{"status": "inactive"}, {"kind": "guest"}, {"role": "member"}, {"role": "department_administrator"}]
)
def test_a_token_ends_with_its_owner_and_does_not_come_back(
    client: Any, wiki: Service, alice: Any, audrey: Any, change: dict[str, str]
) -> None:
    grants.revoke([License.objects.get(user=alice)], by=None, reason="", on=TODAY)
    token, secret = token_for(audrey)
    was = {key: getattr(audrey, key) for key in change}
    assert ask(client, secret).status_code == 200
    people.change(audrey, change, by=alice, on=TODAY)
    assert ask(client, secret).status_code == 401
    assert Entry.objects.about(token).of("token.end").count() == 1
    people.change(audrey, was, by=alice, on=TODAY)
    assert ask(client, secret).status_code == 401


def test_other_changes_of_its_owner_leave_a_token_alone(client: Any, wiki: Service, audrey: Any) -> None:
    secret = token_for(audrey)[1]
    people.change(audrey, {"name": "Audrey A.", "language": "ja", "employment": "part_time"}, by=None, on=TODAY)
    assert ask(client, secret).json()["count"] == 3


def test_even_unnoticed_changes_of_the_owner_end_it(client: Any, wiki: Service, audrey: Any) -> None:
    secret = token_for(audrey)[1]
    type(audrey).objects.filter(pk=audrey.pk).update(status="inactive")
    ended = ask(client, secret)
    assert ended.status_code == 401
    assert "users" not in ended.json()


def test_a_revoked_token_opens_nothing_and_cannot_be_revoked_again(client: Any, wiki: Service, alice: Any) -> None:
    token, secret = token_for(alice)
    token.revoke(by=alice, on=TODAY)
    assert ask(client, secret).status_code == 401
    with pytest.raises(Refused):
        token.revoke(by=alice, on=TODAY)
    assert Entry.objects.about(token).of("token.revoke").count() == 1


def test_the_day_of_the_last_use_is_kept_with_one_update_a_day(client: Any, wiki: Service, alice: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    token, secret = token_for(alice)
    with CaptureQueriesContext(connection) as first:
        ask(client, secret)
    token.refresh_from_db()
    assert token.last_used_on == TODAY
    with CaptureQueriesContext(connection) as second:
        ask(client, secret)
    updates = [sum("UPDATE" in query["sql"] for query in one.captured_queries) for one in (first, second)]
    assert updates == [1, 0]
    assert len(second) <= 14


def test_the_secret_is_kept_nowhere(client: Any, wiki: Service, alice: Any, caplog: Any) -> None:
    from django.core import serializers

    caplog.set_level(logging.DEBUG)
    token, secret = token_for(alice)
    ask(client, secret)
    ask(client, secret, at_most="x")
    token.revoke(by=alice, on=TODAY)
    ask(client, secret)
    kept = json.dumps([each.content() for each in Entry.objects.all()]) + serializers.serialize("json", [token])
    assert "BI" in kept
    for text in (kept, caplog.text):
        assert secret not in text
        assert secret[len(token.shown) :] not in text
    assert token.hashed not in json.dumps([each.content() for each in Entry.objects.all()])


@pytest.mark.parametrize(
    "fields", [{"days": 0}, {"days": 367}, {"scopes": []}, {"scopes": ["everything"]}, {"name": " "}]
)
def test_tokens_that_cannot_be_are_refused(alice: Any, fields: dict[str, Any]) -> None:
    usual = {"name": "BI", "owner": alice, "scopes": ["usage:read"], "days": 30, "by": alice, "on": TODAY}
    with pytest.raises(Refused):
        ApiToken.objects.add(**usual | fields)
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("login", ["charlie", "gail", "ivan"])
def test_who_may_see_no_usage_has_no_tokens(cast: dict[str, Any], login: str) -> None:
    with pytest.raises(Refused):
        token_for(cast[login])


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("audrey", 200), ("bob", 403), ("charlie", 403), ("", 302)]
)
def test_who_reads_the_documentation(client: Any, cast: dict[str, Any], who: str, status: int) -> None:
    if who:
        client.force_login(cast[who])
    for address, there in (("/api/v1/docs", "openapi.json"), ("/api/v1/openapi.json", '"paths"')):
        answer = client.get(address)
        assert answer.status_code == status
        if status == 200:
            assert there in answer.content.decode()
        else:
            assert '"paths"' not in answer.content.decode()


def test_a_program_reads_the_description_with_its_token(client: Any, wiki: Service, bob: Any) -> None:
    schema = ask(client, token_for(bob)[1], "/api/v1/openapi.json").json()
    [operation] = schema["paths"]["/api/v1/services/{code}/usage"].values()
    names = [one["name"] for one in operation["parameters"]]
    from seatwise.monitoring.api import ApiForm

    assert names == ["code", *ApiForm.base_fields]
    assert set(operation["responses"]) == {"200", "401", "403", "404", "422"}
    assert operation["security"]


def test_the_documentation_needs_nothing_from_elsewhere_and_no_script_of_its_own(client: Any, alice: Any) -> None:
    people.change(alice, {"language": "ja"}, by=None, on=TODAY)
    client.force_login(alice)
    page = client.get("/api/v1/docs").content.decode()
    assert "held_at_least" in page
    assert "https://" not in page.replace("http://www.w3.org", "")
    assert "<script>" not in page
    assert "style=" not in page


def test_every_parameter_and_field_is_documented() -> None:
    from pathlib import Path

    from seatwise.monitoring.api import ApiForm, BasisOut, UsageOut, UserOut

    text = (Path(__file__).parent.parent / "docs/api.md").read_text(encoding="utf-8")
    for name in (*ApiForm.base_fields, *UserOut.model_fields, *BasisOut.model_fields, *UsageOut.model_fields):
        if name not in ("service", "users"):
            assert f"`{name}`" in text or f".{name}`" in text, name


def test_the_attack_knows_for_what_a_token_must_be_at_each_path() -> None:
    asked = {
        (method.upper(), path.lstrip("/").replace("{code}", "wiki"))
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
    }
    unknown = {
        (method, path)
        for method, path in asked
        if path not in roles.FREE and not any(method == of and path.startswith(start) for of, start in roles.SCOPES)
    }
    assert not unknown
