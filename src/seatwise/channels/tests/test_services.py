"""Which addresses are taken, and what LINE WORKS is sent."""

from email import charset
from typing import Any

import pytest
import requests

from seatwise.channels import services
from seatwise.directory.changes import Refused
from seatwise.letters.outcomes import Fate

LINE_WORKS = "https://webhook.worksmobile.com/message/1234abcd-0000-1111-2222-333344445555"


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "Slack"),
        ("slack://xoxb-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d/@U0123", "Slack"),
        ("https://discord.com/api/webhooks/000000000000000000/abcdefghijklmnopqrstuvwxyz0123456789", "Discord"),
        (LINE_WORKS, "LINE WORKS"),
        ("lineworks://1234abcd-0000-1111-2222-333344445555", "LINE WORKS"),
        ("ntfys://ntfy.example.com/topic", "ntfy"),
        ("mmosts://chat.example.com/abcdabcdabcdabcdabcdabcdab", "Mattermost"),
        ("jsons://example.com/hook", "JSON"),
        (
            "https://prod-00.westus.logic.azure.com:443/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/"
            "invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abcdefghijklmnopqrstuvwxyz0123456789abcdefg",
            "Power Automate / Workflows (for MSTeams)",
        ),
    ],
)
def test_addresses_are_taken_as_services_show_them(address: str, service: str) -> None:
    assert services.service_of(address) == service


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "https://example.com/hook",
        "mailto://user:pass@example.com",
        "syslog://",
        "dbus://",
        "mqtt://example.com/topic",
        "file:///etc/passwd",
        "lineworks://x",
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(Refused):
        services.service_of(address)


def test_readable_addresses_are_refused_unless_there_is_a_network_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="unencrypted"):
        services.service_of("json://chat.example.com/hook")
    monkeypatch.setenv("SEATWISE_PRIVATE_ADDRESSES", "10.0.0.0/8")
    assert services.service_of("json://chat.example.com/hook") == "JSON"


def test_emails_are_written_as_before_once_the_services_are_loaded() -> None:
    services.service_of("jsons://example.com/hook")
    assert charset.CHARSETS["utf-8"] == (charset.SHORTEST, charset.BASE64, "utf-8")


def test_line_works_gets_a_title_and_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    answer = requests.Response()
    answer.status_code = 200

    def post(url: str, **options: Any) -> requests.Response:
        asked.append((url, options["json"], options["allow_redirects"], options["verify"]))
        return answer

    monkeypatch.setattr(requests, "post", post)
    assert services.post(LINE_WORKS, "依頼 (3)", "開く: https://seatwise.example.com/").fate is Fate.TAKEN
    said = {"title": "依頼 (3)", "body": {"text": "開く: https://seatwise.example.com/"}}
    assert asked == [(LINE_WORKS, said, False, True)]
    answer.status_code = 404
    outcome = services.post(LINE_WORKS, "x", "y")
    assert (outcome.fate, outcome.words) == (Fate.LATER, "LINE WORKS answered 404")
