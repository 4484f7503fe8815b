"""What is done on the first page itself: buttons that post to the page where it would be done otherwise."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from seatwise.audit.models import Entry
from seatwise.directory.models import Login, Service, User
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.questions import Draft, ask_many
from seatwise.ledger import waiting
from seatwise.ledger.models import Closure, Coverage, Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.lib import days
from seatwise.licenses import contract_terms
from seatwise.licenses.models import Effect, License
from seatwise.logs.rules import Rules
from seatwise.reviews.tests.deciding_world import ON, service_with
from seatwise.seat_requests import request_steps
from seatwise.seat_requests.models import SeatRequest

FORM = re.compile(r'<form class="quick" method="post" action="([^"]+)">(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
BUTTON = re.compile(r'<button class="button is-small is-primary">([^<]+)<')


def buttons(client: Client, person: User) -> dict[str, tuple[str, dict[str, Any], bool]]:
    """Each button of the first page with the address it posts to, what it sends, and whether it asks for a reason."""
    client.force_login(person)
    found: dict[str, tuple[str, dict[str, Any], bool]] = {}
    for address, inside in FORM.findall(client.get("/").text):
        sent: dict[str, Any] = {}
        for name, value in HIDDEN.findall(inside):
            sent.setdefault(name, []).append(value)
        label = BUTTON.search(inside)
        assert label is not None
        found[label[1]] = (address, sent, 'name="reason"' in inside)
    return found


def press(client: Client, person: User, label: str, reason: str = "") -> str:
    """Press one, and read the first page that it leads back to."""
    address, sent, asks = buttons(client, person)[label]
    assert asks == bool(reason)
    answer = client.post(address, {**sent, "reason": reason} if asks else sent, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    return answer.text


def test_a_seat_request_is_granted_or_refused_in_place(client: Client, cast: dict[str, User]) -> None:
    wiki = service_with()
    contract_terms.add(service=wiki, seats=1, by=None, on=ON)
    request_steps.ask(service=wiki, person=cast["charlie"], reason="to write", on=ON)
    request_steps.ask(service=wiki, person=cast["bob"], reason="to read", on=ON)
    assert escape(f"{cast['charlie']} requests a seat for Wiki: to write") in press(client, cast["alice"], "Grant")
    assert License.objects.held().of(wiki).get().user in (cast["charlie"], cast["bob"])
    left = SeatRequest.objects.waiting().get()
    assert set(buttons(client, cast["alice"])) >= {"Refuse"}
    assert "Grant" not in buttons(client, cast["alice"])  # no seat is free: one has to be found
    assert f"find-a-seat/?for={left.person.login}" in client.get("/").text
    press(client, cast["alice"], "Refuse", reason="no budget")
    assert [each.answer for each in SeatRequest.objects.filter(state="refused")] == ["no budget"]


def test_ones_own_question_is_answered_in_place(client: Client, cast: dict[str, User]) -> None:
    service_with(cast["charlie"])
    service_with(cast["charlie"], code="forum")
    held = list(License.objects.order_by("pk"))
    ask_many([Draft(each, each, ON + timedelta(days=9)) for each in held], purpose="check", by=cast["alice"], on=ON)
    assert "Your answer was recorded" in press(client, cast["charlie"], "Keep it", reason="for the audit")
    assert "Your license stays until an administrator removes it" in client.get("/").text
    assert "You gave back your license" in press(client, cast["charlie"], "Give it back")
    answers = Enquiry.objects.order_by("answer").values_list("answer", "reason", "answered_by__login")
    assert list(answers) == [("give_back", "", "charlie"), ("keep", "for the audit", "charlie")]
    assert buttons(client, cast["charlie"]) == {}


def test_keeping_without_a_reason_asks_for_one(client: Client, cast: dict[str, User]) -> None:
    service_with(cast["charlie"])
    ask_many([Draft(each, each, ON) for each in License.objects.all()], purpose="check", by=cast["alice"], on=ON)
    address, sent, _asks = buttons(client, cast["charlie"])["Keep it"]
    answer = client.post(address, sent)
    assert (answer.status_code, "Say briefly what you need it for." in answer.text) == (400, True)


def silent_source(*services: Service) -> None:
    rules = ReadingRules(services={each.code: Rules() for each in services})
    source = Source.objects.add(code="log", name="Log", rules=rules, by=None)
    day = days.day_of(ON) - 8
    for each in services:
        seen: dict[str, Any] = {"service": each, "revision": source.revision}
        Coverage.objects.create(**seen, month=days.month_of(day), days=days.masks_of([day])[days.month_of(day)])


def test_a_silent_source_ends_to_wait_once_its_service_is_confirmed_as_closed(
    client: Client, cast: dict[str, User]
) -> None:
    silent_source(Service.objects.add(code="wiki", name="Wiki", by=None))
    text = press(client, cast["alice"], "It was closed", reason="shutdown")
    assert "The days were confirmed as closed." in text
    assert "has recorded nothing" not in text
    [closed] = Closure.objects.all()
    assert (closed.first, closed.last) == (ON - timedelta(days=7), ON - timedelta(days=1))
    assert (closed.reason, closed.confirmed_by) == ("shutdown", cast["alice"])


def test_a_source_of_several_services_is_looked_at_first(client: Client, cast: dict[str, User]) -> None:
    wiki, forum = (Service.objects.add(code=code, name=code, by=None) for code in ("wiki", "forum"))
    silent_source(wiki, forum)
    assert buttons(client, cast["alice"]) == {}
    span = {"first": ON - timedelta(days=7), "last": ON - timedelta(days=1), "reason": "shutdown"}
    Closure.objects.create(service=wiki, **span)
    assert "has recorded nothing" in client.get("/").text
    Closure.objects.create(service=forum, **span)
    assert "has recorded nothing" not in client.get("/").text


def test_an_unknown_login_is_assigned_to_the_one_person_who_is_suggested(client: Client, cast: dict[str, User]) -> None:
    Login.objects.create(folded="corp\\charlie", written="CORP\\charlie")
    Login.objects.create(folded="stranger", written="stranger")
    assert "now belongs to" in press(client, cast["alice"], "Assign")
    assert Login.objects.get(folded="corp\\charlie").user == cast["charlie"]
    assert Entry.objects.filter(verb="login.give").get().by == cast["alice"]
    assert buttons(client, cast["alice"]) == {}


def test_where_many_people_are_no_login_is_compared_with_all_of_them(
    client: Client, cast: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    Login.objects.create(folded="corp\\charlie", written="CORP\\charlie")
    assert set(buttons(client, cast["alice"])) == {"Assign"}
    monkeypatch.setattr(waiting, "FEW_PEOPLE", 1)
    assert buttons(client, cast["alice"]) == {}
    assert "1 login in the logs has no user." in client.get("/").text


def test_changes_made_by_hand_are_marked_as_done_in_place(client: Client, cast: dict[str, User]) -> None:
    service_with(cast["bob"], cast["charlie"])
    client.force_login(cast["alice"])
    assert escape(f"{cast['charlie']}: add") in client.get("/").text
    assert "2 changes are confirmed." in press(client, cast["alice"], "Mark as done")
    assert not Effect.objects.pending().exists()


def test_those_who_change_nothing_have_no_buttons(client: Client, cast: dict[str, User]) -> None:
    wiki = service_with(cast["charlie"])
    request_steps.ask(service=wiki, person=cast["bob"], reason="work", on=ON)
    silent_source(wiki)
    assert buttons(client, cast["audrey"]) == {}


@pytest.mark.parametrize("goal", ["https://evil.example/", "//evil.example/", "/\\evil.example", ""])
def test_it_leads_back_to_pages_of_ours_only(client: Client, cast: dict[str, User], goal: str) -> None:
    wiki = service_with()
    request_steps.ask(service=wiki, person=cast["bob"], reason="work", on=ON)
    client.force_login(cast["alice"])
    found = SeatRequest.objects.get()
    page = f"/administration/seat-requests/{found.pk}/"
    answer = client.post(f"{page}refusal/", {"reason": "no budget", "next": goal})
    assert answer.headers["Location"] == page
