"""A daily reading that fails: told once, and once more when it works again."""

from typing import Any

import pytest
from django.test import Client

from seatwise.connections import readings, tasks
from seatwise.connections.models import Connection, Reading
from seatwise.connections.tests.cybozu import CutConnection, Cybozu
from seatwise.connections.tests.test_reading import work
from seatwise.connections.tests.world import TODAY, connect, service
from seatwise.directory.models import User
from seatwise.letters.composing import compose
from seatwise.letters.models import Letter

pytestmark = pytest.mark.django_db


def broken(_domain: Cybozu, _method: str, _path: str) -> Any:
    raise CutConnection


def well(_domain: Cybozu, _method: str, _path: str) -> Any:
    return None


def day(domain: Cybozu, trouble: Any) -> Connection:
    """A day's reading, and the connection afterwards."""
    domain.trouble = trouble
    tasks.read_daily(TODAY)
    work()
    return Connection.objects.get()


def told() -> list[tuple[str, str]]:
    return list(Letter.objects.order_by("pk").values_list("kind", "to__login"))


def test_administrators_hear_of_the_first_failure_and_of_its_end(
    domain: Cybozu, alice: User, charlie: User, client: Client
) -> None:
    domain.add("sato", "kintone")
    connection = connect(domain, service(), reads_daily=True)
    client.force_login(alice)
    assert "has failed since" not in client.get("/").content.decode()
    assert day(domain, broken).fails_since is not None
    since = day(domain, broken).fails_since
    assert Reading.objects.filter(state="failed").count() == 2
    assert told() == [("connection.fails", "alice")]
    letter = Letter.objects.get()
    for language, subject in (("en", f"{connection} could not be read"), ("ja", f"{connection}を読み取れませんでした")):
        letter.language = language
        composed = compose(letter)
        assert composed is not None
        assert composed.subject == subject
        assert str(Reading.objects.order_by("pk")[0].problem) in composed.text
    for page in ("/", "/administration/connections/cybozu/"):
        assert "has failed since" in client.get(page).content.decode()
    assert "cybozu.com did not answer" in client.get("/administration/connections/cybozu/").content.decode()
    client.force_login(charlie)
    assert "has failed since" not in client.get("/").content.decode()

    assert day(domain, well).fails_since is None
    day(domain, well)
    assert told() == [("connection.fails", "alice"), ("connection.works", "alice")]
    assert compose(letter) is None  # it is over: who did not get it yet is spared it
    last = compose(Letter.objects.get(kind="connection.works"))
    assert last is not None
    assert last.subject == f"{connection} is being read again"

    assert day(domain, broken).fails_since != since
    assert told()[2:] == [("connection.fails", "alice")]


def test_what_somebody_asked_for_themselves_and_what_is_not_daily_is_told_nobody(domain: Cybozu, alice: User) -> None:
    domain.trouble = broken
    connection = connect(domain, service(), reads_daily=True)
    readings.read(readings.ask(connection, by=alice))
    connection.change(by=None, services={}, tokens={}, reads_daily=False)
    readings.read(readings.ask(connection, by=None))
    assert [each.state for each in Reading.objects.all()] == ["failed", "failed"]
    assert told() == []


def test_nothing_is_said_to_fail_any_more_once_it_is_not_read_daily(domain: Cybozu, alice: User) -> None:
    connection = connect(domain, service(), reads_daily=True)
    assert day(domain, broken).fails_since is not None
    connection.refresh_from_db()
    connection.change(by=alice, services={}, tokens={}, reads_daily=False)
    assert not Connection.objects.failing().exists()
