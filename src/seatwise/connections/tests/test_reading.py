"""Reading cybozu.com: the same preview and the same code as any import; what is so there is confirmed; what differs."""

import datetime
import json
from typing import Any

import pytest
from django.core import serializers
from django.utils import timezone

from seatwise.audit.models import Entry
from seatwise.cli import main
from seatwise.connections import readings, synchronizing, tasks
from seatwise.connections.addresses import checked_address
from seatwise.connections.kinds import CYBOZU
from seatwise.connections.models import Connection, Drift, Reading, Sending
from seatwise.connections.tests.cybozu import READ, WRITE, CutConnection, Cybozu
from seatwise.connections.tests.world import TODAY, connect, holders, pending, read, service
from seatwise.connections.turns import HELD, Busy, turn
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, Login, Membership, Service, User
from seatwise.licenses import grants
from seatwise.licenses.models import Effect, License

pytestmark = pytest.mark.django_db


@pytest.fixture
def kintone(db: None) -> Service:
    return service()


@pytest.fixture
def small(domain: Cybozu) -> Cybozu:
    """Three people in two departments."""
    domain.add_organization("S", "Sales/Export")
    domain.add_organization("S1", "Tokyo", "S")
    domain.add("sato", "kintone", "garoon", org="S1")
    domain.add("kato", "kintone", org="S")
    domain.add("suzuki", valid=False, email=None, employeeNumber=None)
    return domain


def work() -> None:
    """What a worker does."""
    for pk in Reading.objects.unfinished().values_list("pk", flat=True):
        tasks.read.func(pk)


def synchronize(reading: Reading, on: datetime.date = TODAY) -> None:
    assert synchronizing.apply_small(reading, on) == ""


def test_people_departments_and_licenses_come_as_they_are_there(small: Cybozu, kintone: Service) -> None:
    wiki = service("wiki")
    reading = read(connect(small, kintone))
    assert not User.objects.filter(login="sato").exists()  # reading alone changes nothing
    synchronize(reading)
    sato = User.objects.get(login="sato")
    assert (sato.name, sato.email, sato.employee_number, sato.status) == ("Sato", "sato@example.com", "E1", "active")
    assert User.objects.get(login="suzuki").status == "inactive"
    assert {each.code: each.full_name for each in Department.objects.all()} == {
        "S": "Sales∕Export",
        "S1": "Sales∕Export / Tokyo",
    }
    assert [each.department.code for each in Membership.objects.current().filter(user=sato)] == ["S1"]
    assert holders(kintone) == ["kato", "sato"]
    assert holders(wiki) == []
    assert not Effect.objects.exists()  # they have it there: nothing is to be done
    again = read(reading.connection)
    assert synchronizing.people_plan(again).changes_nothing
    assert synchronizing.licenses_plan(again, TODAY).changes_nothing
    assert (again.counts["users"], again.counts["active"], again.counts["differs"]) == (3, 2, 0)


def test_services_that_are_not_of_cybozu_com_are_left_alone(small: Cybozu, kintone: Service, alice: User) -> None:
    wiki, garoon = service("wiki"), service("garoon")
    grants.grant_one(service=wiki, user=alice, by=None, reason="", on=TODAY)
    grants.grant_one(service=garoon, user=alice, by=None, reason="", on=TODAY)
    synchronize(read(connect(small, kintone)))
    assert (holders(wiki), holders(garoon)) == (["alice"], ["alice"])


def test_a_user_is_found_by_another_login_name(small: Cybozu, kintone: Service, charlie: User) -> None:
    Login.objects.give_each([("kato", charlie)], by=None)
    synchronize(read(connect(small, kintone)))
    assert not User.objects.filter(login="kato").exists()
    assert holders(kintone) == ["charlie", "sato"]


def test_who_is_not_listed_there_is_neither_deactivated_nor_loses_a_license(
    small: Cybozu, kintone: Service, charlie: User
) -> None:
    grants.grant(service=kintone, users=[charlie], by=None, reason="", on=TODAY, in_effect=True)
    connection = connect(small, kintone)
    synchronize(read(connection))
    read(connection)
    assert "charlie" in holders(kintone)
    assert User.objects.get(login="charlie").status == "active"
    assert [(each.login, each.what) for each in Drift.objects.current().filter(user=charlie)] == [
        ("charlie", "not_listed")
    ]


def test_a_pending_removal_is_confirmed_once_it_is_so_there_and_not_undone_before(
    small: Cybozu, kintone: Service
) -> None:
    connection = connect(small, kintone)
    synchronize(read(connection))
    grants.revoke(list(License.objects.held().filter(user__login="sato")), by=None, reason="", on=TODAY)
    synchronize(read(connection))
    assert holders(kintone) == ["kato"]
    assert pending(kintone) == [("remove", "sato")]
    assert not Drift.objects.current().exists()  # that it is still there is no news
    small.services["sato"] = ["garoon"]
    assert read(connection).counts["confirmed"] == 1
    assert pending(kintone) == []
    assert Effect.objects.get().evidence.startswith("read at cybozu.com at 20")


