"""The pages: who may open and press what, and what they say."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.licenses import contract_terms
from seatwise.licenses.models import License, Policy
from seatwise.seat_requests import request_steps, transfer_steps
from seatwise.seat_requests.models import SeatRequest, SeatTransfer
from seatwise.seat_requests.tests.world import ON, add_person, add_service, ago, hold, read

pytestmark = pytest.mark.django_db
FIND = "/administration/services/wiki/find-a-seat/"
QUEUE = "/administration/seat-requests/"
WANTED = "A license for Wiki was requested for {}. They have it once that is confirmed."


def page(client: Any, address: str, **data: Any) -> str:
    response = client.get(address, data)
    assert response.status_code == 200, (address, response.status_code)
    return " ".join(response.content.decode().split())


def said(client: Any, address: str, **data: Any) -> str:
    """What is said after pressing a button."""
    response = client.post(address, data, follow=True)
    assert response.status_code == 200, (address, response.status_code)
    return " ".join(str(message) for message in response.context["messages"])


def test_in_two_clicks_the_holder_is_asked(
    client: Any, alice: Any, wiki: Service, held: License, newcomer: User
) -> None:
    client.force_login(alice)
    text = page(client, FIND, **{"for": "newcomer"})
    assert "No seat is free" in text
    assert "no access since 16 August 2026; held for 541 days; 1 access day in 12 months" in text
    assert "Give Newcomer the free seat" not in text
    seat = f"{FIND}{held.pk}/"
    assert f'href="{seat}?for=newcomer&amp;how=ask"' in text
    text = page(client, seat, **{"for": "newcomer", "how": "ask"})
    assert "Holder is asked by email and on their home page, and can answer until 1 December 2026." in text
    assert "Holder is asked" in said(client, seat, **{"for": "newcomer", "how": "ask"})
    assert SeatTransfer.objects.get().state == "asked"
    text = page(client, FIND, **{"for": "newcomer"})
    assert "A seat transfer for Newcomer is already in progress, from Holder." in text
    assert "being asked, until 1 December 2026" in text


def test_in_two_clicks_the_seat_is_taken(client: Any, alice: Any, wiki: Service, held: License, newcomer: User) -> None:
    client.force_login(alice)
    seat = f"{FIND}{held.pk}/"
    assert "immediately" in page(client, seat, **{"for": "newcomer", "how": "now"})
    response = client.post(seat, {"for": "newcomer", "how": "now", "reason": ""})
    assert response.status_code == 200
    assert "This field is required" in response.content.decode()
    text = said(client, seat, **{"for": "newcomer", "how": "now", "reason": "begins today"})
    assert "Holder’s seat will belong to Newcomer once the change is confirmed." in text
    assert License.objects.of(wiki).held().get().user == newcomer
    assert "begins today" in page(client, f"{QUEUE}transfers/{SeatTransfer.objects.get().pk}/")


def test_a_free_seat_is_given_with_one_click(client: Any, alice: Any, wiki: Service, newcomer: User) -> None:
    contract_terms.change(wiki.contracts.get(), by=alice, on=ON, seats=2)
    client.force_login(alice)
    assert "Give Newcomer the free seat" in page(client, FIND, **{"for": "newcomer"})
    assert said(client, f"{FIND}give/", **{"for": "newcomer"}) == WANTED.format("Newcomer")
    assert "already holds a license for Wiki" in page(client, FIND, **{"for": "newcomer"})


def test_a_name_that_several_have_is_asked_back(client: Any, alice: Any, wiki: Service) -> None:
    add_person("ann1", name="Ann One")
    add_person("ann2", name="Ann Two")
    client.force_login(alice)
    text = page(client, FIND, **{"for": "ann"})
    assert "Several people match" in text
    assert "for=ann1" in text
    assert "No one matching “nobody” was found" in page(client, FIND, **{"for": "nobody"})
    wrong = client.get(FIND, {"x": "1"})
    assert wrong.status_code == 400
    assert "unknown parameters: x" in wrong.content.decode()


def test_without_saying_for_whom_nothing_can_be_pressed(client: Any, alice: Any, wiki: Service, held: License) -> None:
    client.force_login(alice)
    text = page(client, FIND)
    assert "how=ask" not in text
    assert "First say who needs" in said(client, f"{FIND}{held.pk}/", how="ask")


def test_the_page_in_japanese(client: Any, wiki: Service, newcomer: User) -> None:
    aiko = add_person("aiko", role="administrator", language="ja")
    client.force_login(aiko)
    response = client.get(FIND, {"for": "newcomer"}, headers={"accept-language": "ja"})
    assert 'lang="ja"' in response.content.decode()
    assert "2026年8月16日" in response.content.decode()


def test_an_auditor_looks_and_presses_nothing(
    client: Any, audrey: Any, wiki: Service, held: License, newcomer: User
) -> None:
    request = request_steps.ask(service=wiki, person=newcomer, reason="work", on=ON)
    client.force_login(audrey)
    text = page(client, FIND, **{"for": "newcomer"})
    assert "no access since" in text
    assert "how=ask" not in text
    assert "Grant" not in page(client, f"{QUEUE}{request.pk}/")
    page(client, f"{FIND}{held.pk}/", **{"for": "newcomer", "how": "ask"})
    for address in (
        f"{FIND}give/",
        f"{FIND}{held.pk}/",
        f"{QUEUE}{request.pk}/granting/",
        f"{QUEUE}{request.pk}/refusal/",
    ):
        assert client.post(address, {"for": "newcomer", "reason": "x"}).status_code == 403, address
    assert client.get("/ask/wiki/").status_code == 200  # for themselves


def test_members_are_kept_out(client: Any, charlie: Any, wiki: Service, held: License) -> None:
    client.force_login(charlie)
    for address in (FIND, f"{FIND}{held.pk}/", QUEUE, f"{QUEUE}transfers/"):
        refused = client.get(address)
        assert refused.status_code == 403, address
        assert "Holder" not in refused.content.decode(), address
    assert client.post(f"{FIND}give/", {"for": "charlie"}).status_code == 403
    assert License.objects.held().get() == held


def test_a_department_administrator_finds_seats_of_their_people_only(
    client: Any, bob: Any, charlie: Any, sales: Any, wiki: Service, held: License
) -> None:
    from seatwise.directory.models import Department

    client.force_login(bob)
    assert client.get(FIND).status_code == 404
    wiki.change(by=None, department_admins_change_licenses=True)
    Department.objects.add(code="far", name="Far", by=None)
    add_person("stranger", departments=["far"])
    assert "how=ask" in page(client, FIND, **{"for": "charlie"})  # the holder is unaffiliated
    assert "No one matching “stranger” was found" in page(client, FIND, **{"for": "stranger"})
    assert client.post(f"{FIND}give/", {"for": "stranger"}).status_code == 404
    people.change(held.user, {"departments": ["far"]}, by=None, on=ON)
    assert client.get(f"{FIND}{held.pk}/", {"for": "charlie"}).status_code == 404
    assert "how=ask" not in page(client, FIND, **{"for": "charlie"})


def test_the_queue_is_narrowed_and_downloaded(client: Any, alice: Any, bob: Any, wiki: Service) -> None:
    mail = add_service("mail")
    for number, service in enumerate((wiki, mail, mail)):
        request_steps.ask(service=service, person=add_person(f"p{number}"), reason=f"=work {number}", on=ON)
    request_steps.refuse(SeatRequest.objects.get(person__login="p2"), by=alice, reason="no", on=ON)
    client.force_login(alice)
    text = page(client, QUEUE)
    assert [login in text for login in ("p0", "p1", "p2")] == [True] * 3
    assert "a seat is free" in text
    text = page(client, QUEUE, service="mail", state="waiting")
    assert [f"<small>{login}</small>" in text for login in ("p0", "p1", "p2")] == [False, True, False]
    assert "No request matches these filters." in page(client, QUEUE, text="nobody")
    response = client.get(QUEUE, {"format": "csv", "state": "refused"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=work 2" in lines[1]
    client.force_login(bob)
    assert "No one has requested a seat yet." in page(client, QUEUE)
    one = SeatRequest.objects.latest("pk")
    assert client.get(f"{QUEUE}{one.pk}/").status_code == 404


def test_a_request_is_granted_or_refused_on_its_page(client: Any, alice: Any, wiki: Service, newcomer: User) -> None:
    request = request_steps.ask(service=wiki, person=newcomer, reason="work", on=ON)
    client.force_login(alice)
    address = f"{QUEUE}{request.pk}/"
    text = page(client, address)
    assert "Without a free seat a request cannot be granted" in text
    assert f"{address}granting/" not in text
    assert "nothing was granted" in said(client, f"{address}granting/")
    contract_terms.change(wiki.contracts.get(), by=alice, on=ON, seats=2)
    assert f"{address}granting/" in page(client, address)
    assert "A license for Wiki was requested for" in said(client, f"{address}granting/")
    assert "already been answered" in said(client, f"{address}refusal/", reason="no")
    other = request_steps.ask(service=wiki, person=add_person("other"), reason="work", on=ON)
    assert "Give a reason" in said(client, f"{QUEUE}{other.pk}/refusal/", reason="")
    assert "is told why" in said(client, f"{QUEUE}{other.pk}/refusal/", reason="no budget")
    assert "no budget" in page(client, f"{QUEUE}{other.pk}/")


def test_a_member_asks_and_withdraws_on_the_first_page(
    client: Any, wiki: Service, newcomer: User, holder: User
) -> None:
    client.force_login(newcomer)
    assert "/ask/wiki/" in page(client, "/")
    page(client, "/ask/wiki/")
    assert "Your request was sent." in said(client, "/ask/wiki/", reason="for the project")
    text = page(client, "/")
    assert "requested on 24 November 2026, not answered yet" in text
    assert "Your request is waiting for an answer." in page(client, "/ask/wiki/")
    pk = SeatRequest.objects.get().pk
    client.force_login(holder)
    assert client.post(f"/ask/withdraw/{pk}/").status_code == 404
    assert "so there is nothing to request" in page(client, "/ask/wiki/")
    client.force_login(newcomer)
    assert "was withdrawn" in said(client, f"/ask/withdraw/{pk}/")
    assert "not answered yet" not in page(client, "/")
    assert client.get("/ask/nothing/").status_code == 404
    assert client.get(f"/ask/withdraw/{pk}/").status_code == 405


def test_who_may_answer_is_told_on_the_first_page(client: Any, alice: Any, wiki: Service, newcomer: User) -> None:
    request_steps.ask(service=wiki, person=newcomer, reason="work", on=ON)
    client.force_login(alice)
    assert f"{newcomer} requests a seat for Wiki: work" in page(client, "/")


def test_a_second_person_confirms_on_the_page(
    client: Any, alice: Any, wiki: Service, held: License, newcomer: User
) -> None:
    Policy.of(wiki).change(by=alice, second_person=True)
    second = add_person("second", role="administrator")
    client.force_login(alice)
    seat = f"{FIND}{held.pk}/"
    assert "A second administrator has to confirm it." in page(client, seat, **{"for": "newcomer", "how": "now"})
    said(client, seat, **{"for": "newcomer", "how": "now", "reason": "urgent"})
    address = f"{QUEUE}transfers/{SeatTransfer.objects.get().pk}/"
    told = "Someone other than the person taking the seat has to confirm it. Second can."
    assert told in page(client, address)
    assert "Someone other than the person taking" in said(client, f"{address}confirmation/")
    client.force_login(second)
    assert f"{address}confirmation/" in page(client, address)
    assert "Holder’s seat will belong to Newcomer once the change is confirmed." in said(
        client, f"{address}confirmation/"
    )
    assert "transferred" in page(client, f"{QUEUE}transfers/", state="passed")


def test_a_transfer_is_given_up_on_its_page(client: Any, alice: Any, held: License, newcomer: User) -> None:
    transfer = transfer_steps.ask(held, newcomer, by=alice, on=ON)
    client.force_login(alice)
    address = f"{QUEUE}transfers/{transfer.pk}/"
    assert "It is not known yet whether the question was delivered." in page(client, address)
    assert "The transfer was given up" in said(client, f"{address}cancelling/")
    assert "no longer open" in said(client, f"{address}pass-on/")
    client.force_login(add_person("second", role="administrator"))
    assert "no longer open" in said(client, f"{address}refusal/", reason="x")


def queries(client: Any, address: str, **data: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, data).status_code == 200
    return len(captured)


def test_the_number_of_queries_of_the_lists_does_not_grow(client: Any, alice: Any) -> None:
    wiki = add_service()
    client.force_login(alice)
    hold(wiki, first := add_person("h00"), since=ago(400))
    read(wiki, {"h00": [50]})
    transfer_steps.ask(License.objects.get(user=first), add_person("n00"), by=alice, on=ON)
    request_steps.ask(service=wiki, person=add_person("r00"), reason="work", on=ON)
    lists = {FIND: {"for": "r00"}, QUEUE: {}, f"{QUEUE}transfers/": {}, "/": {}}
    for address, data in lists.items():
        client.get(address, data)
    few = {address: queries(client, address, **data) for address, data in lists.items()}
    for number in range(1, 25):
        [held] = hold(wiki, add_person(f"h{number:02}"), since=ago(400))
        if number > 15:
            transfer_steps.ask(held, add_person(f"n{number:02}"), by=alice, on=ON)
        request_steps.ask(service=wiki, person=add_person(f"r{number:02}"), reason="work", on=ON)
    for address, data in lists.items():
        assert queries(client, address, **data) <= few[address] + 3, address  # what only a list with rows needs
    assert max(few.values()) < 50


def test_a_department_administrator_reads_the_requests_of_their_people_and_answers_none(
    client: Any, bob: Any, charlie: Any, wiki: Service, held: License
) -> None:
    theirs = request_steps.ask(service=wiki, person=charlie, reason="a new project", on=ON)
    others = request_steps.ask(service=wiki, person=add_person("stranger"), reason="secret plan", on=ON)
    client.force_login(bob)
    text = page(client, QUEUE)
    assert "a new project" in text
    assert "secret plan" not in text
    one = page(client, f"{QUEUE}{theirs.pk}/")
    assert "a new project" in one
    for word in ("Grant", "Refuse with this reason", "seats are taken", "No seat is free"):
        assert word not in one
    assert client.get(f"{QUEUE}{others.pk}/").status_code == 404
    assert client.post(f"{QUEUE}{theirs.pk}/granting/").status_code in (403, 404)
    assert client.post(f"{QUEUE}{theirs.pk}/refusal/", {"reason": "no"}).status_code in (403, 404)
    theirs.refresh_from_db()
    assert theirs.is_waiting
