"""What Slack, Teams and others fetch of a message to show a preview neither answers, nor counts as seen or asked."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from seatwise.audit.models import Entry
from seatwise.channels import sending
from seatwise.channels.models import Channel
from seatwise.channels.tests.conftest import Room, room
from seatwise.directory.models import User
from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.tests.conftest import ask
from seatwise.licenses.models import License

__all__ = ["room"]

pytestmark = pytest.mark.django_db

BOT = {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_fetching_every_link_of_a_message_changes_nothing(
    held: License, charlie: User, alice: User, client: Client, room: Room, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setenv("SEATWISE_PERSONAL_CHANNELS", "yes")
    Channel(owner=charlie).change(by=charlie, name="Mine", shown="JSON", address=room.address)
    ask(held, alice)
    assert sending.send_due() == (1, 1)
    text = room.posted[0]["message"]
    before, entries = Enquiry.objects.values().get(), Entry.objects.count()
    links = [urlsplit(link) for link in re.findall(r"https?://\S+", text)]
    assert {link.path for link in links} >= {"/answer/", f"/enquiries/{before['id']}/"}
    for link in links:
        for path in (link.path, f"{link.path}?{link.fragment}", f"{link.path}?link={link.fragment}"):
            answer: Any = getattr(client, method)(path, headers=BOT, follow=True)
            assert answer.status_code < 500
    assert Enquiry.objects.values().get() == before
    assert (before["reached_on"], before["seen_on"]) == (None, None)
    assert Entry.objects.count() == entries
