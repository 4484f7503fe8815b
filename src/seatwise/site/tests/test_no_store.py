"""Nothing that somebody saw stays in a browser or a proxy; and nobody is sent elsewhere."""

from typing import Any

import pytest
from django.test import Client

from seatwise.cast import PASSWORD
from seatwise.site.access import is_own_path

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    " //evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "/ok\r\nSet-Cookie: a=b",
    "http://127.0.0.1:9999/",
    "http://testserver/",
    "http://testserver:81/",
    "@evil.example",
    ".evil.example",
    "%2f%2fevil.example",
    "",
]


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/administration/", "/administration/audit/", "/account/password/", "/no-such-page/"),
        "/administration/directory/users/?format=csv",
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_no_answer_may_be_kept(client: Client, alice: Any, address: str, signed_in: bool) -> None:
    if signed_in:
        client.force_login(alice)
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.getvalue() or answer.status_code == 302


def test_the_sign_in_page_and_its_answers_are_not_kept_either(client: Client, alice: Any) -> None:
    assert client.get("/account/login/").headers["Cache-Control"] == "no-store"
    for password in ("wrong", PASSWORD):
        answer = client.post("/account/login/", {"login": "alice", "password": password})
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_style_sheet_may_be_kept(client: Client) -> None:
    sheet = client.get("/static/seatwise/seatwise.css")
    assert sheet.getvalue()
    assert "no-store" not in sheet.headers.get("Cache-Control", "")


@pytest.mark.parametrize("goal", ELSEWHERE)
def test_nobody_is_sent_elsewhere_after_signing_in_signing_out_or_choosing_a_language(
    client: Client, alice: Any, goal: str
) -> None:
    assert not is_own_path(goal)
    for address, sent in (
        ("/account/login/", {"login": "alice", "password": PASSWORD}),
        ("/language/", {"language": "ja"}),
        ("/account/logout/", {}),
    ):
        answer = client.post(address, {**sent, "next": goal})
        assert answer.headers["Location"] in ("/", "/account/login/"), address
        assert "Set-Cookie: a" not in str(answer.headers)


@pytest.mark.parametrize(
    "goal", ["/", "/administration/?a=b&c=%2F%2Fd", "/gate/wiki/enter/?to=https%3A%2F%2Fwiki.example.com%2F"]
)
def test_a_path_of_ours_is_gone_on_to(client: Client, alice: Any, goal: str) -> None:
    answer = client.post("/account/login/", {"login": "alice", "password": PASSWORD, "next": goal})
    assert answer.headers["Location"] == goal