def test_what_somebody_changed_there_is_shown_with_who_what_and_since_when(small: Cybozu, kintone: Service) -> None:
    connection = connect(small, kintone)
    synchronize(read(connection))
    first = read(connection)
    assert not Drift.objects.current().exists()
    small.services |= {"sato": [], "suzuki": ["kintone"]}
    small.add("newcomer", "kintone")
    second = read(connection)
    found = {each.login: each for each in Drift.objects.current()}
    assert {login: each.what for login, each in found.items()} == {
        "sato": "only_here", "suzuki": "only_there", "newcomer": "only_there",
    }  # fmt: skip
    assert {(each.not_before, each.found_at) for each in found.values()} == {(first.began_at, second.ended_at)}
    third = read(connection)
    assert third.counts["differs"] == 3
    assert Drift.objects.current().get(login="sato").found_at == second.ended_at  # since then
    small.services["sato"] = ["kintone"]
    read(connection)
    assert {each.login for each in Drift.objects.current()} == {"suzuki", "newcomer"}
    assert Drift.objects.get(login="sato").ended_at is not None


def test_a_mass_deactivation_never_happens_without_a_person(domain: Cybozu, kintone: Service) -> None:
    for number in range(40):
        domain.add(f"u{number}", "kintone")
    connection = connect(domain, kintone, reads_daily=True, applies_daily=True)
    synchronize(read(connection), datetime.date(2026, 1, 5))
    for each in domain.users[:10]:
        each["valid"] = False
    for number in range(10):
        domain.services[f"u{number}"] = []
    tasks.read_daily(TODAY)
    work()
    reading = Reading.objects.newest_first().first()
    assert reading is not None
    assert reading.problem.splitlines() == [
        "10 of 40 active users would be deactivated.",
        "10 of 40 licenses for Kintone would be removed.",
    ]
    assert User.objects.filter(status="inactive").count() == 0
    assert len(holders(kintone)) == 40
    for each in domain.users[2:]:
        each["valid"] = True
    domain.services |= {f"u{number}": ["kintone"] for number in range(2, 40)}
    tasks.read_daily(TODAY)
    work()  # two are few
    assert User.objects.filter(status="inactive").count() == 2
    assert len(holders(kintone)) == 38


def test_nothing_is_read_or_applied_by_itself_unless_that_was_switched_on(small: Cybozu, kintone: Service) -> None:
    connection = connect(small, kintone)
    assert tasks.read_daily(TODAY) is None
    assert not Reading.objects.exists()
    connection.change(by=None, services=connection.services(), tokens={}, reads_daily=True)
    tasks.read_daily(TODAY)
    work()
    assert Reading.objects.get().state == "done"
    assert not User.objects.filter(login="sato").exists()


def test_what_goes_wrong_is_said_and_changes_nothing(small: Cybozu, kintone: Service) -> None:
    connection = connect(small, kintone)

    def cut(_found: Cybozu, _method: str, _path: str) -> None:
        raise CutConnection

    small.trouble = cut
    reading = readings.ask(connection, by=None)
    readings.read(reading)
    assert reading.state == "failed"
    assert reading.problem.startswith("cybozu.com did not answer: ")
    small.trouble = lambda _found, _method, _path: (403, {"code": "CB_NO02", "message": "No privilege to proceed."})
    with pytest.raises(Refused, match=r"cybozu\.com answered: 403 CB_NO02: No privilege to proceed"):
        readings.test(connection)
    assert not Drift.objects.exists()


