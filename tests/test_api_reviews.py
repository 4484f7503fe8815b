"""Reviews by the API: which token reads what, in parts, and that every field is described."""

import datetime
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seatwise.api import api
from seatwise.directory import people
from seatwise.directory.models import ApiToken, KeptAnswer, Scope, User
from seatwise.licenses import exemption_rules, grants
from seatwise.reviews import opening
from seatwise.reviews.models import Review
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.deciding_world import DUE, decide, many, opened, service_with

TODAY = datetime.date(2026, 11, 24)


def secret_for(owner: User, *scopes: str) -> str:
    return ApiToken.objects.add(name="BI", owner=owner, scopes=scopes, days=30, by=owner, on=TODAY)[1]


def ask(client: Any, secret: str, rest: str = "") -> Any:
    return client.get(f"/api/v1/reviews{rest}", headers={"authorization": f"Bearer {secret}"})


@pytest.fixture
def review(cast: dict[str, User]) -> Review:
    wiki = service_with(cast["alice"], cast["bob"], cast["charlie"])
    found = opened(wiki, cast["alice"])
    decide(found, cast["charlie"], "remove", cast["bob"], "moved")
    return found


def test_the_reviews_and_one_with_its_numbers(client: Any, review: Review, cast: dict[str, User]) -> None:
    secret = secret_for(cast["audrey"], "reviews:read")
    listed = ask(client, secret).json()
    assert (listed["count"], listed["next"]) == (1, None)
    [one] = listed["reviews"]
    assert (one["number"], one["state"], one["service"], one["due"], one["rule"]) == (
        review.pk, "open", "wiki", "2026-12-20", {"window": 30},
    )  # fmt: skip
    found = ask(client, secret, f"/{review.pk}").json()
    assert {key: found["numbers"][key] for key in ("held", "named", "decided")} == {"held": 3, "named": 3, "decided": 1}
    assert found["population_sha256"] == review.checksum
    assert found["evidence"] is None


def test_the_licenses_of_a_review(client: Any, review: Review, cast: dict[str, User]) -> None:
    items = ask(client, secret_for(cast["alice"], "reviews:read"), f"/{review.pk}/items").json()["items"]
    assert [item["login"] for item in items] == ["alice", "bob", "charlie"]
    charlie = items[2]
    assert (charlie["decision"], charlie["decided_by"], charlie["state"]) == ("remove", "bob", "waiting")
    assert (charlie["named"], charlie["added"], charlie["left_out"]) == (True, False, [])


def test_a_department_administrator_reads_what_they_decide_and_no_numbers_of_others(
    client: Any, review: Review, cast: dict[str, User]
) -> None:
    secret = secret_for(cast["bob"], "reviews:read")
    assert ask(client, secret, f"/{review.pk}").json()["numbers"] is None
    items = ask(client, secret, f"/{review.pk}/items").json()["items"]
    assert [item["login"] for item in items] == ["charlie"]
    terms: dict[str, Any] = {"name": "Mine", "due": DUE, "rule": Rule()}
    mine = opening.draft(service=review.service, owner=cast["bob"], by=None, on=TODAY, **terms)
    assert ask(client, secret, f"/{mine.pk}").json()["numbers"]["held"] == 0


def test_what_is_refused(client: Any, review: Review, cast: dict[str, User]) -> None:
    assert client.get("/api/v1/reviews").status_code == 401
    other = secret_for(cast["alice"], "usage:read")
    for rest in ("", f"/{review.pk}", f"/{review.pk}/items"):
        assert ask(client, other, rest).status_code == 403
    secret = secret_for(cast["alice"], "reviews:read")
    assert ask(client, secret, "/99").status_code == 404
    assert ask(client, secret, "/99/items").status_code == 404
    assert ask(client, secret, "?limit=0").status_code == 422
    dora = people.add({"login": "dora", "role": "department_administrator"}, by=None, on=TODAY)
    foreign = secret_for(dora, "reviews:read")
    assert ask(client, foreign).json()["count"] == 0
    assert ask(client, foreign, f"/{review.pk}").status_code == 404
    assert ask(client, foreign, f"/{review.pk}/items").status_code == 404


def test_a_list_comes_in_parts(client: Any, review: Review, cast: dict[str, User]) -> None:
    secret = secret_for(cast["alice"], "reviews:read")
    first = ask(client, secret, f"/{review.pk}/items?limit=2").json()
    assert (len(first["items"]), first["count"]) == (2, 3)
    rest = client.get(first["next"], headers={"authorization": f"Bearer {secret}"}).json()
    assert ([item["login"] for item in rest["items"]], rest["next"]) == (["charlie"], None)


def test_the_number_of_queries_does_not_grow(client: Any, cast: dict[str, User], sales: Any) -> None:
    secret = secret_for(cast["alice"], "reviews:read")

    def queries(review: Review) -> int:
        with CaptureQueriesContext(connection) as found:
            for rest in ("", f"/{review.pk}", f"/{review.pk}/items?limit=1000"):
                assert ask(client, secret, rest).status_code == 200
        return len(found)

    small = opened(service_with(*many(3, "sales")), cast["alice"])
    few = queries(small)
    large = opened(service_with(*many(60, "sales", 10), code="other"), cast["alice"])
    assert queries(large) <= few


