"""What groups and people are told of in their channels, and what becomes of it."""

import logging
from typing import Any

import pytest
from django.db import transaction

from seatwise.audit.models import Entry
from seatwise.channels import sending
from seatwise.channels.models import Channel
from seatwise.channels.tests.conftest import Room
from seatwise.directory.models import User
from seatwise.letters import hooks
from seatwise.letters.composing import Personal
from seatwise.letters.models import Letter, State
from seatwise.letters.tests.conftest import Later, Question, Writing

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(clock: Later) -> Later:
    return clock.after(minutes=2)


def own_channel(person: User, address: str, **fields: Any) -> Channel:
    made = Channel(owner=person)
    made.change(by=person, name="Mine", shown="JSON", address=address, **fields)
    return made


def test_a_group_is_told_how_many_there_are_without_names(
    cast: dict[str, Any], asking: Writing, question: Question, channel: Channel, room: Room, later: Later
) -> None:
    question.given = {"name": Personal("https://seatwise.example.com/answer/#t0ken")}
    asking(cast["charlie"])
    asking(cast["bob"])
    assert sending.send_due() == (0, 0)  # they are gathered for a minute
    assert sending.send_due(later) == (1, 1)
    (said,) = room.posted
    assert said["title"] == "Question (2)"
    assert "http://127.0.0.1:8000/" in said["message"]
    assert not any(word in str(said) for word in ("Charlie", "Bob", "charlie", "bob", "t0ken", "#"))
    states = Letter.every.through(channel).order_by("pk").values_list("state", "count")
    assert sorted(states) == [(State.SENT, 2), (State.WITHDRAWN, 1)]


def test_what_waits_when_it_is_sent_is_said_once(
    cast: dict[str, Any], asking: Writing, channel: Channel, room: Room, later: Later
) -> None:
    for number in range(3):
        asking(cast["charlie"], key=f"first{number}")
    sending.send_due(later)
    asking(cast["bob"], key="second")
    sending.send_due(later.after(minutes=2))
    assert [each["title"] for each in room.posted] == ["Question (3)", "Question"]


def test_a_group_is_told_of_its_kinds_and_its_department_alone(
    cast: dict[str, Any], sales: Any, asking: Writing, channel: Channel, room: Room, later: Later
) -> None:
    channel.change(by=cast["alice"], kinds=["tests.question"], department=sales)
    asking(cast["alice"])
    assert not Letter.every.through(channel).exists()
    asking(cast["charlie"])
    assert Letter.every.through(channel).count() == 1
    channel.change(by=cast["alice"], kinds=["review.late"], department=None)
    asking(cast["bob"])
    assert Letter.every.through(channel).count() == 1


def test_a_message_is_no_email_and_never_counts_as_delivered(
    cast: dict[str, Any], asking: Writing, channel: Channel, room: Room, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(hooks, "delivered", [told.append])
    asking(cast["charlie"])
    sending.send_due(later)
    assert len(room.posted) == 1
    assert told == []
    assert [each.state for each in Letter.objects.all()] == [State.WAITING]


def test_what_is_undone_is_told_to_nobody(cast: dict[str, Any], asking: Writing, channel: Channel, room: Room) -> None:
    with transaction.atomic():
        asking(cast["charlie"])
        transaction.set_rollback(True)
    assert not Letter.every.exists()


def test_a_channel_that_takes_nothing_is_tried_again_and_said(
    client: Any, cast: dict[str, Any], asking: Writing, channel: Channel, room: Room, later: Later
) -> None:
    room.status = 503
    asking(cast["charlie"])
    assert sending.send_due(later) == (1, 0)
    message = Letter.every.through(channel).get()
    assert (message.state, message.attempts) == (State.WAITING, 1)
    assert "503" in message.problem
    assert "s3cret" not in message.problem
    client.force_login(cast["alice"])
    assert "Messages to the channel Room have failed since" in client.get("/").content.decode()
    room.status = 200
    assert sending.send_due(later.after(hours=2)) == (1, 1)
    assert Channel.objects.get().fails_since is None


def test_a_failing_channel_keeps_no_other_from_being_written_to(
    cast: dict[str, Any], asking: Writing, channel: Channel, room: Room, later: Later
) -> None:
    dead = Channel()
    dead.change(by=cast["alice"], name="Dead", shown="JSON", address="json://127.0.0.1:1", kinds=channel.kinds)
    asking(cast["charlie"])
    assert sending.send_due(later) == (2, 1)
    assert {each.fails_since is None for each in Channel.objects.all()} == {True, False}


@pytest.mark.parametrize("address", ["json://127.0.0.1:9/x", "jsons://127.0.0.1/x", "jsons://169.254.169.254/x"])
def test_an_address_of_this_network_is_not_reached(
    cast: dict[str, Any], asking: Writing, later: Later, address: str
) -> None:
    made = Channel()
    made.change(by=cast["alice"], name="Inside", shown="JSON", address=address, kinds=["tests.question"])
    asking(cast["charlie"])
    assert sending.send_due(later) == (1, 0)


def test_redirects_are_not_followed(
    cast: dict[str, Any], asking: Writing, channel: Channel, room: Room, later: Later
) -> None:
    room.status, room.location = 302, f"{room.address.replace('json', 'http')}/elsewhere"
    asking(cast["charlie"])
    assert sending.send_due(later) == (1, 0)
    assert room.paths == ["/s3cret"]


def test_people_get_their_own_messages_beside_the_emails(
    cast: dict[str, Any], asking: Writing, question: Question, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEATWISE_PERSONAL_CHANNELS", "yes")
    own_channel(cast["charlie"], room.address)
    asking(cast["charlie"])
    asking(cast["bob"])
    assert sending.send_due() == (1, 1)
    (said,) = room.posted
    assert said["title"] == "Test email from Seatwise"
    assert Letter.objects.waiting().count() == 2


def test_nobody_is_written_to_at_an_address_that_is_not_allowed_any_more(
    cast: dict[str, Any], asking: Writing, room: Room
) -> None:
    own = own_channel(cast["charlie"], room.address)
    asking(cast["charlie"])
    sending.send_due()
    assert room.posted == []
    assert Letter.every.through(own).get().state == State.WITHDRAWN


def test_people_are_written_to_by_their_id_at_a_service_that_is_set_up(
    cast: dict[str, Any], asking: Writing, room: Room
) -> None:
    bot = Channel()
    bot.change(by=cast["alice"], name="Bot", shown="JSON", address=f"{room.address}/b0t/{{member}}", kinds=[])
    own_channel(cast["charlie"], "U 7?x", via=bot)
    asking(cast["charlie"])
    assert sending.send_due() == (1, 1)
    assert room.paths == ["/b0t/U%207%3Fx"]
    bot.change(by=cast["alice"], kinds=[], is_on=False)
    asking(cast["charlie"], key="again")
    assert sending.send_due() == (1, 0)


def test_the_address_is_kept_encrypted_and_in_no_log(
    cast: dict[str, Any], asking: Writing, channel: Channel, room: Room, later: Later, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    room.status = 500
    asking(cast["charlie"])
    sending.send_due(later)
    assert "s3cret" not in Channel.objects.get().address
    assert channel.secret().endswith("/s3cret")
    assert "s3cret" not in caplog.text
    entry = Entry.objects.get(verb="channel.change")
    assert "s3cret" not in str(entry.content())
    assert entry.after["address"] == "entered anew"
