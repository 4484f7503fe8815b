"""Asking for a seat, and what is answered."""

from typing import Any

import pytest

from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.licenses import change_undo, contract_terms, effects, grants
from seatwise.licenses.models import Change, Effect, License
from seatwise.licenses.suspension_rules import end, suspend
from seatwise.seat_requests import request_steps
from seatwise.seat_requests.cards import my_services
from seatwise.seat_requests.housekeeping import tend
from seatwise.seat_requests.models import SeatRequest
from seatwise.seat_requests.request_steps import give
from seatwise.seat_requests.tests.world import ON, add_person, add_service, ago, hold, kinds_to, text_of, verbs

pytestmark = pytest.mark.django_db


def ask(service: Service, person: User, reason: str = "for the new project") -> SeatRequest:
    return request_steps.ask(service=service, person=person, reason=reason, on=ON)


def test_who_asks_waits_and_administrators_are_told(alice: Any, wiki: Service, newcomer: User) -> None:
    request = ask(wiki, newcomer)
    assert (request.state, request.offered_on) == ("waiting", None)
    assert kinds_to(alice) == ["seat_requests.asked"]
    text = text_of(alice, "seat_requests.asked")
    assert "Newcomer (newcomer) requests a seat for Wiki" in text
    assert f"/administration/seat-requests/{request.pk}/" in text
    assert "for the new project" in text
    assert verbs() == ["seat_request.ask"]


def test_a_reason_is_needed_and_one_request_is_enough(wiki: Service, newcomer: User, holder: User) -> None:
    with pytest.raises(Refused, match="what you need it for"):
        ask(wiki, newcomer, "  ")
    ask(wiki, newcomer)
    with pytest.raises(Refused, match="already requested a seat for Wiki"):
        ask(wiki, newcomer)
    with pytest.raises(Refused, match="already hold a license for Wiki"):
        ask(wiki, holder)


def test_those_who_cannot_hold_licenses_cannot_ask(wiki: Service, gail: Any, ivan: Any) -> None:
    for person in (gail, ivan):
        with pytest.raises(Refused, match="cannot hold licenses"):
            ask(wiki, person)


def test_without_a_seat_nothing_is_granted_and_the_request_waits(alice: Any, wiki: Service, newcomer: User) -> None:
    request = ask(wiki, newcomer)
    with pytest.raises(Refused, match="No seat for Wiki is free, so nothing was granted"):
        request_steps.grant(request, by=alice, on=ON)
    request.refresh_from_db()
    assert request.is_waiting
    assert License.objects.of(wiki).held().count() == 1


def test_with_a_seat_it_is_granted_and_the_person_is_told_in_their_language(alice: Any) -> None:
    wiki = add_service(address="https://wiki.example.com/")
    person = add_person("yuki", language="ja")
    request = ask(wiki, person)
    assert request.offered_on == ON  # nothing limits the seats
    license = request_steps.grant(request, by=alice, on=ON)  # noqa: A001
    request.refresh_from_db()
    assert (request.state, request.license, request.handled_by) == ("granted", license, alice)
    assert license.added_in is not None
    assert license.added_in.how == Change.How.REQUEST
    assert license.add_reason == "for the new project"
    assert kinds_to(person) == ["seat_requests.answered"]
    assert "https://wiki.example.com/" in text_of(person, "seat_requests.answered")
    assert verbs() == ["seat_request.ask", "seat_request.grant"]
    with pytest.raises(Refused, match="already been answered"):
        request_steps.refuse(request, by=alice, reason="no", on=ON)


def test_a_refusal_has_a_reason_that_the_person_reads(alice: Any, wiki: Service, newcomer: User) -> None:
    request = ask(wiki, newcomer)
    with pytest.raises(Refused, match="Give a reason"):
        request_steps.refuse(request, by=alice, reason="", on=ON)
    request_steps.refuse(request, by=alice, reason="The project ended.", on=ON)
    assert "The project ended." in text_of(newcomer, "seat_requests.answered")
    assert ask(wiki, newcomer).is_waiting  # they may ask again
    assert verbs() == ["seat_request.ask", "seat_request.refuse", "seat_request.ask"]


def test_only_whoever_asked_withdraws(alice: Any, wiki: Service, newcomer: User) -> None:
    request = ask(wiki, newcomer)
    with pytest.raises(Refused, match="Only the person who made"):
        request_steps.withdraw(request, by=alice, on=ON)
    request_steps.withdraw(request, by=newcomer, on=ON)
    request.refresh_from_db()
    assert request.state == "withdrawn"