def test_each_path_refuses_a_parameter_and_a_field_that_it_does_not_know(
    client: Any, review: Review, cast: dict[str, User]
) -> None:
    given = {"code": "wiki", "login": "charlie", "number": str(review.pk)}
    headers = {"authorization": f"Bearer {secret_for(cast['alice'], *Scope.values)}", "idempotency-key": "k1"}
    asked = []
    for path, methods in api.get_openapi_schema()["paths"].items():
        address = re.sub(r"{(?:\w+:)?(\w+)}", lambda part: given[part[1]], path)
        for method, described in methods.items():
            with_reason = "?reason=left" if "reason" in str(described.get("parameters")) else ""
            body_of = described.get("requestBody", {}).get("content", {})
            wrong = [(f"{with_reason or '?'}&nonsense=1", b"")]
            if method != "get" and "multipart/form-data" not in body_of:
                wrong.append((with_reason, b'{"nonsense": 1}'))
            for query, body in wrong:
                answer = client.generic(method.upper(), address + query, body, "application/json", headers=headers)
                said = " ".join(one["what"] for one in answer.json().get("errors", ()))
                assert (answer.status_code, "nonsense" in said) == (422, True), (method, address, query, body)
                asked.append(f"{method} {path}")
    assert len(asked) >= 8
    assert not KeptAnswer.objects.exists()


def test_every_field_is_documented() -> None:
    from seatwise.licenses.api import HoldersForm
    from seatwise.reviews.api import ItemOut, ItemsForm, OneReviewOut, ReviewsForm

    text = (Path(__file__).parent.parent / "docs/api.md").read_text(encoding="utf-8")
    searched_by = (*HoldersForm.base_fields, *ReviewsForm.base_fields, *ItemsForm.base_fields)
    for name in (*OneReviewOut.model_fields, *ItemOut.model_fields, *searched_by):
        assert f"`{name}`" in text, name
    for path in ("/api/v1/reviews", "/api/v1/reviews/{number}", "/api/v1/reviews/{number}/items"):
        assert f"`GET {path}`" in text, path


@pytest.mark.parametrize(
    "query", ["", "state=open", "state=draft", "service=wiki", "service=crm", "text=mine", "text="]
)
def test_the_reviews_are_narrowed_as_on_the_page(
    client: Any, review: Review, cast: dict[str, User], query: str
) -> None:
    terms: dict[str, Any] = {"name": "Mine", "due": DUE, "rule": Rule()}
    opening.draft(service=service_with(code="crm"), owner=cast["bob"], by=None, on=TODAY, **terms)
    found = ask(client, secret_for(cast["alice"], "reviews:read"), f"?{query}").json()["reviews"]
    client.force_login(cast["alice"])
    page = client.get(f"/administration/reviews/?{query}").context["list"].page
    assert [one["number"] for one in found] == [shown.pk for shown in page]
    assert len(found) == (2 if query in ("", "text=") else 1)


@pytest.mark.parametrize(
    ("query", "logins"),
    [
        ("", ["alice", "audrey", "bob", "charlie"]),
        ("group=named", ["bob", "charlie"]),
        ("group=left_out", ["alice"]),
        ("group=not_named", ["audrey"]),
        ("decision=remove", ["charlie"]),
        ("decision=keep", []),
        ("text=ali", ["alice"]),
        ("group=named&text=bob", ["bob"]),
    ],
)
def test_the_licenses_of_a_review_are_narrowed_as_on_the_page(
    client: Any, cast: dict[str, User], query: str, logins: list[str]
) -> None:
    wiki = service_with(*(cast[login] for login in ("alice", "bob", "charlie")))
    grants.grant(service=wiki, users=[cast["audrey"]], by=None, reason="", on=TODAY)
    until = TODAY + datetime.timedelta(9)
    exemption_rules.exempt(user=cast["alice"], service=wiki, until=until, by=None, reason="x", on=TODAY)
    review = opened(wiki, cast["alice"], Rule(held_at_least=60))
    decide(review, cast["charlie"], "remove", cast["bob"], "moved")
    items = ask(client, secret_for(cast["alice"], "reviews:read"), f"/{review.pk}/items?{query}").json()["items"]
    client.force_login(cast["alice"])
    page = client.get(f"/administration/reviews/{review.pk}/people/?{query}").context["list"].page
    assert [item["login"] for item in items] == sorted(shown.user.login for shown in page) == logins


@pytest.mark.parametrize(
    ("query", "where"),
    [("state=odd", "state"), ("service=odd", "service"), ("nonsense=1", "query"), ("format=csv", "query")],
)
def test_a_wrong_filter_of_reviews_is_named(
    client: Any, review: Review, cast: dict[str, User], query: str, where: str
) -> None:
    wrong = ask(client, secret_for(cast["alice"], "reviews:read"), f"?{query}")
    assert (wrong.status_code, [each["where"] for each in wrong.json()["errors"]]) == (422, [where])


@pytest.mark.parametrize(
    ("query", "where"),
    [("group=odd", "group"), ("decision=odd", "decision"), ("page=2", "query"), ("show=to_do", "query")],
)
def test_a_wrong_filter_of_the_licenses_of_a_review_is_named(
    client: Any, review: Review, cast: dict[str, User], query: str, where: str
) -> None:
    wrong = ask(client, secret_for(cast["alice"], "reviews:read"), f"/{review.pk}/items?{query}")
    assert (wrong.status_code, [each["where"] for each in wrong.json()["errors"]]) == (422, [where])
