"""The list of changes, what one of them did, and who may see and undo which."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from seatwise.directory.models import Service, User
from seatwise.licenses import change_saving, change_undo, grants
from seatwise.licenses.models import Change
from seatwise.licenses.tests.office import TODAY, agreed, draft, held, make_office, users

pytestmark = pytest.mark.django_db
PAGE = "/administration/licenses/changes/"


@pytest.fixture
def wiki(cast: dict[str, User], sales: Any) -> Service:
    office = make_office(sales)
    office.change(by=None, department_admins_change_licenses=True)
    return office


def changed(wiki: Service, by: User, what: str, *logins: str, reason: str = "not used") -> Change:
    kept = draft(by, wiki, what, *logins)
    return change_saving.save(kept, agreed(kept, by, reason), by=by, on=TODAY)


def rows(response: Any) -> list[list[Any]]:
    return [[cell.text for cell in row.cells[1:]] for row in response.context["list"].rows]


def test_it_says_who_did_how_much_how_and_why(client: Client, wiki: Service, alice: User) -> None:
    change = changed(wiki, alice, "remove", "dora", "emil")
    change_undo.undo_change(change, by=alice, reason="mistake", on=TODAY)
    client.force_login(alice)
    assert rows(client.get(PAGE)) == [
        ["Alice", "undone", "Wiki", "2", "0", "mistake", ""],
        ["Alice", "on the screen", "Wiki", "0", "2", "not used", "yes"],
        ["Seatwise", "otherwise", "Wiki", "4", "0", "", ""],
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [("text=clean", 1), ("text=BOB", 1), ("service=wiki", 3), ("service=mail", 0), ("how=screen", 2)],
)
def test_it_is_searched(client: Client, wiki: Service, alice: User, bob: User, query: str, found: int) -> None:
    Service.objects.add(code="mail", name="Mail", by=None)
    changed(wiki, alice, "remove", "emil", reason="the clean-up")
    changed(wiki, bob, "add", "hal")
    client.force_login(alice)
    assert len(rows(client.get(f"{PAGE}?{query}"))) == found


def test_the_file_has_what_the_page_has(client: Client, wiki: Service, alice: User) -> None:
    changed(wiki, alice, "remove", "emil")
    client.force_login(alice)
    text = b"".join(client.get(f"{PAGE}?format=csv")).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0] == ["When", "Performed by", "How", "Service", "Added", "Removed", "Reason", "Undone"]
    assert lines[1][1:] == ["Alice", "on the screen", "Wiki", "0", "1", "not used", ""]


def test_a_change_of_several_services_names_one_and_counts_the_others(
    client: Client, wiki: Service, alice: User
) -> None:
    change = Change.objects.begin(by=alice, how="file")
    for code in ("mail", "chat"):
        service = Service.objects.add(code=code, name=code.capitalize(), by=None)
        grants.grant(service=service, users=[alice], by=alice, reason="", on=TODAY, change=change)
    client.force_login(alice)
    assert rows(client.get(f"{PAGE}?how=file"))[0][2] == "Chat and 1 more"


def test_department_administrators_see_and_undo_their_own(
    client: Client, wiki: Service, alice: User, bob: User
) -> None:
    theirs, mine = changed(wiki, alice, "remove", "greta"), changed(wiki, bob, "remove", "emil")
    client.force_login(bob)
    assert len(rows(client.get(PAGE))) == 1
    assert client.get(f"{PAGE}{theirs.pk}/").status_code == 404
    assert client.post(f"{PAGE}{theirs.pk}/undo/", {"reason": "x"}).status_code == 404
    assert "Undo this change" in client.get(f"{PAGE}{mine.pk}/").content.decode()
    client.post(f"{PAGE}{mine.pk}/undo/", {"reason": "mistake"})
    assert "emil" in held(wiki)


def test_undo_needs_a_reason_and_is_refused_once_something_else_changed(
    client: Client, wiki: Service, alice: User
) -> None:
    change = changed(wiki, alice, "remove", "emil")
    client.force_login(alice)
    address = f"{PAGE}{change.pk}/"
    page = client.post(f"{address}undo/", {"reason": " "}, follow=True).content.decode()
    assert "Give a reason for undoing this." in page
    grants.grant_one(service=wiki, user=users("emil")[0], by=None, reason="", on=TODAY)
    page = client.post(f"{address}undo/", {"reason": "mistake"}, follow=True).content.decode()
    assert "have changed since" in page
    assert "Undo this change" not in page


def test_an_auditor_reads_and_undoes_nothing(client: Client, wiki: Service, alice: User, audrey: User) -> None:
    change = changed(wiki, alice, "remove", "emil")
    client.force_login(audrey)
    assert "Undo this change" not in client.get(f"{PAGE}{change.pk}/").content.decode()
    assert client.post(f"{PAGE}{change.pk}/undo/", {"reason": "x"}).status_code == 403
    assert "emil" not in held(wiki)


def test_the_number_of_queries_does_not_grow(
    client: Client, wiki: Service, alice: User, django_assert_max_num_queries: Any
) -> None:
    for login in ("dora", "emil", "fred", "greta"):
        changed(wiki, alice, "remove", login)
    client.force_login(alice)
    with django_assert_max_num_queries(9):
        client.get(PAGE)
    with django_assert_max_num_queries(30):
        client.get(f"{PAGE}{Change.objects.last().pk}/")
