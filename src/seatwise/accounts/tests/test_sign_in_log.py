"""Who got in, who did not, and who left: what the audit log says of it, and what it never says."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from seatwise.accounts import sign_in_log
from seatwise.accounts.models import FailedSignIns
from seatwise.audit.models import Entry
from seatwise.cast import PASSWORD
from seatwise.directory.models import User

SIGN_IN = "/account/login/"
LATER = datetime.timedelta(minutes=11)


def sign_in(client: Client, login: str, password: str = PASSWORD) -> Any:
    return client.post(SIGN_IN, {"login": login, "password": password})


def verbs() -> list[tuple[str, str, Any]]:
    entries = Entry.objects.of("account").order_by("number")
    return [(entry.verb, entry.subject_text, entry.after.get("attempts")) for entry in entries]


def test_signing_in_and_out_is_written_down_with_what_failed_before(client: Client, alice: Any) -> None:
    for _ in range(3):
        sign_in(client, "ALICE", "wrong")
    assert verbs() == []
    sign_in(client, "alice")
    client.post("/account/logout/")
    assert verbs() == [
        ("account.sign_in_failed", "Alice", 3),
        ("account.sign_in", "Alice", None),
        ("account.sign_out", "Alice", None),
    ]
    assert [entry.by for entry in Entry.objects.of("account").order_by("number")] == [None, alice, alice]


def test_what_failed_is_one_entry_for_each_person_in_ten_minutes(client: Client, alice: Any, bob: Any) -> None:
    for login in ("alice", "alice", "bob", "nobody", "somebody"):
        sign_in(client, login, "wrong")
    sign_in_log.write_due(timezone.now())
    assert verbs() == []
    sign_in_log.write_due(timezone.now() + LATER)
    assert sorted(verbs(), key=str) == [
        ("account.sign_in_failed", "", 2),
        ("account.sign_in_failed", "Alice", 2),
        ("account.sign_in_failed", "Bob", 1),
    ]
    assert not FailedSignIns.objects.exists()
    sign_in_log.write_due(timezone.now() + 2 * LATER)
    assert len(verbs()) == 3


def test_a_password_that_was_typed_in_place_of_the_login_name_is_written_nowhere(client: Client, alice: Any) -> None:
    sign_in(client, PASSWORD, "")
    sign_in(client, PASSWORD, "x")
    sign_in_log.write_due(timezone.now() + LATER)
    entry = Entry.objects.of("account").get()
    assert entry.after["unknown_login_names"] is True
    assert PASSWORD not in str(entry.content())


def test_a_flood_of_failures_is_a_handful_of_entries(cast: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in_log, "MOST_NAMED", 2)
    now = timezone.now()
    for rank, login in enumerate(["alice", "bob", "charlie", "audrey"]):
        for _ in range(10 - rank):
            sign_in_log.failed(cast[login], now)
    for _ in range(20):
        sign_in_log.failed(None, now)
    sign_in_log.write_due(now + LATER)
    assert verbs() == [
        ("account.sign_in_failed", "Alice", 10),
        ("account.sign_in_failed", "Bob", 9),
        ("account.sign_in_failed", "", 15),
        ("account.sign_in_failed", "", 20),
    ]
    assert Entry.objects.of("account").order_by("number")[2].after["further_people"] == 2


def test_somebody_who_may_not_sign_in_did_not(client: Client, cast: dict[str, User]) -> None:
    sign_in(client, "ivan")
    sign_in_log.write_due(timezone.now() + LATER)
    assert verbs() == [("account.sign_in_failed", "Ivan", 1)]


def test_no_session_begins_that_cannot_be_written_down(
    client: Client, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.sessions.models import Session

    def fails(**_entry: Any) -> None:
        raise RuntimeError("the log cannot be written")

    monkeypatch.setattr("seatwise.audit.record", fails)
    client.raise_request_exception = False
    assert sign_in(client, "alice").status_code == 500
    assert client.get("/").status_code == 302
    assert not Session.objects.exists()


def test_the_audit_log_shows_it_in_plain_words(client: Client, alice: Any) -> None:
    sign_in(client, "alice", "wrong")
    sign_in(client, "alice")
    page = client.get("/administration/audit/").content.decode()
    assert "could not sign in" in page
    assert "attempts: 1" in page