def test_a_seat_whose_removal_is_not_confirmed_is_offered_when_it_is(alice: Any, newcomer: User) -> None:
    mail = add_service("mail", how_removal_takes_effect=Service.Removal.VENDOR)
    contract_terms.add(service=mail, seats=1, by=None, on=ON)
    [held] = hold(mail, add_person("former"), since=ago(400))
    effects.confirm(mail, {held.user_id}, as_of=ago(400), evidence="list", by=None, on=ago(399))
    grants.revoke([held], by=alice, reason="left", on=ago(1))
    request = ask(mail, newcomer)
    assert tend(ON) is None
    with pytest.raises(Refused, match="not confirmed yet"):
        request_steps.grant(request, by=alice, on=ON)
    effects.confirm(mail, set(), as_of=ON, evidence="list", by=None, on=ON)
    assert tend(ON) == "seat requests: 1 offered a seat, 0 settled; 0 transfers ended"
    assert tend(ON) is None
    assert kinds_to(alice) == ["seat_requests.asked", "seat_requests.free"]
    request.refresh_from_db()
    assert request.offered_on == ON
    request_steps.grant(request, by=alice, on=ON)


def test_a_seat_that_somebody_else_got_is_not_offered_any_more(alice: Any, wiki: Service, held: License) -> None:
    first, second = ask(wiki, add_person("one")), ask(wiki, add_person("two"))
    grants.revoke([held], by=alice, reason="", on=ON)
    tend(ON)
    assert [each.person.login for each in SeatRequest.objects.waiting().offered()] == ["one"]
    request_steps.grant(first, by=alice, on=ON)
    tend(ON)
    assert not SeatRequest.objects.waiting().offered().exists()
    second.refresh_from_db()
    assert second.is_waiting


def test_who_got_a_license_by_another_way_does_not_wait(alice: Any, newcomer: User) -> None:
    wiki = add_service()
    request = ask(wiki, newcomer)
    grants.grant_one(service=wiki, user=newcomer, by=alice, reason="", on=ON)
    assert tend(ON) == "seat requests: 0 offered a seat, 1 settled; 0 transfers ended"
    request.refresh_from_db()
    assert (request.state, request.handled_by) == ("granted", alice)


@pytest.mark.parametrize("gone", [{"status": "inactive"}, {"kind": "guest"}])
def test_who_takes_no_seat_any_more_gets_none_and_leaves_the_queue_to_the_next(
    alice: Any, wiki: Service, newcomer: User, gone: dict[str, str]
) -> None:
    first, second = ask(wiki, newcomer), ask(wiki, add_person("second"))
    people.change(newcomer, gone, by=alice, on=ON)
    contract_terms.change(wiki.contracts.get(), by=alice, on=ON, seats=2)
    with pytest.raises(Refused, match="Newcomer is inactive or a guest user, and cannot hold licenses"):
        request_steps.grant(first, by=alice, on=ON)
    assert tend(ON) == "seat requests: 1 offered a seat, 1 settled; 0 transfers ended"
    assert tend(ON) is None
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.handled_by, second.offered_on) == ("withdrawn", None, ON)
    assert verbs()[-1] == "seat_request.withdraw"
    with pytest.raises(Refused, match="cannot hold licenses"):
        give(wiki, newcomer, by=alice, on=ON)
    assert kinds_to(newcomer) == (["seat_requests.answered"] if "kind" in gone else [])
    if "kind" in gone:
        said = text_of(newcomer, "seat_requests.answered")
        assert "The request was withdrawn: you are now a guest user, and guest users hold no licenses." in said
        assert "refused" not in said


def test_a_free_seat_is_given_at_once_and_grants_what_was_asked(alice: Any) -> None:
    wiki, asked, plain = add_service(), add_person("asked"), add_person("plain")
    request = ask(wiki, asked)
    give(wiki, asked, by=alice, on=ON)
    give(wiki, plain, by=alice, on=ON)
    request.refresh_from_db()
    assert request.state == "granted"
    assert kinds_to(asked) == ["seat_requests.answered"]
    assert kinds_to(plain) == ["seat_requests.received"]
    assert "Alice gave you a license for Wiki" in text_of(plain, "seat_requests.received")


