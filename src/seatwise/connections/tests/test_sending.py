"""Carrying out at cybozu.com: whole sets, read just before and after, never overwriting, taken up after a crash."""

import datetime
import threading
from typing import Any

import pytest
from django.utils import timezone

from seatwise.audit.models import Entry
from seatwise.cli import main
from seatwise.connections import http, readings, sendings, synchronizing, tasks
from seatwise.connections.http import Request
from seatwise.connections.models import Connection, Sending, SentUser
from seatwise.connections.tests.cybozu import READ, CutConnection, Cybozu
from seatwise.connections.tests.world import TODAY, connect, holders, pending, read, service
from seatwise.connections.turns import HELD, Busy
from seatwise.directory.changes import Refused
from seatwise.directory.models import Login, Service, User
from seatwise.licenses import grants
from seatwise.licenses.change_state import ChangeState, state_of
from seatwise.licenses.models import Effect, License

pytestmark = pytest.mark.django_db
EARLIER = datetime.date(2026, 1, 5)


class Killed(BaseException):
    """The process ends, at once."""


@pytest.fixture
def connection(domain: Cybozu) -> Connection:
    """Four people of kintone, two of whom have Garoon, too; all of it is known here."""
    for login, services in {"sato": "kintone garoon", "kato": "kintone", "ito": "kintone office", "abe": ""}.items():
        domain.add(login, *services.split())
    made = connect(domain, service(), service("garoon"))
    assert synchronizing.apply_small(read(made), EARLIER) == ""
    read(made)
    domain.asked.clear()
    return made


@pytest.fixture
def kintone(connection: Connection) -> Service:
    found: Service = Service.objects.get(code="kintone")
    return found


def remove(of: Service, *logins: str) -> list[License]:
    found = list(License.objects.of(of).held().filter(user__login__in=logins))
    grants.revoke(found, by=None, reason="unused", on=TODAY)
    return found


def add(of: Service, login: str) -> License:
    return grants.grant_one(of, User.objects.get(login=login), by=None, reason="asked", on=TODAY)


def send(connection: Connection, **how: Any) -> Sending:
    made = sendings.ask(connection, by=None, **how)
    sendings.carry_out(made)
    made.refresh_from_db()
    return made


def states(sending: Sending) -> dict[str, str]:
    return dict(sending.users.order_by("login").values_list("login", "state"))


def test_whole_sets_are_sent_read_back_and_confirmed(connection: Connection, kintone: Service, domain: Cybozu) -> None:
    [removed] = remove(kintone, "sato")
    added = add(kintone, "abe")
    assert state_of(removed) == ChangeState.REQUESTED
    assert send(connection).state == "done"
    assert domain.changes == [{"sato": ["garoon"], "abe": ["kintone"]}]
    assert [path.split("?")[0] for _method, path in domain.asked] == ["/v1/users/services.json"] * 3
    assert [method for method, _path in domain.asked] == ["GET", "PUT", "GET"]
    assert pending(kintone) == []
    assert (state_of(removed), state_of(added)) == (ChangeState.CONFIRMED, ChangeState.CONFIRMED)
    assert Effect.objects.filter(license=removed).get().evidence.startswith("read at cybozu.com at ")
    assert domain.services["kato"] == ["kintone"]  # who is not concerned is not sent
    entry = Entry.objects.filter(verb="sending.user", subject_text="Sato").get()
    assert (entry.after["before"], entry.after["wanted"]) == (["kintone", "garoon"], ["garoon"])


def test_the_last_service_is_taken_by_an_empty_set(connection: Connection, kintone: Service, domain: Cybozu) -> None:
    remove(kintone, "kato")
    send(connection)
    assert domain.services["kato"] == []
    assert pending(kintone) == []


def test_what_somebody_changed_since_is_kept_and_shown(
    connection: Connection, kintone: Service, domain: Cybozu
) -> None:
    remove(kintone, "sato", "ito")
    domain.services |= {"sato": ["kintone", "garoon", "mailwise"], "ito": ["kintone"]}
    sending = send(connection)
    assert domain.services["sato"] == ["garoon", "mailwise"]
    assert domain.services["ito"] == []
    assert {row.login: row.changed_since for row in sending.users.all()} == {"sato": ["+mailwise"], "ito": ["-office"]}


def test_what_is_so_already_is_confirmed_and_not_sent(connection: Connection, kintone: Service, domain: Cybozu) -> None:
    remove(kintone, "kato")
    domain.services["kato"] = ["office"]
    assert states(send(connection)) == {"kato": "already"}
    assert domain.changes == []
    assert domain.services["kato"] == ["office"]
    assert pending(kintone) == []


