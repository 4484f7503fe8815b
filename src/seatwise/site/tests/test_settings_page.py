"""Settings that are changed on the page: kept, audited, in force from then on; what is fixed stays as it is."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from seatwise import configuration
from seatwise.audit.models import Entry
from seatwise.cast import EARLIER, post_changed
from seatwise.directory import people
from seatwise.ledger.models import Recording
from seatwise.site import kept_settings
from seatwise.site.models import KeptSetting

ADDRESS = "/administration/settings/"
EMPTY = dict.fromkeys(("organization", "language", "mail_from", "second_factor", "session_limit", "session_idle"), "")
MAIL = {"encryption": "smtp+starttls", "host": "mail.example.com", "user": "seat", "password": "hunter 2@"}


@pytest.fixture
def save(client: Client, alice: Any) -> Any:
    client.force_login(alice)

    def saved(**fields: str) -> Any:
        answer = post_changed(client, ADDRESS, EMPTY | fields)
        kept_settings.look(now=True)  # what the commit does, which no test ever reaches
        return answer

    return saved


def entry() -> Any:
    return Entry.objects.newest_first().filter(verb="settings.change")[0]


def test_what_is_changed_is_kept_audited_and_in_force(save: Any, client: Client) -> None:
    assert save(organization="Muster AG", session_idle="20", language="ja").status_code == 302
    assert entry().after == {
        "SEATWISE_ORGANIZATION": "Muster AG",
        "SEATWISE_SESSION_IDLE": "20",
        "SEATWISE_LANGUAGE": "ja",
    }
    assert settings.SESSION_IDLE_SECONDS == 20 * 60
    assert "Muster AG" in client.get("/").content.decode()
    assert Client().get("/account/login/").headers["Content-Language"] == "ja"
    assert people.add({"login": "new"}, by=None, on=EARLIER).language == "ja"
    save(organization="Muster AG")
    assert (settings.SESSION_IDLE_SECONDS, configuration.SESSION_IDLE.value()) == (30 * 60, 30)
    assert set(KeptSetting.objects.values_list("name", flat=True)) == {"SEATWISE_ORGANIZATION"}
    assert (entry().before["SEATWISE_SESSION_IDLE"], entry().after["SEATWISE_SESSION_IDLE"]) == ("20", "")


def test_how_long_things_are_kept_is_a_setting(save: Any, client: Client) -> None:
    assert save(keep_access="12").status_code == 400  # the trend shows 13 months
    assert save(keep_imports="99999999").status_code == 400
    assert save(keep_access="24", keep_imports="7").status_code == 302
    assert (configuration.KEEP_ACCESS.value(), configuration.days_of(configuration.KEEP_IMPORTS).days) == (24, 7)
    shown = client.get(ADDRESS).content.decode()
    assert "Retention" in shown
    assert "(optional)" not in shown


def test_another_process_learns_of_it(save: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    save(session_limit="8")
    kept_settings.put_in_force({})
    assert configuration.SESSION_LIMIT.value() == 12
    monkeypatch.setattr(kept_settings, "SECONDS", -1)
    kept_settings.look()
    assert configuration.SESSION_LIMIT.value() == 8


def test_the_password_of_the_mail_server_is_kept_encrypted_and_shown_nowhere(save: Any, client: Client) -> None:
    save(**MAIL)
    assert settings.EMAIL_HOST_PASSWORD == "hunter 2@"
    assert (settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS) == ("mail.example.com", 587, True)
    assert "hunter" not in KeptSetting.objects.get(name="SEATWISE_MAIL").value
    assert entry().after == {"SEATWISE_MAIL": "smtp+starttls://seat@mail.example.com:587"}
    assert "hunter" not in client.get(ADDRESS).content.decode()
    save(**MAIL | {"password": ""})  # the same server and user: it stays
    assert settings.EMAIL_HOST_PASSWORD == "hunter 2@"
    save(**MAIL | {"password": "another"})
    assert "entered anew" in entry().after["SEATWISE_MAIL"]
    wrong = save(**MAIL | {"password": "", "host": "elsewhere.example.com"})
    assert wrong.status_code == 400  # the password is sent to no other server
    assert save(encryption="smtp", host="mail.example.com", user="a", password="b").status_code == 400


def test_the_mailbox_is_kept_encrypted_and_what_it_sends_is_checked(save: Any, client: Client) -> None:
    box = {
        "encryption": "imaps",
        "host": "imap.example.com",
        "user": "seat",
        "password": "hunter 2@",
        "folder": "In/受信",
    }
    given = {f"mailbox_{name}": value for name, value in box.items()}
    assert save(**given, mailbox_senders="hr@example.com=people").status_code == 302
    kept = configuration.MAILBOX.value()
    assert kept is not None
    assert (kept.port, kept.user, kept.password, kept.folder) == (993, "seat", "hunter 2@", "In/受信")
    assert "hunter" not in KeptSetting.objects.get(name="SEATWISE_MAILBOX").value
    assert entry().after["SEATWISE_MAILBOX"] == "imaps://seat@imap.example.com:993/In/受信"
    assert "hunter" not in client.get(ADDRESS).content.decode()
    save(**given | {"mailbox_password": "", "mailbox_folder": ""})
    kept = configuration.MAILBOX.value()
    assert kept is not None
    assert (kept.password, kept.folder) == ("hunter 2@", "INBOX")
    for wrong in ({"mailbox_encryption": "imap"}, {"mailbox_user": ""}, {"mailbox_senders": "hr@example.com"}):
        assert save(**given | wrong).status_code == 400, wrong
    assert save().status_code == 302
    assert configuration.MAILBOX.value() is None


def test_wrong_values_are_refused_and_nothing_is_kept(save: Any) -> None:
    for wrong in ({"session_limit": "0"}, {"upload_limit": "much"}, {"mail_from": "nobody"}, {"clock_jump": "-1"}):
        assert save(organization="Muster AG", **wrong).status_code == 400, wrong
    assert not KeptSetting.objects.exists()


def test_what_the_environment_says_wins_and_is_shown_as_fixed(
    save: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(session_limit="8")
    monkeypatch.setenv("SEATWISE_SESSION_LIMIT", "4")
    assert configuration.SESSION_LIMIT.value() == 4
    assert "Fixed by SEATWISE_SESSION_LIMIT in the site’s environment" in client.get(ADDRESS).content.decode()
    save(session_limit="9")
    assert (configuration.SESSION_LIMIT.value(), configuration.KEPT["SEATWISE_SESSION_LIMIT"]) == (4, "8")


def test_the_zone_can_be_changed_until_days_are_recorded(save: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEATWISE_TIME_ZONE")
    save(time_zone="Europe/Berlin")
    assert (configuration.zone().key, settings.TIME_ZONE) == ("Europe/Berlin", "Europe/Berlin")
    Recording.objects.create(time_zone="Europe/Berlin")
    save(time_zone="Asia/Tokyo")
    assert configuration.zone().key == "Europe/Berlin"


def test_two_who_change_settings_at_once_are_told(save: Any, client: Client) -> None:
    opened = client.get(ADDRESS).context["form"]["opened"].value()
    save(organization="First")
    second = client.post(ADDRESS, EMPTY | {"organization": "Second", "opened": opened})
    assert second.status_code == 400
    assert "Someone else changed this" in second.content.decode()


def test_an_auditor_looks_and_changes_nothing_and_a_test_letter_says_what_came_of_it(
    client: Client, alice: Any, audrey: Any
) -> None:
    client.force_login(audrey)
    assert client.get(ADDRESS).status_code == 200
    assert client.post(ADDRESS, EMPTY).status_code == 403
    client.force_login(alice)
    told = client.post("/administration/letters/test/", {"next": ADDRESS}, follow=True).content.decode()
    assert "was not sent" in told
