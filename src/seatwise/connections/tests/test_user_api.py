"""The User API as a client meets it, on real HTTP: pages, refusals, silence, and secrets that stay secret."""

import threading
from typing import Any

import pytest

from seatwise.connections import http
from seatwise.connections.http import NoAnswer, Request
from seatwise.connections.tests.cybozu import READ, WRITE, CutConnection, Cybozu
from seatwise.connections.user_api import Moved, UserApi
from seatwise.connections.vendor_api import ApiError, NotRead


def api(domain: Cybozu, token: str = READ, **given: Any) -> UserApi:
    return UserApi(domain.address, token, pause=lambda seconds: None, **given)


def test_everybody_is_read_over_many_pages_with_departments_and_services(domain: Cybozu) -> None:
    domain.add_organization("S", "Sales")
    domain.add_organization("S1", "Tokyo", "S")
    domain.add("Administrator")
    for number in range(250):
        domain.add(f"u{number:03}", *(["kintone"] if number % 2 else []), org="S1" if number < 150 else "")
    domain.users[7]["valid"] = False
    found = api(domain).directory()
    assert [each.code for each in found.users] == ["Administrator", *(f"u{number:03}" for number in range(250))]
    assert [each.code for each in found.users if not each.active] == ["u006"]
    assert [(each.code, each.parent) for each in found.organizations] == [("S", ""), ("S1", "S")]
    assert found.members == {"S": [], "S1": [f"u{number:03}" for number in range(150)]}
    assert len(found.services) == 250
    assert found.services["u001"] == ["kintone"]
    assert found.services["u000"] == []
    assert domain.most_at_once == 1


@pytest.mark.parametrize("people", [0, 1, 99, 100, 101, 199, 200])
def test_no_user_is_lost_at_the_end_of_a_page(domain: Cybozu, people: int) -> None:
    for number in range(people):
        domain.add(f"u{number}")
    assert [each.code for each in api(domain).users()] == [f"u{number}" for number in range(people)]


def test_a_user_who_goes_while_pages_are_read_hides_nobody(domain: Cybozu) -> None:
    for number in range(150):
        domain.add(f"u{number}")

    def go(found: Cybozu, _method: str, path: str) -> None:
        if "offset=0" in path and any(each["code"] == "u3" for each in found.users):
            found.remove("u3")  # all that follows moves by one place

    domain.after = go
    assert [each.code for each in api(domain).users()] == [f"u{number}" for number in range(150) if number != 3]


def test_a_user_who_goes_between_the_lists_makes_it_read_all_again(domain: Cybozu) -> None:
    for number in range(5):
        domain.add(f"u{number}", "kintone")

    def go(found: Cybozu, _method: str, path: str) -> None:
        if "/v1/organizations.json" in path and "u3" in found.services:
            found.remove("u3")

    domain.after = go
    found = api(domain).directory()
    assert "u3" not in {each.code for each in found.users} | found.services.keys()
    assert len([path for _method, path in domain.asked if path.startswith("/v1/organizations.json")]) == 2


def test_what_never_stands_still_is_not_taken(domain: Cybozu) -> None:
    domain.add("first")

    def come(found: Cybozu, _method: str, path: str) -> None:
        if "/v1/organizations.json" in path:
            found.add(f"new{len(found.users)}")

    domain.after = come
    with pytest.raises(Moved):
        api(domain).directory()


def test_reading_is_tried_again_and_changing_is_not(domain: Cybozu) -> None:
    domain.add("sato", "kintone")
    failures = iter([(503, b"<html>"), (429, {}), (502, b"")])
    domain.trouble = lambda _found, _method, _path: next(failures, None)
    assert [each.code for each in api(domain).users()] == ["sato"]
    assert len(domain.asked) == 4
    domain.asked.clear()
    domain.trouble = lambda _found, _method, _path: (503, {})
    with pytest.raises(ApiError) as caught:
        api(domain, WRITE).replace_services({"sato": []})
    assert not caught.value.is_refusal
    assert len(domain.asked) == 1