def test_a_rehearsal_says_what_would_be_sent_and_sends_nothing(
    connection: Connection, kintone: Service, domain: Cybozu, capsys: Any
) -> None:
    remove(kintone, "sato", "kato")
    domain.services["kato"] = []
    assert main(["connect", "cybozu", "send", "--rehearse"]) == 0
    out = capsys.readouterr().out
    assert "sato: kintone, garoon → garoon (would be sent)" in out
    assert "kato: – → – (already so)" in out
    assert "changed there since the last reading, and kept: -kintone" in out
    assert {method for method, _path in domain.asked} == {"GET"}
    assert domain.services["sato"] == ["kintone", "garoon"]
    assert pending(kintone) == [("remove", "kato"), ("remove", "sato")]
    assert main(["connect", "cybozu", "send"]) == 1
    assert domain.changes == []
    assert main(["connect", "cybozu", "send", "--yes"]) == 0
    assert domain.changes == [{"sato": ["garoon"]}]
    assert pending(kintone) == []


def test_what_was_asked_for_after_a_rehearsal_is_not_sent_by_it(
    connection: Connection, kintone: Service, domain: Cybozu, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove(kintone, "sato")
    rehearsal = send(connection, rehearsal=True)
    remove(kintone, "kato")
    assert states(send(connection, after=rehearsal)) == {"sato": "confirmed"}
    assert domain.services["kato"] == ["kintone"]
    later = timezone.now() + sendings.REHEARSED + datetime.timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    with pytest.raises(Refused, match="Run it again"):
        sendings.ask(connection, by=None, after=rehearsal)


def test_a_token_that_only_reads_carries_nothing_out(connection: Connection, kintone: Service, domain: Cybozu) -> None:
    remove(kintone, "sato", "kato")
    connection.write_token = ""
    connection.save()
    with pytest.raises(Refused, match="Read and Write"):
        sendings.ask(connection, by=None)
    connection.change(by=None, services=connection.services(), tokens={"write_token": READ})
    sending = send(connection)
    assert "CB_NO02" in sending.problem
    assert states(sending) == {"kato": "refused", "sato": "refused"}
    assert pending(kintone) == [("remove", "kato"), ("remove", "sato")]


def test_an_administrator_is_refused_and_hinders_nobody_else(
    connection: Connection, kintone: Service, domain: Cybozu, capsys: Any
) -> None:
    domain.administrators.add("kato")
    remove(kintone, "sato", "kato", "ito")
    domain.remove("ito")
    assert main(["connect", "cybozu", "send", "--yes"]) == 1
    out = capsys.readouterr().out
    assert "members of its Administrators group: make the change there by hand" in " ".join(out.split())
    assert states(Sending.objects.get(rehearsal=False)) == {"ito": "refused", "kato": "refused", "sato": "confirmed"}
    assert domain.services == {"sato": ["garoon"], "kato": ["kintone"], "abe": []}
    assert pending(kintone) == [("remove", "ito"), ("remove", "kato")]


def test_who_is_sent_in_halves_is_read_once_more_before(
    connection: Connection, kintone: Service, domain: Cybozu
) -> None:
    domain.administrators.add("kato")
    remove(kintone, "sato", "kato")

    def change(found: Cybozu, method: str, _path: str) -> None:
        if method == "PUT" and not found.changes:
            found.services["sato"] = ["kintone", "garoon", "office"]

    domain.after = change
    sending = send(connection)
    assert domain.services["sato"] == ["garoon", "office"]
    assert sending.users.get(login="sato").changed_since == ["+office"]


@pytest.mark.parametrize("done", [True, False])
def test_an_answer_that_never_came_is_found_out_by_reading(
    connection: Connection, kintone: Service, domain: Cybozu, done: bool
) -> None:
    remove(kintone, "sato")

    def cut(_found: Cybozu, method: str, _path: str) -> None:
        if method == "PUT":
            raise CutConnection

    if done:
        domain.after = cut
    else:
        domain.trouble = cut
    sending = send(connection)
    assert sending.state == "failed"
    assert "did not answer" in sending.problem
    assert states(sending) == {"sato": "confirmed" if done else "not_shown"}
    assert (pending(kintone) == []) is done
    assert len([method for method, _path in domain.asked if method == "PUT"]) == 1  # never sent again by itself
    domain.trouble = domain.after = lambda _found, _method, _path: None
    assert send(connection).state == "done"
    assert pending(kintone) == []
    assert len(domain.changes) == 1


def test_what_is_taken_and_not_shown_afterwards_stays_pending(
    connection: Connection, kintone: Service, domain: Cybozu
) -> None:
    [removed] = remove(kintone, "sato")

    def back(found: Cybozu, method: str, _path: str) -> None:
        if method == "PUT":
            found.services["sato"] = ["kintone"]  # somebody gives it back at once

    domain.after = back
    sending = send(connection)
    assert states(sending) == {"sato": "not_shown"}
    assert sending.users.get().found == ["kintone"]
    assert state_of(removed) == ChangeState.CARRIED_OUT
    assert pending(kintone) == [("remove", "sato")]


def kill_at(monkeypatch: pytest.MonkeyPatch, when: str, number: int) -> None:
    """End the process at its so-manieth change, before it is sent or after it was done; its turn stays taken."""
    asked = [0]

    def sent(request: Request) -> http.Answer:
        asked[0] += request.method == "PUT"
        if request.method == "PUT" and asked[0] == number and when == "before":
            raise Killed
        answer = http.send(request)
        if request.method == "PUT" and asked[0] == number:
            raise Killed
        return answer

    monkeypatch.setattr(readings, "send", sent)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_in_the_middle_is_taken_up_where_it_was(
    connection: Connection, kintone: Service, domain: Cybozu, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    remove(kintone, "sato", "kato")
    sending = sendings.ask(connection, by=None)
    with monkeypatch.context() as patched:
        kill_at(patched, when, 1)
        with pytest.raises(Killed):
            sendings.carry_out(sending)
    assert states(sending) == {"kato": "meant", "sato": "meant"}  # the record of what was meant comes first
    assert pending(kintone) == [("remove", "kato"), ("remove", "sato")]
    Connection.objects.update(busy_with="killed", busy_until=timezone.now() + HELD)  # nobody ended its turn
    with pytest.raises(Busy):
        sendings.carry_out(sending)
    with pytest.raises(Refused, match="already being sent"):
        sendings.ask(connection, by=None)
    Connection.objects.update(busy_until=timezone.now() - HELD)
    tasks.send.func(sending.pk)
    assert Sending.objects.get(pk=sending.pk).state == "done"
    assert len(domain.changes) == 1
    assert domain.services["sato"] == ["garoon"]
    assert states(sending) == {"kato": "confirmed", "sato": "confirmed"}
    assert pending(kintone) == []


def test_who_is_several_users_there_is_left_to_somebody_who_knows(
    connection: Connection, kintone: Service, domain: Cybozu
) -> None:
    domain.add("sato.admin", "kintone")
    Login.objects.give_each([("sato.admin", User.objects.get(login="sato"))], by=None)
    read(connection)
    remove(kintone, "sato", "kato")
    sending = send(connection)
    assert states(sending) == {"kato": "confirmed", "sato": "refused"}
    assert "Several cybozu.com users match this person: sato, sato.admin." in sending.users.get(login="sato").problem
    assert domain.services["sato"] == ["kintone", "garoon"]


def test_what_frees_seats_is_sent_before_what_takes_them(
    connection: Connection, kintone: Service, domain: Cybozu, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(kintone, "abe")
    remove(kintone, "sato")
    monkeypatch.setattr(sendings, "PAGE", 1)
    send(connection)
    assert [list(each) for each in domain.changes] == [["sato"], ["abe"]]


def test_never_two_requests_at_a_time(connection: Connection, kintone: Service, domain: Cybozu) -> None:
    remove(kintone, "sato")
    wait = threading.Event()
    domain.trouble = lambda _found, method, _path: (wait.wait(0.05), None)[1]
    send(connection)
    assert domain.most_at_once == 1


def test_what_seatwise_stands_before_is_not_sent(connection: Connection, kintone: Service, domain: Cybozu) -> None:
    kintone.change(by=None, how_removal_takes_effect="gate")
    remove(kintone, "sato")
    assert states(send(connection)) == {}


def test_1200_people_a_thousand_removals_a_kill_in_the_middle_and_all_is_confirmed(
    domain: Cybozu, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1200):
        domain.add(f"u{number:04}", "kintone", *(["garoon"] if number % 3 else []))
    kintone = service()
    connection = connect(domain, kintone)
    reading = read(connection)
    assert synchronizing.apply_small(reading, EARLIER) == ""
    assert len(holders(kintone)) == 1200
    assert read(connection).counts["differs"] == 0
    remove(kintone, *(f"u{number:04}" for number in range(0, 1200, 2)))
    assert len(pending(kintone)) == 600
    sending = sendings.ask(connection, by=None)
    with monkeypatch.context() as patched:
        kill_at(patched, "after", 3)
        with pytest.raises(Killed):
            sendings.carry_out(sending)
    assert len(pending(kintone)) == 400  # two requests were read back, the third was done and is not known to be
    Connection.objects.update(busy_until=timezone.now() - HELD)
    assert tasks.take_up() == "work with connections taken up again: 1"
    tasks.send.func(sending.pk)
    assert pending(kintone) == []
    assert [len(each) for each in domain.changes] == [100] * 6
    assert domain.most_at_once == 1
    for number in range(1200):
        left = (["kintone"] if number % 2 else []) + (["garoon"] if number % 3 else [])
        assert domain.services[f"u{number:04}"] == left
    assert SentUser.objects.filter(state="confirmed").count() == 600
    assert read(connection).counts["differs"] == 0