def test_never_two_ask_at_a_time_and_a_turn_ends_when_its_process_was_killed(
    small: Cybozu, kintone: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect(small, kintone)
    killed = turn(connection)
    keep = killed.__enter__()
    with pytest.raises(Refused, match="still running"):
        readings.test(connection)
    reading = readings.ask(connection, by=None)
    assert readings.ask(connection, by=None) == reading  # one is enough
    work()
    assert Reading.objects.get().state == "waiting"  # and is taken up in a minute
    later = timezone.now() + HELD + datetime.timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert tasks.take_up() == "work with connections taken up again: 1"
    assert tasks.take_up() is None  # a task waits
    work()
    assert Reading.objects.get().state == "done"
    with pytest.raises(Busy):
        keep()


def test_tokens_stand_nowhere_readable(small: Cybozu, kintone: Service, capsys: Any) -> None:
    connection = connect(small, kintone)
    read(connection)
    everything = serializers.serialize(
        "json", [*Connection.objects.all(), *Entry.objects.all(), *Reading.objects.all()]
    )
    everything += repr(connection) + str(vars(connection)) + json.dumps(connection.described())
    assert READ not in everything
    assert WRITE not in everything
    assert connection.token() == READ
    assert connection.token(writes=True) == WRITE
    entry = Entry.objects.filter(verb="connection.change").get()
    assert entry.after["read_token"] == "entered anew"


def test_a_token_kept_under_another_key_of_the_site_is_asked_for_again(
    small: Cybozu, kintone: Service, settings: Any
) -> None:
    connection = connect(small, kintone)
    settings.SECRET_KEY = "another " * 10
    with pytest.raises(Refused, match="Enter it again"):
        readings.test(connection)
    assert small.asked == []


@pytest.mark.parametrize(
    "address",
    ["http://sample.cybozu.com", "https://cybozu.com.example.org", "https://example.org", "ftp://a.cybozu.com", "",
     "https://u:p@a.cybozu.com", "https://a.cybozu.com/k/", "https://evilcybozu.com", "http://10.0.0.1"],
)  # fmt: skip
def test_tokens_are_sent_to_domains_of_cybozu_alone(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused):
        checked_address(address, CYBOZU)
    monkeypatch.setenv("SEATWISE_ORIGIN", "https://seatwise.example.com")
    with pytest.raises(Refused):
        checked_address("http://127.0.0.1:8001", CYBOZU)
    assert checked_address("https://sample.cybozu.com/ ", CYBOZU) == "https://sample.cybozu.com"


def test_the_command_shows_what_would_change_and_does_it_once_it_is_confirmed(
    small: Cybozu, kintone: Service, capsys: Any, tmp_path: Any
) -> None:
    (tmp_path / "token").write_text(f"{READ}\n")
    cybozu = ["connect", "cybozu"]
    told = ["--address", small.address, "--service", "kintone=kintone", "--read-token", str(tmp_path / "token")]
    assert main([*cybozu, "set", *told]) == 0
    assert main([*cybozu, "test"]) == 0
    assert "answers: 3 users" in capsys.readouterr().out
    assert main([*cybozu, "preview"]) == 0
    out = capsys.readouterr().out
    assert "Users to add: 3" in out
    assert "2 licenses are left out until their users are imported" in out
    assert "3 users, 2 of them active; 2 departments" in out
    assert not User.objects.filter(login="sato").exists()
    assert main([*cybozu, "synchronize"]) == 1  # nobody is there to be asked
    assert main([*cybozu, "synchronize", "--yes"]) == 0
    assert holders(kintone) == ["kato", "sato"]
    out = capsys.readouterr().out
    assert "+ sato: kintone" in out
    assert READ not in out
    for each in small.users:
        each["valid"] = False
    small.add("boss")
    for number in range(9):
        people.add({"login": f"old{number}"}, by=None, on=TODAY)
        small.add(f"old{number}", valid=False)
    assert main([*cybozu, "synchronize", "--yes"]) == 1
    assert "would be deactivated. Nothing was saved. To confirm, add --deactivate 11." in capsys.readouterr().err
    assert main([*cybozu, "synchronize", "--yes", "--deactivate", "9"]) == 1
    assert User.objects.get(login="sato").status == "active"
    assert main([*cybozu, "synchronize", "--yes", "--deactivate", "11"]) == 0
    assert User.objects.get(login="sato").status == "inactive"


def test_a_reading_that_shows_hardly_anybody_confirms_no_removals(domain: Cybozu, kintone: Service) -> None:
    """The services of all are empty there: an outage, or a contract that ended, and no proof of removals."""
    for number in range(20):
        domain.add(f"u{number}", "kintone")
    connection = connect(domain, kintone)
    synchronize(read(connection), datetime.date(2026, 1, 5))
    grants.revoke(list(License.objects.held().filter(user__login="u3")), by=None, reason="", on=TODAY)
    domain.services = {login: [] for login in domain.services}
    reading = read(connection)
    assert reading.problem.startswith("Only 0 of the 19 people who hold a license for Kintone have it there")
    assert pending(kintone) == [("remove", "u3")]
    domain.services = {login: ["kintone"] for login in domain.services} | {"u3": []}
    assert read(connection).problem == ""
    assert pending(kintone) == []


def test_rehearsals_are_forgotten_and_what_was_sent_is_kept(small: Cybozu, kintone: Service) -> None:
    connection = connect(small, kintone)
    long_ago = timezone.now() - tasks.KEPT - datetime.timedelta(hours=1)
    sent = Sending.objects.create(connection=connection, asked_at=long_ago)
    Sending.objects.create(connection=connection, rehearsal=True, asked_at=long_ago)
    late = Sending.objects.create(connection=connection, rehearsal=True)
    tasks.forget_rehearsals(TODAY)
    assert set(Sending.objects.all()) == {sent, late}


def test_a_new_login_name_of_somebody_known_is_asked_about(small: Cybozu, kintone: Service, capsys: Any) -> None:
    connection = connect(small, kintone)
    synchronize(read(connection))
    small.remove("sato")
    small.add("sato2", "kintone", org="S1", employeeNumber="E1")
    assert main(["connect", "cybozu", "synchronize", "--yes"]) == 1
    assert "(--same-person sato2 or --new-person sato2)" in capsys.readouterr().out
    assert not User.objects.filter(login="sato2").exists()
    assert main(["connect", "cybozu", "synchronize", "--yes", "--new-person", "sato2"]) == 0
    assert User.objects.filter(login="sato2").exists()