def test_a_connection_that_is_cut_is_an_answer_that_never_came(domain: Cybozu) -> None:
    domain.add("sato", "kintone")

    def cut(_found: Cybozu, method: str, _path: str) -> None:
        raise CutConnection

    domain.trouble = cut
    with pytest.raises(NoAnswer):
        api(domain, WRITE).replace_services({"sato": []})
    assert len(domain.asked) == 1
    with pytest.raises(NoAnswer):
        api(domain).users()
    assert len(domain.asked) == 5


def test_an_answer_that_does_not_come_ends_by_itself(domain: Cybozu) -> None:
    wait = threading.Event()
    domain.trouble = lambda _found, _method, _path: (wait.wait(5), None)[1]

    def impatient(request: Request) -> http.Answer:
        return http.send(request, silence=0.05)

    with pytest.raises(NoAnswer, match="in time"):
        api(domain, send=impatient).users()
    wait.set()


def test_an_answer_that_is_too_large_is_not_kept(domain: Cybozu) -> None:
    domain.add("sato", description="x" * 3_000_000)
    with pytest.raises(NoAnswer, match="larger than 2 MB"):
        http.send(Request("GET", f"{domain.address}/v1/users.json", {"Authorization": f"Bearer {READ}"}), most=2**21)


def test_a_token_goes_to_no_other_address_and_not_readable_through_the_network(domain: Cybozu) -> None:
    domain.trouble = lambda _found, _method, _path: (302, {})
    with pytest.raises(ApiError, match="another address"):
        api(domain).users()
    with pytest.raises(NoAnswer, match="https"):
        UserApi("http://sample.cybozu.com", READ, pause=lambda seconds: None).users()


@pytest.mark.parametrize("content", [b"<html>Login</html>", [], {"users": "none"}, {"users": [3]}, {"users": [{}]}])
def test_what_is_no_answer_of_the_api_is_said_to_be_none(domain: Cybozu, content: Any) -> None:
    domain.trouble = lambda _found, _method, _path: (200, content)
    with pytest.raises(NotRead):
        api(domain).users()


def test_a_refusal_is_shown_as_it_was_said_and_never_shows_the_token(domain: Cybozu) -> None:
    domain.add("sato")
    with pytest.raises(ApiError, match=r"401 CB_AU01: Please login\."):
        api(domain, "wrong").users()
    with pytest.raises(ApiError, match="403 CB_NO02") as caught:
        api(domain, READ).replace_services({"sato": []})
    assert caught.value.is_refusal
    domain.trouble = lambda _found, _method, _path: (400, {"code": "X", "message": f"Bearer {READ}\u202e is wrong"})
    with pytest.raises(ApiError) as echoed:
        api(domain).users()
    assert READ not in str(echoed.value)
    assert "\u202e" not in str(echoed.value)
    assert READ not in repr(Request("GET", "https://x.example", {"Authorization": f"Bearer {READ}"}))


def test_services_are_replaced_as_a_whole_and_an_empty_list_removes_all(domain: Cybozu) -> None:
    domain.add("sato", "kintone", "garoon")
    domain.add("kato", "kintone")
    client = api(domain, WRITE)
    client.replace_services({"sato": ["garoon"], "kato": []})
    assert domain.services == {"sato": ["garoon"], "kato": []}
    assert client.services_of(["sato", "kato", "nobody"]) == {"sato": ["garoon"], "kato": []}
    with pytest.raises(ValueError, match="1 to 100"):
        client.replace_services({f"u{number}": [] for number in range(101)})


def test_one_administrator_among_a_hundred_refuses_all_of_them(domain: Cybozu) -> None:
    domain.add("sato", "kintone")
    domain.add("chief", "kintone")
    domain.administrators.add("chief")
    with pytest.raises(ApiError, match="CB_NO02"):
        api(domain, WRITE).replace_services({"sato": [], "chief": []})
    assert domain.services["sato"] == ["kintone"]
