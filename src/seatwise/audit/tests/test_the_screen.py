"""The audit log on the site: who sees it, what is found, and that CSV says the same."""

import csv
import io
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client

from seatwise import audit
from seatwise.audit.models import Entry
from seatwise.audit.views import changed_fields

PAGE = "/administration/audit/"
EVERY = (PAGE, f"{PAGE}?format=csv", "/administration/audit/verification/")


@pytest.fixture
def entries(alice: Any) -> None:
    with transaction.atomic():
        audit.record(by=alice, verb="license.revoke", subject=alice, before={"role": "member"}, reason="佐藤さんの退職")
        audit.record(by=None, verb="source.change", after={"zone": "=cmd()"})
        audit.record_many({"by": None, "verb": "user.change", "reason": f"number {each}"} for each in range(60))


def shown(response: Any) -> list[list[str]]:
    """What the rows of a page say, below a cell too, in the order of a file's columns."""
    rows = [row.cells for row in response.context["list"].rows]
    return [
        [str(text) for cell in row for text in (cell.text, cell.small)[: 1 + bool(cell.column.small)]] for row in rows
    ]


@pytest.mark.parametrize("address", EVERY)
def test_administrators_and_auditors_see_it(client: Client, alice: Any, audrey: Any, address: str) -> None:
    for person in (alice, audrey):
        client.force_login(person)
        response = client.get(address)
        assert response.status_code == 200
        assert b"".join(response)


@pytest.mark.parametrize("address", EVERY)
def test_nobody_else_sees_it(client: Client, entries: None, bob: Any, charlie: Any, address: str) -> None:
    assert client.get(address).headers["Location"] == f"/account/login/?next={quote(address)}"
    for person in (bob, charlie):
        client.force_login(person)
        refused = client.get(address)
        assert refused.status_code == 403
        assert "You do not have access to this page" in refused.content.decode()
        assert "佐藤さんの退職" not in refused.content.decode()


@pytest.mark.parametrize("address", EVERY)
def test_nothing_can_be_sent_to_it(client: Client, alice: Any, audrey: Any, address: str) -> None:
    before = list(Entry.objects.newest_first())
    for person in (alice, audrey):
        client.force_login(person)
        assert client.post(address).status_code in (403, 405)
    assert list(Entry.objects.newest_first()) == before


def test_the_newest_entries_stand_first_on_pages_of_fifty(client: Client, alice: Any, entries: None) -> None:
    client.force_login(alice)
    first, second = client.get(PAGE), client.get(PAGE, {"page": 2})
    assert shown(first)[0][6] == "number 59"
    assert len(shown(first)) == 50
    assert shown(second)[0][6] == "number 9"


@pytest.mark.parametrize(
    ("query", "reasons"),
    [
        ({"text": "退職"}, ["佐藤さんの退職"]),
        ({"verb": "license.revoke"}, ["佐藤さんの退職"]),
        ({"by": "alice"}, ["佐藤さんの退職"]),
        ({"since": "2999-01-01"}, []),
        ({"until": "2000-01-01"}, []),
        ({"text": "number 1", "verb": "source.change"}, []),
    ],
)
def test_entries_are_found(
    client: Client, alice: Any, entries: None, query: dict[str, str], reasons: list[str]
) -> None:
    client.force_login(alice)
    assert [row[6] for row in shown(client.get(PAGE, query))] == reasons


@pytest.mark.parametrize("query", [{"since": "yesterday"}, {"colour": "red"}, {"verb": "no.verb"}])
def test_a_wrong_question_gets_a_message_and_no_entries(
    client: Client, alice: Any, entries: None, query: dict[str, str]
) -> None:
    client.force_login(alice)
    response = client.get(PAGE, query)
    assert response.status_code == 400
    assert shown(response) == []
    assert "Nothing is shown" in response.content.decode()
    assert client.get(PAGE, {**query, "format": "csv"}).status_code == 400


@pytest.mark.parametrize("query", [{}, {"verb": "user.change"}, {"text": "退職"}])
def test_the_file_says_what_the_pages_say(client: Client, alice: Any, entries: None, query: dict[str, str]) -> None:
    client.force_login(alice)
    response = client.get(PAGE, {**query, "format": "csv"})
    content = b"".join(response).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline="")))
    pages = [row for page in (1, 2) for row in shown(client.get(PAGE, {**query, "page": page}))]
    expected = list({row[0]: row for row in pages}.values())
    assert len(rows) - 1 == len(expected)
    assert [row[6] for row in rows[1:]] == [row[6] for row in expected]
    assert [row[:5] for row in rows[1:]] == [row[:5] for row in expected]


def test_a_change_is_told_in_the_words_of_the_field(client: Client, alice: Any, entries: None) -> None:
    client.force_login(alice)
    response = client.get(PAGE, {"verb": "license.revoke"})
    assert shown(response)[0][5] == "role: member → ―"


def test_what_did_not_change_is_not_told_as_a_change() -> None:
    entry = Entry(before={"role": "member", "status": "active"}, after={"role": "auditor", "status": "active"})
    assert list(changed_fields(entry)) == ["role: member → auditor"]


def test_a_page_asks_the_database_a_fixed_number_of_times(
    client: Client, alice: Any, entries: None, django_assert_num_queries: Any
) -> None:
    client.force_login(alice)
    with django_assert_num_queries(7):  # session, person, verbs, count, entries; open reviews and the clock for the bar
        client.get(PAGE)


def test_whether_it_is_intact_is_told(client: Client, alice: Any, entries: None) -> None:
    client.force_login(alice)
    total = Entry.objects.count()
    assert f"All {total} entries verified: unchanged since they were written." in client.get(EVERY[-1]).content.decode()


def test_it_speaks_japanese(client: Client, alice: Any, entries: None) -> None:
    alice.language = "ja"
    alice.save(update_fields=["language"])
    client.force_login(alice)
    assert "監査ログ" in client.get(PAGE).content.decode()