def test_nobody_gets_a_seat_that_is_not_free(alice: Any, wiki: Service, newcomer: User) -> None:
    with pytest.raises(Refused, match="No seat for Wiki is free"):
        give(wiki, newcomer, by=alice, on=ON)


def test_department_administrators_hear_of_requests_that_they_may_answer(
    alice: Any, bob: Any, charlie: Any, newcomer: User
) -> None:
    wiki, mail = add_service(), add_service("mail", department_admins_change_licenses=True)
    ask(wiki, charlie)
    assert kinds_to(bob) == []
    mine = ask(mail, charlie)
    assert kinds_to(bob) == ["seat_requests.asked"]
    ask(mail, bob)
    assert len(kinds_to(bob)) == 1
    assert mine in SeatRequest.objects.changeable_by(bob)
    assert SeatRequest.objects.visible_to(charlie).count() == 2
    assert SeatRequest.objects.changeable_by(charlie).count() == 0
    assert SeatRequest.objects.visible_to(newcomer).count() == 0
    assert SeatRequest.objects.visible_to(alice).count() == 3


def test_nobody_is_told_that_they_have_a_seat_before_it_is_confirmed(alice: Any, wiki: Service, newcomer: User) -> None:
    contract_terms.add(service=wiki, seats=1, by=None, on=ON)
    given = request_steps.grant(ask(wiki, newcomer), by=alice, on=ON)
    text = text_of(newcomer, "seat_requests.answered")
    assert "Wiki: a seat is being set up for you" in text
    assert "The request was granted. It still has to be set up in the service." in text
    assert "You now have a license" not in text
    assert [confirmed for _license, confirmed in my_services(newcomer).held] == [False]
    effects.carry_out(wiki, given.effects.values_list("pk", flat=True), evidence="seen", by=alice, on=ON)
    assert kinds_to(newcomer) == ["seat_requests.answered", "seat_requests.ready"]
    assert "you can use it now" in text_of(newcomer, "seat_requests.ready")
    assert "You now have a license" in text_of(newcomer, "seat_requests.answered")
    assert [confirmed for _license, confirmed in my_services(newcomer).held] == [True]


def test_an_offered_seat_that_is_gone_is_offered_no_more_and_not_granted(
    alice: Any, wiki: Service, newcomer: User
) -> None:
    contract_terms.add(service=wiki, seats=1, by=None, on=ON)
    request = ask(wiki, newcomer)
    assert request.offered_on == ON
    hold(wiki, add_person("faster"), since=ON)
    tend(ON)
    request.refresh_from_db()
    assert request.offered_on is None
    with pytest.raises(Refused, match="No seat for Wiki is free"):
        request_steps.grant(request, by=alice, on=ON)
    assert request.is_waiting


def carry_out_all(service: Service, by: User) -> None:
    ids = list(Effect.objects.pending().of(service).values_list("pk", flat=True))
    effects.carry_out(service, ids, evidence="done there", by=by, on=ON)


def test_who_is_given_a_license_while_on_leave_is_told_once_they_are_back(alice: Any, newcomer: User) -> None:
    mail = add_service("mail", how_removal_takes_effect=Service.Removal.VENDOR)
    leave = suspend(newcomer, None, until=ON + 30 * (ON - ago(1)), reason="leave", by=alice, on=ON)
    request_steps.grant(ask(mail, newcomer), by=alice, on=ON)
    effects.confirm(mail, {newcomer.pk}, as_of=ON, evidence="list", by=None, on=ON)
    assert [each.what for each in Effect.objects.pending()] == ["sleep"]
    assert [confirmed for _license, confirmed in my_services(newcomer).held] == [True]
    carry_out_all(mail, alice)
    assert kinds_to(newcomer) == ["seat_requests.answered"]
    end(leave, by=alice, reason="back early", on=ON)
    carry_out_all(mail, alice)
    assert "you can use it now" in text_of(newcomer, "seat_requests.ready")


def test_a_request_is_offered_a_seat_anew_also_on_the_day_of_an_undo(alice: Any, wiki: Service, newcomer: User) -> None:
    request = ask(wiki, newcomer)
    contract_terms.add(service=wiki, seats=1, by=None, on=ON)
    tend(ON)
    change = request_steps.grant(request, by=alice, on=ON).added_in
    assert change is not None
    change_undo.undo_change(change, by=alice, reason="a mistake", on=ON)
    tend(ON)
    assert kinds_to(alice) == ["seat_requests.asked", "seat_requests.free", "seat_requests.free"]
